/*
 * Many files in one directory, each written whole or not at all. They are written under other names
 * first; a commit brings all of them to disk in one go, which for thousands costs what file_write()
 * costs for one, and then gives them their own names.
 */
#ifndef CMD_FILE_BATCH_H
#define CMD_FILE_BATCH_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct file_batch;

/*
 * Begins to write into directory, which is made with mode 0700 if it is not there. Deletes what a
 * batch left behind that was ended before its commit. replace: files that are there are written
 * over. ERROR_UNAVAILABLE: another process is writing a batch there; ERROR_NOT_FOUND (what
 * directory would be in), ERROR_IO, ERROR_NO_MEMORY.
 */
int file_batch_open(const char *directory, bool replace, struct file_batch **ret,
		    struct error *err);

/*
 * Writes size bytes for a file of this name, with mode 0600 less the umask. ERROR_CONFLICT: it is
 * there and may not be replaced; ERROR_IO.
 */
int file_batch_add(struct file_batch *batch, const char *name, const char *bytes, size_t size,
		   struct error *err);

/* How many were added since the last commit. */
size_t file_batch_count(const struct file_batch *batch);

/* Told of each file in the order in which they were added. err is NULL, or why it has not its name.
 */
typedef void file_batch_callback(void *context, size_t index, const struct error *err);

/*
 * ERROR_IO: none has its name, the callback was not called. What befalls one file alone goes to the
 * callback. The batch is empty then.
 */
int file_batch_commit(struct file_batch *batch, file_batch_callback *callback, void *context,
		      struct error *err);

/* Deletes what was not committed. */
void file_batch_close(struct file_batch *batch);
DEFINE_CLEANUP(struct file_batch *, file_batch_close)

#endif
