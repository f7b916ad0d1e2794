/*
 * Certificates of issuers, each once in memory: thousands of sites have theirs from the same few,
 * and OpenSSL takes 4 kB and a tenth of a millisecond for each. May be used by any thread.
 */
#ifndef SIGN_CERTIFICATE_POOL_H
#define SIGN_CERTIFICATE_POOL_H

#include "base/cleanup.h"
#include "base/error.h"

#include <openssl/x509.h>

#define CERTIFICATE_POOL_SIZE 64 /* certificates kept */

struct certificate_pool;

/* ERROR_NO_MEMORY. */
int certificate_pool_new(struct certificate_pool **ret, struct error *err);

/*
 * The certificate that size bytes of DER are, parsed if it is not there yet. The caller has a
 * reference and frees it with X509_free(). NULL: it cannot be read; OpenSSL's queue says why. pool
 * may be NULL: nothing is kept.
 */
X509 *certificate_pool_take(struct certificate_pool *pool, const unsigned char *der, long size);

void certificate_pool_free(struct certificate_pool *pool);
DEFINE_CLEANUP(struct certificate_pool *, certificate_pool_free)

#endif
