/*
 * A certificate is looked for in the server name callback, and not in the certificate callback:
 * only the former may choose the alert, and unrecognized_name tells a client at once what is wrong.
 * When a session is resumed, no certificate is sent, so none is looked for.
 *
 * Ticket keys are made here and replaced twice a day: with OpenSSL's own, which live as long as the
 * process, whoever gets hold of one could read everything that was resumed in all that time.
 */
#include "server/tls_context.h"

#include "model/domain_name.h"
#include "server/clock.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define TICKET_KEY_SECONDS (12 * 3600) /* as long again old tickets are accepted */
#define SESSION_SECONDS 7200

struct ticket_key {
	unsigned char name[16], cipher[32], mac[32];
	int64_t made; /* nanoseconds, CLOCK_MONOTONIC */
};

struct tls_context {
	SSL_CTX *ssl;
	struct tls_certificates *certificates;
	char fallback[TLS_FALLBACKS_MAX][DOMAIN_NAME_SIZE];
	size_t fallback_count;
	EVP_CIPHER *cipher;
	pthread_mutex_t lock; /* of the keys */
	struct ticket_key current, previous;
};

static const char lacking; /* what a connection is marked with */

static int make_ticket_key(struct ticket_key *ret)
{
	ret->made = clock_ns();
	return RAND_bytes(ret->name, sizeof(ret->name)) == 1 &&
			       RAND_bytes(ret->cipher, sizeof(ret->cipher)) == 1 &&
			       RAND_bytes(ret->mac, sizeof(ret->mac)) == 1
		       ? 0
		       : -1;
}

/* The key for new tickets; a new one if it is due. */
static int key_to_make(struct tls_context *context, struct ticket_key *ret)
{
	int result = 0;

	pthread_mutex_lock(&context->lock);
	if (clock_ns() - context->current.made > TICKET_KEY_SECONDS * INT64_C(1000000000)) {
		struct ticket_key key;

		result = make_ticket_key(&key);
		if (result == 0) {
			context->previous = context->current;
			context->current = key;
		}
	}
	*ret = context->current;
	pthread_mutex_unlock(&context->lock);
	return result;
}

/* Returns what the callback is to return: 1 good, 2 good and to be replaced, 0 not known. */
static int key_to_read(struct tls_context *context, const unsigned char *name,
		       struct ticket_key *ret)
{
	int result = 0;

	pthread_mutex_lock(&context->lock);
	if (memcmp(name, context->current.name, sizeof(context->current.name)) == 0) {
		*ret = context->current;
		result = 1;
	} else if (memcmp(name, context->previous.name, sizeof(context->previous.name)) == 0) {
		*ret = context->previous;
		result = 2;
	}
	pthread_mutex_unlock(&context->lock);
	return result;
}

/* As SSL_CTX_set_tlsext_ticket_key_evp_cb(3) has it: AES-256-CBC and HMAC-SHA256 (RFC 5077 4). */
static int use_ticket_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
			  EVP_MAC_CTX *mac, int making)
{
	struct tls_context *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	char digest[] = "SHA256";
	struct ticket_key key;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac, sizeof(key.mac)),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	int result = 1;

	if (making) {
		if (key_to_make(context, &key) < 0 ||
		    RAND_bytes(iv, EVP_CIPHER_get_iv_length(context->cipher)) != 1)
			return -1;
		memcpy(name, key.name, sizeof(key.name));
	} else {
		result = key_to_read(context, name, &key);
		if (result == 0)
			return 0;
		if (SSL_version(ssl) == TLS1_3_VERSION)
			result = 2; /* clients use a ticket of TLS 1.3 only once (RFC 8446 C.4) */
	}
	if (EVP_CipherInit_ex2(cipher, context->cipher, key.cipher, iv, making, NULL) != 1 ||
	    EVP_MAC_CTX_set_params(mac, params) != 1)
		result = -1;
	OPENSSL_cleanse(&key, sizeof(key));
	return result;
}

static bool use_fallback(struct tls_context *context, SSL *ssl, int64_t now)
{
	for (size_t i = 0; i < context->fallback_count; i++) {
		const char *name = context->fallback[i];

		if (tls_certificates_use(context->certificates, ssl, name, strlen(name), now))
			return true;
	}
	return false;
}

