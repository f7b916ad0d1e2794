/* A whole file in memory. */
#ifndef STORE_FILE_READ_H
#define STORE_FILE_READ_H

#include "base/error.h"

#include <stddef.h>

/*
 * Reads a regular file of at most size_max bytes. *ret is NUL-terminated, the caller frees it;
 * *ret_size leaves the NUL out. ERROR_NOT_FOUND; ERROR_INVALID: not a regular file (nothing waits
 * for a FIFO); ERROR_TOO_LARGE; ERROR_IO. Texts begin with the path.
 */
int file_read(const char *path, size_t size_max, char **ret, size_t *ret_size, struct error *err);

#endif
