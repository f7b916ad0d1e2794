/* Handshakes in memory: which certificate does a client get? */
#ifndef TESTS_UNIT_SERVER_TLS_HANDSHAKE_H
#define TESTS_UNIT_SERVER_TLS_HANDSHAKE_H

#include "certificate_maker.h"
#include "server/tls_certificates_parts.h"

#include <openssl/err.h>

#define BOTH_KINDS "ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256:ed25519"
#define NO_CERTIFICATE 0

struct asked {
	struct tls_certificates *certificates;
	const char *name;
	size_t size;
	int64_t now;
};

static inline int choose(SSL *ssl, void *data)
{
	const struct asked *asked = data;

	return tls_certificates_use(asked->certificates, ssl, asked->name, asked->size, asked->now);
}

static inline SSL *end_new(const SSL_METHOD *method, BIO *bio, const char *signatures, int version,
			   struct asked *asked)
{
	SSL_CTX *context = SSL_CTX_new(method);
	SSL *ssl;

	assert_non_null(context);
	assert_int_equal(SSL_CTX_set_max_proto_version(context, version), 1);
	if (signatures)
		assert_int_equal(SSL_CTX_set1_sigalgs_list(context, signatures), 1);
	if (asked) {
		SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
		SSL_CTX_set_cert_cb(context, choose, asked);
	}
	ssl = SSL_new(context);
	assert_non_null(ssl);
	SSL_set_bio(ssl, bio, bio);
	SSL_CTX_free(context);
	return ssl;
}

static inline bool shake(SSL *server, SSL *client)
{
	for (int i = 0; i < 10; i++) {
		int one = SSL_connect(client), two = SSL_accept(server);

		if (one == 1 && two == 1)
			return true;
		if ((one != 1 && SSL_get_error(client, one) != SSL_ERROR_WANT_READ) ||
		    (two != 1 && SSL_get_error(server, two) != SSL_ERROR_WANT_READ))
			return false;
	}
	return false;
}

/* The serial number of what a client of this version with these signatures gets. */
static inline long ask_as(struct asked asked, const char *signatures, int version)
{
	BIO *ours, *theirs;
	SSL *server, *client;
	long serial = NO_CERTIFICATE;

	assert_int_equal(BIO_new_bio_pair(&ours, 0, &theirs, 0), 1);
	server = end_new(TLS_server_method(), ours, NULL, TLS1_3_VERSION, &asked);
	client = end_new(TLS_client_method(), theirs, signatures, version, NULL);
	if (shake(server, client))
		serial =
			ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get0_peer_certificate(client)));
	SSL_free(server);
	SSL_free(client);
	ERR_clear_error();
	return serial;
}

static inline long ask_at(struct tls_certificates *certificates, const char *name, int64_t now)
{
	return ask_as((struct asked){ certificates, name, strlen(name), now }, BOTH_KINDS,
		      TLS1_3_VERSION);
}

static inline struct tls_certificates *open_with(const struct maker *maker, size_t cache)
{
	struct tls_certificates *certificates = NULL;
	struct error err = { 0 };

	if (tls_certificates_open(maker->directory, cache, &certificates, &err) < 0)
		fail_msg("%s", err.text);
	return certificates;
}

static inline void walk(struct tls_certificates *certificates, int64_t now)
{
	struct error err = { 0 };

	if (tls_certificates_walk(certificates, now, &err) != 0)
		fail_msg("%s", err.text);
}

static inline struct tls_certificates_figures figures_of(struct tls_certificates *certificates)
{
	struct tls_certificates_figures figures;

	tls_certificates_figures(certificates, &figures);
	return figures;
}

/* The text with the directory's path taken out wherever it stands, so that a table can hold it. */
static inline const char *without_directory(const struct maker *maker, char *text)
{
	size_t length = strlen(maker->directory) + 1;
	char *at;

	while ((at = strstr(text, maker->directory)))
		memmove(at, at + length, strlen(at + length) + 1);
	return text;
}

#endif
