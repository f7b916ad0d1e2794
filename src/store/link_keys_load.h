/* The file of [links] keys. Whoever can read it can make links, and read the addresses in them. */
#ifndef STORE_LINK_KEYS_LOAD_H
#define STORE_LINK_KEYS_LOAD_H

#include "model/link_keys.h"

/*
 * Reads the keys; the caller clears *ret with link_keys_clear(). ERROR_INVALID: not a regular file;
 * a mode that gives group or others anything; a fault that link_keys_parse() finds. ERROR_IO:
 * somebody else's file, among other things; root may have the service's. ERROR_NOT_FOUND,
 * ERROR_TOO_LARGE. Texts begin with the path, say what to do, and never hold a part of a key.
 */
int link_keys_load(const char *path, struct link_keys *ret, struct error *err);

#endif