static int choose_certificate(SSL *ssl, int *alert, void *cls)
{
	struct tls_context *context = cls;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	int64_t now = clock_seconds();
	bool found;

	if (SSL_session_reused(ssl))
		return SSL_TLSEXT_ERR_OK;
	found = name ? tls_certificates_use(context->certificates, ssl, name, strlen(name), now)
		     : use_fallback(context, ssl, now);
	if (found)
		return SSL_TLSEXT_ERR_OK;
	SSL_set_app_data(ssl, (void *)&lacking);
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* HTTP/1.1 if it is offered; whoever offers only others may find out by itself (RFC 9113 3.2). */
static int choose_protocol(SSL *ssl, const unsigned char **ret, unsigned char *ret_size,
			   const unsigned char *offered, unsigned int offered_size, void *cls)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)cls;
	if (SSL_select_next_proto(&chosen, ret_size, ours, sizeof(ours) - 1, offered,
				  offered_size) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*ret = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/*
 * ECDSA and AES-128 first: they cost least. CBC comes last, for Outlook on Windows before 10, which
 * has no GCM with RSA certificates.
 */
static int configure(struct tls_context *context)
{
	SSL_CTX *ssl = context->ssl;

	SSL_CTX_set_app_data(ssl, context);
	SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ssl, 1);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(ssl, SESSION_SECONDS);
	SSL_CTX_set_num_tickets(ssl, 1);
	SSL_CTX_set_tlsext_servername_callback(ssl, choose_certificate);
	SSL_CTX_set_tlsext_servername_arg(ssl, context);
	SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1 &&
			       SSL_CTX_set_tlsext_ticket_key_evp_cb(ssl, use_ticket_key) == 1 &&
			       SSL_CTX_set_session_id_context(
				       ssl, (const unsigned char *)"signpost", 8) == 1 &&
			       SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384") == 1 &&
			       SSL_CTX_set_ciphersuites(ssl, "TLS_AES_128_GCM_SHA256:"
							     "TLS_AES_256_GCM_SHA384:"
							     "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
			       SSL_CTX_set_cipher_list(ssl, "ECDHE-ECDSA-AES128-GCM-SHA256:"
							    "ECDHE-ECDSA-AES256-GCM-SHA384:"
							    "ECDHE-ECDSA-CHACHA20-POLY1305:"
							    "ECDHE-RSA-AES128-GCM-SHA256:"
							    "ECDHE-RSA-AES256-GCM-SHA384:"
							    "ECDHE-RSA-CHACHA20-POLY1305:"
							    "ECDHE+AES") == 1
		       ? 0
		       : -1;
}

/* What is too long for a name is none. */
static void copy_fallback(struct tls_context *context, const char *const *fallback, size_t count)
{
	assert(count <= TLS_FALLBACKS_MAX);
	for (size_t i = 0; i < count; i++) {
		char *place = context->fallback[context->fallback_count];

		if (snprintf(place, DOMAIN_NAME_SIZE, "%s", fallback[i]) < DOMAIN_NAME_SIZE)
			context->fallback_count++;
	}
}

int tls_context_new(const char *directory, size_t cache, const char *const *fallback,
		    size_t fallback_count, struct tls_context **ret, struct error *err)
{
	CLEANUP(tls_context_freep) struct tls_context *context = calloc(1, sizeof(*context));

	if (!context)
		return error_no_memory(err);
	pthread_mutex_init(&context->lock, NULL);
	copy_fallback(context, fallback, fallback_count);
	ERR_clear_error();
	context->ssl = SSL_CTX_new(TLS_server_method());
	context->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	if (!context->ssl || !context->cipher || configure(context) < 0 ||
	    make_ticket_key(&context->current) < 0 || make_ticket_key(&context->previous) < 0)
		return error_set(err, ERROR_IO, "TLS cannot be set up: %s",
				 ERR_reason_error_string(ERR_peek_last_error()));
	if (tls_certificates_new(directory, cache, &context->certificates, err) < 0)
		return -1;
	*ret = context;
	context = NULL;
	return 0;
}

struct tls_certificates *tls_context_certificates(struct tls_context *context)
{
	return context->certificates;
}

SSL *tls_context_accept(struct tls_context *context, int fd)
{
	SSL *ssl = SSL_new(context->ssl);

	if (ssl && SSL_set_fd(ssl, fd) == 1) {
		SSL_set_accept_state(ssl);
		return ssl;
	}
	ERR_clear_error();
	SSL_free(ssl);
	return NULL;
}

bool tls_context_lacked_certificate(const SSL *ssl)
{
	return SSL_get_app_data(ssl) == &lacking;
}

void tls_context_free(struct tls_context *context)
{
	if (!context)
		return;
	SSL_CTX_free(context->ssl);
	EVP_CIPHER_free(context->cipher);
	tls_certificates_free(context->certificates);
	pthread_mutex_destroy(&context->lock);
	OPENSSL_cleanse(context, sizeof(*context));
	free(context);
}
