/* Handshakes of a client of OpenSSL with the context over a socket pair, at a time of our choice.
 */
#include "certificate_maker.h"
#include "server/clock.h"
#include "server/tls_context.h"

#include <openssl/err.h>
#include <sys/socket.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define HOUR (INT64_C(3600) * 1000000000) /* nanoseconds */
#define STEPS 20

static int64_t now; /* nanoseconds */

/* In place of the real clocks. */
int64_t clock_ns(void)
{
	return now;
}

int64_t clock_seconds(void)
{
	return (int64_t)time(NULL) + LATER;
}

/* A server's and a client's end. */
struct ends {
	int fds[2];
	SSL *server, *client;
	bool done;
};

static struct tls_context *context_of(const struct maker *maker, const char *const *fallback,
				      size_t count)
{
	struct tls_context *context = NULL;
	struct error err = { 0 };

	assert_int_equal(tls_context_new(maker->directory, 16, fallback, count, &context, &err), 0);
	return context;
}

static SSL_CTX *client_of(int version)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());

	assert_non_null(client);
	SSL_CTX_set_min_proto_version(client, version);
	SSL_CTX_set_max_proto_version(client, version);
	return client;
}

/* name NULL: none is sent; session NULL: a new one. */
static void ends_open(struct tls_context *context, SSL_CTX *client, const char *name,
		      SSL_SESSION *session, struct ends *ret)
{
	*ret = (struct ends){ 0 };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ret->fds), 0);
	ret->server = tls_context_accept(context, ret->fds[0]);
	ret->client = SSL_new(client);
	assert_non_null(ret->server);
	assert_int_equal(SSL_set_fd(ret->client, ret->fds[1]), 1);
	SSL_set_connect_state(ret->client);
	if (name)
		assert_int_equal(SSL_set_tlsext_host_name(ret->client, name), 1);
	if (session)
		assert_int_equal(SSL_set_session(ret->client, session), 1);
}

/* To the end, or to a failure. Tickets of TLS 1.3 are read with the first bytes. */
static void shake_hands(struct ends *ends)
{
	int server = 0, client = 0;
	char byte;

	ERR_clear_error();
	for (int i = 0; i < STEPS && (server != 1 || client != 1); i++) {
		client = SSL_do_handshake(ends->client);
		server = SSL_do_handshake(ends->server);
	}
	ends->done = server == 1 && client == 1;
	if (!ends->done)
		return;
	assert_int_equal(SSL_write(ends->server, "x", 1), 1);
	assert_int_equal(SSL_read(ends->client, &byte, 1), 1);
}

static void ends_close(struct ends *ends)
{
	if (ends->done) { /* else the session would count as broken */
		SSL_shutdown(ends->client);
		SSL_shutdown(ends->server);
	}
	SSL_free(ends->server);
	SSL_free(ends->client);
	close(ends->fds[0]);
	close(ends->fds[1]);
}

static void shows(struct ends *ends, const char *name)
{
	X509 *leaf = SSL_get0_peer_certificate(ends->client);

	assert_non_null(leaf);
	if (X509_check_host(leaf, name, 0, 0, NULL) != 1)
		fail_msg("not the certificate of %s", name);
}

static void chooses_by_name(void **state)
{
	static const struct {
		const char *name;   /* that the client asks for; NULL: none */
		const char *wanted; /* whose certificate it gets; NULL: none */
	} cases[] = {
		{ "a.example", "a.example" },  { "A.Example", "a.example" },
		{ "a.example.", "a.example" }, { "x.wild.example", "x.wild.example" },
		{ NULL, "b.example" },	       { "c.example", NULL },
		{ "192.0.2.1", NULL },	       { "x.y.wild.example", NULL },
		{ "a.example..", NULL },
	};
	static const char *const fallback[] = { "missing.example", "b.example" };
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct maker *maker = *state;
	CLEANUP(tls_context_freep) struct tls_context *context = NULL;

	maker_clear(maker);
	maker_put_names(maker, "a.example", "DNS:a.example");
	maker_put_names(maker, "b.example", "DNS:b.example");
	maker_put_names(maker, "wild.example", "DNS:*.wild.example");
	context = context_of(maker, fallback, COUNT(fallback));
	for (size_t i = 0; i < COUNT(cases) * COUNT(versions); i++) {
		const char *wanted = cases[i / COUNT(versions)].wanted;
		SSL_CTX *client = client_of(versions[i % COUNT(versions)]);
		struct ends ends;

		ends_open(context, client, cases[i / COUNT(versions)].name, NULL, &ends);
		shake_hands(&ends);
		if (ends.done != (wanted != NULL) ||
		    tls_context_lacked_certificate(ends.server) != (wanted == NULL))
			fail_msg("case %zu: done %d", i, ends.done);
		if (wanted)
			shows(&ends, wanted);
		else
			assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()),
					 SSL_R_TLSV1_UNRECOGNIZED_NAME);
		ends_close(&ends);
		SSL_CTX_free(client);
	}
}

/* Nobody is told that a certificate is lacking when something else is wrong. */
static void tells_failures_apart(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_context_freep) struct tls_context *context = context_of(maker, NULL, 0);
	SSL_CTX *client = client_of(TLS1_2_VERSION);
	struct ends ends;

	assert_int_equal(SSL_CTX_set_cipher_list(client, "AES128-GCM-SHA256"), 1);
	ends_open(context, client, "a.example", NULL, &ends);
	shake_hands(&ends);
	assert_false(ends.done);
	assert_false(tls_context_lacked_certificate(ends.server));
	ends_close(&ends);
	SSL_CTX_free(client);
}

