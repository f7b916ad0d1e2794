/* What happens on disk: files that are renewed, by halves, broken, deleted, linked. */
#include "server/tls_certificates.h"

#include "tls_handshake.h"

static void uses_what_is_renewed(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	long first, second;

	maker_clear(maker);
	first = maker_put_names(maker, "kunde.example", "DNS:kunde.example");
	certificates = open_with(maker, 16);
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now), first);
	second = maker_put(maker, "kunde.example",
			   &(struct maker_wish){ .names = "DNS:kunde.example", .key = MAKER_RSA });
	/* for seconds the answer stands, however often somebody asks */
	for (int64_t later = 0; later < 5; later++)
		assert_int_equal(ask_at(certificates, "kunde.example", maker->now + later), first);
	/* then one makes it anew, and others who come meanwhile are no worse off than before */
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now + 5), second);
	/* and so does a clock that was set back */
	first = maker_put_names(maker, "kunde.example", "DNS:kunde.example");
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now - 9), first);
}

/* Nothing but its content has changed, at the same time of the same size: it is read again. */
static void reads_fresh_files_again(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	struct timespec now;
	long first;

	maker_clear(maker);
	first = maker_put_names(maker, "kunde.example", "DNS:kunde.example");
	certificates = open_with(maker, 16);
	clock_gettime(CLOCK_REALTIME, &now);
	assert_int_equal(ask_at(certificates, "kunde.example", now.tv_sec), first);
	assert_int_equal(ask_at(certificates, "kunde.example", now.tv_sec + LATER), first);
	assert_int_equal(figures_of(certificates).reads, 2);
	assert_int_equal(ask_at(certificates, "kunde.example", now.tv_sec + LATER + 10), first);
	assert_int_equal(figures_of(certificates).reads, 2);
	assert_int_equal(figures_of(certificates).hits, 1);
}

static void half_key(struct maker *maker)
{
	maker_put_key(maker, "kunde.example", maker->keys[MAKER_OTHER]);
}

static void half_chain(struct maker *maker)
{
	maker_put_chain(maker, "kunde.example",
			&(struct maker_wish){ .names = "DNS:kunde.example", .key = MAKER_RSA });
}

static void cut_chain(struct maker *maker)
{
	maker_put_text(maker, "kunde.example", "fullchain.pem",
		       "-----BEGIN CERTIFICATE-----\nMIIB");
}

static void empty_chain(struct maker *maker)
{
	maker_put_text(maker, "kunde.example", "fullchain.pem", "");
}

static void no_key(struct maker *maker)
{
	char path[512];

	assert_int_equal(unlink(maker_path(maker, "kunde.example", "privkey.pem", path)), 0);
}

static void keeps_what_was_there(void **state)
{
	static void (*const spoils[])(struct maker * maker) = { half_key, half_chain, cut_chain,
								empty_chain, no_key };
	struct maker *maker = *state;

	for (size_t i = 0; i < sizeof(spoils) / sizeof(*spoils); i++) {
		CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
		int64_t now = maker->now + LATER;
		long first, second;

		maker_clear(maker);
		first = maker_put_names(maker, "kunde.example", "DNS:kunde.example");
		certificates = open_with(maker, 16);
		assert_int_equal(ask_at(certificates, "kunde.example", now), first);
		spoils[i](maker);
		for (int64_t later = 10; later < 1000; later += 10)
			assert_int_equal(ask_at(certificates, "kunde.example", now + later), first);
		second = maker_put_names(maker, "kunde.example", "DNS:kunde.example");
		assert_int_equal(ask_at(certificates, "kunde.example", now + 1000), second);
		spoils[i](maker);
		/* over at last */
		assert_int_equal(ask_at(certificates, "kunde.example", now + 80 * DAY),
				 NO_CERTIFICATE);
	}
}

static void forgets_what_was_deleted(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	int64_t now = maker->now;

	maker_clear(maker);
	(void)maker_put_names(maker, "kunde.example", "DNS:kunde.example,DNS:other.example");
	certificates = open_with(maker, 16);
	walk(certificates, now);
	assert_int_not_equal(ask_at(certificates, "kunde.example", now), NO_CERTIFICATE);
	assert_int_not_equal(ask_at(certificates, "other.example", now), NO_CERTIFICATE);
	assert_int_equal(figures_of(certificates).kept, 1);
	maker_clear(maker);
	assert_int_equal(ask_at(certificates, "kunde.example", now + 10), NO_CERTIFICATE);
	assert_int_equal(ask_at(certificates, "other.example", now + 10), NO_CERTIFICATE);
	assert_int_equal(figures_of(certificates).kept, 0);
	walk(certificates, now + 10);
	assert_int_equal(figures_of(certificates).folders, 0);
}

