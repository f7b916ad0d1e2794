/*
 * What all TLS connections have in common: versions, ciphers, ticket keys, and the choice of a
 * certificate by the name that the client asks for (SNI, RFC 6066 3). TLS 1.2 and 1.3; tickets, no
 * session cache; HTTP/1.1 is all that ALPN (RFC 7301) offers.
 */
#ifndef SERVER_TLS_CONTEXT_H
#define SERVER_TLS_CONTEXT_H

#include "base/cleanup.h"
#include "base/error.h"
#include "server/tls_certificates.h"

#include <openssl/ssl.h>
#include <stdbool.h>

#define TLS_FALLBACKS_MAX 2

struct tls_context;

/*
 * directory and cache are those of tls_certificates_new(). fallback (copied, at most
 * TLS_FALLBACKS_MAX) are names whose certificate a client gets that names none, the first that has
 * one. ERROR_NO_MEMORY, ERROR_IO.
 */
int tls_context_new(const char *directory, size_t cache, const char *const *fallback,
		    size_t fallback_count, struct tls_context **ret, struct error *err);

/* Lives as long as context. */
struct tls_certificates *tls_context_certificates(struct tls_context *context);

/* A server's end of a connection on a non-blocking socket, which is not taken over. NULL: memory.
 */
SSL *tls_context_accept(struct tls_context *context, int fd);

/* Whether a handshake ended because there is no certificate for the name that was asked for. */
bool tls_context_lacked_certificate(const SSL *ssl);

void tls_context_free(struct tls_context *context);
DEFINE_CLEANUP(struct tls_context *, tls_context_free)

#endif
