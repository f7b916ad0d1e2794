/*
 * Finding, checking and opening the file.
 *
 * The database is in WAL mode, so that readers and the writer do not wait for each other. Beside
 * signpost.db lie signpost.db-wal and signpost.db-shm. A service that may not write in the
 * directory can read only if they are there; SQLite's last connection would delete them, so writers
 * keep them (SQLITE_FCNTL_PERSIST_WAL; closing empties the log).
 *
 * A reader never creates anything: it opens with mode=ro and readonly_shm=1. If there is no usable
 * log, as after a copy was put back or the sqlite3 program was the last to close, the file alone is
 * the whole truth. SQLite reads that with immutable=1, which means without locks, so every reading
 * then ends with a look whether a writer has come meanwhile (store_settled).
 *
 * The file is never opened here beside SQLite: closing such a descriptor would drop the locks that
 * SQLite holds for this process (POSIX locks belong to a process and a file, not to a descriptor).
 */
#include "store/store_sqlite.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define URL_SCHEME "sqlite:"
#define BUSY_TIMEOUT 2000 /* milliseconds */
#define LOG_HEAD_SIZE 32  /* bytes, before the first frame */

static const char *const writer_pragmas[] = {
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = FULL",
	"PRAGMA foreign_keys = ON",
	"PRAGMA journal_size_limit = 67108864", /* bytes */
	NULL,
};

/* What lies beside the file. All zero, size included, if there is nothing. */
static struct stat look_beside(const struct store *store, const char *suffix)
{
	char path[STORE_PATH_SIZE];
	struct stat info;

	snprintf(path, sizeof(path), "%s%s", store->path, suffix);
	return stat(path, &info) == 0 ? info : (struct stat){ 0 };
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int store_settled(const struct store *store, struct error *err)
{
	struct stat file, log;

	if (!store->unlocked)
		return 0;
	file = look_beside(store, "");
	log = look_beside(store, "-wal");
	if (!same_file(&file, &store->file) || !same_file(&log, &store->log) ||
	    look_beside(store, "-journal").st_ino)
		return error_set(err, ERROR_UNAVAILABLE,
				 "%s: was changed while it was read; try again", store->path);
	return 0;
}

/*
 * Whether the log is one that SQLite can read. A writer that was killed may leave one that ends
 * behind its head, a broken disk anything; a connection that may not write tries again and again
 * for ten seconds to make sense of such a one (seen with 3.40.1). Nothing that was committed is in
 * it. The log may be opened here, unlike the file: SQLite holds no locks on it.
 */
static bool log_usable(const struct store *store)
{
	static const unsigned char magic[] = { 0x37, 0x7f, 0x06 }; /* then 0x82 or 0x83 */
	char path[STORE_PATH_SIZE];
	unsigned char head[sizeof(magic)];
	ssize_t size;
	int fd;

	if (store->log.st_size == 0)
		return store->log.st_ino != 0;
	snprintf(path, sizeof(path), "%s-wal", store->path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return true; /* SQLite will complain */
	size = read(fd, head, sizeof(head));
	close(fd);
	return store->log.st_size > LOG_HEAD_SIZE && size == (ssize_t)sizeof(head) &&
	       memcmp(head, magic, sizeof(magic)) == 0;
}

/* SQLite says "unable to open database file" for each of the three files. */
static int cannot_open(const struct store *store, struct error *err)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	int number;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		char path[STORE_PATH_SIZE];

		snprintf(path, sizeof(path), "%s%s", store->path, suffixes[i]);
		if (euidaccess(path, store->mode == STORE_READ ? R_OK : R_OK | W_OK) == 0)
			continue;
		if (i == 0 || errno != ENOENT)
			return error_errno(err, errno, "%s", path);
		if (store->mode == STORE_READ)
			return error_set(err, ERROR_UNAVAILABLE,
					 "%s: is missing; the next change with signpost makes it",
					 path);
	}
	number = sqlite3_system_errno(store->db);
	return error_set(err, ERROR_IO, "%s: cannot open it or make its -wal and -shm files: %s",
			 store->path, number ? strerror(number) : sqlite3_errmsg(store->db));
}

int store_failed(const struct store *store, const char *doing, struct error *err)
{
	static const struct {
		int sqlite;
		enum error_code code;
		const char *advice;
	} faults[] = {
		{ SQLITE_BUSY, ERROR_UNAVAILABLE, "; another program holds it, try again" },
		{ SQLITE_LOCKED, ERROR_UNAVAILABLE, "; another program holds it, try again" },
		{ SQLITE_PROTOCOL, ERROR_UNAVAILABLE, "; another program holds it, try again" },
		{ SQLITE_NOTADB, ERROR_INVALID, "; it is no store of Signpost, put a copy back" },
		{ SQLITE_ERROR, ERROR_INVALID, "; it is no store of Signpost, put a copy back" },
		{ SQLITE_CORRUPT, ERROR_IO, "; it is damaged, put a copy back" },
		{ SQLITE_READONLY, ERROR_IO, "; this user must be allowed to write it" },
		{ SQLITE_NOMEM, ERROR_NO_MEMORY, "" },
	};
	int code = sqlite3_errcode(store->db), number = sqlite3_system_errno(store->db);
	const char *words = sqlite3_errmsg(store->db), *advice = "";
	enum error_code ours = ERROR_IO;

	if (store_settled(store, err) < 0) /* no wonder then */
		return -1;
	if ((code & 0xff) == SQLITE_CANTOPEN)
		return cannot_open(store, err);
	/* A writer died; only another one may mend the index of the log. */
	if (store->mode == STORE_READ && (code & 0xff) == SQLITE_READONLY)
		return error_set(err, ERROR_UNAVAILABLE,
				 "%s: cannot %s: %s; the next change with signpost mends it",
				 store->path, doing, words);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		if ((code & 0xff) == faults[i].sqlite) {
			ours = faults[i].code;
			advice = faults[i].advice;
		}
	}
	if ((code & 0xff) == SQLITE_IOERR && number)
		return error_set(err, ours, "%s: cannot %s: %s: %s", store->path, doing, words,
				 strerror(number));
	return error_set(err, ours, "%s: cannot %s: %s%s", store->path, doing, words, advice);
}

