/*
 * Lines on stderr, as text for people or as JSON (server/log_line.h has both). Each worker has a
 * log of its own, whose lines are written in batches; a reader that does not read (a full pipe)
 * costs lines, never an answer, and the loss is told once it reads again.
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include "base/cleanup.h"
#include "base/findings.h"
#include "http/client_kind.h"
#include "http/http_response.h"
#include "server/log_line.h"
#include "server/metrics.h"

#include <stdbool.h>
#include <stdint.h>

#define LOG_FLUSH_MS 200 /* the longest that a line waits */

/*
 * The form of all lines from now on; LOG_TEXT before that. To be called before there are threads.
 * Looks whether stderr goes to the journal: then messages in text begin with their priority, which
 * the journal takes off (sd-daemon(3)).
 */
void log_set_format(enum log_format format);

struct log;

/*
 * fd is not closed. Lines that are lost are added to METRIC_LOG_LINES_LOST of metrics, which lives
 * longer, or NULL. NULL: out of memory.
 */
struct log *log_new(int fd, struct metrics_worker *metrics);

/* The line of one request. No address, no header and no body of the request is ever in it. */
void log_access(struct log *log, const struct http_response *response, enum client_kind client,
		int64_t microseconds);

/* Writes what has gathered, as far as the reader takes it without waiting. */
void log_flush(struct log *log);

/* Whether lines wait to be written. */
bool log_waiting(const struct log *log);

void log_free(struct log *log); /* flushes */
DEFINE_CLEANUP(struct log *, log_free)

/*
 * A line of the service itself, at once. Waits at most 0.1 s for a reader. An error wants somebody
 * to look: something is not served as it was set up. A warning: it will be, or is in part.
 */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As an error or a warning, which it is. */
void log_finding(const struct finding *finding);

#endif
