/*
 * The certificates of [tls] certificates: one folder a name with fullchain.pem and privkey.pem, as
 * ACME clients leave them. Which names a certificate is good for is read in it (DNS names of
 * subjectAltName, wildcards for one label, RFC 9525 6.3); the folder's name is only where it is
 * looked for first. Nothing is read until a name is asked for, a bounded number is kept, and what
 * changed on disk is noticed; a folder that is broken harms nobody but its own names.
 *
 * Shared by all workers; every function may be called by any thread.
 */
#ifndef SERVER_TLS_CERTIFICATES_H
#define SERVER_TLS_CERTIFICATES_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/findings.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_certificates;

/*
 * Follows directory (copied; absolute), keeping at most cache certificates with their keys.
 * Starts a thread that reads, in the background and again every half minute where something has
 * changed, which names the certificates have that no folder is called after. Does not wait for it.
 * ERROR_NO_MEMORY; ERROR_IO: no thread. A directory that cannot be read is no failure here, since
 * it may be there later: it is told in the log, by _describe() and by _check().
 */
int tls_certificates_new(const char *directory, size_t cache, struct tls_certificates **ret,
			 struct error *err);

/*
 * Gives ssl, in its handshake, the certificates for name (size bytes as the client sent them: any
 * case, perhaps a final dot, perhaps nonsense): the one with an ECDSA key, the one with an RSA key,
 * or both, of which OpenSSL takes what the client can do. Of several valid ones the one that ends
 * last counts. Returns whether there was any; not one that has expired or is not valid yet: mail
 * programs would show their users a warning, where without an answer they go on to the next place.
 * now is in seconds since 1970.
 */
bool tls_certificates_use(struct tls_certificates *certificates, SSL *ssl, const char *name,
			  size_t size, int64_t now);

struct tls_certificates_figures {
	size_t folders;		      /* seen in the directory */
	size_t kept;		      /* certificates in memory */
	size_t unreadable;	      /* folders without a certificate and key that fit */
	size_t expired;		      /* folders whose certificate is not valid now */
	size_t ending;		      /* valid, but for less than 14 days */
	int64_t next_end;	      /* the first end among the valid ones; 0: none is known */
	uint64_t hits, reads, misses; /* asked for: in memory, read from disk, none there */
};

void tls_certificates_figures(struct tls_certificates *certificates,
			      struct tls_certificates_figures *ret);

/* Appends the lines of /-/ready: how many there are, and, if any is bad, up to five of them. */
void tls_certificates_describe(struct tls_certificates *certificates, struct bytes *text);

/*
 * For signpost check: reads every folder and adds an error for each that cannot be used, one that
 * has expired included, and a warning for one that ends within 14 days, whose key anybody may read,
 * or that mail programs will not accept (its chain, its purpose, its kind of key). now is in
 * seconds since 1970.
 */
void tls_certificates_check(const char *directory, int64_t now, struct findings *findings);

/* Ends the thread. NULL is accepted. */
void tls_certificates_free(struct tls_certificates *certificates);
DEFINE_CLEANUP(struct tls_certificates *, tls_certificates_free)

#endif
