/* Files that are written whole or not at all. */
#ifndef CMD_FILE_WRITE_H
#define CMD_FILE_WRITE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes a file under another name beside it, to disk, and gives it its own name then, so that
 * nobody ever sees a part of it. A new file has the mode that the umask leaves, one that is
 * replaced keeps mode and, where permitted, owner. ERROR_CONFLICT: path is there and replace is
 * false. ERROR_IO, ERROR_NOT_FOUND (the directory), ERROR_NO_MEMORY.
 */
int file_write(const char *path, const char *bytes, size_t size, bool replace, struct error *err);

#endif
