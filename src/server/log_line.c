/*
 * JSON is written by hand here, and nowhere else. A request's line, because it is written for every
 * request: nothing in it needs to be escaped, since domains have letters, digits, hyphens and dots
 * (model/domain_name.h), providers' ids these and underscores (provider_id_valid()), and all else
 * is a number or a constant of ours. A message, because running out of memory has to be
 * told, too. The tests and tests/fuzz/fuzz_log_line.c have jansson read all of it.
 */
#include "server/log_line.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PROVIDER_ID_MAX 64 /* bytes, see store/settings_load.c */

void log_line_time(int64_t seconds, char ret[LOG_TIME_SIZE])
{
	time_t at = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&at, &parts) || !strftime(ret, LOG_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		ret[0] = '\0';
}

/* Requests */

static inline char *put(char *to, const char *text, size_t size)
{
	memcpy(to, text, size);
	return to + size;
}

#define PUT(to, constant) put(to, constant, sizeof(constant) - 1)

/* Not snprintf(): a line is written for every request, and this is a tenth of its instructions. */
static char *put_number(char *to, uint64_t number)
{
	char digits[20];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (count)
		*to++ = digits[--count];
	return to;
}

static char *put_word(char *to, const char *word)
{
	to = put(to, word, strlen(word));
	*to++ = ' ';
	return to;
}

static char *put_access_text(char *to, const struct http_response *response,
			     enum client_kind client, uint64_t microseconds)
{
	if (response->domain.length)
		to = put(to, response->domain.text, response->domain.length);
	else
		*to++ = '-';
	*to++ = ' ';
	to = put_word(to, request_kind_name(response->kind));
	to = put_word(to, client_kind_name(client));
	to = put_number(to, response->status);
	*to++ = ' ';
	return put_number(to, microseconds);
}

static char *put_string(char *to, const char *text, size_t size)
{
	*to++ = '"';
	to = put(to, text, size);
	*to++ = '"';
	return to;
}

/* A name of a table, in which "-" is for none. */
static char *put_name(char *to, const char *name)
{
	if (name[0] == '-')
		return PUT(to, "null");
	return put_string(to, name, strlen(name));
}

static char *put_access_json(char *to, const char *time, const struct http_response *response,
			     enum client_kind client, uint64_t microseconds)
{
	to = PUT(to, "{\"time\":");
	to = put_string(to, time, strlen(time));
	to = PUT(to, ",\"domain\":");
	if (response->domain.length)
		to = put_string(to, response->domain.text, response->domain.length);
	else
		to = PUT(to, "null");
	to = PUT(to, ",\"kind\":");
	to = put_name(to, request_kind_name(response->kind));
	to = PUT(to, ",\"client\":");
	to = put_name(to, client_kind_name(client));
	to = PUT(to, ",\"status\":");
	to = put_number(to, response->status);
	to = PUT(to, ",\"microseconds\":");
	to = put_number(to, microseconds);
	if (response->provider) {
		assert(strlen(response->provider) <= PROVIDER_ID_MAX);
		to = PUT(to, ",\"provider\":");
		to = put_string(to, response->provider, strlen(response->provider));
	}
	*to++ = '}';
	return to;
}

size_t log_line_access(enum log_format format, const char *time,
		       const struct http_response *response, enum client_kind client,
		       int64_t microseconds, char *line)
{
	uint64_t duration = microseconds > 0 ? (uint64_t)microseconds : 0;
	char *to;

	if (format == LOG_JSON)
		to = put_access_json(line, time, response, client, duration);
	else
		to = put_access_text(line, response, client, duration);
	*to++ = '\n';
	return (size_t)(to - line);
}

/* Messages */

static const struct {
	const char *text, *journal, *json;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "signpostd: error: ", "<3>", "error" },
	[LOG_LEVEL_WARNING] = { "signpostd: warning: ", "<4>", "warning" },
	[LOG_LEVEL_INFO] = { "signpostd: ", "<6>", "info" },
};

/* Bytes of the character that text begins with; 0: it has none that can be shown. */
static size_t character_size(const char *text, size_t size)
{
	for (size_t i = 1; i <= size && i <= 4; i++) {
		if (text_is_clean(text, i))
			return i;
	}
	return 0;
}

/* As much of text as there is room for before end; quoted: for the inside of a JSON string. */
static char *put_shown(char *to, const char *end, const char *text, bool quoted)
{
	for (size_t rest = strlen(text), size; rest; rest -= size, text += size) {
		char piece[sizeof("\\\\x00")];
		int length;

		size = character_size(text, rest);
		if (!size) {
			length = snprintf(piece, sizeof(piece), "%s\\x%02x", quoted ? "\\" : "",
					  (unsigned char)*text);
			size = 1;
		} else {
			length = snprintf(piece, sizeof(piece), "%s%.*s",
					  quoted && (*text == '"' || *text == '\\') ? "\\" : "",
					  (int)size, text);
		}
		if (end - to < length)
			break;
		to = put(to, piece, (size_t)length);
	}
	return to;
}

size_t log_line_message(enum log_format format, enum log_level level, int64_t now, const char *text,
			char *line)
{
	const char *end = line + LOG_MESSAGE_MAX - sizeof("\"}");
	char time[LOG_TIME_SIZE], *to = line;

	if (format == LOG_JSON) {
		log_line_time(now, time);
		to += snprintf(to, LOG_MESSAGE_MAX,
			       "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"", time,
			       levels[level].json);
		to = put_shown(to, end, text, true);
		to = PUT(to, "\"}");
	} else {
		to += snprintf(to, LOG_MESSAGE_MAX, "%s%s",
			       format == LOG_TEXT_JOURNAL ? levels[level].journal : "",
			       levels[level].text);
		to = put_shown(to, end, text, false);
	}
	*to++ = '\n';
	return (size_t)(to - line);
}
