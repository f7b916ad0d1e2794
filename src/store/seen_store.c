/*
 * After every batch the log is brought into the file and emptied (a TRUNCATE checkpoint), so that
 * the file alone is the whole truth between two batches. Whoever puts another file in its place
 * then meets no log of ours that SQLite would play into it, and what is not ours is seen as what it
 * is. -wal and -shm stay when the last connection closes (SQLITE_FCNTL_PERSIST_WAL): readers that
 * may not write in the directory need them.
 *
 * Whether somebody else changed the file is told by its inode, size and time after each batch of
 * ours. It is never opened here beside SQLite while SQLite has it open: closing such a descriptor
 * would drop the locks of this process.
 *
 * Pruning walks through the key, some thousand rows at a time. An index by time would make it
 * quicker, and the file twice as large.
 */
#include "store/seen_store.h"

#include "base/bytes.h"
#include "store/store_sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEN_APPLICATION_ID 1399287379 /* "SgnS" */
#define SEEN_LAYOUT 1
#define SEEN_PRUNE_ROWS 5000 /* looked at in one call, which takes some milliseconds */
#define BUSY_TIMEOUT 1000    /* milliseconds */
#define LOG_HEAD_SIZE 32     /* bytes; a log that ends there holds nothing */
#define FILE_MODE 0640

#define STRING(x) #x
#define STRING_OF(x) STRING(x)

enum seen_statement {
	SEEN_BEGIN,
	SEEN_COMMIT,
	SEEN_ROLLBACK,
	SEEN_KIND_OF_FILE,
	SEEN_COUNT,
	SEEN_MARK,
	SEEN_WRITTEN,
	SEEN_UPDATE,
	SEEN_INSERT,
	SEEN_PRUNE_END,
	SEEN_PRUNE,
	SEEN_READ,
	SEEN_STATEMENT_COUNT
};

struct seen_store {
	sqlite3 *db;
	char *path;
	enum seen_store_mode mode;
	bool unlocked; /* a reader that takes no locks: see has_log() */
	sqlite3_stmt *statements[SEEN_STATEMENT_COUNT]; /* prepared when first used */
	int64_t now;					/* of the batch */
	bool writing;					/* a batch has begun */
	uint64_t rows, rows_before;			/* before: the batch */
	struct stat file; /* after the last batch; of a reader: when it was opened */
	char pruned[256]; /* the domain at which pruning goes on */
};

/* ?1 to ?5 are the key, wherever they occur. */
static const char *const statement_sql[SEEN_STATEMENT_COUNT] = {
	[SEEN_BEGIN] = "BEGIN IMMEDIATE",
	[SEEN_COMMIT] = "COMMIT",
	[SEEN_ROLLBACK] = "ROLLBACK",
	[SEEN_KIND_OF_FILE] = "SELECT application_id, user_version, "
			      "(SELECT count(*) FROM sqlite_schema) "
			      "FROM pragma_application_id, pragma_user_version",
	[SEEN_COUNT] = "SELECT count(*) FROM seen",
	[SEEN_MARK] = "UPDATE meta SET written = ?1",
	[SEEN_WRITTEN] = "SELECT written FROM meta",
	/* A clock that was wrong once does not keep a row in the future for ever: ?9 is now. */
	[SEEN_UPDATE] = "UPDATE seen SET first = min(first, ?6), last = max(min(last, ?9), ?7), "
			"times = times + ?8 WHERE domain = ?1 AND kind = ?2 AND client = ?3 "
			"AND provider = ?4 AND status = ?5",
	[SEEN_INSERT] = "INSERT INTO seen(domain, kind, client, provider, status, first, last, "
			"times) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[SEEN_PRUNE_END] = "SELECT domain FROM seen WHERE domain > ?1 ORDER BY domain "
			   "LIMIT 1 OFFSET " STRING_OF(SEEN_PRUNE_ROWS) " - 1",
	[SEEN_PRUNE] = "DELETE FROM seen WHERE domain > ?1 AND (?2 IS NULL OR domain <= ?2) "
		       "AND last < ?3",
	[SEEN_READ] = "SELECT domain, kind, client, provider, status, first, last, times "
		      "FROM seen WHERE domain = ?1 "
		      "ORDER BY last DESC, kind, client, provider, status",
};

