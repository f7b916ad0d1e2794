#include "certificate_maker.h"
#include "server/tls_certificates.h"

#include <openssl/err.h>

/* All findings, a line each, with the directory's path taken out wherever it stands. */
static char *check(const struct maker *maker, const char *directory)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	size_t length = strlen(maker->directory) + 1;
	char *text = NULL, *at;
	struct error err;

	tls_certificates_check(directory, maker->now, &findings);
	for (size_t i = 0; i < findings.count; i++)
		bytes_append_format(&bytes, "%s: %s\n",
				    findings.list[i].severity == FINDING_ERROR ? "error"
									       : "warning",
				    findings.list[i].text);
	assert_int_equal(bytes_take(&bytes, &text, NULL, &err), 0);
	while ((at = strstr(text, maker->directory)))
		memmove(at, at + length, strlen(at + length) + 1);
	assert_int_equal(ERR_peek_error(), 0);
	return text;
}

static void opened_key(struct maker *maker)
{
	char path[512];

	assert_int_equal(chmod(maker_path(maker, "kunde.example", "privkey.pem", path), 0644), 0);
}

static void no_files(struct maker *maker)
{
	maker_clear(maker);
	maker_put_text(maker, "kunde.example", "README", "");
}

static void other_issuer(struct maker *maker)
{
	FILE *file = maker_open(maker, "kunde.example", "fullchain.pem");
	X509 *leaf = maker_leaf(maker, &(struct maker_wish){ .names = "DNS:kunde.example" });
	X509 *other = maker_leaf(maker, &(struct maker_wish){ .names = "DNS:other.example" });

	assert_int_equal(PEM_write_X509(file, leaf), 1);
	assert_int_equal(PEM_write_X509(file, other), 1);
	assert_int_equal(fclose(file), 0);
	X509_free(leaf);
	X509_free(other);
}

static void no_certificate(struct maker *maker)
{
	maker_put_text(maker, "kunde.example", "fullchain.pem", "");
}

#define FILE_IS "kunde.example/fullchain.pem: "

static void finds(void **state)
{
	static const struct {
		struct maker_wish wish;
		void (*spoil)(struct maker *maker);
		const char *text; /* without the time at its end */
	} cases[] = {
		{ { .names = NULL },
		  NULL,
		  "error: " FILE_IS
		  "the certificate is for no host (no DNS name in subjectAltName)\n" },
		{ { .key = MAKER_P256 }, NULL, "" },
		{ { .key = MAKER_RSA }, NULL, "" },
		{ { .key = MAKER_ED25519 },
		  NULL,
		  "warning: " FILE_IS
		  "the key is of the kind Ed25519, which hardly any mail program can do; ECDSA or "
		  "RSA is what they take\n" },
		{ { .alone = true },
		  NULL,
		  "warning: " FILE_IS
		  "the chain is missing: certificates of the issuer belong behind the first, or "
		  "mail programs cannot find their way to a root\n" },
		{ { .self_signed = true },
		  NULL,
		  "warning: " FILE_IS
		  "the certificate is signed by itself, so mail programs do not trust it\n" },
		{ { .key = MAKER_P256 },
		  other_issuer,
		  "warning: " FILE_IS
		  "the second certificate is not the issuer of the first, so mail programs may not "
		  "find their way to a root\n" },
		{ { .key = MAKER_P256 },
		  opened_key,
		  "warning: kunde.example/privkey.pem: its mode 0644 lets everybody have the key; "
		  "chmod 640 takes that away\n" },
		{ { .key = MAKER_P256 },
		  no_files,
		  "warning: kunde.example: neither fullchain.pem nor privkey.pem is in it\n"
		  "warning: DIRECTORY: there is no certificate in it, so nobody gets an answer "
		  "over "
		  "HTTPS\n" },
		{ { .key = MAKER_P256 },
		  no_certificate,
		  "error: " FILE_IS
		  "no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in it\n" },
	};
	struct maker *maker = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *text = NULL;
		struct maker_wish wish = cases[i].wish;
		char directory[64];

		maker_clear(maker);
		if (i > 0)
			wish.names = "DNS:kunde.example";
		(void)maker_put(maker, "kunde.example", &wish);
		if (cases[i].spoil)
			cases[i].spoil(maker);
		snprintf(directory, sizeof(directory), "%s", maker->directory);
		text = check(maker, directory);
		if (strstr(cases[i].text, "DIRECTORY"))
			assert_non_null(strstr(text, "warning: kunde.example: neither "
						     "fullchain.pem nor privkey.pem is in it\n"));
		else
			assert_string_equal(text, cases[i].text);
	}
}

/* Times are told; and folders come in the order of their names, each for itself. */
static void finds_in_many(void **state)
{
	static const struct {
		const char *folder;
		int64_t begin, end;
	} sites[] = {
		{ "c.example", 5, 90 },
		{ "a.example", -90, -5 },
		{ "b.example", -80, 13 },
		{ "d.example", -80, 15 },
	};
	struct maker *maker = *state;
	char at[32], expected[1024] = "";
	CLEANUP(freep) char *text = NULL;
	time_t times[3];

	maker_clear(maker);
	for (size_t i = 0; i < sizeof(sites) / sizeof(*sites); i++)
		(void)maker_put(maker, sites[i].folder,
				&(struct maker_wish){ .names = "DNS:any.example",
						      .begin = sites[i].begin * DAY,
						      .end = sites[i].end * DAY });
	maker_put_text(maker, ".hidden", "fullchain.pem", "");
	text = check(maker, maker->directory);
	times[0] = (time_t)maker->now - 5 * DAY;
	times[1] = (time_t)maker->now + 13 * DAY;
	times[2] = (time_t)maker->now + 5 * DAY;
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime(&times[0]));
	snprintf(expected, sizeof(expected),
		 "error: a.example/fullchain.pem: the certificate expired at %s; it is not used\n",
		 at);
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime(&times[1]));
	snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
		 "warning: b.example/fullchain.pem: the certificate expires at %s\n", at);
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime(&times[2]));
	snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
		 "error: c.example/fullchain.pem: the certificate is not valid before %s; until "
		 "then it is not used\n",
		 at);
	assert_string_equal(text, expected);
}

static void needs_a_directory(void **state)
{
	struct maker *maker = *state;
	char directory[128];
	CLEANUP(freep) char *text = NULL;

	maker_clear(maker);
	snprintf(directory, sizeof(directory), "%s/none", maker->directory);
	text = check(maker, directory);
	assert_string_equal(text, "error: none: No such file or directory; [tls] certificates\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(finds_in_many),
		cmocka_unit_test(needs_a_directory),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
