/*
 * Judged and read through one descriptor, so that it is the same file both times. Its owner is not
 * asked for: with such a mode, whoever could open it is the owner, or root.
 */
#include "store/link_keys_load.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_keys(const char *path, struct error *err)
{
	/* O_NONBLOCK: opening a FIFO would wait for its writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		return fd;
	if (errno == EACCES)
		return error_set(err, ERROR_IO,
				 "%s: is for its owner alone, the user that the service runs as; "
				 "uid %ld may not read it",
				 path, (long)geteuid());
	error_errno(err, errno, "%s", path);
	if (err->code == ERROR_NOT_FOUND)
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: is not there; signpost init --link-key makes it", path);
	return -1;
}

static int check_file(int fd, const char *path, struct error *err)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return error_errno(err, errno, "%s", path);
	if (!S_ISREG(info.st_mode))
		return error_set(err, ERROR_INVALID, "%s: is not a file", path);
	if (info.st_mode & 077)
		return error_set(err, ERROR_INVALID,
				 "%s: its mode %04o lets others at the keys: run chmod 600 %s",
				 path, info.st_mode & 07777, path);
	return 0;
}

/* Reads into text, which has room for one byte more than a file may have. */
static int read_keys(int fd, const char *path, char *text, size_t *ret_size, struct error *err)
{
	size_t size = 0;

	while (size <= LINK_KEYS_FILE_MAX) {
		ssize_t part = read(fd, text + size, LINK_KEYS_FILE_MAX + 1 - size);

		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return error_errno(err, errno, "%s", path);
		if (part == 0) {
			*ret_size = size;
			return 0;
		}
		size += (size_t)part;
	}
	return error_set(err, ERROR_TOO_LARGE, "%s: more than %d bytes", path, LINK_KEYS_FILE_MAX);
}

int link_keys_load(const char *path, struct link_keys *ret, struct error *err)
{
	char text[LINK_KEYS_FILE_MAX + 1];
	int fd = open_keys(path, err), result = -1;
	size_t size = 0;

	if (fd < 0)
		return -1;
	if (check_file(fd, path, err) == 0 && read_keys(fd, path, text, &size, err) == 0)
		result = link_keys_parse(text, size, path, ret, err);
	OPENSSL_cleanse(text, sizeof(text));
	close(fd);
	return result;
}
