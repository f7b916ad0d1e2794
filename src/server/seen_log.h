/*
 * Which kinds of programs asked for a domain of ours, when last, how often, and whose settings they
 * were given: what support wants to know when a customer says that it does not work. No address, no
 * name of a person, no network address is in it.
 *
 * Every worker notes into a table of its own, of a fixed size; a thread of its own takes the tables
 * and writes them to [seen] file at intervals, so that neither a full disk nor a locked file is
 * felt by a request. What cannot be written is kept, as far as it fits.
 */
#ifndef SERVER_SEEN_LOG_H
#define SERVER_SEEN_LOG_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "http/client_kind.h"
#include "http/http_response.h"

#include <stdbool.h>
#include <stdint.h>

#define SEEN_INTERVAL 20   /* seconds between two writings */
#define SEEN_MARK (5 * 60) /* seconds after which it is written that there was nothing */

struct seen_log;
struct seen_worker; /* of one worker, which alone calls seen_note() on it */

/*
 * path (copied; NULL: nothing is noted or written) is made at once, and written at intervals. days
 * is how long it is remembered. Starts the thread. ERROR_NO_MEMORY, ERROR_IO: no thread. A file
 * that cannot be written is no failure: it is told in the log, once, and by _describe().
 */
int seen_log_new(const char *path, long days, size_t workers, struct seen_log **ret,
		 struct error *err);

/* Of worker number (from 0); lives as long as log. Never NULL: a reload may begin to note. */
struct seen_worker *seen_log_worker(struct seen_log *log, size_t number);

/*
 * Notes an answer, if its domain is one of ours (response->domain.length) and what was asked for is
 * settings: of mail programs, as a page, or as a profile. now: seconds since 1970. Some 200
 * instructions; waits for nobody, allocates nothing. worker may be NULL.
 */
void seen_note(struct seen_worker *worker, const struct http_response *response,
	       enum client_kind client, int64_t now);

/* How many notes found no room, in memory or in the file, since the beginning. Any thread. */
uint64_t seen_log_lost(const struct seen_log *log);

/*
 * Whether what _describe() says has changed since this was last asked. What follows is for one
 * thread, the main one.
 */
bool seen_log_has_news(struct seen_log *log);

/* Appends a line for /-/ready: nothing without a path. */
void seen_log_describe(struct seen_log *log, struct bytes *text);

/*
 * Another path or another number of days, or the same, after a reload. What was noted before is
 * written first, where it belongs, and the new file tried at once; the caller does not wait.
 * ERROR_NO_MEMORY: all stays as it was.
 */
int seen_log_set(struct seen_log *log, const char *path, long days, struct error *err);

/*
 * Writes what is left, ends the thread; after the workers have ended. A file that is locked keeps
 * it for two seconds at most. NULL is accepted.
 */
void seen_log_free(struct seen_log *log);
DEFINE_CLEANUP(struct seen_log *, seen_log_free)

#endif
