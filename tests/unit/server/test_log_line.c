#include "server/log_line.h"

#include "base/text.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TIME "2026-11-23T02:16:20Z"
#define NOW INT64_C(1795400180)

static struct http_response response_of(const char *domain, enum request_kind kind,
					unsigned int status, const char *provider)
{
	struct http_response response = { .status = status, .kind = kind, .provider = provider };

	response.domain.length = strlen(domain);
	memcpy(response.domain.text, domain, response.domain.length + 1);
	return response;
}

static void writes_requests(void **state)
{
	static const struct {
		const char *domain, *provider;
		enum request_kind kind;
		enum client_kind client;
		unsigned int status;
		int64_t microseconds;
		const char *text, *json;
	} cases[] = {
		{ "kunde.example", "smartermail", KIND_AUTOCONFIG, CLIENT_THUNDERBIRD, 200, 34,
		  "kunde.example autoconfig thunderbird 200 34\n",
		  "{\"time\":\"" TIME "\",\"domain\":\"kunde.example\",\"kind\":\"autoconfig\","
		  "\"client\":\"thunderbird\",\"status\":200,\"microseconds\":34,"
		  "\"provider\":\"smartermail\"}\n" },
		{ "kunde.example", NULL, KIND_PAGE, CLIENT_OTHER, 404, 0,
		  "kunde.example page other 404 0\n",
		  "{\"time\":\"" TIME "\",\"domain\":\"kunde.example\",\"kind\":\"page\","
		  "\"client\":\"other\",\"status\":404,\"microseconds\":0}\n" },
		/* nothing is known, and a clock went back */
		{ "", NULL, KIND_NONE, CLIENT_NONE, 400, -5, "- - - 400 0\n",
		  "{\"time\":\"" TIME "\",\"domain\":null,\"kind\":null,\"client\":null,"
		  "\"status\":400,\"microseconds\":0}\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_response response = response_of(cases[i].domain, cases[i].kind,
							    cases[i].status, cases[i].provider);
		char line[LOG_ACCESS_MAX + 1];

		line[log_line_access(LOG_TEXT, NULL, &response, cases[i].client,
				     cases[i].microseconds, line)] = '\0';
		assert_string_equal(line, cases[i].text);
		line[log_line_access(LOG_TEXT_JOURNAL, NULL, &response, cases[i].client,
				     cases[i].microseconds, line)] = '\0';
		assert_string_equal(line, cases[i].text);
		line[log_line_access(LOG_JSON, TIME, &response, cases[i].client,
				     cases[i].microseconds, line)] = '\0';
		assert_string_equal(line, cases[i].json);
	}
}

static void expect_member(const json_t *object, const char *name, const char *value)
{
	const json_t *member = json_object_get(object, name);

	if (strcmp(value, "-") == 0)
		assert_true(json_is_null(member));
	else
		assert_string_equal(json_string_value(member), value);
}

static void expect_parsed(enum request_kind kind, enum client_kind client)
{
	static const char domain[] =
		"a23456789012345678901234567890123456789012345678901234567890123."
		"b23456789012345678901234567890123456789012345678901234567890123."
		"c23456789012345678901234567890123456789012345678901234567890123."
		"d234567890123456789012345678901234567890123456789012345678901";
	static const char provider[] =
		"p234567890123456789012345678901234567890123456789012345678901-_.";
	struct http_response response = response_of(domain, kind, UINT32_MAX, provider);
	char line[LOG_ACCESS_MAX];
	size_t size = log_line_access(LOG_JSON, TIME, &response, client, INT64_MAX, line);
	json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);

	assert_in_range(size, 1, 640);
	assert_int_equal(line[size - 1], '\n');
	assert_null(memchr(line, '\n', size - 1));
	assert_int_equal(json_object_size(object), 7);
	expect_member(object, "domain", domain);
	expect_member(object, "kind", request_kind_name(kind));
	expect_member(object, "client", client_kind_name(client));
	expect_member(object, "provider", provider);
	expect_member(object, "time", TIME);
	assert_int_equal(json_integer_value(json_object_get(object, "status")), UINT32_MAX);
	assert_int_equal(json_integer_value(json_object_get(object, "microseconds")), INT64_MAX);
	json_decref(object);
}

/* The longest of everything, of every kind. */
static void requests_are_json(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KIND_COUNT; kind++) {
		for (size_t client = 0; client < CLIENT_KIND_COUNT; client++)
			expect_parsed((enum request_kind)kind, (enum client_kind)client);
	}
}

