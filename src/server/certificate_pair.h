/*
 * A certificate with its chain and its key, as they lie in one folder. Immutable and
 * reference-counted; may be used by any thread.
 */
#ifndef SERVER_CERTIFICATE_PAIR_H
#define SERVER_CERTIFICATE_PAIR_H

#include "base/cleanup.h"
#include "base/error.h"
#include "server/certificate_names.h"
#include "sign/certificate_pool.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

/* OpenSSL holds one certificate of each kind and takes what the client can do. */
enum certificate_kind {
	CERTIFICATE_ECDSA,
	CERTIFICATE_RSA,
	CERTIFICATE_ED25519, /* which hardly any mail program can do */
	CERTIFICATE_KIND_COUNT,
};

struct certificate_pair {
	int references;
	enum certificate_kind kind;
	X509 *certificate;
	EVP_PKEY *key;
	struct stack_st_X509 *chain;	/* the others of the file, in its order */
	struct certificate_names names; /* at least one */
	int64_t begin, end;		/* first and last second of its validity, since 1970 */
};

/*
 * Reads fullchain.pem and privkey.pem of folder in directory. ERROR_NOT_FOUND, ERROR_IO (no access,
 * too many files open), ERROR_NO_MEMORY; ERROR_INVALID, ERROR_TOO_LARGE: not a certificate for
 * names with its key, RSA of at least 2048 bits, ECDSA on P-256, P-384 or P-521, or Ed25519. Texts
 * begin with a path. *ret has one reference. pool may be NULL.
 */
int certificate_pair_read(const char *directory, const char *folder, struct certificate_pool *pool,
			  struct certificate_pair **ret, struct error *err);

bool certificate_pair_is_valid(const struct certificate_pair *pair, int64_t now);

/* Gives it to a connection in its handshake. Returns whether OpenSSL took it. */
bool certificate_pair_use(const struct certificate_pair *pair, SSL *ssl);

struct certificate_pair *certificate_pair_ref(struct certificate_pair *pair); /* NULL stays NULL */
void certificate_pair_unref(struct certificate_pair *pair);
DEFINE_CLEANUP(struct certificate_pair *, certificate_pair_unref)

#endif
