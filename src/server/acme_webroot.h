/* The files of [http] acme_webroot: proofs that an ACME client leaves for HTTP-01 (RFC 8555 8.3).
 */
#ifndef SERVER_ACME_WEBROOT_H
#define SERVER_ACME_WEBROOT_H

#include "base/error.h"

#include <stddef.h>

#define ACME_FILE_MAX 1024 /* bytes; a proof has about 87 */

/*
 * Reads DIRECTORY/.well-known/acme-challenge/NAME into ret (ACME_FILE_MAX bytes). name is what
 * endpoint_acme_name() let through; any other is not found. Opens regular files alone, follows no
 * symbolic link below the directory, never waits (a FIFO), so that a stranger reads nothing else
 * with it. Returns 0 and sets *ret_size; -1: ERROR_NOT_FOUND; ERROR_TOO_LARGE; ERROR_IO, also of a
 * link or what else is no regular file. The text has the path.
 */
int acme_webroot_read(const char *directory, const char *name, char *ret, size_t *ret_size,
		      struct error *err);

#endif