/* The path of a url: absolute, short enough for SQLite. */
static int path_of_url(const char *url, char **ret, struct error *err)
{
	const char *path =
		strncmp(url, URL_SCHEME, strlen(URL_SCHEME)) == 0 ? url + strlen(URL_SCHEME) : "";

	if (*path != '/')
		return error_set(err, ERROR_INVALID,
				 "store url \"%.200s\" is not sqlite: and an absolute path", url);
	if (strlen(path) > STORE_PATH_MAX)
		return error_set(err, ERROR_INVALID,
				 "store url \"%.200s...\": the path is longer than %d bytes", url,
				 STORE_PATH_MAX);
	*ret = strdup(path);
	return *ret ? 0 : error_no_memory(err);
}

/* As SQLite does: what belongs to a file lies beside it, not beside a link to it. */
static int resolve_links(struct store *store, struct error *err)
{
	char *path = realpath(store->path, NULL);

	if (!path)
		return error_errno(err, errno, "%s", store->path);
	free(store->path);
	store->path = path;
	if (strlen(path) > STORE_PATH_MAX)
		return error_set(err, ERROR_INVALID, "%.200s...: is longer than %d bytes", path,
				 STORE_PATH_MAX);
	return 0;
}

static int file_check(struct store *store, struct error *err)
{
	if (resolve_links(store, err) < 0)
		return -1;
	if (stat(store->path, &store->file) < 0)
		return error_errno(err, errno, "%s", store->path);
	if (!S_ISREG(store->file.st_mode))
		return error_set(err, ERROR_INVALID, "%s: is not a file", store->path);
	if (store->file.st_size == 0)
		return error_set(err, ERROR_INVALID,
				 "%s: is empty (0 bytes), no store; put a copy back, or delete it "
				 "and make a new one",
				 store->path);
	return 0;
}

void store_reader_uri(const char *path, bool unlocked, struct bytes *uri)
{
	bytes_append_text(uri, "file:");
	for (const char *p = path; *p; p++) {
		if (isalnum((unsigned char)*p) || strchr("/-._~", *p))
			bytes_append(uri, p, 1);
		else
			bytes_append_format(uri, "%%%02X", (unsigned char)*p);
	}
	bytes_append_text(uri, "?mode=ro&readonly_shm=1");
	if (unlocked)
		bytes_append_text(uri, "&immutable=1");
}

static int connect_file(struct store *store, struct error *err)
{
	/* One thread at a time uses a store: SQLite need not lock for others. */
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	CLEANUP(bytes_clear) struct bytes name = { 0 };

	if (store->mode == STORE_READ) {
		store->log = look_beside(store, "-wal");
		store->unlocked = !log_usable(store) && !look_beside(store, "-journal").st_ino;
		store_reader_uri(store->path, store->unlocked, &name);
		flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
	} else {
		bytes_append_text(&name, store->path);
		flags |= SQLITE_OPEN_READWRITE;
	}
	if (name.failed)
		return error_no_memory(err);
	if (sqlite3_open_v2(name.data, &store->db, flags, NULL) != SQLITE_OK)
		return store->db ? store_failed(store, "open it", err) : error_no_memory(err);
	sqlite3_busy_timeout(store->db, BUSY_TIMEOUT);
	return 0;
}

int store_execute(const struct store *store, const char *const *sql, const char *doing,
		  struct error *err)
{
	for (; *sql; sql++) {
		if (sqlite3_exec(store->db, *sql, NULL, NULL, NULL) != SQLITE_OK)
			return store_failed(store, doing, err);
	}
	return 0;
}

static int prepare_writer(struct store *store, struct error *err)
{
	int on = 1;

	/* SQLite opens for reading alone what it may not write, and says so at the first change. */
	if (sqlite3_db_readonly(store->db, "main") && euidaccess(store->path, W_OK) < 0)
		return error_errno(err, errno, "%s: cannot write it", store->path);
	sqlite3_file_control(store->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	if (store_execute(store, writer_pragmas, "make it ready for writing", err) < 0)
		return -1;
	return store->layout < STORE_LAYOUT ? store_layout_raise(store, err) : 0;
}

int store_open(const char *url, enum store_mode mode, struct store **ret, struct error *err)
{
	CLEANUP(store_closep) struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return error_no_memory(err);
	store->mode = mode;
	if (path_of_url(url, &store->path, err) < 0)
		return -1;
	if (file_check(store, err) < 0) {
		if (mode != STORE_CREATE || err->code != ERROR_NOT_FOUND)
			return -1;
		if (store_create_file(store->path, err) < 0 || file_check(store, err) < 0)
			return -1;
	}
	if (connect_file(store, err) < 0 || store_layout_check(store, err) < 0)
		return -1;
	if (mode != STORE_READ && prepare_writer(store, err) < 0)
		return -1;
	*ret = store;
	store = NULL;
	return 0;
}

void store_disconnect(struct store *store)
{
	for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_disconnect(store);
	free(store->path);
	free(store);
}
