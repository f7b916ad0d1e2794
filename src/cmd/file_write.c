#include "cmd/file_write.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
	return fsync(fd);
}

/* Whoever may not give files away leaves the new one its own. */
static void take_over_mode(int fd, const char *path)
{
	struct stat old;

	if (stat(path, &old) < 0)
		return;
	(void)(fchown(fd, old.st_uid, old.st_gid) == 0 || fchown(fd, (uid_t)-1, old.st_gid) == 0);
	(void)fchmod(fd, old.st_mode & 07777);
}

static int write_temporary(const char *temporary, const char *path, const char *bytes, size_t size,
			   struct error *err)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int result;

	if (fd < 0)
		return error_errno(err, errno, "%s", temporary);
	take_over_mode(fd, path);
	result = write_all(fd, bytes, size);
	if (result < 0)
		error_errno(err, errno, "%s", temporary);
	if (close(fd) < 0 && result == 0)
		result = error_errno(err, errno, "%s", temporary);
	if (result < 0)
		(void)unlink(temporary);
	return result;
}

/* A name is on disk when its directory is. */
static int sync_directory(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	CLEANUP(freep)
	char *directory = !slash	  ? strdup(".")
			  : slash == path ? strdup("/")
					  : strndup(path, (size_t)(slash - path));
	int fd, result;

	if (!directory)
		return error_no_memory(err);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "%s", directory);
	result = fsync(fd);
	if (result < 0)
		error_errno(err, errno, "%s", directory);
	close(fd);
	return result;
}

/* link() refuses a name that is there; rename() takes it. */
static int give_name(const char *temporary, const char *path, bool replace, struct error *err)
{
	int result = replace ? rename(temporary, path) : link(temporary, path);
	int number = errno;

	if (result < 0 || !replace)
		(void)unlink(temporary);
	if (result == 0)
		return 0;
	if (number == EEXIST)
		return error_set(err, ERROR_CONFLICT, "%s is there already", path);
	return error_errno(err, number, "%s", path);
}

int file_write(const char *path, const char *bytes, size_t size, bool replace, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes temporary = { 0 };

	bytes_append_format(&temporary, "%s.%ld.tmp", path, (long)getpid());
	if (temporary.failed)
		return error_no_memory(err);
	if (write_temporary(temporary.data, path, bytes, size, err) < 0 ||
	    give_name(temporary.data, path, replace, err) < 0)
		return -1;
	return sync_directory(path, err);
}
