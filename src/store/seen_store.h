/*
 * The file of what was seen: which kinds of programs asked for a domain, when, how often, and what
 * they were given. A database of its own beside the store, because the service writes it and may
 * lose it; SQLite, in WAL mode, so that whoever reads it never waits. One service writes it.
 *
 * A row is domain, kind of request, kind of program, provider and status; how much it takes is told
 * in docs/operations.md. Times are seconds since 1970. No address is in it.
 */
#ifndef STORE_SEEN_STORE_H
#define STORE_SEEN_STORE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A row takes about 100 bytes, so this is half a gigabyte: 50 rows each of 100,000 domains, of
 * which real ones have five. Only somebody who asks for every domain in every way comes near.
 */
#define SEEN_ROWS_MAX 5000000

struct seen_store;

enum seen_store_mode {
	SEEN_STORE_READ,  /* never writes or creates; ERROR_NOT_FOUND: no file, or an empty one */
	SEEN_STORE_WRITE, /* makes the file, with mode 0640, if there is none */
};

/*
 * path is copied. ERROR_INVALID: not a file, another program's, or of a newer Signpost: it is never
 * changed or deleted. ERROR_UNAVAILABLE: locked longer than a second. ERROR_IO: cannot be made,
 * read or written. ERROR_NO_MEMORY. One thread at a time uses it; the caller closes *ret.
 */
int seen_store_open(const char *path, enum seen_store_mode mode, struct seen_store **ret,
		    struct error *err);

/* An open batch ends without a trace. NULL is accepted. */
void seen_store_close(struct seen_store *store);
DEFINE_CLEANUP(struct seen_store *, seen_store_close)

/*
 * Whether the file is no longer the one that was opened and written last: deleted, replaced, or
 * changed by somebody else. Then it is to be closed, which leaves it alone, and opened again.
 */
bool seen_store_is_stale(const struct seen_store *store);

struct seen_row {
	const char *domain;   /* in the form of struct domain_name */
	const char *kind;     /* request_kind_name(); a later program's may be unknown here */
	const char *client;   /* client_kind_name() */
	const char *provider; /* an id, or "": no settings were given */
	unsigned int status;  /* of HTTP */
	int64_t first, last;
	uint64_t count;
};

/*
 * A batch is one transaction, begun at time now: seen_store_add() for each row, which is added to
 * what is there, then seen_store_commit(). With any failure (as of _open()) the batch is gone, and
 * the store as before.
 */
int seen_store_begin(struct seen_store *store, int64_t now, struct error *err);

/* *ret_kept: false if it is a new row and SEEN_ROWS_MAX are there. */
int seen_store_add(struct seen_store *store, const struct seen_row *row, bool *ret_kept,
		   struct error *err);

/*
 * Deletes what was last seen before a time, in a part of the file that is bounded (some
 * milliseconds) and that begins where the last call ended. To be called in a batch.
 */
int seen_store_prune(struct seen_store *store, int64_t before, struct error *err);

int seen_store_commit(struct seen_store *store, struct error *err);
void seen_store_rollback(struct seen_store *store);

/* When the last batch began; 0: none yet. What was asked later is not in it. */
int seen_store_written(struct seen_store *store, int64_t *ret, struct error *err);

/*
 * Calls back for each row of a domain, the one seen last first. Texts live until it returns. A
 * return of -1 with *err set ends the reading with that error.
 */
typedef int seen_store_callback(void *context, const struct seen_row *row, struct error *err);
int seen_store_read(struct seen_store *store, const char *domain, seen_store_callback *callback,
		    void *context, struct error *err);

/* How many rows there are. */
uint64_t seen_store_rows(const struct seen_store *store); /* of one that is open for writing */

#endif