static const char *const layout[] = {
	"CREATE TABLE meta("
	"one INTEGER PRIMARY KEY CHECK (one = 1), "
	"written INTEGER NOT NULL) STRICT", /* seconds since 1970 */
	"INSERT INTO meta VALUES (1, 0)",
	"CREATE TABLE seen("
	"domain TEXT NOT NULL, "
	"kind TEXT NOT NULL, "
	"client TEXT NOT NULL, "
	"provider TEXT NOT NULL, " /* '': none */
	"status INTEGER NOT NULL, "
	"first INTEGER NOT NULL, " /* seconds since 1970 */
	"last INTEGER NOT NULL, "
	"times INTEGER NOT NULL, "
	"PRIMARY KEY (domain, kind, client, provider, status)) STRICT, WITHOUT ROWID",
	"PRAGMA application_id = " STRING_OF(SEEN_APPLICATION_ID),
	"PRAGMA user_version = " STRING_OF(SEEN_LAYOUT),
	NULL,
};

static const char *const writer_pragmas[] = {
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = NORMAL",
	NULL,
};

static void remember_file(struct seen_store *store)
{
	if (stat(store->path, &store->file) < 0)
		store->file = (struct stat){ 0 };
}

bool seen_store_is_stale(const struct seen_store *store)
{
	struct stat now;
	int moved = 0;

	if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
	    moved)
		return true;
	return stat(store->path, &now) < 0 || now.st_dev != store->file.st_dev ||
	       now.st_ino != store->file.st_ino || now.st_size != store->file.st_size ||
	       now.st_mtim.tv_sec != store->file.st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != store->file.st_mtim.tv_nsec;
}

static int unsettled(const struct seen_store *store, struct error *err)
{
	return error_set(err, ERROR_UNAVAILABLE, "%s: was changed while it was read; try again",
			 store->path);
}

/* SQLite says "unable to open database file" for each of the three files and the directory. */
static int cannot_open(const struct seen_store *store, const char *doing, struct error *err)
{
	int number = sqlite3_system_errno(store->db);

	if (store->mode == SEEN_STORE_READ && number == ENOENT)
		return error_set(err, ERROR_UNAVAILABLE,
				 "%s: a file beside it is missing; the service makes it when it "
				 "next writes",
				 store->path);

	return error_set(err, ERROR_IO, "%s: cannot %s or its -wal and -shm files: %s", store->path,
			 doing, number ? strerror(number) : "unable to open them");
}

/* Sets *err from what SQLite said last. Returns -1. */
static int failed(const struct seen_store *store, const char *doing, struct error *err)
{
	static const char alien[] = "; it is no file of what was seen: move it away, or name "
				    "another in [seen] file";
	static const struct {
		int sqlite;
		enum error_code code;
		const char *advice;
	} faults[] = {
		{ SQLITE_BUSY, ERROR_UNAVAILABLE, "; another program holds it" },
		{ SQLITE_LOCKED, ERROR_UNAVAILABLE, "; another program holds it" },
		{ SQLITE_PROTOCOL, ERROR_UNAVAILABLE, "; another program holds it" },
		{ SQLITE_NOTADB, ERROR_INVALID, alien },
		{ SQLITE_ERROR, ERROR_INVALID, alien },
		{ SQLITE_CORRUPT, ERROR_IO, "; it is damaged: move it away, a new one is made" },
		{ SQLITE_READONLY, ERROR_IO, "; the service's user must be allowed to write it" },
		{ SQLITE_FULL, ERROR_IO, "; there is no room left" },
		{ SQLITE_IOERR, ERROR_IO, "; is the disk full, or broken?" },
		{ SQLITE_NOMEM, ERROR_NO_MEMORY, "" },
	};
	int code = sqlite3_errcode(store->db);
	const char *words = sqlite3_errmsg(store->db), *advice = "";
	enum error_code ours = ERROR_IO;

	if (store->unlocked && seen_store_is_stale(store)) /* no wonder then */
		return unsettled(store, err);
	if ((code & 0xff) == SQLITE_CANTOPEN)
		return cannot_open(store, doing, err);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		if ((code & 0xff) == faults[i].sqlite) {
			ours = faults[i].code;
			advice = faults[i].advice;
		}
	}
	return error_set(err, ours, "%s: cannot %s: %s%s", store->path, doing, words, advice);
}

