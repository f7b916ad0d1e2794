/*
 * Making a new store. It is made under another name and linked to its own when it is whole: nobody
 * sees half a store, and of two who make one at a time the first one's stays. Whoever is killed
 * here leaves PATH.new-*.
 */
#include "store/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define STRING(x) #x
#define STRING_OF(x) STRING(x)

static const char *const schema[] = {
	"PRAGMA application_id = " STRING_OF(STORE_APPLICATION_ID),
	"PRAGMA user_version = " STRING_OF(STORE_LAYOUT),
	"BEGIN",
	"CREATE TABLE meta("
	"one INTEGER PRIMARY KEY CHECK (one = 1), "
	"instance TEXT NOT NULL CHECK (length(instance) = 32), "
	"sequence INTEGER NOT NULL CHECK (sequence >= 0)) STRICT",
	"INSERT INTO meta VALUES (1, lower(hex(randomblob(16))), 0)",
	"CREATE TABLE domain("
	"name TEXT NOT NULL PRIMARY KEY, "
	"provider TEXT NOT NULL, "
	"changed INTEGER NOT NULL) STRICT, WITHOUT ROWID",
	"CREATE INDEX domain_changed ON domain(changed)",
	"CREATE TABLE removed("
	"name TEXT NOT NULL PRIMARY KEY, "
	"changed INTEGER NOT NULL) STRICT, WITHOUT ROWID",
	"CREATE INDEX removed_changed ON removed(changed)",
	"CREATE TABLE audit("
	"id INTEGER PRIMARY KEY AUTOINCREMENT, "
	"at INTEGER NOT NULL, " /* seconds since 1970 */
	"who TEXT NOT NULL, "
	"what TEXT NOT NULL, "
	"added INTEGER NOT NULL, "
	"changed INTEGER NOT NULL, "
	"removed INTEGER NOT NULL) STRICT",
	"COMMIT",
	"PRAGMA journal_mode = WAL",
	NULL,
};

static void sqlite_free(sqlite3 *db)
{
	sqlite3_close(db);
}
DEFINE_CLEANUP(sqlite3 *, sqlite_free)

static int fill_new_file(char *path, struct error *err)
{
	CLEANUP(sqlite_freep) sqlite3 *db = NULL;
	struct store store = { .path = path, .mode = STORE_CREATE };
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE;
	int result = sqlite3_open_v2(path, &db, flags, NULL);

	store.db = db;
	if (!db)
		return error_no_memory(err);
	if (result != SQLITE_OK)
		return store_failed(&store, "make it", err);
	return store_execute(&store, schema, "make it", err);
}

/*
 * So that the new name is there after a power cut too. A directory that cannot be opened is no
 * failure: the file is made.
 */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char directory[STORE_PATH_SIZE];
	int fd;

	snprintf(directory, sizeof(directory), "%.*s/", (int)(slash - path), path);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/*
 * The log of a store that was deleted would be taken for ours. It is not deleted here: it may be
 * that of somebody who has just made a store.
 */
static int check_leftovers(const char *path, struct error *err)
{
	static const char *const suffixes[] = { "-wal", "-journal" };

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		char name[STORE_PATH_SIZE];
		struct stat info;

		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		if (stat(name, &info) == 0 && info.st_size > 0 && access(path, F_OK) < 0)
			return error_set(err, ERROR_CONFLICT,
					 "%s: is left of a store that is gone; put that back, or "
					 "delete this too",
					 name);
	}
	return 0;
}

int store_create_file(const char *path, struct error *err)
{
	char temporary[STORE_PATH_SIZE];
	uint64_t random = 0;
	int fd, result;

	if (getrandom(&random, sizeof(random), 0) < 0)
		return error_errno(err, errno, "%s: no random number", path);
	snprintf(temporary, sizeof(temporary), "%s.new-%016llx", path, (unsigned long long)random);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(err, errno, "%s: cannot make it", path);
	close(fd);
	result = fill_new_file(temporary, err);
	if (result == 0)
		result = check_leftovers(path, err);
	if (result == 0 && link(temporary, path) < 0 && errno != EEXIST)
		result = error_errno(err, errno, "%s: cannot make it", path);
	unlink(temporary);
	if (result == 0)
		sync_directory(path);
	return result;
}
