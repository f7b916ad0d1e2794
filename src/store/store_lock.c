/*
 * The lock of who publishes: a POSIX record lock, which the kernel takes away with the process, of
 * which it tells the holder's id, and which a child does not inherit. It is on a file of its own,
 * since SQLite has such locks on the store and would lose them with ours. The file is never
 * deleted: who waits for it would lock what is gone.
 */
#include "store/dns_change.h"

#include "store/store_sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
#define ATTEMPTS 10 /* at a file that comes, or a lock that goes, just now */

struct store_lock {
	int fd;
};

/* A new file may be used by whoever may write the store. */
static int make_file(const struct store *store, const char *path)
{
	struct stat info;
	int fd;

	if (stat(store->path, &info) < 0)
		return -1;
	fd = open(path, OPEN_FLAGS | O_CREAT | O_EXCL, info.st_mode & 0666);
	if (fd >= 0 && geteuid() == 0)
		(void)!fchown(fd, info.st_uid, info.st_gid);
	if (fd >= 0)
		(void)!fchmod(fd, info.st_mode & 0666);
	return fd;
}

static int open_file(const struct store *store, const char *path, struct error *err)
{
	int fd = -1;

	for (int i = 0; i < ATTEMPTS; i++) {
		fd = open(path, OPEN_FLAGS);
		if (fd < 0 && errno == ENOENT)
			fd = make_file(store, path);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	if (fd < 0)
		error_errno(err, errno, "%s: cannot open it", path);
	return fd;
}

static int held(const char *path, pid_t holder, struct error *err)
{
	static const char advice[] = "which publishes; try again when it has ended";

	if (holder > 0)
		return error_set(err, ERROR_UNAVAILABLE, "%s: is held by process %lld, %s", path,
				 (long long)holder, advice);
	/* on another machine, or in another container */
	return error_set(err, ERROR_UNAVAILABLE, "%s: is held by another process, %s", path,
			 advice);
}

static int take(int fd, const char *path, struct error *err)
{
	pid_t holder = 0;

	for (int i = 0; i < ATTEMPTS && holder == 0; i++) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

		if (fcntl(fd, F_SETLK, &lock) == 0)
			return 0;
		if (errno != EACCES && errno != EAGAIN)
			return error_errno(err, errno, "%s: cannot lock it", path);
		if (fcntl(fd, F_GETLK, &lock) < 0)
			return error_errno(err, errno, "%s: cannot lock it", path);
		if (lock.l_type != F_UNLCK)
			holder = lock.l_pid;
	}
	return held(path, holder, err);
}

int store_lock(struct store *store, struct store_lock **ret, struct error *err)
{
	CLEANUP(store_unlockp) struct store_lock *lock = NULL;
	char path[STORE_PATH_SIZE];

	assert(store->mode != STORE_READ);
	lock = calloc(1, sizeof(*lock));
	if (!lock)
		return error_no_memory(err);
	snprintf(path, sizeof(path), "%s-lock", store->path);
	lock->fd = open_file(store, path, err);
	if (lock->fd < 0 || take(lock->fd, path, err) < 0)
		return -1;
	*ret = lock;
	lock = NULL;
	return 0;
}

void store_unlock(struct store_lock *lock)
{
	if (!lock)
		return;
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock);
}
