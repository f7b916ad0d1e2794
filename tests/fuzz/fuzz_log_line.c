/*
 * A byte for kind and client, one for the level, a domain up to NUL, and a message: whatever they
 * are, each line is one line, that of JSON an object which says the same as the text.
 */
#include "fuzz.h"

#include "server/log_line.h"

#include <jansson.h>

#define NOW INT64_C(1795400180)
#define TIME "2026-11-23T02:16:20Z"

static json_t *read_object(const char *line, size_t size, size_t members)
{
	json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);

	PROMISE(json_object_size(object) == members);
	PROMISE(strcmp(json_string_value(json_object_get(object, "time")), TIME) == 0);
	return object;
}

static void promise_line(const char *line, size_t size, size_t most)
{
	PROMISE(size > 0 && size <= most);
	PROMISE(line[size - 1] == '\n');
	PROMISE(text_is_clean(line, size - 1));
}

static void try_access(unsigned int kinds, const char *domain, size_t domain_size)
{
	struct http_response response = { .status = 200, .kind = kinds % KIND_COUNT };
	enum client_kind client = kinds / KIND_COUNT % CLIENT_KIND_COUNT;
	char line[LOG_ACCESS_MAX];
	struct error err = { 0 };
	const char *read;
	json_t *object;
	size_t size;

	if (domain_name_parse(domain, domain_size, &response.domain, &err) < 0)
		response.domain.length = 0;
	response.provider = kinds & 1 ? "smartermail" : NULL;
	size = log_line_access(LOG_TEXT, NULL, &response, client, 34, line);
	promise_line(line, size, LOG_ACCESS_MAX);
	size = log_line_access(LOG_JSON, TIME, &response, client, 34, line);
	promise_line(line, size, LOG_ACCESS_MAX);
	object = read_object(line, size, response.provider ? 7 : 6);
	read = json_string_value(json_object_get(object, "domain"));
	PROMISE(response.domain.length ? strcmp(read, response.domain.text) == 0 : !read);
	json_decref(object);
}

/* Of a message that was not cut, for which it must be shorter than a line's JSON can get. */
static void promise_same(const char *text, size_t text_size, json_t *object)
{
	const char *colon = memchr(text, ':', text_size);
	const char *message = json_string_value(json_object_get(object, "message"));
	const char *level = json_string_value(json_object_get(object, "level"));
	size_t begin = (size_t)(colon - text) + 2, length = strlen(message);

	if (strcmp(level, "info") != 0) /* "signpostd: error: " */
		begin += strlen(level) + 2;
	PROMISE(text_size == begin + length + 1);
	PROMISE(memcmp(text + begin, message, length) == 0);
}

static void try_message(enum log_level level, const char *text, size_t text_size)
{
	char line[LOG_MESSAGE_MAX], other[LOG_MESSAGE_MAX];
	size_t size = log_line_message(LOG_TEXT, level, NOW, text, line);
	size_t other_size = log_line_message(LOG_TEXT_JOURNAL, level, NOW, text, other);
	json_t *object;

	promise_line(line, size, LOG_MESSAGE_MAX);
	promise_line(other, other_size, LOG_MESSAGE_MAX);
	PROMISE(other[0] == '<' && other[2] == '>');
	other_size = log_line_message(LOG_JSON, level, NOW, text, other);
	promise_line(other, other_size, LOG_MESSAGE_MAX);
	object = read_object(other, other_size, 3);
	if (text_size < 300)
		promise_same(line, size, object);
	json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *domain, *message;
	size_t domain_size, message_size;
	unsigned int kinds;
	enum log_level level;

	if (size < 2)
		return 0;
	kinds = data[0];
	level = data[1] % 3;
	data += 2;
	size -= 2;
	domain = fuzz_piece(&data, &size, '\0', &domain_size);
	message = fuzz_piece(&data, &size, '\0', &message_size);
	try_access(kinds, domain, domain_size);
	try_message(level, message, message_size);
	free(domain);
	free(message);
	return 0;
}