static void writes_messages(void **state)
{
	static const struct {
		enum log_format format;
		enum log_level level;
		const char *text, *line;
	} cases[] = {
		{ LOG_TEXT, LOG_LEVEL_INFO, "5 domains", "signpostd: 5 domains\n" },
		{ LOG_TEXT, LOG_LEVEL_WARNING, "late", "signpostd: warning: late\n" },
		{ LOG_TEXT, LOG_LEVEL_ERROR, "gone", "signpostd: error: gone\n" },
		{ LOG_TEXT_JOURNAL, LOG_LEVEL_INFO, "5 domains", "<6>signpostd: 5 domains\n" },
		{ LOG_TEXT_JOURNAL, LOG_LEVEL_WARNING, "late", "<4>signpostd: warning: late\n" },
		{ LOG_TEXT_JOURNAL, LOG_LEVEL_ERROR, "gone", "<3>signpostd: error: gone\n" },
		{ LOG_JSON, LOG_LEVEL_INFO, "5 domains",
		  "{\"time\":\"" TIME "\",\"level\":\"info\",\"message\":\"5 domains\"}\n" },
		{ LOG_JSON, LOG_LEVEL_WARNING, "late",
		  "{\"time\":\"" TIME "\",\"level\":\"warning\",\"message\":\"late\"}\n" },
		{ LOG_JSON, LOG_LEVEL_ERROR, "gone",
		  "{\"time\":\"" TIME "\",\"level\":\"error\",\"message\":\"gone\"}\n" },
		{ LOG_TEXT, LOG_LEVEL_INFO, "", "signpostd: \n" },
		{ LOG_JSON, LOG_LEVEL_INFO, "",
		  "{\"time\":\"" TIME "\",\"level\":\"info\",\"message\":\"\"}\n" },
		/* what could end a line, or a string, or speak to a terminal */
		{ LOG_TEXT, LOG_LEVEL_INFO, "a\nsignpostd: b\r\t\x1b[2J\x7f",
		  "signpostd: a\\x0asignpostd: b\\x0d\\x09\\x1b[2J\\x7f\n" },
		{ LOG_JSON, LOG_LEVEL_INFO, "a\n\"b\\",
		  "{\"time\":\"" TIME
		  "\",\"level\":\"info\",\"message\":\"a\\\\x0a\\\"b\\\\\"}\n" },
		{ LOG_TEXT, LOG_LEVEL_INFO, "\"b\\", "signpostd: \"b\\\n" },
		/* characters of two, three and four bytes; C1 controls; what is no UTF-8 */
		{ LOG_TEXT, LOG_LEVEL_INFO, "M\303\274ller \342\202\254 \360\237\223\256",
		  "signpostd: M\303\274ller \342\202\254 \360\237\223\256\n" },
		{ LOG_TEXT, LOG_LEVEL_INFO, "\302\233H \377 \303",
		  "signpostd: \\xc2\\x9bH \\xff \\xc3\n" },
		{ LOG_JSON, LOG_LEVEL_INFO, "\302\233H \377 \303",
		  "{\"time\":\"" TIME "\",\"level\":\"info\","
		  "\"message\":\"\\\\xc2\\\\x9bH \\\\xff \\\\xc3\"}\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char line[LOG_MESSAGE_MAX + 1];

		line[log_line_message(cases[i].format, cases[i].level, NOW, cases[i].text, line)] =
			'\0';
		assert_string_equal(line, cases[i].line);
	}
}

/* A text of any length and any kind is cut between characters, and what is around it stays. */
static void cuts_messages(void **state)
{
	static const char *const pieces[] = {
		"a", "\"", "\n", "\303\274", "\360\237\223\256", "\\"
	};
	static char text[3 * LOG_MESSAGE_MAX], line[LOG_MESSAGE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		for (size_t first = 0; first < 8; first++) {
			size_t size = first, length = strlen(pieces[i]);
			json_t *object;

			memset(text, 'x', first);
			for (; size + length < sizeof(text); size += length)
				memcpy(text + size, pieces[i], length);
			text[size] = '\0';
			size = log_line_message(LOG_JSON, LOG_LEVEL_ERROR, NOW, text, line);
			assert_in_range(size, LOG_MESSAGE_MAX - 16, LOG_MESSAGE_MAX);
			object = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
			assert_int_equal(json_object_size(object), 3);
			json_decref(object);
			size = log_line_message(LOG_TEXT, LOG_LEVEL_ERROR, NOW, text, line);
			assert_in_range(size, LOG_MESSAGE_MAX - 16, LOG_MESSAGE_MAX);
			assert_true(text_is_clean(line, size - 1));
			assert_int_equal(line[size - 1], '\n');
		}
	}
}

static void writes_times(void **state)
{
	char time[LOG_TIME_SIZE];

	(void)state;
	log_line_time(NOW, time);
	assert_string_equal(time, TIME);
	log_line_time(0, time);
	assert_string_equal(time, "1970-01-01T00:00:00Z");
	log_line_time(INT64_MAX, time);
	assert_string_equal(time, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_requests), cmocka_unit_test(requests_are_json),
		cmocka_unit_test(writes_messages), cmocka_unit_test(cuts_messages),
		cmocka_unit_test(writes_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