/* certbot's layout: links in live/NAME to files in archive/NAME, put anew at a renewal. */
static void follows_links(void **state)
{
	struct maker *maker = *state;
	struct maker live = *maker;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	char path[512];

	maker_clear(maker);
	snprintf(live.directory, sizeof(live.directory), "%.50s/live", maker->directory);
	assert_int_equal(mkdir(live.directory, 0755), 0);
	maker_put_text(&live, "kunde.example", "README", "");
	certificates = open_with(&live, 16);
	for (int i = 1; i < 4; i++) {
		char archive[32], target[64];
		long serial;

		snprintf(archive, sizeof(archive), "archive%d", i);
		serial = maker_put_names(maker, archive, "DNS:kunde.example,DNS:any.example");
		(void)unlink(maker_path(&live, "kunde.example", "fullchain.pem", path));
		snprintf(target, sizeof(target), "../../%s/fullchain.pem", archive);
		assert_int_equal(symlink(target, path), 0);
		(void)unlink(maker_path(&live, "kunde.example", "privkey.pem", path));
		snprintf(target, sizeof(target), "../../%s/privkey.pem", archive);
		assert_int_equal(symlink(target, path), 0);
		walk(certificates, maker->now + i * LATER);
		assert_int_equal(ask_at(certificates, "kunde.example", maker->now + i * LATER),
				 serial);
		assert_int_equal(ask_at(certificates, "any.example", maker->now + i * LATER),
				 serial);
	}
	assert_int_equal(figures_of(certificates).folders, 1);
}

/* Broken ones harm nobody else */

static void chain_too_long(struct maker *maker)
{
	FILE *file = maker_open(maker, "kunde.example", "fullchain.pem");

	for (int i = 0; i < 17; i++)
		assert_int_equal(PEM_write_X509(file, maker->authority), 1);
	assert_int_equal(fclose(file), 0);
}

static void chain_too_large(struct maker *maker)
{
	FILE *file = maker_open(maker, "kunde.example", "fullchain.pem");

	assert_int_equal(ftruncate(fileno(file), 256 * 1024 + 1), 0);
	assert_int_equal(fclose(file), 0);
}

static void chain_is_a_fifo(struct maker *maker)
{
	char path[512];

	assert_int_equal(unlink(maker_path(maker, "kunde.example", "fullchain.pem", path)), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void no_chain(struct maker *maker)
{
	char path[512];

	assert_int_equal(unlink(maker_path(maker, "kunde.example", "fullchain.pem", path)), 0);
}

static void no_names(struct maker *maker)
{
	maker_put_chain(maker, "kunde.example", &(struct maker_wish){ .names = NULL });
}

static void no_host_names(struct maker *maker)
{
	maker_put_chain(maker, "kunde.example",
			&(struct maker_wish){ .names = "email:anna@kunde.example,IP:192.0.2.1" });
}

static void short_key(struct maker *maker)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);

	maker_put_key(maker, "kunde.example", key);
	EVP_PKEY_free(key);
}

static void other_curve(struct maker *maker)
{
	EVP_PKEY *key = EVP_EC_gen("secp256k1");

	maker_put_key(maker, "kunde.example", key);
	EVP_PKEY_free(key);
}

static void issuer_first(struct maker *maker)
{
	FILE *file = maker_open(maker, "kunde.example", "fullchain.pem");
	X509 *leaf = maker_leaf(maker, &(struct maker_wish){ .names = "DNS:kunde.example" });

	assert_int_equal(PEM_write_X509(file, maker->authority), 1);
	assert_int_equal(PEM_write_X509(file, leaf), 1);
	assert_int_equal(fclose(file), 0);
	X509_free(leaf);
}

#define FAULT "certificate: kunde.example/"

