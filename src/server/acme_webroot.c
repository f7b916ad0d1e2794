/*
 * One name at a time, each in the directory that is already open, so that no name of a path can be
 * made a link under way. What it is is looked at before it is opened: to open a FIFO or a device
 * can have an effect.
 */
#include "server/acme_webroot.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define NAME_MAX_SIZE 128 /* characters */

#define OPEN_DIRECTORY (O_PATH | O_DIRECTORY | O_CLOEXEC)
#define OPEN_FILE (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* What endpoint_acme_name() lets through. Seen once more, since all else rests on it. */
static bool name_is_plain(const char *name)
{
	size_t size = strspn(name, NAME_LETTERS);

	return size >= 1 && size <= NAME_MAX_SIZE && name[size] == '\0';
}

/* Returns the directory's descriptor, or -1 and errno; a link below it is ENOTDIR. */
static int open_challenges(const char *directory)
{
	static const char *const names[] = { ".well-known", "acme-challenge" };
	int fd = open(directory, OPEN_DIRECTORY);

	for (size_t i = 0; fd >= 0 && i < sizeof(names) / sizeof(*names); i++) {
		int next = openat(fd, names[i], OPEN_DIRECTORY | O_NOFOLLOW), number = errno;

		close(fd);
		errno = number;
		fd = next;
	}
	return fd;
}

/* Whether info is of a file that may be read; else errno is set. */
static bool is_proof(const struct stat *info)
{
	errno = S_ISREG(info->st_mode) ? EFBIG : EINVAL;
	return S_ISREG(info->st_mode) && info->st_size <= ACME_FILE_MAX;
}

/* Returns the file's descriptor, or -1 and errno; EINVAL: no regular file, EFBIG: too large. */
static int open_proof(int challenges, const char *name)
{
	struct stat info;
	int fd, number;

	if (fstatat(challenges, name, &info, AT_SYMLINK_NOFOLLOW) < 0 || !is_proof(&info))
		return -1;
	fd = openat(challenges, name, OPEN_FILE);
	if (fd < 0 || (fstat(fd, &info) == 0 && is_proof(&info)))
		return fd;
	number = errno; /* it is another one now */
	close(fd);
	errno = number;
	return -1;
}

/* Returns how many bytes there were, or -1 and errno; EFBIG: more than there is room for. */
static ssize_t read_all(int fd, char *ret)
{
	size_t size = 0;

	for (;;) {
		char beyond;
		bool full = size == ACME_FILE_MAX;
		ssize_t got =
			read(fd, full ? &beyond : ret + size, full ? 1 : ACME_FILE_MAX - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			return (ssize_t)size;
		if (full) {
			errno = EFBIG;
			return -1;
		}
		size += (size_t)got;
	}
}

static ssize_t read_proof(const char *directory, const char *name, char *ret)
{
	CLEANUP(closep) int challenges = -1;
	CLEANUP(closep) int fd = -1;

	challenges = open_challenges(directory);
	if (challenges < 0)
		return -1;
	fd = open_proof(challenges, name);
	return fd < 0 ? -1 : read_all(fd, ret);
}

int acme_webroot_read(const char *directory, const char *name, char *ret, size_t *ret_size,
		      struct error *err)
{
	static const char place[] = ".well-known/acme-challenge";
	ssize_t size;
	int number;

	if (!name_is_plain(name))
		return error_set(err, ERROR_NOT_FOUND, "%s/%s: no file can have the name asked for",
				 directory, place);
	size = read_proof(directory, name, ret);
	if (size >= 0) {
		*ret_size = (size_t)size;
		return 0;
	}
	number = errno;
	switch (number) {
	case EFBIG:
		return error_set(err, ERROR_TOO_LARGE, "%s/%s/%s: more than %d bytes", directory,
				 place, name, ACME_FILE_MAX);
	case EINVAL:
	case ELOOP:
		return error_set(err, ERROR_IO, "%s/%s/%s: not a regular file", directory, place,
				 name);
	default:
		return error_errno(err, number, "%s/%s/%s", directory, place, name);
	}
}
