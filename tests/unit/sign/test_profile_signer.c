#include "sign/profile_signer.h"

#include "certificates.h"
#include "sign/certificate_file.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <pthread.h>

#define PROFILE "<?xml version=\"1.0\"?>\n<plist>\n\t<dict/>\r\n</plist>\n"
#define CERTIFICATE "certificate.pem"
#define KEY "key.pem"

/* The text with the directory's path taken out wherever it stands, so that a table can hold it. */
static const char *without_directory(const struct certificates *all, char *text)
{
	size_t length = strlen(all->directory) + 1;
	char *at;

	while ((at = strstr(text, all->directory)))
		memmove(at, at + length, strlen(at + length) + 1);
	return text;
}

static int load(const struct certificates *all, struct profile_signer **ret, struct error *err)
{
	char certificate[128], key[128];
	int result;

	result = profile_signer_load(certificates_path(all, CERTIFICATE, certificate),
				     certificates_path(all, KEY, key), ret, err);
	assert_int_equal(ERR_peek_error(), 0); /* nothing is left behind */
	return result;
}

/* Writes leaf and intermediate and the key, and loads them. */
static struct profile_signer *make_signer(const struct certificates *all,
					  const struct certificate_wish *wish)
{
	X509 *chain[] = { certificates_leaf(all, wish), all->intermediate, all->root };
	struct profile_signer *signer = NULL;
	struct error err = { 0 };

	certificates_write(all, CERTIFICATE, chain, 3);
	certificates_write_key(all, KEY, all->keys[wish->key], NULL);
	X509_free(chain[0]);
	if (load(all, &signer, &err) < 0)
		fail_msg("%s", err.text);
	return signer;
}

static const struct certificate_wish usual = { .key = KEY_RSA };

/* Files that cannot be used. Each case spoils what is right. */

static void put(const struct certificates *all, const char *name, const char *text)
{
	certificates_write_bytes(all, name, text, strlen(text));
}

static void no_certificate(const struct certificates *all)
{
	char path[128];

	unlink(certificates_path(all, CERTIFICATE, path));
}

static void no_key(const struct certificates *all)
{
	char path[128];

	unlink(certificates_path(all, KEY, path));
}

static void empty_certificate(const struct certificates *all)
{
	put(all, CERTIFICATE, "");
}

static void garbage_certificate(const struct certificates *all)
{
	certificates_write_bytes(all, CERTIFICATE, "\x30\x82\0\xff\xfe-----BEGIN", 15);
}

