/* Makes keys of settings links, in the file of [links] keys. */
#ifndef CMD_LINK_KEY_FILE_H
#define CMD_LINK_KEY_FILE_H

#include "base/error.h"

#include <stdint.h>

/*
 * Makes the file with one random key, of id 1; only its owner may read it. ERROR_CONFLICT: it is
 * there. ERROR_IO, ERROR_NOT_FOUND (its directory), ERROR_NO_MEMORY.
 */
int link_key_file_make(const char *path, struct error *err);

/*
 * Puts a new random key in front of those in the file, which is replaced as a whole and keeps its
 * mode and owner. *ret_id is the next one that is free. As link_keys_load() and file_write();
 * ERROR_TOO_LARGE: there are LINK_KEYS_MAX keys already.
 */
int link_key_file_add(const char *path, uint8_t *ret_id, struct error *err);

#endif
