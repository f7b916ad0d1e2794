#include "store/file_read.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void file_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int check_kind(int fd, const char *path, size_t size_max, struct error *err)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return error_errno(err, errno, "%s", path);
	if (!S_ISREG(info.st_mode))
		return error_set(err, ERROR_INVALID, "%s: is not a file", path);
	if (info.st_size > (off_t)size_max)
		return error_set(err, ERROR_TOO_LARGE, "%s: %lld bytes are more than %zu", path,
				 (long long)info.st_size, size_max);
	return 0;
}

int file_read(const char *path, size_t size_max, char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	/* O_NONBLOCK: opening a FIFO would wait for its writer */
	CLEANUP(file_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char part[16 * 1024];
	ssize_t size;

	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	if (check_kind(fd, path, size_max, err) < 0)
		return -1;
	while ((size = read(fd, part, sizeof(part))) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return error_errno(err, errno, "%s", path);
		bytes_append(&bytes, part, (size_t)size);
		if (bytes.size > size_max) /* it grew, or its size was not known */
			return error_set(err, ERROR_TOO_LARGE, "%s: more than %zu bytes", path,
					 size_max);
	}
	return bytes_take(&bytes, ret, ret_size, err);
}
