/*
 * Lines on stderr. Each worker has a log of its own, whose lines are written in batches; a reader
 * that does not read (a full pipe) costs lines, never an answer, and the loss is told once it reads
 * again.
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include "base/cleanup.h"
#include "http/client_kind.h"
#include "http/http_response.h"

#include <stdbool.h>
#include <stdint.h>

#define LOG_FLUSH_MS 200 /* the longest that a line waits */

struct log;

/* fd is not closed. NULL: out of memory. */
struct log *log_new(int fd);

/*
 * The line of one request: "DOMAIN KIND CLIENT STATUS MICROSECONDS", with "-" for what is not
 * known. No address, no header and no body of the request is ever in it.
 */
void log_access(struct log *log, const struct http_response *response, enum client_kind client,
		int64_t microseconds);

/* Writes what has gathered, as far as the reader takes it without waiting. */
void log_flush(struct log *log);

/* Whether lines wait to be written. */
bool log_waiting(const struct log *log);

void log_free(struct log *log); /* flushes */
DEFINE_CLEANUP(struct log *, log_free)

/* A line of the service itself, at once: "signpostd: TEXT". Waits at most 0.1 s for a reader. */
void log_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
