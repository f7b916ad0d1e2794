/* A key for transaction signatures (RFC 8945), read from a file. */
#ifndef DNS_TSIG_KEY_H
#define DNS_TSIG_KEY_H

#include "base/cleanup.h"
#include "base/error.h"

#include <ldns/ldns.h>
#include <stddef.h>
#include <stdint.h>

#define TSIG_KEY_FILE_MAX 4096 /* bytes */
#define TSIG_SECRET_MIN 16     /* bytes, decoded */
#define TSIG_SECRET_MAX 512    /* bytes, decoded: what a key file of BIND may hold */

struct tsig_key {
	char *name;	       /* absolute, lower case */
	const char *algorithm; /* "hmac-sha256." or "hmac-sha512." */
	char *secret;	       /* base64; cleared when freed; never in any text */
};

/*
 * Reads a key file as tsig-keygen(8) and Knot's keymgr -t write them: key "NAME" { algorithm
 * hmac-sha256; secret "..."; }; or the YAML of Knot (id, algorithm, secret), or one line
 * [ALGORITHM:]NAME:SECRET as nsupdate -y and dig -y have it, hmac-sha256 if it says none.
 * ERROR_INVALID: the file can be read or written by others than its owner and group (mode & 007) or
 * written by its group, an unknown algorithm, no base64, a secret of less than TSIG_SECRET_MIN
 * bytes, more than one key. ERROR_SYNTAX: none of the forms. Also ERROR_NOT_FOUND,
 * ERROR_TOO_LARGE, ERROR_IO. Texts begin with the path, have the line where there is one, and never
 * hold a part of the secret.
 */
int tsig_key_load(const char *path, struct tsig_key **ret, struct error *err);

/* The bytes of such a file alone; path is for texts. */
int tsig_key_parse(const char *text, size_t size, const char *path, struct tsig_key **ret,
		   struct error *err);

/*
 * The secret's bytes. ret has room for TSIG_SECRET_MAX; the caller clears it with
 * OPENSSL_cleanse(). -1: it is no base64 or too long, which a key that was read never is.
 */
int tsig_key_secret(const struct tsig_key *key, unsigned char *ret, size_t *ret_size);

void tsig_key_free(struct tsig_key *key);
DEFINE_CLEANUP(struct tsig_key *, tsig_key_free)

#endif
