/* The lines of the log, as text for people and as JSON: one object a line. */
#ifndef SERVER_LOG_LINE_H
#define SERVER_LOG_LINE_H

#include "http/client_kind.h"
#include "http/http_response.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_ACCESS_MAX                                                                             \
	1024		     /* bytes of the longest line of a request; the longest has about 530  \
			      */
#define LOG_MESSAGE_MAX 2048 /* bytes of a message's line, which is cut there */
#define LOG_TIME_SIZE sizeof("2026-01-01T00:00:00Z")

enum log_format {
	LOG_TEXT,
	LOG_TEXT_JOURNAL, /* messages have their priority in front, as the journal reads it */
	LOG_JSON,
};

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
};

/* seconds since 1970, in UTC; "" for a time that no calendar has. */
void log_line_time(int64_t seconds, char ret[LOG_TIME_SIZE]);

/*
 * One request, with the newline: "DOMAIN KIND CLIENT STATUS MICROSECONDS" with "-" for what is not
 * known, or {"time","domain","kind","client","status","microseconds"} with null for it, and
 * "provider" if settings were given out. time is used for JSON alone. Writes at most
 * LOG_ACCESS_MAX bytes to line, no NUL, and returns how many.
 */
size_t log_line_access(enum log_format format, const char *time,
		       const struct http_response *response, enum client_kind client,
		       int64_t microseconds, char *line);

/*
 * One message of the service itself, with the newline: "signpostd: TEXT", "signpostd: warning:
 * TEXT", or {"time","level","message"}. Control characters of text and what is not UTF-8 become
 * \xNN, so that a line stays a line whatever a file's name has in it. Writes at most
 * LOG_MESSAGE_MAX bytes to line, no NUL, and returns how many. Needs no memory.
 */
size_t log_line_message(enum log_format format, enum log_level level, int64_t now, const char *text,
			char *line);

#endif