static void broken_certificate(const struct certificates *all)
{
	put(all, CERTIFICATE, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
}

static void broken_second(const struct certificates *all)
{
	FILE *file = certificates_open(all, CERTIFICATE, "a");

	fputs("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", file);
	fclose(file);
}

static void key_for_certificate(const struct certificates *all)
{
	certificates_write_key(all, CERTIFICATE, all->keys[KEY_RSA], NULL);
}

static void large_certificate(const struct certificates *all)
{
	char *bytes = calloc(1, CERTIFICATE_FILE_MAX + 1);

	certificates_write_bytes(all, CERTIFICATE, bytes, CERTIFICATE_FILE_MAX + 1);
	free(bytes);
}

static void many_certificates(const struct certificates *all)
{
	X509 *list[CERTIFICATE_FILE_CHAIN_MAX + 1];

	for (size_t i = 0; i <= CERTIFICATE_FILE_CHAIN_MAX; i++)
		list[i] = all->intermediate;
	certificates_write(all, CERTIFICATE, list, CERTIFICATE_FILE_CHAIN_MAX + 1);
}

static void directory_certificate(const struct certificates *all)
{
	char path[128];

	no_certificate(all);
	assert_int_equal(mkdir(certificates_path(all, CERTIFICATE, path), 0700), 0);
}

static void wrong_key(const struct certificates *all)
{
	certificates_write_key(all, KEY, all->keys[KEY_OTHER], NULL);
}

static void leaf_behind(const struct certificates *all)
{
	X509 *list[] = { all->intermediate, certificates_leaf(all, &usual) };

	certificates_write(all, CERTIFICATE, list, 2);
	X509_free(list[1]);
}

static void encrypted_key(const struct certificates *all)
{
	certificates_write_key(all, KEY, all->keys[KEY_RSA], "secret");
}

static void garbage_key(const struct certificates *all)
{
	put(all, KEY, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
}

static void readable_key(const struct certificates *all)
{
	char path[128];

	assert_int_equal(chmod(certificates_path(all, KEY, path), 0644), 0);
}

static void writable_key(const struct certificates *all)
{
	char path[128];

	assert_int_equal(chmod(certificates_path(all, KEY, path), 0602), 0);
}

static void put_key(const struct certificates *all, EVP_PKEY *key)
{
	assert_non_null(key);
	certificates_write_key(all, KEY, key, NULL);
	EVP_PKEY_free(key);
}

static void short_key(const struct certificates *all)
{
	put_key(all, EVP_RSA_gen(1024));
}

static void edwards_key(const struct certificates *all)
{
	put_key(all, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
}

static void other_curve(const struct certificates *all)
{
	put_key(all, EVP_EC_gen("secp256k1"));
}

static void refuses(void **state)
{
	static const struct {
		void (*spoil)(const struct certificates *all);
		enum error_code code;
		const char *text;
	} cases[] = {
		{ no_certificate, ERROR_NOT_FOUND, "certificate.pem: No such file or directory" },
		{ no_key, ERROR_NOT_FOUND, "key.pem: No such file or directory" },
		{ empty_certificate, ERROR_INVALID,
		  "certificate.pem: no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in "
		  "it" },
		{ garbage_certificate, ERROR_INVALID,
		  "certificate.pem: no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in "
		  "it" },
		{ broken_certificate, ERROR_INVALID,
		  "certificate.pem: certificate 1 in it cannot be read" },
		{ broken_second, ERROR_INVALID,
		  "certificate.pem: certificate 4 in it cannot be read" },
		{ key_for_certificate, ERROR_INVALID,
		  "certificate.pem: no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in "
		  "it" },
		{ large_certificate, ERROR_TOO_LARGE,
		  "certificate.pem: 262145 bytes are more than 262144" },
		{ many_certificates, ERROR_TOO_LARGE,
		  "certificate.pem: more than 16 certificates" },
		{ wrong_key, ERROR_INVALID,
		  "certificate.pem: the key in key.pem is not this certificate's" },
		{ leaf_behind, ERROR_INVALID,
		  "certificate.pem: the key in key.pem is that of certificate 2 in the file; it "
		  "has "
		  "to be the first" },
		{ encrypted_key, ERROR_INVALID,
		  "key.pem: the key is encrypted, and nobody is there to type its passphrase; "
		  "openssl pkey writes it without" },
		{ garbage_key, ERROR_INVALID,
		  "key.pem: no private key in PEM form is in it, or it cannot be read" },
		{ readable_key, ERROR_INVALID,
		  "key.pem: its mode 0644 lets everybody have the key; chmod 640 takes that away" },
		{ writable_key, ERROR_INVALID,
		  "key.pem: its mode 0602 lets everybody have the key; chmod 640 takes that away" },
		{ short_key, ERROR_INVALID, "key.pem: an RSA key of 1024 bits; it needs 2048" },
		{ edwards_key, ERROR_INVALID,
		  "key.pem: a key of the kind ED25519; profiles are signed with RSA or with ECDSA "
		  "on P-256 or P-384" },
		{ other_curve, ERROR_INVALID,
		  "key.pem: a key of the kind EC on secp256k1; profiles are signed with RSA or "
		  "with "
		  "ECDSA on P-256 or P-384" },
		{ directory_certificate, ERROR_INVALID, "certificate.pem: is not a file" },
	};
	const struct certificates *all = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct profile_signer *signer = make_signer(all, &usual);
		struct error err = { 0 };
		char path[128];

		profile_signer_unref(signer);
		signer = NULL;
		cases[i].spoil(all);
		assert_int_equal(load(all, &signer, &err), -1);
		assert_null(signer);
		assert_string_equal(without_directory(all, err.text), cases[i].text);
		assert_int_equal(err.code, cases[i].code);
		(void)rmdir(certificates_path(all, CERTIFICATE, path));
	}
}

/* Findings */

static void expect_findings(const struct certificates *all, const struct profile_signer *signer,
			    const char *wanted)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	char text[2048] = "";

	profile_signer_check(signer, NOW, &findings);
	for (size_t i = 0; i < findings.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s: %s\n",
			 findings.list[i].severity == FINDING_ERROR ? "error" : "warning",
			 findings.list[i].text);
	assert_string_equal(without_directory(all, text), wanted);
	assert_int_equal(ERR_peek_error(), 0);
}

static void finds(void **state)
{
	static const struct {
		struct certificate_wish wish;
		const char *findings;
	} cases[] = {
		{ { .key = KEY_RSA }, "" },
		{ { .key = KEY_P256, .usage = "emailProtection" }, "" },
		{ { .key = KEY_P256, .begin = -90, .end = -1 },
		  "error: certificate.pem: the certificate expired at 2027-01-14T08:00:00Z; "
		  "profiles "
		  "go out unsigned\n" },
		{ { .key = KEY_P256, .begin = 1, .end = 90 },
		  "error: certificate.pem: the certificate is not valid before "
		  "2027-01-16T08:00:00Z; profiles go out unsigned\n" },
		{ { .key = KEY_P256, .begin = -90, .end = 6 },
		  "warning: certificate.pem: the certificate expires at 2027-01-21T08:00:00Z\n" },
		{ { .key = KEY_P256, .begin = -90, .end = 7 }, "" },
		{ { .key = KEY_P256, .usage = "clientAuth" },
		  "warning: certificate.pem: the certificate (/CN=setup.hosting.example) is "
		  "neither "
		  "for servers nor for e-mail, so devices may not accept it\n" },
	};
	const struct certificates *all = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct profile_signer *signer = make_signer(all, &cases[i].wish);

		expect_findings(all, signer, cases[i].findings);
		assert_int_equal(profile_signer_expires(signer),
				 NOW + DAY * (cases[i].wish.end ? cases[i].wish.end : 80));
		profile_signer_unref(signer);
	}
}

