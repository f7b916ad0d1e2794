/*
 * Temporary names are hidden and numbered, so that no server takes them in by a pattern, and none
 * is too long for a domain whose own file's name is not.
 *
 * A lock on the directory itself, which the kernel takes back when the process ends, makes sure
 * that nobody deletes the temporary files of somebody who still writes them.
 */
#include "dns/zone_directory.h"

#include "base/bytes.h"
#include "dns/zone_file.h"
#include "store/file_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".zone"
#define JOURNAL_SUFFIX ".zone.jnl"
#define NAME_SIZE (DOMAIN_NAME_SIZE + sizeof(JOURNAL_SUFFIX)) /* bytes */
#define TEMPORARY_PREFIX ".signpost-"
#define TEMPORARY_SUFFIX ".tmp"
#define TEMPORARY_SIZE 48 /* bytes */

/* A file that is written and not yet committed. */
struct pending {
	char *name; /* owned */
	unsigned long number;
};

struct zone_directory {
	char *path;
	int fd;
	bool ready; /* locked and swept */
	struct pending *pending;
	size_t count, room;
	unsigned long number; /* of the next temporary file */
};

static const char *temporary_name(unsigned long number, char ret[TEMPORARY_SIZE])
{
	snprintf(ret, TEMPORARY_SIZE, TEMPORARY_PREFIX "%lu" TEMPORARY_SUFFIX, number);
	return ret;
}

static const char *file_name(const struct domain_name *domain, const char *suffix,
			     char ret[NAME_SIZE])
{
	snprintf(ret, NAME_SIZE, "%s%s", domain->text, suffix);
	return ret;
}

/* Opening and closing */

int zone_directory_open(const char *path, struct zone_directory **ret, struct error *err)
{
	CLEANUP(zone_directory_closep) struct zone_directory *directory = NULL;

	directory = calloc(1, sizeof(*directory));
	if (!directory)
		return error_no_memory(err);
	directory->fd = -1;
	directory->path = strdup(path);
	if (!directory->path)
		return error_no_memory(err);
	directory->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory->fd < 0)
		return error_errno(err, errno, "%s", path);
	*ret = directory;
	directory = NULL;
	return 0;
}

/* Forgets all that is pending from index first on, and deletes it. */
static void drop(struct zone_directory *directory, size_t first)
{
	char name[TEMPORARY_SIZE];

	for (size_t i = 0; i < directory->count; i++) {
		if (i >= first)
			(void)unlinkat(directory->fd,
				       temporary_name(directory->pending[i].number, name), 0);
		free(directory->pending[i].name);
	}
	directory->count = 0;
}

void zone_directory_close(struct zone_directory *directory)
{
	if (!directory)
		return;
	drop(directory, 0);
	if (directory->fd >= 0)
		close(directory->fd);
	free(directory->pending);
	free(directory->path);
	free(directory);
}

static bool is_temporary(const char *name)
{
	static const char digits[] = "0123456789";
	size_t size;

	if (strncmp(name, TEMPORARY_PREFIX, strlen(TEMPORARY_PREFIX)) != 0)
		return false;
	name += strlen(TEMPORARY_PREFIX);
	size = strspn(name, digits);
	return size > 0 && strcmp(name + size, TEMPORARY_SUFFIX) == 0;
}

