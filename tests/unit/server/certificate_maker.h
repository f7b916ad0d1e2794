/* Certificates with host names in folders of a directory of their own, for a test. */
#ifndef TESTS_UNIT_SERVER_CERTIFICATE_MAKER_H
#define TESTS_UNIT_SERVER_CERTIFICATE_MAKER_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY 86400
#define LATER 100 /* seconds after a file was written, when nobody takes it for a fresh one */

enum maker_key { MAKER_P256, MAKER_RSA, MAKER_P521, MAKER_ED25519, MAKER_OTHER, MAKER_KEYS };

struct maker {
	char directory[64];
	EVP_PKEY *keys[MAKER_KEYS];
	EVP_PKEY *authority_key;
	X509 *authority;
	int64_t now; /* when the test began */
	long serial; /* of the next certificate */
};

/* What a certificate is made from. */
struct maker_wish {
	const char *names; /* "DNS:kunde.example,DNS:*.kunde.example"; NULL: no such extension */
	enum maker_key key;
	int64_t begin, end;	 /* seconds from now; both 0: -10 and 80 days */
	bool self_signed, alone; /* alone: without the chain */
};

static inline void maker_extend(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static inline X509 *maker_new(struct maker *maker, const char *subject, EVP_PKEY *key,
			      int64_t begin, int64_t end)
{
	X509 *certificate = X509_new();

	assert_non_null(certificate);
	assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++maker->serial), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), maker->now + begin));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), maker->now + end));
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN",
						    MBSTRING_UTF8, (const unsigned char *)subject,
						    -1, -1, 0),
			 1);
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	return certificate;
}

static inline void maker_sign(X509 *certificate, X509 *issuer, EVP_PKEY *key)
{
	const EVP_MD *digest = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();

	assert_int_equal(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)), 1);
	assert_true(X509_sign(certificate, key, digest) > 0);
}

static inline X509 *maker_leaf(struct maker *maker, const struct maker_wish *wish)
{
	bool usual = wish->begin == 0 && wish->end == 0;
	X509 *leaf = maker_new(maker, "Test", maker->keys[wish->key],
			       usual ? -10 * DAY : wish->begin, usual ? 80 * DAY : wish->end);

	if (wish->names)
		maker_extend(leaf, NID_subject_alt_name, wish->names);
	maker_extend(leaf, NID_ext_key_usage, "serverAuth");
	if (wish->self_signed)
		maker_sign(leaf, leaf, maker->keys[wish->key]);
	else
		maker_sign(leaf, maker->authority, maker->authority_key);
	return leaf;
}

static inline const char *maker_path(const struct maker *maker, const char *folder,
				     const char *name, char ret[512])
{
	snprintf(ret, 512, "%s/%s%s%s", maker->directory, folder, *name ? "/" : "", name);
	return ret;
}

static inline FILE *maker_open(const struct maker *maker, const char *folder, const char *name)
{
	char path[512];
	FILE *file;

	(void)mkdir(maker_path(maker, folder, "", path), 0755);
	file = fopen(maker_path(maker, folder, name, path), "w");
	assert_non_null(file);
	return file;
}

static inline void maker_put_text(const struct maker *maker, const char *folder, const char *name,
				  const char *text)
{
	FILE *file = maker_open(maker, folder, name);

	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline void maker_put_key(const struct maker *maker, const char *folder, EVP_PKEY *key)
{
	FILE *file = maker_open(maker, folder, "privkey.pem");

	assert_int_equal(fchmod(fileno(file), 0640), 0);
	assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(file), 0);
}

static inline void maker_put_chain(struct maker *maker, const char *folder,
				   const struct maker_wish *wish)
{
	FILE *file = maker_open(maker, folder, "fullchain.pem");
	X509 *leaf = maker_leaf(maker, wish);

	assert_int_equal(PEM_write_X509(file, leaf), 1);
	if (!wish->alone && !wish->self_signed)
		assert_int_equal(PEM_write_X509(file, maker->authority), 1);
	assert_int_equal(fclose(file), 0);
	X509_free(leaf);
}

/* Both files. Returns the certificate's serial number. */
static inline long maker_put(struct maker *maker, const char *folder, const struct maker_wish *wish)
{
	maker_put_chain(maker, folder, wish);
	maker_put_key(maker, folder, maker->keys[wish->key]);
	return maker->serial;
}

/* The usual: ECDSA and these names. */
static inline long maker_put_names(struct maker *maker, const char *folder, const char *names)
{
	return maker_put(maker, folder, &(struct maker_wish){ .names = names });
}

static inline int maker_remove_one(const char *path, const struct stat *info, int kind,
				   struct FTW *walk)
{
	(void)info;
	(void)kind;
	return walk->level == 0 ? 0 : remove(path);
}

/* Empties the directory: each test begins with nothing. */
static inline void maker_clear(const struct maker *maker)
{
	assert_int_equal(nftw(maker->directory, maker_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* For a group's state: keys are dear, so all tests share them. */
static inline int maker_begin(void **state)
{
	struct maker *maker = calloc(1, sizeof(*maker));

	assert_non_null(maker);
	maker->now = (int64_t)time(NULL);
	snprintf(maker->directory, sizeof(maker->directory), "/tmp/signpost-tls-XXXXXX");
	assert_non_null(mkdtemp(maker->directory));
	maker->keys[MAKER_P256] = EVP_EC_gen("P-256");
	maker->keys[MAKER_RSA] = EVP_RSA_gen(2048);
	maker->keys[MAKER_P521] = EVP_EC_gen("P-521");
	maker->keys[MAKER_ED25519] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	maker->keys[MAKER_OTHER] = EVP_EC_gen("P-256");
	maker->authority_key = EVP_EC_gen("P-256");
	maker->authority =
		maker_new(maker, "Authority", maker->authority_key, -1000 * DAY, 1000 * DAY);
	maker_extend(maker->authority, NID_basic_constraints, "critical,CA:TRUE");
	maker_sign(maker->authority, maker->authority, maker->authority_key);
	*state = maker;
	return 0;
}

static inline int maker_end(void **state)
{
	struct maker *maker = *state;

	maker_clear(maker);
	assert_int_equal(rmdir(maker->directory), 0);
	for (size_t i = 0; i < MAKER_KEYS; i++)
		EVP_PKEY_free(maker->keys[i]);
	EVP_PKEY_free(maker->authority_key);
	X509_free(maker->authority);
	free(maker);
	return 0;
}

#endif
