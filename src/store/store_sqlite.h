/* What the parts of the SQLite store share. Others want store.h. */
#ifndef STORE_STORE_SQLITE_H
#define STORE_STORE_SQLITE_H

#include "base/bytes.h"
#include "store/store.h"

#include <sqlite3.h>
#include <sys/stat.h>

enum store_statement {
	STATEMENT_BEGIN,
	STATEMENT_BEGIN_IMMEDIATE,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_LAYOUT,
	STATEMENT_VERSION,
	STATEMENT_COUNT_DOMAINS,
	STATEMENT_READ_ALL,
	STATEMENT_READ_CHANGED,
	STATEMENT_READ_REMOVED,
	STATEMENT_LIST,
	STATEMENT_FIND,
	STATEMENT_SINCE,
	STATEMENT_ADD,
	STATEMENT_CHANGE,
	STATEMENT_REMOVE,
	STATEMENT_NOTE_REMOVED,
	STATEMENT_FORGET_REMOVED,
	STATEMENT_SET_SEQUENCE,
	STATEMENT_ADD_AUDIT,
	STATEMENT_CHECK,
	STATEMENT_DNS_FIND,
	STATEMENT_DNS_LIST,
	STATEMENT_DNS_NEWEST,
	STATEMENT_DNS_REPLACE,
	STATEMENT_DNS_INTEND,
	STATEMENT_DNS_UNDOES,
	STATEMENT_DNS_CONFIRM,
	STATEMENT_DNS_TAKE_BACK,
	STATEMENT_DNS_PRUNE,
	STATEMENT_DNS_DROP,
	STATEMENT_DNS_SEEN,
	STATEMENT_DNS_SET_SEEN,
	STORE_STATEMENT_COUNT
};

/* What a batch did: the columns of its audit line. */
enum store_tally {
	TALLY_ADDED,
	TALLY_CHANGED,
	TALLY_REMOVED,
	TALLY_DNS_INTENDED,
	TALLY_DNS_CONFIRMED,
	TALLY_DNS_DROPPED,
	TALLY_DNS_SEEN,
	STORE_TALLY_COUNT
};

struct store {
	sqlite3 *db;
	char *path; /* absolute */
	enum store_mode mode;
	int layout; /* 1 only for a reader: a writer brings it to STORE_LAYOUT */
	sqlite3_stmt *statements[STORE_STATEMENT_COUNT]; /* prepared when first used */

	/* A reader without a usable write-ahead log beside the file takes no locks, so it looks
	 * whether both are still what they were. */
	bool unlocked;
	struct stat file, log; /* when it was opened; log is all zero if there was none */

	/* The batch. */
	bool writing;
	uint64_t sequence; /* what its changes are marked with */
	uint64_t tally[STORE_TALLY_COUNT];
	bool roomy; /* the page cache is that for batches of domains */
};

#define STORE_APPLICATION_ID 1399287376 /* "SgnP": by this the format is known */
#define STORE_LAYOUT 2
#define STORE_PATH_MAX 480 /* bytes; SQLite's own limit is 512, with what it appends */
#define STORE_PATH_SIZE 512

/* Makes a file with an empty store at path, in one step; one that is there is left alone. */
int store_create_file(const char *path, struct error *err);

/*
 * Finds out what the file is and sets store->layout. ERROR_INVALID: not a store, or of a layout
 * that this program does not know.
 */
int store_layout_check(struct store *store, struct error *err);

/* Makes the tables that are missing up to STORE_LAYOUT, all of them in an empty file: one step. */
int store_layout_raise(struct store *store, struct error *err);

/*
 * Appends SQLite's URI of an absolute path, for a connection that never creates anything; unlocked:
 * the file alone is the whole truth, and no locks are taken.
 */
void store_reader_uri(const char *path, bool unlocked, struct bytes *uri);

/* Lets go of the database and all statements; an open batch ends without a trace. */
void store_disconnect(struct store *store);

/*
 * Sets *err from what SQLite said last: "PATH: cannot DOING: SQLite's words; what to do". Returns
 * -1.
 */
int store_failed(const struct store *store, const char *doing, struct error *err);

/* ERROR_UNAVAILABLE if what was read without locks may have been changed meanwhile. */
int store_settled(const struct store *store, struct error *err);

/* Runs statements of ours, ended by NULL. */
int store_execute(const struct store *store, const char *const *sql, const char *doing,
		  struct error *err);

/* A statement ready to be bound and stepped, or NULL with *err set. It must be reset after use. */
sqlite3_stmt *store_statement(struct store *store, enum store_statement which, const char *doing,
			      struct error *err);

/* Steps a statement that returns no rows to its end and resets it. */
int store_step(struct store *store, sqlite3_stmt *statement, const char *doing, struct error *err);

/* Both in one for a statement without parameters. */
int store_run(struct store *store, enum store_statement which, const char *doing,
	      struct error *err);

/* A column that must hold text, which a damaged file may not have: NULL with *err set. */
const char *store_column_text(const struct store *store, sqlite3_stmt *statement, int column,
			      struct error *err);

/* ERROR_IO if a failure ended the transaction under a batch: what came then would stand alone. */
int store_batch_check(const struct store *store, struct error *err);

#endif