static int execute(const struct seen_store *store, const char *const *sql, const char *doing,
		   struct error *err)
{
	for (; *sql; sql++) {
		if (sqlite3_exec(store->db, *sql, NULL, NULL, NULL) != SQLITE_OK)
			return failed(store, doing, err);
	}
	return 0;
}

static sqlite3_stmt *prepare(struct seen_store *store, enum seen_statement which, const char *doing,
			     struct error *err)
{
	sqlite3_stmt **statement = &store->statements[which];

	if (!*statement &&
	    sqlite3_prepare_v3(store->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
			       statement, NULL) != SQLITE_OK)
		failed(store, doing, err);
	return *statement;
}

/* Steps a bound statement without rows to its end and resets it. */
static int step(const struct seen_store *store, sqlite3_stmt *statement, const char *doing,
		struct error *err)
{
	int result = 0;

	if (sqlite3_step(statement) != SQLITE_DONE)
		result = failed(store, doing, err);
	sqlite3_reset(statement);
	return result;
}

static int run(struct seen_store *store, enum seen_statement which, const char *doing,
	       struct error *err)
{
	sqlite3_stmt *statement = prepare(store, which, doing, err);

	return statement ? step(store, statement, doing, err) : -1;
}

/* The numbers of a statement's one row. */
static int ask_numbers(struct seen_store *store, enum seen_statement which, const char *doing,
		       int64_t *ret, int count, struct error *err)
{
	sqlite3_stmt *statement = prepare(store, which, doing, err);
	int result = 0, code;

	if (!statement)
		return -1;
	code = sqlite3_step(statement);
	for (int i = 0; i < count && code == SQLITE_ROW; i++)
		ret[i] = sqlite3_column_int64(statement, i);
	if (code == SQLITE_DONE)
		result = error_set(err, ERROR_IO, "%s: cannot %s: a row is missing; it is damaged",
				   store->path, doing);
	else if (code != SQLITE_ROW)
		result = failed(store, doing, err);
	sqlite3_reset(statement);
	return result;
}

/* Opening */

/* Sets *ret_new: nothing is in it yet. */
static int check_kind(struct seen_store *store, bool *ret_new, struct error *err)
{
	int64_t numbers[3] = { 0 }; /* application, layout, tables */

	if (ask_numbers(store, SEEN_KIND_OF_FILE, "read what it is", numbers, 3, err) < 0)
		return -1;
	*ret_new = numbers[0] == 0 && numbers[1] == 0 && numbers[2] == 0;
	if (*ret_new)
		return 0;
	if (numbers[0] != SEEN_APPLICATION_ID)
		return error_set(err, ERROR_INVALID,
				 "%s: is another program's database: move it away, or name another "
				 "file in [seen] file",
				 store->path);
	if (numbers[1] != SEEN_LAYOUT)
		return error_set(err, ERROR_INVALID,
				 "%s: has layout %lld, this program knows %d: use the newer "
				 "Signpost, or move it away",
				 store->path, (long long)numbers[1], SEEN_LAYOUT);
	return 0;
}