static void finds_in_chains(void **state)
{
	const struct certificates *all = *state;
	static const struct certificate_wish by_itself = { .key = KEY_RSA, .self_signed = true };
	X509 *leaf = certificates_leaf(all, &usual), *own = certificates_leaf(all, &by_itself);
	const struct {
		X509 *list[4];
		size_t count;
		const char *findings;
	} cases[] = {
		{ { leaf, all->intermediate }, 2, "" },
		{ { leaf, all->intermediate, all->root }, 3, "" },
		{ { leaf },
		  1,
		  "warning: certificate.pem: the chain is missing: certificates of the issuer "
		  "belong "
		  "behind the first, or devices cannot find their way to a root\n" },
		{ { leaf, all->root, all->intermediate },
		  3,
		  "warning: certificate.pem: certificate 2 (/CN=Root) is not the issuer of the one "
		  "before it, so devices may not find their way to a root\n" },
		{ { own },
		  1,
		  "warning: certificate.pem: the certificate is signed by itself, so devices show "
		  "profiles as not verified\n" },
	};

	certificates_write_key(all, KEY, all->keys[KEY_RSA], NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct profile_signer *signer = NULL;
		struct error err;

		certificates_write(all, CERTIFICATE, cases[i].list, cases[i].count);
		assert_int_equal(load(all, &signer, &err), 0);
		expect_findings(all, signer, cases[i].findings);
		profile_signer_unref(signer);
	}
	X509_free(leaf);
	X509_free(own);
}

