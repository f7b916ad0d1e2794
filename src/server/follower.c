/*
 * No connection is kept: whether the files changed is seen from their inode, size and time, and a
 * change is read through a fresh connection. So a store that was replaced or cut off under us is
 * never read through old handles, and an idle service holds no lock.
 */
#include "server/follower.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#define FRESH_NS 20000000 /* a file's time moves in steps of a few milliseconds */

struct file_state {
	bool there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
};

struct follower {
	char *url, *path;
	uint64_t seed;
	struct file_state file, wal; /* before the last reading */
	bool fresh;		     /* one of them was, so that it must be read once more */
	struct store_version version;
	struct domain_table *table;
	struct error trouble; /* code ERROR_NONE: none */
	int64_t trouble_since;
	bool has_read;
};

static void file_look(const char *path, struct file_state *ret)
{
	struct stat info;

	*ret = (struct file_state){ 0 };
	if (stat(path, &info) < 0)
		return;
	ret->there = true;
	ret->device = info.st_dev;
	ret->inode = info.st_ino;
	ret->size = info.st_size;
	ret->modified = info.st_mtim;
}

/*
 * SQLite keeps its log beside the file that a symbolic link leads to. A file changed so lately that
 * its time may not tell it from one that is changed again now is never the same: it is read once
 * more.
 */
static void store_look(const struct follower *follower, struct file_state *ret_file,
		       struct file_state *ret_wal)
{
	char path[PATH_MAX], wal[PATH_MAX + sizeof("-wal")];

	file_look(follower->path, ret_file);
	*ret_wal = (struct file_state){ 0 };
	if (!realpath(follower->path, path))
		return;
	snprintf(wal, sizeof(wal), "%s-wal", path);
	file_look(wal, ret_wal);
}

static bool file_is_fresh(const struct file_state *state)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return state->there && now.tv_sec - state->modified.tv_sec <= 1 &&
	       (now.tv_sec - state->modified.tv_sec) * 1000000000 + now.tv_nsec -
			       state->modified.tv_nsec <
		       FRESH_NS;
}

static bool file_same(const struct file_state *a, const struct file_state *b)
{
	return a->there == b->there && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

static int empty_table(uint64_t seed, struct domain_table **ret, struct error *err)
{
	struct domain_table_builder *builder = NULL;

	if (domain_table_builder_new(NULL, seed, &builder, err) < 0)
		return -1;
	return domain_table_builder_finish(&builder, ret, err);
}

int follower_new(const char *url, struct follower **ret, struct error *err)
{
	CLEANUP(follower_freep) struct follower *follower = calloc(1, sizeof(*follower));
	const char *path = strchr(url, ':');

	if (!follower)
		return error_no_memory(err);
	path = path ? path + 1 : url;
	follower->url = strdup(url);
	follower->path = strdup(path);
	if (!follower->url || !follower->path)
		return error_no_memory(err);
	if (getrandom(&follower->seed, sizeof(follower->seed), 0) < 0)
		return error_set(err, ERROR_IO, "no random number for the table of domains");
	if (empty_table(follower->seed, &follower->table, err) < 0)
		return -1;
	*ret = follower;
	follower = NULL;
	return 0;
}

/* Reads what changed; 1 if the table is another one, 0 if not. */
static int read_store(struct follower *follower, struct error *err)
{
	CLEANUP(store_closep) struct store *store = NULL;
	struct domain_table *table = NULL;

	if (store_open(follower->url, STORE_READ, &store, err) < 0 ||
	    domain_table_follow(store, follower->table, follower->seed, &follower->version, &table,
				err) < 0)
		return -1;
	follower->has_read = true;
	if (!table)
		return 0;
	domain_table_unref(follower->table);
	follower->table = table;
	return 1;
}

/* Notes how the reading ended; returns whether that is news. */
static int note_trouble(struct follower *follower, const struct error *err)
{
	bool before = follower->trouble.code != ERROR_NONE;

	if (!err) {
		follower->trouble = (struct error){ 0 };
		follower->trouble_since = 0;
		return before;
	}
	if (before && strcmp(follower->trouble.text, err->text) == 0)
		return 0;
	if (!before)
		follower->trouble_since = time(NULL);
	follower->trouble = *err;
	return 1;
}

int follower_look(struct follower *follower)
{
	struct error err = { 0 };
	struct file_state file, wal;
	int changed;

	store_look(follower, &file, &wal);
	if (follower->has_read && follower->trouble.code == ERROR_NONE && !follower->fresh &&
	    file_same(&file, &follower->file) && file_same(&wal, &follower->wal))
		return 0;
	changed = read_store(follower, &err);
	if (changed < 0)
		return note_trouble(follower, &err);
	follower->file = file;
	follower->wal = wal;
	follower->fresh = file_is_fresh(&file) || file_is_fresh(&wal);
	return note_trouble(follower, NULL) | changed;
}

struct domain_table *follower_table(const struct follower *follower)
{
	return follower->table;
}

const char *follower_trouble(const struct follower *follower)
{
	return follower->trouble.code == ERROR_NONE ? NULL : follower->trouble.text;
}

int64_t follower_trouble_since(const struct follower *follower)
{
	return follower->trouble_since;
}

bool follower_has_read(const struct follower *follower)
{
	return follower->has_read;
}

void follower_free(struct follower *follower)
{
	if (!follower)
		return;
	free(follower->url);
	free(follower->path);
	domain_table_unref(follower->table);
	free(follower);
}