static int make_tables(struct seen_store *store, struct error *err)
{
	static const char doing[] = "make its tables";
	bool still_new = false;
	struct error ignored;

	if (run(store, SEEN_BEGIN, doing, err) < 0)
		return -1;
	if (check_kind(store, &still_new, err) < 0 ||
	    (still_new && execute(store, layout, doing, err) < 0) ||
	    run(store, SEEN_COMMIT, doing, err) < 0) {
		if (!sqlite3_get_autocommit(store->db))
			run(store, SEEN_ROLLBACK, doing, &ignored);
		return -1;
	}
	return 0;
}

/* Makes an empty file if there is none, so that its mode is ours and not SQLite's. */
static int make_file(const struct seen_store *store, struct error *err)
{
	int fd = open(store->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);

	if (fd < 0)
		return errno == EEXIST ? 0
				       : error_errno(err, errno, "%s: cannot make it", store->path);
	close(fd);
	return 0;
}

static int check_file(const struct seen_store *store, struct error *err)
{
	bool writes = store->mode == SEEN_STORE_WRITE;
	struct stat info;

	if (stat(store->path, &info) < 0) {
		if (errno == ENOENT && writes)
			return make_file(store, err);
		return error_errno(err, errno, "%s", store->path);
	}
	if (!S_ISREG(info.st_mode))
		return error_set(err, ERROR_INVALID, "%s: is not a file", store->path);
	if (euidaccess(store->path, writes ? R_OK | W_OK : R_OK) < 0)
		return error_errno(err, errno, "%s", store->path);
	if (info.st_size == 0 && !writes)
		return error_set(err, ERROR_NOT_FOUND, "%s: is empty: nothing was written yet",
				 store->path);
	return 0;
}

static bool beside(const struct seen_store *store, const char *suffix, off_t *ret_size)
{
	char path[STORE_PATH_SIZE];
	struct stat info = { 0 };
	bool there;

	snprintf(path, sizeof(path), "%s%s", store->path, suffix);
	there = stat(path, &info) == 0;
	*ret_size = info.st_size;
	return there;
}

/*
 * Without a log that SQLite can read, the file alone is the whole truth, and is read without locks.
 * The writer may begin meanwhile, so every reading then ends with a look at the file.
 */
static bool has_log(const struct seen_store *store)
{
	off_t log, index;

	if (!beside(store, "-wal", &log) || (log > 0 && log <= LOG_HEAD_SIZE))
		return false;
	return log > 0 || beside(store, "-shm", &index);
}

static int connect_file(struct seen_store *store, struct error *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	CLEANUP(bytes_clear) struct bytes name = { 0 };

	if (store->mode == SEEN_STORE_READ) {
		remember_file(store);
		store->unlocked = !has_log(store);
		store_reader_uri(store->path, store->unlocked, &name);
		flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
	} else {
		bytes_append_text(&name, store->path);
		flags |= SQLITE_OPEN_READWRITE;
	}
	if (name.failed)
		return error_no_memory(err);
	if (sqlite3_open_v2(name.data, &store->db, flags, NULL) != SQLITE_OK)
		return store->db ? failed(store, "open it", err) : error_no_memory(err);
	sqlite3_busy_timeout(store->db, BUSY_TIMEOUT);
	return 0;
}