/* Signing */

/* DER: the length is definite and reaches to the end. */
static void expect_der(const char *signature, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)signature;

	assert_int_equal(bytes[0], 0x30);
	assert_int_equal(bytes[1], 0x82);
	assert_int_equal((size_t)bytes[2] << 8 | bytes[3], size - 4);
}

static void expect_content(CMS_ContentInfo *cms, X509_STORE *store)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data = NULL;

	assert_int_equal(CMS_verify(cms, NULL, store, NULL, out, CMS_BINARY), 1);
	assert_int_equal(BIO_get_mem_data(out, &data), strlen(PROFILE));
	assert_memory_equal(data, PROFILE, strlen(PROFILE));
	BIO_free(out);
}

/* Signer and intermediate, and no root. */
static void expect_certificates(CMS_ContentInfo *cms, const struct certificates *all)
{
	struct stack_st_X509 *list = CMS_get1_certs(cms);
	bool intermediate = false;

	assert_int_equal(sk_X509_num(list), 2);
	for (int i = 0; i < 2; i++) {
		intermediate |= X509_cmp(sk_X509_value(list, i), all->intermediate) == 0;
		assert_int_not_equal(X509_cmp(sk_X509_value(list, i), all->root), 0);
	}
	assert_true(intermediate);
	sk_X509_pop_free(list, X509_free);
}

static void expect_time(CMS_ContentInfo *cms, int64_t wanted)
{
	CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
	X509_ATTRIBUTE *attribute = CMS_signed_get_attr(info, at);

	assert_non_null(attribute);
	assert_int_equal(ASN1_TIME_cmp_time_t(X509_ATTRIBUTE_get0_type(attribute, 0)->value.utctime,
					      (time_t)wanted),
			 0);
	assert_int_equal(CMS_signed_get_attr_by_NID(info, NID_SMIMECapabilities, -1), -1);
}

static X509_STORE *make_store(const struct certificates *all)
{
	X509_STORE *store = X509_STORE_new();

	assert_int_equal(X509_STORE_add_cert(store, all->root), 1);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), NOW);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	return store;
}

static void signs(void **state)
{
	static const struct certificate_wish wishes[] = { { .key = KEY_RSA },
							  { .key = KEY_P256 },
							  { .key = KEY_P384 } };
	const struct certificates *all = *state;
	X509_STORE *store = make_store(all);

	for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++) {
		struct profile_signer *signer = make_signer(all, &wishes[i]);
		const unsigned char *at;
		char *signature = NULL;
		CMS_ContentInfo *cms;
		struct error err;
		size_t size = 0;

		assert_int_equal(profile_signer_sign(signer, PROFILE, strlen(PROFILE), NOW - 5,
						     &signature, &size, &err),
				 0);
		expect_der(signature, size);
		at = (const unsigned char *)signature;
		cms = d2i_CMS_ContentInfo(NULL, &at, (long)size);
		assert_non_null(cms);
		expect_content(cms, store);
		expect_certificates(cms, all);
		expect_time(cms, NOW - 5);
		CMS_ContentInfo_free(cms);
		free(signature);
		profile_signer_unref(signer);
	}
	X509_STORE_free(store);
}