/* Deletes what was left behind. */
static int sweep(const struct zone_directory *directory, struct error *err)
{
	int fd = openat(directory->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int result = 0;

	if (!names) {
		error_errno(err, errno, "%s", directory->path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (result == 0 && (entry = readdir(names))) {
		if (is_temporary(entry->d_name) && unlinkat(directory->fd, entry->d_name, 0) < 0 &&
		    errno != ENOENT)
			result = error_errno(err, errno, "%s/%s", directory->path, entry->d_name);
	}
	closedir(names);
	return result;
}

int zone_directory_begin(struct zone_directory *directory, struct error *err)
{
	if (directory->ready)
		return 0;
	if (faccessat(directory->fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return error_set(err, ERROR_IO, "%s: files cannot be written there: %s",
				 directory->path, strerror(errno));
	if (flock(directory->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return error_set(err, ERROR_UNAVAILABLE,
					 "%s: another process is writing files there",
					 directory->path);
		return error_errno(err, errno, "%s", directory->path);
	}
	if (sweep(directory, err) < 0)
		return -1;
	directory->ready = true;
	return 0;
}

/* Reading */

/* A journal means that the server has taken the zone over. */
static int check_journal(const struct zone_directory *directory, const struct domain_name *domain,
			 struct error *err)
{
	char name[NAME_SIZE];
	struct stat info;

	if (fstatat(directory->fd, file_name(domain, JOURNAL_SUFFIX, name), &info,
		    AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return error_set(err, ERROR_CONFLICT,
			 "%s/%s is there: the name server changes this zone by itself, so publish "
			 "it by updates (dns.publish = update)",
			 directory->path, name);
}

int zone_directory_read(struct zone_directory *directory, const struct domain_name *domain,
			char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes path = { 0 };

	if (check_journal(directory, domain, err) < 0)
		return -1;
	bytes_append_format(&path, "%s/%s" SUFFIX, directory->path, domain->text);
	if (path.failed)
		return error_no_memory(err);
	return file_read(path.data, ZONE_FILE_SIZE_MAX, ret, ret_size, err);
}

/* Writing */

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t written = write(fd, text, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		text += written;
		size -= (size_t)written;
	}
	return 0;
}

/* Whoever may not give files away leaves the new one its own. */
static void take_over_mode(const struct zone_directory *directory, int fd, const char *name)
{
	struct stat old;

	if (fstatat(directory->fd, name, &old, 0) < 0)
		return;
	(void)(fchown(fd, old.st_uid, old.st_gid) == 0 || fchown(fd, (uid_t)-1, old.st_gid) == 0);
	(void)fchmod(fd, old.st_mode & 07777);
}

/* errno tells of a failure; then nothing is left of the file. */
static int write_temporary(const struct zone_directory *directory, const char *name,
			   const char *temporary, const char *text, size_t size)
{
	int fd = openat(directory->fd, temporary,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	int result, number;

	if (fd < 0)
		return -1;
	take_over_mode(directory, fd, name);
	result = write_all(fd, text, size);
	number = errno;
	if (close(fd) < 0 && result == 0) {
		result = -1;
		number = errno;
	}
	if (result < 0)
		(void)unlinkat(directory->fd, temporary, 0);
	errno = number;
	return result;
}

static int reserve(struct zone_directory *directory)
{
	size_t room = directory->room ? directory->room * 2 : 128;
	struct pending *larger;

	if (directory->count < directory->room)
		return 0;
	larger = reallocarray(directory->pending, room, sizeof(*larger));
	if (!larger)
		return -1;
	directory->pending = larger;
	directory->room = room;
	return 0;
}

int zone_directory_write(struct zone_directory *directory, const struct domain_name *domain,
			 const char *text, size_t size, struct error *err)
{
	char name[NAME_SIZE], temporary[TEMPORARY_SIZE];
	CLEANUP(freep) char *kept = strdup(file_name(domain, SUFFIX, name));

	if (zone_directory_begin(directory, err) < 0 || check_journal(directory, domain, err) < 0)
		return -1;
	if (!kept || reserve(directory) < 0)
		return error_no_memory(err);
	temporary_name(directory->number, temporary);
	if (write_temporary(directory, name, temporary, text, size) < 0)
		return error_set(err, ERROR_IO, "%s/%s stays as it was: %s", directory->path, name,
				 strerror(errno));
	directory->pending[directory->count++] =
		(struct pending){ .name = kept, .number = directory->number++ };
	kept = NULL;
	return 0;
}

/* Gives the files their names. Returns how many have it; errno tells what ended it early. */
static size_t rename_all(const struct zone_directory *directory)
{
	char name[TEMPORARY_SIZE];
	size_t done = 0;

	while (done < directory->count &&
	       renameat(directory->fd, temporary_name(directory->pending[done].number, name),
			directory->fd, directory->pending[done].name) == 0)
		done++;
	return done;
}

int zone_directory_commit(struct zone_directory *directory, struct error *err)
{
	size_t done, count = directory->count;
	int result = 0;

	if (count == 0)
		return 0;
	if (syncfs(directory->fd) < 0) {
		error_set(err, ERROR_IO, "%s: all files stay as they were: %s", directory->path,
			  strerror(errno));
		drop(directory, 0);
		return -1;
	}
	done = rename_all(directory);
	if (done < count)
		result = error_set(err, ERROR_IO,
				   "%s/%s stays as it was, after %zu of %zu files were replaced: "
				   "%s",
				   directory->path, directory->pending[done].name, done, count,
				   strerror(errno));
	drop(directory, done);
	if (fsync(directory->fd) < 0 && result == 0)
		result = error_set(err, ERROR_IO,
				   "%s: %zu files were replaced, but it is not sure that they are "
				   "on disk: %s",
				   directory->path, done, strerror(errno));
	return result;
}