static int prepare_writer(struct seen_store *store, bool is_new, struct error *err)
{
	int64_t rows = 0;
	int on = 1;

	sqlite3_file_control(store->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	if (execute(store, writer_pragmas, "make it ready for writing", err) < 0 ||
	    (is_new && make_tables(store, err) < 0) ||
	    ask_numbers(store, SEEN_COUNT, "count its rows", &rows, 1, err) < 0)
		return -1;
	store->rows = (uint64_t)rows;
	remember_file(store);
	return 0;
}

int seen_store_open(const char *path, enum seen_store_mode mode, struct seen_store **ret,
		    struct error *err)
{
	CLEANUP(seen_store_closep) struct seen_store *store = calloc(1, sizeof(*store));
	bool is_new = false;

	if (!store)
		return error_no_memory(err);
	store->mode = mode;
	store->path = strdup(path);
	if (!store->path)
		return error_no_memory(err);
	if (strlen(path) > STORE_PATH_MAX)
		return error_set(err, ERROR_INVALID, "%.200s...: is longer than %d bytes", path,
				 STORE_PATH_MAX);
	if (check_file(store, err) < 0 || connect_file(store, err) < 0 ||
	    check_kind(store, &is_new, err) < 0)
		return -1;
	if (is_new && mode == SEEN_STORE_READ)
		return error_set(err, ERROR_NOT_FOUND, "%s: nothing was written yet", path);
	if (mode == SEEN_STORE_WRITE && prepare_writer(store, is_new, err) < 0)
		return -1;
	*ret = store;
	store = NULL;
	return 0;
}

void seen_store_close(struct seen_store *store)
{
	if (!store)
		return;
	if (store->db) {
		seen_store_rollback(store);
		/* nothing of ours goes into a file that is no longer ours */
		if (store->mode == SEEN_STORE_WRITE && seen_store_is_stale(store))
			sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	}
	for (size_t i = 0; i < SEEN_STATEMENT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	free(store->path);
	free(store);
}

/* Writing */

int seen_store_begin(struct seen_store *store, int64_t now, struct error *err)
{
	static const char doing[] = "begin to write";
	sqlite3_stmt *statement;

	assert(store->mode == SEEN_STORE_WRITE && !store->writing);
	if (run(store, SEEN_BEGIN, doing, err) < 0)
		return -1;
	store->writing = true;
	store->now = now;
	store->rows_before = store->rows;
	statement = prepare(store, SEEN_MARK, doing, err);
	if (statement && sqlite3_bind_int64(statement, 1, now) == SQLITE_OK &&
	    step(store, statement, doing, err) == 0)
		return 0;
	seen_store_rollback(store);
	return -1;
}

static bool bind_row(sqlite3_stmt *statement, const struct seen_row *row, int64_t now)
{
	const char *const texts[] = { row->domain, row->kind, row->client, row->provider };
	const int64_t last = row->last < now ? row->last : now;
	const int64_t numbers[] = { row->status, row->first < last ? row->first : last, last,
				    (int64_t)row->count, now };
	int count = sqlite3_bind_parameter_count(statement), result = SQLITE_OK;

	for (int i = 0; i < count && result == SQLITE_OK; i++) {
		if (i < 4)
			result = sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_STATIC);
		else
			result = sqlite3_bind_int64(statement, i + 1, numbers[i - 4]);
	}
	return result == SQLITE_OK;
}

/* Returns how many rows were changed, or -1. */
static int change(struct seen_store *store, enum seen_statement which, const struct seen_row *row,
		  struct error *err)
{
	static const char doing[] = "write a row";
	sqlite3_stmt *statement = prepare(store, which, doing, err);

	if (!statement)
		return -1;
	if (!bind_row(statement, row, store->now))
		return failed(store, doing, err);
	return step(store, statement, doing, err) < 0 ? -1 : sqlite3_changes(store->db);
}

int seen_store_add(struct seen_store *store, const struct seen_row *row, bool *ret_kept,
		   struct error *err)
{
	int rows;

	assert(store->writing);
	rows = change(store, SEEN_UPDATE, row, err);
	*ret_kept = rows != 0 || store->rows < SEEN_ROWS_MAX;
	if (rows == 0 && *ret_kept) {
		rows = change(store, SEEN_INSERT, row, err);
		store->rows += rows > 0;
	}
	if (rows >= 0)
		return 0;
	seen_store_rollback(store);
	return -1;
}

/* Where pruning ends this time, or "": at the end of the file. */
static int find_prune_end(struct seen_store *store, char *ret, size_t size, struct error *err)
{
	static const char doing[] = "look for old rows";
	sqlite3_stmt *statement = prepare(store, SEEN_PRUNE_END, doing, err);
	int code, result = 0;

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 1, store->pruned, -1, SQLITE_STATIC) != SQLITE_OK)
		return failed(store, doing, err);
	*ret = '\0';
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		snprintf(ret, size, "%s", (const char *)sqlite3_column_text(statement, 0));
	else if (code != SQLITE_DONE)
		result = failed(store, doing, err);
	sqlite3_reset(statement);
	return result;
}

