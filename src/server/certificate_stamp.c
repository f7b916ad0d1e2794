/*
 * A file's times move in steps of a few milliseconds, so what was written to it in the same step
 * in which it was read does not show. A change of mode or owner counts as well: it may be what a
 * key that could not be read was waiting for.
 */
#include "server/certificate_stamp.h"

#include "base/siphash.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#define SETTLED 2 /* seconds */
#define QUIET 10

/* No padding: all of it is hashed. */
struct file_look {
	uint64_t error, device, inode, size;
	int64_t modified, modified_ns, changed, changed_ns;
};

static void look(const char *directory, const char *folder, const char *name, struct file_look *ret)
{
	char path[PATH_MAX];
	struct stat info;

	*ret = (struct file_look){ .error = ENAMETOOLONG };
	if (snprintf(path, sizeof(path), "%s/%s/%s", directory, folder, name) >= (int)sizeof(path))
		return;
	if (stat(path, &info) < 0) {
		ret->error = (uint64_t)errno;
		return;
	}
	*ret = (struct file_look){
		.device = info.st_dev,
		.inode = info.st_ino,
		.size = (uint64_t)info.st_size,
		.modified = info.st_mtim.tv_sec,
		.modified_ns = info.st_mtim.tv_nsec,
		.changed = info.st_ctim.tv_sec,
		.changed_ns = info.st_ctim.tv_nsec,
	};
}

static bool is_absent(uint64_t error)
{
	return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG;
}

/* Whether it changed around now: the clock may have been set back since. */
static bool is_recent(const struct file_look *file, int64_t now, int64_t seconds)
{
	return !file->error && file->changed >= now - seconds && file->changed <= now + seconds;
}

void certificate_stamp_look(const char *directory, const char *folder, uint64_t seed, int64_t now,
			    struct certificate_stamp *ret)
{
	struct file_look files[2];

	look(directory, folder, CERTIFICATE_CHAIN_NAME, &files[0]);
	look(directory, folder, CERTIFICATE_KEY_NAME, &files[1]);
	ret->there = !is_absent(files[0].error) || !is_absent(files[1].error);
	ret->settled = !is_recent(&files[0], now, SETTLED) && !is_recent(&files[1], now, SETTLED);
	ret->quiet = !is_recent(&files[0], now, QUIET) && !is_recent(&files[1], now, QUIET);
	ret->value = siphash(seed, files, sizeof(files)) | 1;
}

bool certificate_stamp_worth(const char *directory, const char *folder)
{
	struct file_look file;

	look(directory, folder, CERTIFICATE_CHAIN_NAME, &file);
	return !is_absent(file.error);
}