static void tells_what_is_broken(void **state)
{
	static const struct {
		void (*spoil)(struct maker *maker);
		const char *text;
	} cases[] = {
		{ half_key, FAULT "fullchain.pem: the key in kunde.example/privkey.pem is not this "
				  "certificate's\n" },
		{ cut_chain, FAULT "fullchain.pem: certificate 1 in it cannot be read\n" },
		{ empty_chain, FAULT
		  "fullchain.pem: no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in "
		  "it\n" },
		{ no_key, FAULT "privkey.pem: No such file or directory\n" },
		{ no_chain, FAULT "fullchain.pem: No such file or directory\n" },
		{ chain_too_long, FAULT "fullchain.pem: more than 16 certificates\n" },
		{ chain_too_large, FAULT "fullchain.pem: 262145 bytes are more than 262144\n" },
		{ chain_is_a_fifo, FAULT "fullchain.pem: is not a file\n" },
		{ no_names, FAULT "fullchain.pem: the certificate is for no host (no DNS name in "
				  "subjectAltName)\n" },
		{ no_host_names, FAULT "fullchain.pem: the certificate is for no host (no DNS name "
				       "in subjectAltName)\n" },
		{ short_key, FAULT "privkey.pem: an RSA key of 1024 bits; it needs 2048\n" },
		{ other_curve,
		  FAULT "privkey.pem: a key of the kind EC on secp256k1; TLS works with RSA, ECDSA "
			"on P-256, P-384 or P-521, and Ed25519\n" },
		{ issuer_first, FAULT "fullchain.pem: the key in kunde.example/privkey.pem is that "
				      "of certificate 2 in the file; it has to be the first\n" },
	};
	struct maker *maker = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
		CLEANUP(bytes_clear) struct bytes text = { 0 };
		struct tls_certificates_figures figures;
		int64_t now = maker->now + LATER;
		long good;

		maker_clear(maker);
		(void)maker_put_names(maker, "kunde.example", "DNS:kunde.example");
		cases[i].spoil(maker);
		good = maker_put_names(maker, "praxis.example", "DNS:praxis.example");
		certificates = open_with(maker, 16);
		for (int turn = 0; turn < 3; turn++) {
			walk(certificates, now + turn);
			assert_int_equal(ask_at(certificates, "kunde.example", now),
					 NO_CERTIFICATE);
			assert_int_equal(ask_at(certificates, "praxis.example", now), good);
			figures = figures_of(certificates);
			assert_int_equal(figures.folders, 2);
			assert_int_equal(figures.unreadable, 1);
			assert_int_equal(figures.expired, 0);
		}
		tls_certificates_describe(certificates, &text);
		assert_non_null(strstr(text.data, "; 1 cannot be used\n"));
		assert_string_equal(without_directory(maker, strstr(text.data, "certificate: ")),
				    cases[i].text);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

/* What the log says */

/* How many lines a walk at this time writes. */
static size_t lines_of(struct tls_certificates *certificates, int64_t now)
{
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO), c;
	size_t lines = 0;

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	walk(certificates, now);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	rewind(file);
	while ((c = getc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static void tells_once_a_day(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	int64_t now = maker->now + LATER;
	char folder[32];

	maker_clear(maker);
	(void)maker_put(
		maker, "kunde.example",
		&(struct maker_wish){ .names = "DNS:kunde.example", .begin = -DAY, .end = DAY });
	certificates = open_with(maker, 16);
	assert_int_equal(lines_of(certificates, now), 1); /* how many there are */
	assert_int_equal(lines_of(certificates, now + 30), 0);
	half_key(maker);
	assert_int_equal(lines_of(certificates, (int64_t)time(NULL)),
			 0); /* it is just being written */
	assert_int_equal(lines_of(certificates, now + 60), 1);
	assert_int_equal(lines_of(certificates, now + 90), 0);
	for (int i = 0; i < 9; i++) {
		snprintf(folder, sizeof(folder), "n%d.example", i);
		maker_put_text(maker, folder, "fullchain.pem", "");
	}
	assert_int_equal(lines_of(certificates, now + 120), 5 + 1); /* and how many more */
	assert_int_equal(lines_of(certificates, now + 150), 0);
	assert_int_equal(lines_of(certificates, now + DAY), 5 + 1);
	assert_int_equal(lines_of(certificates, now + DAY + 30), 0);
	maker_clear(maker);
	(void)maker_put(
		maker, "kunde.example",
		&(struct maker_wish){ .names = "DNS:kunde.example", .begin = -DAY, .end = DAY });
	assert_int_equal(lines_of(certificates, maker->now + DAY), 0);
	assert_int_equal(lines_of(certificates, maker->now + DAY + 1), 1); /* it has expired */
	assert_int_equal(lines_of(certificates, maker->now + DAY + 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uses_what_is_renewed), cmocka_unit_test(reads_fresh_files_again),
		cmocka_unit_test(keeps_what_was_there), cmocka_unit_test(forgets_what_was_deleted),
		cmocka_unit_test(follows_links),	cmocka_unit_test(tells_what_is_broken),
		cmocka_unit_test(tells_once_a_day),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
