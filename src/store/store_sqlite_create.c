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

static int fill_new_file(char *path, struct error *err)
{
	static const char *const pragma[] = { "PRAGMA journal_mode = WAL", NULL };
	CLEANUP(store_disconnect) struct store store = { .path = path, .mode = STORE_CREATE };
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE;
	int result = sqlite3_open_v2(path, &store.db, flags, NULL);

	if (!store.db)
		return error_no_memory(err);
	if (result != SQLITE_OK)
		return store_failed(&store, "make it", err);
	if (store_layout_raise(&store, err) < 0)
		return -1;
	return store_execute(&store, pragma, "make it", err);
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