static void signs_while_valid(void **state)
{
	static const struct {
		int64_t at;
		int result;
		const char *text;
	} cases[] = {
		{ NOW - 11 * DAY, -1,
		  "certificate.pem: the certificate is not valid before 2027-01-05T08:00:00Z" },
		{ NOW - 10 * DAY - 1, -1,
		  "certificate.pem: the certificate is not valid before 2027-01-05T08:00:00Z" },
		{ NOW - 10 * DAY, 0, "" },
		{ NOW + 80 * DAY, 0, "" },
		{ NOW + 80 * DAY + 1, -1,
		  "certificate.pem: the certificate expired at 2027-04-05T08:00:00Z" },
	};
	const struct certificates *all = *state;
	struct profile_signer *signer = make_signer(all, &usual);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { 0 };
		char *signature = NULL;
		size_t size = 0;

		assert_int_equal(profile_signer_sign(signer, PROFILE, strlen(PROFILE), cases[i].at,
						     &signature, &size, &err),
				 cases[i].result);
		assert_string_equal(without_directory(all, err.text), cases[i].text);
		if (cases[i].result < 0)
			assert_int_equal(err.code, ERROR_UNAVAILABLE);
		assert_int_equal(profile_signer_is_valid(signer, cases[i].at),
				 cases[i].result == 0);
		free(signature);
	}
	profile_signer_unref(signer);
}

/* With RSA the same profile at the same time has one signature: whatever thread makes it. */
#define THREADS 4
#define ROUNDS 25

static void *sign_over_and_over(void *data)
{
	const struct profile_signer *signer = data;
	char *first = NULL;
	size_t first_size = 0;
	struct error err;

	for (int i = 0; i < ROUNDS; i++) {
		char *signature = NULL;
		size_t size = 0;

		if (profile_signer_sign(signer, PROFILE, strlen(PROFILE), NOW, &signature, &size,
					&err) < 0 ||
		    (first && (size != first_size || memcmp(signature, first, size) != 0))) {
			free(signature);
			free(first);
			return NULL;
		}
		if (first)
			free(signature);
		else
			first = signature;
		first_size = size;
	}
	return first;
}

static void signs_in_threads(void **state)
{
	struct profile_signer *signer = make_signer(*state, &usual);
	pthread_t threads[THREADS];
	char *signatures[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_over_and_over,
						profile_signer_ref(signer)),
				 0);
	for (int i = 0; i < THREADS; i++) {
		void *result = NULL;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
		profile_signer_unref(signer);
		signatures[i] = result;
		assert_memory_equal(signatures[i], signatures[0], 1000);
	}
	for (int i = 0; i < THREADS; i++)
		free(signatures[i]);
	profile_signer_unref(signer);
}

static void loads_what_is_configured(void **state)
{
	static const struct {
		const char *keys;
		int result;
		bool signer;
		const char *text;
	} cases[] = {
		{ "", 0, false, "" },
		{ "certificate = certificate.pem\nkey = key.pem\n", 0, true, "" },
		{ "certificate = certificate.pem\n", -1, false,
		  "[profile] certificate is set, but key is not" },
		{ "key = key.pem\n", -1, false, "[profile] key is set, but certificate is not" },
		{ "certificate = /nowhere/c.pem\nkey = key.pem\n", -1, false,
		  "/nowhere/c.pem: No such file or directory" },
	};
	const struct certificates *all = *state;

	profile_signer_unref(make_signer(all, &usual));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(configuration_freep) struct configuration *configuration = NULL;
		struct profile_signer *signer = NULL;
		struct error err = { 0 };
		char text[256];

		snprintf(text, sizeof(text), "[profile]\n%s", cases[i].keys);
		assert_int_equal(configuration_parse(text, strlen(text), "c", all->directory,
						     &configuration, &findings, &err),
				 0);
		assert_int_equal(profile_signer_load_configured(configuration, &signer, &err),
				 cases[i].result);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(signer != NULL, cases[i].signer);
		profile_signer_unref(signer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(finds),
		cmocka_unit_test(finds_in_chains),
		cmocka_unit_test(signs),
		cmocka_unit_test(signs_while_valid),
		cmocka_unit_test(signs_in_threads),
		cmocka_unit_test(loads_what_is_configured),
	};

	return cmocka_run_group_tests(tests, certificates_begin, certificates_end);
}