static int delete_old(struct seen_store *store, const char *end, int64_t before, struct error *err)
{
	static const char doing[] = "delete old rows";
	sqlite3_stmt *statement = prepare(store, SEEN_PRUNE, doing, err);

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 1, store->pruned, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_text(statement, 2, *end ? end : NULL, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_int64(statement, 3, before) != SQLITE_OK)
		return failed(store, doing, err);
	if (step(store, statement, doing, err) < 0)
		return -1;
	store->rows -= (uint64_t)sqlite3_changes(store->db);
	return 0;
}

int seen_store_prune(struct seen_store *store, int64_t before, struct error *err)
{
	char end[sizeof(store->pruned)] = "";

	assert(store->writing);
	if (find_prune_end(store, end, sizeof(end), err) < 0 ||
	    delete_old(store, end, before, err) < 0) {
		seen_store_rollback(store);
		return -1;
	}
	memcpy(store->pruned, end, sizeof(end));
	return 0;
}

int seen_store_commit(struct seen_store *store, struct error *err)
{
	static const char doing[] = "write";

	if (run(store, SEEN_COMMIT, doing, err) < 0) {
		seen_store_rollback(store);
		return -1;
	}
	store->writing = false;
	/* What a reader or a full disk keeps in the log goes into the file next time. */
	sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	remember_file(store);
	return 0;
}

/* SQLite ends a batch by itself when the disk is full, for one. */
void seen_store_rollback(struct seen_store *store)
{
	struct error ignored;

	if (!store->writing)
		return;
	if (!sqlite3_get_autocommit(store->db))
		run(store, SEEN_ROLLBACK, "undo the batch", &ignored);
	store->rows = store->rows_before;
	store->writing = false;
}

uint64_t seen_store_rows(const struct seen_store *store)
{
	return store->rows;
}

/* Reading */

int seen_store_written(struct seen_store *store, int64_t *ret, struct error *err)
{
	return ask_numbers(store, SEEN_WRITTEN, "read when it was written", ret, 1, err);
}

static int row_call(const struct seen_store *store, sqlite3_stmt *statement,
		    seen_store_callback *callback, void *context, struct error *err)
{
	const char *texts[4];

	for (int i = 0; i < 4; i++) {
		texts[i] = (const char *)sqlite3_column_text(statement, i);
		if (!texts[i])
			return error_set(err, ERROR_IO, "%s: a value is missing; it is damaged",
					 store->path);
	}
	return callback(context,
			&(struct seen_row){
				.domain = texts[0],
				.kind = texts[1],
				.client = texts[2],
				.provider = texts[3],
				.status = (unsigned int)sqlite3_column_int(statement, 4),
				.first = sqlite3_column_int64(statement, 5),
				.last = sqlite3_column_int64(statement, 6),
				.count = (uint64_t)sqlite3_column_int64(statement, 7),
			},
			err);
}

int seen_store_read(struct seen_store *store, const char *domain, seen_store_callback *callback,
		    void *context, struct error *err)
{
	static const char doing[] = "read what was seen of a domain";
	sqlite3_stmt *statement = prepare(store, SEEN_READ, doing, err);
	int code = SQLITE_DONE, result = 0;

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 1, domain, -1, SQLITE_STATIC) != SQLITE_OK)
		return failed(store, doing, err);
	while (result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW)
		result = row_call(store, statement, callback, context, err);
	if (result == 0 && code != SQLITE_DONE)
		result = failed(store, doing, err);
	sqlite3_reset(statement);
	if (result == 0 && store->unlocked && seen_store_is_stale(store))
		result = unsettled(store, err);
	return result;
}