static void chooses_protocol(void **state)
{
	static const struct {
		const char *offered;
		unsigned int size;
		const char *chosen;
	} cases[] = {
		{ "\x08http/1.1", 9, "http/1.1" },
		{ "\x02h2\x08http/1.1", 12, "http/1.1" },
		{ "\x08http/1.0\x08http/1.1", 18, "http/1.1" },
		{ "\x02h2", 3, "" },
		{ "\x08HTTP/1.1", 9, "" },
		{ "\x09http/1.11", 10, "" },
	};
	struct maker *maker = *state;
	CLEANUP(tls_context_freep) struct tls_context *context = NULL;

	maker_clear(maker);
	maker_put_names(maker, "a.example", "DNS:a.example");
	context = context_of(maker, NULL, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		SSL_CTX *client = client_of(TLS1_3_VERSION);
		const unsigned char *chosen;
		unsigned int size;
		struct ends ends;

		SSL_CTX_set_alpn_protos(client, (const unsigned char *)cases[i].offered,
					cases[i].size);
		ends_open(context, client, "a.example", NULL, &ends);
		shake_hands(&ends);
		assert_true(ends.done);
		SSL_get0_alpn_selected(ends.client, &chosen, &size);
		assert_int_equal(size, strlen(cases[i].chosen));
		assert_memory_equal(chosen ? (const char *)chosen : "", cases[i].chosen, size);
		ends_close(&ends);
		SSL_CTX_free(client);
	}
}

/* A connection at that hour. Whether it was resumed; *session is replaced by the newest. */
static bool connect_at(struct tls_context *context, SSL_CTX *client, int64_t hour,
		       SSL_SESSION **session)
{
	struct ends ends;
	bool resumed;

	now = hour * HOUR;
	ends_open(context, client, "a.example", *session, &ends);
	shake_hands(&ends);
	assert_true(ends.done);
	resumed = SSL_session_reused(ends.client);
	assert_int_equal(SSL_session_reused(ends.server), resumed);
	SSL_SESSION_free(*session);
	*session = SSL_get1_session(ends.client);
	ends_close(&ends);
	return resumed;
}

/* A ticket is good for as long as its key is the newest or the one before. */
static void replaces_ticket_keys(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct maker *maker = *state;

	maker_clear(maker);
	maker_put_names(maker, "a.example", "DNS:a.example");
	for (size_t i = 0; i < COUNT(versions); i++) {
		CLEANUP(tls_context_freep) struct tls_context *context = NULL;
		SSL_CTX *client = client_of(versions[i]);
		SSL_SESSION *kept = NULL, *other = NULL, *old;

		now = 0;
		context = context_of(maker, NULL, 0);
		assert_false(connect_at(context, client, 1, &kept));
		assert_true(connect_at(context, client, 11, &kept));
		old = SSL_SESSION_dup(kept);			       /* of the first key */
		assert_false(connect_at(context, client, 13, &other)); /* the second key */
		assert_true(connect_at(context, client, 24, &kept));   /* of the key before */
		assert_true(connect_at(context, client, 24, &other));
		SSL_SESSION_free(other);
		other = NULL;
		assert_false(connect_at(context, client, 26, &other)); /* the third */
		assert_false(connect_at(context, client, 26, &old));   /* its key is gone */
		assert_true(connect_at(context, client, 26, &kept));   /* was renewed at 24 */
		SSL_SESSION_free(kept);
		SSL_SESSION_free(other);
		SSL_SESSION_free(old);
		SSL_CTX_free(client);
	}
}

/* A session goes on without its certificate: nothing is looked for. */
static void resumes_without_certificate(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_context_freep) struct tls_context *context = NULL;
	SSL_CTX *client = client_of(TLS1_3_VERSION);
	SSL_SESSION *session = NULL;
	struct tls_certificates_figures before, after;

	maker_clear(maker);
	maker_put_names(maker, "a.example", "DNS:a.example");
	now = 0;
	context = context_of(maker, NULL, 0);
	assert_false(connect_at(context, client, 0, &session));
	tls_certificates_figures(tls_context_certificates(context), &before);
	assert_true(connect_at(context, client, 0, &session));
	tls_certificates_figures(tls_context_certificates(context), &after);
	assert_int_equal(before.hits + before.reads + before.misses,
			 after.hits + after.reads + after.misses);
	SSL_SESSION_free(session);
	SSL_CTX_free(client);
}

/* One context's tickets mean nothing to another. */
static void keys_are_its_own(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_context_freep) struct tls_context *first = context_of(maker, NULL, 0);
	CLEANUP(tls_context_freep) struct tls_context *second = context_of(maker, NULL, 0);
	SSL_CTX *client = client_of(TLS1_3_VERSION);
	SSL_SESSION *session = NULL;

	now = 0;
	assert_false(connect_at(first, client, 0, &session));
	assert_false(connect_at(second, client, 0, &session));
	SSL_SESSION_free(session);
	SSL_CTX_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_by_name),
		cmocka_unit_test(tells_failures_apart),
		cmocka_unit_test(chooses_protocol),
		cmocka_unit_test(replaces_ticket_keys),
		cmocka_unit_test(resumes_without_certificate),
		cmocka_unit_test(keys_are_its_own),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
