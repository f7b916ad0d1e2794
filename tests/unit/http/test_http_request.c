#include "http/http_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In its own memory, so that a sanitizer sees who reads what was never set. */
static struct http_request *request_new(void)
{
	struct http_request *request = malloc(sizeof(*request));

	assert_non_null(request);
	return request;
}

static void knows_methods(void **state)
{
	(void)state;
	assert_int_equal(http_method_parse("GET"), HTTP_GET);
	assert_int_equal(http_method_parse("HEAD"), HTTP_HEAD);
	assert_int_equal(http_method_parse("POST"), HTTP_POST);
	assert_int_equal(http_method_parse("PROPFIND"), HTTP_OTHER);
	assert_int_equal(http_method_parse("OPTIONS"), HTTP_OTHER);
	assert_int_equal(http_method_parse("get"), HTTP_OTHER); /* RFC 9110 9.1 */
	assert_int_equal(http_method_parse(""), HTTP_OTHER);
}

static void reads_targets(void **state)
{
	static const struct {
		const char *target, *host;
		const char *path, *query, *raw, *has_host; /* NULL: there is none */
	} cases[] = {
		{ "/", NULL, "/", NULL, "/", NULL },
		{ "/mail/config-v1.1.xml?emailaddress=a%40kunde.example",
		  "autoconfig.kunde.example", "/mail/config-v1.1.xml",
		  "emailaddress=a%40kunde.example",
		  "/mail/config-v1.1.xml?emailaddress=a%40kunde.example",
		  "autoconfig.kunde.example" },
		{ "/a?", "kunde.example", "/a", "", "/a?", "kunde.example" },
		{ "/a?b?c", "kunde.example", "/a", "b?c", "/a?b?c", "kunde.example" },
		/* a port, a final dot, upper case, U-labels */
		{ "/", "KUNDE.Example.:8443", "/", NULL, "/", "kunde.example" },
		{ "/", "m\xc3\xbcller.example", "/", NULL, "/", "xn--mller-kva.example" },
		/* a Host that is no name of a domain leaves the rest as it is */
		{ "/", "127.0.0.1:8080", "/", NULL, "/", NULL },
		{ "/", "[::1]:8080", "/", NULL, "/", NULL },
		{ "/", "localhost", "/", NULL, "/", NULL },
		{ "/", "", "/", NULL, "/", NULL },
		{ "/", "a b.example", "/", NULL, "/", NULL },
		{ "/", "user@kunde.example", "/", NULL, "/", NULL },
		/* percent-encoding in the path; %2F is as good as a slash here */
		{ "/v1.1%2Fkunde%2eexample", NULL, "/v1.1/kunde.example", NULL,
		  "/v1.1%2Fkunde%2eexample", NULL },
		{ "/m%C3%BCller?%C3%A4=%e2%82%ac", NULL, "/m\xc3\xbcller", "%C3%A4=%e2%82%ac",
		  "/m%C3%BCller?%C3%A4=%e2%82%ac", NULL },
		/* unencoded UTF-8, blanks, "#", as careless programs send them */
		{ "/m\xc3\xbcller?a=\xc3\xa4 #", NULL, "/m\xc3\xbcller", "a=\xc3\xa4 #",
		  "/m\xc3\xbcller?a=\xc3\xa4 #", NULL },
		/* %3F is part of the path, not its end */
		{ "/a%3Fb?c", NULL, "/a?b", "c", "/a%3Fb?c", NULL },
		/* the absolute form, which Delta Chat sends: its host counts, not the header */
		{ "https://kunde.example/mail/config-v1.1.xml", "other.example",
		  "/mail/config-v1.1.xml", NULL, "/mail/config-v1.1.xml", "kunde.example" },
		{ "HTTP://Kunde.example:80/a?b", NULL, "/a", "b", "/a?b", "kunde.example" },
		{ "https://kunde.example", NULL, "/", NULL, "/", "kunde.example" },
		{ "https://kunde.example?b", NULL, "/", "b", "/?b", "kunde.example" },
		{ "https://127.0.0.1/a", "kunde.example", "/a", NULL, "/a", NULL },
		{ "https:///a", "kunde.example", "/a", NULL, "/a", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_request *request = request_new();
		struct error err = { 0 };

		assert_int_equal(
			http_request_parse_target(request, cases[i].target, cases[i].host, &err),
			0);
		assert_string_equal(request->path, cases[i].path);
		assert_int_equal(request->path_length, strlen(cases[i].path));
		assert_string_equal(request->raw, cases[i].raw);
		if (cases[i].query) {
			assert_string_equal(request->query, cases[i].query);
			assert_int_equal(request->query_length, strlen(cases[i].query));
		} else {
			assert_null(request->query);
			assert_int_equal(request->query_length, 0);
		}
		assert_int_equal(request->has_host, cases[i].has_host != NULL);
		if (cases[i].has_host) {
			assert_string_equal(request->host.text, cases[i].has_host);
			assert_int_equal(request->host.length, strlen(cases[i].has_host));
		}
		assert_int_equal(err.code, ERROR_NONE);
		free(request);
	}
}

static void refuses_targets(void **state)
{
#define FORM "request target: neither a path nor an http or https URL"
#define PERCENT "request target: bad percent-encoding"
#define CONTROL "request target: a control character"
#define UTF8 "request target: not UTF-8, or a control character"
	static const struct {
		const char *target, *text;
	} cases[] = {
		{ "", FORM },
		{ "*", FORM },
		{ "kunde.example:443", FORM },
		{ "ftp://kunde.example/", FORM },
		{ "https:/a", FORM },
		{ "/%", PERCENT },
		{ "/%4", PERCENT },
		{ "/%4g", PERCENT },
		{ "/%g4", PERCENT },
		{ "/a?b=%", PERCENT },
		{ "/a?b=100%&c", PERCENT },
		/* a placeholder that a program has forgotten to fill in */
		{ "/a?emailaddress=%EMAILADDRESS%", PERCENT },
		{ "/%00", CONTROL },
		{ "/a%0d%0aLocation:", CONTROL },
		{ "/a\tb", CONTROL },
		{ "/a\x7f", CONTROL },
		{ "/12345678%7f", CONTROL },
		/* anywhere in the query, in parameters that nobody reads, too */
		{ "/a?b=%00", CONTROL },
		{ "/a?b=c&d=%1f", CONTROL },
		{ "/a?b\x01", CONTROL },
		{ "/%ff", UTF8 },
		{ "/a?b=%fc", UTF8 },
		{ "/a?b=\xfc", UTF8 },
		{ "/%c0%af", UTF8 },	    /* an overlong slash */
		{ "/%ed%a0%80", UTF8 },	    /* a surrogate */
		{ "/%c2%85", UTF8 },	    /* U+0085, a control character beyond ASCII */
		{ "/a?b=%c3&c=%a4", UTF8 }, /* half a letter each */
		{ "https://kunde.example/%00", CONTROL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_request *request = request_new();
		struct error err = { 0 };

		assert_int_equal(http_request_parse_target(request, cases[i].target, NULL, &err),
				 -1);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_string_equal(err.text, cases[i].text);
		free(request);
	}
}

/* Each place in a run of eight bytes, since targets are read eight at a time. */
static void finds_a_bad_byte_anywhere(void **state)
{
	static const char bad[] = { '\x01', '\x1f', '\x7f', '\x80', '\xff', '%' };

	(void)state;
	for (size_t i = 0; i < sizeof(bad); i++) {
		for (size_t place = 1; place < 30; place++) {
			struct http_request *request = request_new();
			char target[] = "/~~~~~~~~~~~~~?~~~~~~~~~~~~~ ~";
			struct error err = { 0 };

			target[place] = bad[i];
			assert_int_equal(http_request_parse_target(request, target, NULL, &err),
					 -1);
			free(request);
		}
	}
}

static void keeps_its_limit(void **state)
{
	struct http_request *request = request_new();
	char target[HTTP_TARGET_MAX + 2];
	struct error err = { 0 };

	(void)state;
	memset(target, 'a', sizeof(target));
	target[0] = '/';
	target[HTTP_TARGET_MAX + 1] = '\0';
	assert_int_equal(http_request_parse_target(request, target, NULL, &err), -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.text, "request target: over 2048 bytes");
	target[HTTP_TARGET_MAX] = '\0';
	assert_int_equal(http_request_parse_target(request, target, NULL, &err), 0);
	assert_int_equal(request->path_length, HTTP_TARGET_MAX);
	target[1] = '?';
	assert_int_equal(http_request_parse_target(request, target, NULL, &err), 0);
	assert_int_equal(request->query_length, HTTP_TARGET_MAX - 2);
	free(request);
}

static void reads_parameters(void **state)
{
	static const struct {
		const char *query; /* of "/", or NULL */
		const char *name;
		int result;
		const char *value;
	} cases[] = {
		{ NULL, "email", 0, NULL },
		{ "", "email", 0, NULL },
		{ "&", "email", 0, NULL },
		{ "email=a%40b.example", "email", 1, "a@b.example" },
		{ "Email=a@b.example&Protocol=EWS", "Protocol", 1, "EWS" },
		{ "EMAILADDRESS=a", "emailaddress", 1, "a" }, /* the letter case of names varies */
		/* a name is a whole name: Evolution sends emailmd5 behind emailaddress */
		{ "emailmd5=1&emailaddress=2", "email", 0, NULL },
		{ "emailmd5=1&emailaddress=2&email=3", "email", 1, "3" },
		{ "xemail=1", "email", 0, NULL },
		{ "a=email=1", "email", 0, NULL },
		/* the first of several */
		{ "email=1&email=2", "email", 1, "1" },
		/* empty values */
		{ "email=", "email", 1, "" },
		{ "email", "email", 1, "" },
		{ "a&email&b", "email", 1, "" },
		{ "email=&a", "email", 1, "" },
		/* a "+" stays one: addresses hold it, encoded or raw, and no blank ever */
		{ "email=anna+shop@b.example", "email", 1, "anna+shop@b.example" },
		{ "email=anna%2Bshop%40b.example", "email", 1, "anna+shop@b.example" },
		{ "email=a=b", "email", 1, "a=b" },
		{ "email=a%26b", "email", 1, "a&b" },
		{ "email=m%C3%BCller", "email", 1, "m\xc3\xbcller" },
		{ "email=12345678901234567890123", "email", 1, "12345678901234567890123" },
		{ "email=%31%32%33456789012345678901%32%33", "email", 1,
		  "12345678901234567890123" },
		{ "email=123456789012345678901234", "email", -1, NULL },
		{ "email=12345678901234567890123%34", "email", -1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_request *request = request_new();
		char target[100] = "/", value[24];
		struct error err = { 0 };
		size_t length = 0;

		if (cases[i].query) {
			strcat(target, "?");
			strcat(target, cases[i].query);
		}
		assert_int_equal(http_request_parse_target(request, target, NULL, &err), 0);
		assert_int_equal(http_request_parameter(request, cases[i].name, value,
							sizeof(value), &length, &err),
				 cases[i].result);
		if (cases[i].result > 0) {
			assert_string_equal(value, cases[i].value);
			assert_int_equal(length, strlen(cases[i].value));
		} else if (cases[i].result < 0) {
			assert_int_equal(err.code, ERROR_TOO_LARGE);
			assert_string_equal(err.text,
					    "request target: a part of it is over 23 bytes");
		}
		free(request);
	}
}

#define TEN(text) text text text text text text text text text text

/* A form's fields; here a "+" is a blank. */
static void reads_fields(void **state)
{
	static const struct {
		const char *body; /* or NULL */
		int result;
		const char *value; /* or the error */
	} cases[] = {
		{ NULL, 0, NULL },
		{ "", 0, NULL },
		{ "addres=a", 0, NULL },
		{ "addresses=a", 0, NULL },
		{ "a=address", 0, NULL },
		{ "&&=&", 0, NULL },
		{ "address", 1, "" },
		{ "address=", 1, "" },
		{ "address=a%40b.example", 1, "a@b.example" },
		{ "ADDRESS=a", 1, "a" },
		{ "lang=de&address=a&x", 1, "a" },
		/* the first counts */
		{ "address=a&address=b", 1, "a" },
		{ "address=a=b", 1, "a=b" },
		{ "address=a+b%2Bc%20d", 1, "a b+c d" },
		{ "address=+a+", 1, " a " },
		{ "address=m%C3%BCller", 1, "m\xc3\xbcller" },
		{ "address=m\xc3\xbcller", 1, "m\xc3\xbcller" },
		{ "address=a;lang=de", 1, "a;lang=de" }, /* no separator, URL Standard 5.1 */
		/* names are compared as they are written */
		{ "%61ddress=a", 0, NULL },
		{ "address=%", -1, "request target: bad percent-encoding" },
		{ "address=%4", -1, "request target: bad percent-encoding" },
		{ "address=%zz", -1, "request target: bad percent-encoding" },
		{ "address=%00", -1, "request target: a control character" },
		{ "address=a%0Ab", -1, "request target: a control character" },
		{ "address=a\r\n", -1, "request target: a control character" },
		{ "address=%ff", -1, "request target: not UTF-8, or a control character" },
		{ "address=\xff", -1, "request target: not UTF-8, or a control character" },
		{ "address=%c2%85", -1, "request target: not UTF-8, or a control character" },
		/* of other fields nothing is wanted */
		{ "x=%00%&address=a", 1, "a" },
		{ "address=12345678901234567890123", 1, "12345678901234567890123" },
		{ "address=123456789012345678901234", -1,
		  "request target: a part of it is over 23 bytes" },
		{ "address=" TEN("%61%62"), 1, TEN("ab") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_request *request = request_new();
		size_t size = cases[i].body ? strlen(cases[i].body) : 0, length = 0;
		char value[24], *body = cases[i].body ? malloc(size + 1) : NULL;
		struct error err = { 0 };

		if (body)
			memcpy(body, cases[i].body, size); /* without a NUL behind it */
		request->body = body;
		request->body_size = size;
		assert_int_equal(
			http_request_field(request, "address", value, sizeof(value), &length, &err),
			cases[i].result);
		if (cases[i].result > 0) {
			assert_string_equal(value, cases[i].value);
			assert_int_equal(length, strlen(cases[i].value));
		} else if (cases[i].result < 0) {
			assert_string_equal(err.text, cases[i].value);
		}
		free(body);
		free(request);
	}
}

/* A NUL is a byte as any other that a value must not have. */
static void reads_bodies_with_a_nul(void **state)
{
	static const char body[] = "x=\0&address=a\0b";
	struct http_request *request = request_new();
	struct error err = { 0 };
	char value[24];
	size_t length;

	(void)state;
	request->body = body;
	request->body_size = sizeof(body) - 1;
	assert_int_equal(
		http_request_field(request, "address", value, sizeof(value), &length, &err), -1);
	assert_string_equal(err.text, "request target: a control character");
	request->body_size = sizeof(body) - 3; /* up to the "a" */
	assert_int_equal(
		http_request_field(request, "address", value, sizeof(value), &length, &err), 1);
	assert_string_equal(value, "a");
	free(request);
}

static void limits_a_form(void **state)
{
	struct http_request *request = request_new();
	char body[HTTP_FORM_MAX + 1], value[HTTP_FORM_MAX];
	struct error err = { 0 };
	size_t length;

	(void)state;
	memset(body, 'a', sizeof(body));
	memcpy(body, "address=", 8);
	request->body = body;
	request->body_size = HTTP_FORM_MAX;
	assert_int_equal(
		http_request_field(request, "address", value, sizeof(value), &length, &err), 1);
	assert_int_equal(length, HTTP_FORM_MAX - 8);
	request->body_size = HTTP_FORM_MAX + 1;
	assert_int_equal(
		http_request_field(request, "address", value, sizeof(value), &length, &err), -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.text, "a form of over 2048 bytes");
	free(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_methods),   cmocka_unit_test(reads_targets),
		cmocka_unit_test(refuses_targets), cmocka_unit_test(finds_a_bad_byte_anywhere),
		cmocka_unit_test(keeps_its_limit), cmocka_unit_test(reads_parameters),
		cmocka_unit_test(reads_fields),	   cmocka_unit_test(reads_bodies_with_a_nul),
		cmocka_unit_test(limits_a_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
