/*
 * A lock on the directory, which the kernel takes back when the process ends, makes sure that
 * nobody deletes the temporary files of somebody who still writes them.
 */
#include "cmd/file_batch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_PREFIX ".signpost-"
#define TEMPORARY_SUFFIX ".tmp"
#define TEMPORARY_SIZE 48 /* bytes */
#define MODE 0600

struct file_batch {
	char *path;
	int fd;
	bool replace;
	char **names;
	size_t count, room;
};

/* The temporary file of the name with that index. */
static const char *temporary_name(size_t index, char ret[TEMPORARY_SIZE])
{
	snprintf(ret, TEMPORARY_SIZE, TEMPORARY_PREFIX "%zu" TEMPORARY_SUFFIX, index);
	return ret;
}

static bool is_temporary(const char *name)
{
	size_t size;

	if (strncmp(name, TEMPORARY_PREFIX, strlen(TEMPORARY_PREFIX)) != 0)
		return false;
	name += strlen(TEMPORARY_PREFIX);
	size = strspn(name, "0123456789");
	return size > 0 && strcmp(name + size, TEMPORARY_SUFFIX) == 0;
}

/* Deletes what was left behind. */
static int sweep(const struct file_batch *batch, struct error *err)
{
	DIR *names = opendir(batch->path);
	const struct dirent *entry;
	int result = 0;

	if (!names)
		return error_errno(err, errno, "%s", batch->path);
	while (result == 0 && (entry = readdir(names))) {
		if (is_temporary(entry->d_name) && unlinkat(batch->fd, entry->d_name, 0) < 0)
			result = error_errno(err, errno, "%s/%s", batch->path, entry->d_name);
	}
	closedir(names);
	return result;
}

static int lock(const struct file_batch *batch, struct error *err)
{
	if (flock(batch->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return error_set(err, ERROR_UNAVAILABLE,
				 "%s: another process is writing files there", batch->path);
	return error_errno(err, errno, "%s", batch->path);
}

int file_batch_open(const char *directory, bool replace, struct file_batch **ret, struct error *err)
{
	CLEANUP(file_batch_closep) struct file_batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return error_no_memory(err);
	batch->fd = -1;
	batch->replace = replace;
	batch->path = strdup(directory);
	if (!batch->path)
		return error_no_memory(err);
	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return error_errno(err, errno, "%s", directory);
	batch->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (batch->fd < 0)
		return error_errno(err, errno, "%s", directory);
	if (lock(batch, err) < 0 || sweep(batch, err) < 0)
		return -1;
	*ret = batch;
	batch = NULL;
	return 0;
}

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

/* errno tells of a failure; then nothing is left of the file. */
static int write_temporary(const struct file_batch *batch, const char *temporary, const char *bytes,
			   size_t size)
{
	int fd = openat(batch->fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			MODE);
	int result, number;

	if (fd < 0)
		return -1;
	result = write_all(fd, bytes, size);
	number = errno;
	if (close(fd) < 0 && result == 0) {
		result = -1;
		number = errno;
	}
	if (result < 0)
		(void)unlinkat(batch->fd, temporary, 0);
	errno = number;
	return result;
}

static int reserve(struct file_batch *batch)
{
	size_t room = batch->room ? batch->room * 2 : 64;
	char **larger;

	if (batch->count < batch->room)
		return 0;
	larger = reallocarray(batch->names, room, sizeof(*larger));
	if (!larger)
		return -1;
	batch->names = larger;
	batch->room = room;
	return 0;
}

static int complain_there(const struct file_batch *batch, const char *name, struct error *err)
{
	return error_set(err, ERROR_CONFLICT, "%s/%s is there already", batch->path, name);
}

int file_batch_add(struct file_batch *batch, const char *name, const char *bytes, size_t size,
		   struct error *err)
{
	CLEANUP(freep) char *kept = NULL;
	char temporary[TEMPORARY_SIZE];
	struct stat info;

	if (!batch->replace && fstatat(batch->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0)
		return complain_there(batch, name, err);
	kept = strdup(name);
	if (!kept || reserve(batch) < 0)
		return error_no_memory(err);
	if (write_temporary(batch, temporary_name(batch->count, temporary), bytes, size) < 0)
		return error_set(err, ERROR_IO, "%s/%s: %s", batch->path, name, strerror(errno));
	batch->names[batch->count++] = kept;
	kept = NULL;
	return 0;
}

size_t file_batch_count(const struct file_batch *batch)
{
	return batch->count;
}

/* Refuses a name that is there. Where a file system cannot rename so, in two steps. errno tells. */
static int give_new_name(const struct file_batch *batch, const char *temporary, const char *name)
{
	int result = renameat2(batch->fd, temporary, batch->fd, name, RENAME_NOREPLACE);
	int number;

	if (result == 0 || (errno != EINVAL && errno != ENOSYS))
		return result;
	result = linkat(batch->fd, temporary, batch->fd, name, 0);
	number = errno;
	if (result == 0)
		(void)unlinkat(batch->fd, temporary, 0);
	errno = number;
	return result;
}

static int give_name(const struct file_batch *batch, size_t index, struct error *err)
{
	const char *name = batch->names[index];
	char temporary[TEMPORARY_SIZE];
	int result, number;

	temporary_name(index, temporary);
	result = batch->replace ? renameat(batch->fd, temporary, batch->fd, name)
				: give_new_name(batch, temporary, name);
	if (result == 0)
		return 0;
	number = errno;
	(void)unlinkat(batch->fd, temporary, 0);
	if (number == EEXIST)
		return complain_there(batch, name, err);
	return error_errno(err, number, "%s/%s", batch->path, name);
}

static void forget(struct file_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		free(batch->names[i]);
	batch->count = 0;
}

static void drop(struct file_batch *batch)
{
	char temporary[TEMPORARY_SIZE];

	for (size_t i = 0; i < batch->count; i++)
		(void)unlinkat(batch->fd, temporary_name(i, temporary), 0);
	forget(batch);
}

int file_batch_commit(struct file_batch *batch, file_batch_callback *callback, void *context,
		      struct error *err)
{
	if (batch->count == 0)
		return 0;
	if (syncfs(batch->fd) < 0) {
		error_errno(err, errno, "%s", batch->path);
		drop(batch);
		return -1;
	}
	for (size_t i = 0; i < batch->count; i++) {
		struct error failure;
		int result = give_name(batch, i, &failure);

		callback(context, i, result < 0 ? &failure : NULL);
	}
	forget(batch);
	if (fsync(batch->fd) < 0)
		return error_errno(err, errno, "%s: the files are there, but perhaps not on disk",
				   batch->path);
	return 0;
}

void file_batch_close(struct file_batch *batch)
{
	if (!batch)
		return;
	drop(batch);
	if (batch->fd >= 0)
		close(batch->fd);
	free(batch->names);
	free(batch->path);
	free(batch);
}
