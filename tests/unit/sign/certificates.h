/* Keys and certificates made for a test, and a directory of its own with their files. */
#ifndef TESTS_UNIT_SIGN_CERTIFICATES_H
#define TESTS_UNIT_SIGN_CERTIFICATES_H

#include <dirent.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW 1800000000 /* 2027-01-15T08:00:00Z */
#define DAY 86400

enum key_kind { KEY_RSA, KEY_P256, KEY_P384, KEY_OTHER, KEY_CA, KEY_KIND_COUNT };

struct certificates {
	char directory[64];
	EVP_PKEY *keys[KEY_KIND_COUNT];
	X509 *root, *intermediate;
};

/* What a certificate is made from. */
struct certificate_wish {
	enum key_kind key;
	int64_t begin, end; /* days from NOW; both 0: -10 and 80 */
	const char *usage;  /* extended key usage, or NULL for the server's */
	bool ca, self_signed;
};

static X509 *certificate_new(const char *name, EVP_PKEY *key, const struct certificate_wish *wish)
{
	X509 *certificate = X509_new();
	bool usual = wish->begin == 0 && wish->end == 0;

	assert_non_null(certificate);
	assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), (long)name[0]), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate),
				      NOW + DAY * (usual ? -10 : wish->begin)));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate),
				      NOW + DAY * (usual ? 80 : wish->end)));
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN",
						    MBSTRING_UTF8, (const unsigned char *)name, -1,
						    -1, 0),
			 1);
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	return certificate;
}

static void certificate_extend(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* Signed by issuer, or with issuer_key by itself where issuer is NULL. */
static X509 *certificate_make(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
			      const struct certificate_wish *wish)
{
	X509 *certificate = certificate_new(name, key, wish);

	certificate_extend(certificate, NID_basic_constraints,
			   wish->ca ? "critical,CA:TRUE" : "CA:FALSE");
	certificate_extend(certificate, NID_key_usage,
			   wish->ca ? "keyCertSign" : "digitalSignature");
	if (!wish->ca)
		certificate_extend(certificate, NID_ext_key_usage,
				   wish->usage ? wish->usage : "serverAuth");
	assert_int_equal(X509_set_issuer_name(certificate,
					      X509_get_subject_name(issuer ? issuer : certificate)),
			 1);
	assert_true(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
	return certificate;
}

static X509 *certificates_leaf(const struct certificates *all, const struct certificate_wish *wish)
{
	EVP_PKEY *key = all->keys[wish->key];

	return wish->self_signed ? certificate_make("setup.hosting.example", key, NULL, key, wish)
				 : certificate_make("setup.hosting.example", key, all->intermediate,
						    all->keys[KEY_CA], wish);
}

static const char *certificates_path(const struct certificates *all, const char *name,
				     char ret[128])
{
	snprintf(ret, 128, "%s/%s", all->directory, name);
	return ret;
}

static FILE *certificates_open(const struct certificates *all, const char *name, const char *mode)
{
	char path[128];
	FILE *file = fopen(certificates_path(all, name, path), mode);

	assert_non_null(file);
	return file;
}

static void certificates_write(const struct certificates *all, const char *name, X509 *const *list,
			       size_t count)
{
	FILE *file = certificates_open(all, name, "w");

	for (size_t i = 0; i < count; i++)
		assert_int_equal(PEM_write_X509(file, list[i]), 1);
	assert_int_equal(fclose(file), 0);
}

static void certificates_write_bytes(const struct certificates *all, const char *name,
				     const char *bytes, size_t size)
{
	FILE *file = certificates_open(all, name, "w");

	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void certificates_write_key(const struct certificates *all, const char *name, EVP_PKEY *key,
				   const char *passphrase)
{
	FILE *file = certificates_open(all, name, "w");

	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_int_equal(PEM_write_PKCS8PrivateKey(
				 file, key, passphrase ? EVP_aes_128_cbc() : NULL, passphrase,
				 passphrase ? (int)strlen(passphrase) : 0, NULL, NULL),
			 1);
	assert_int_equal(fclose(file), 0);
}

/* For a group's state: keys are dear, so all tests share them. */
static int certificates_begin(void **state)
{
	static const struct certificate_wish authority = { .begin = -1000,
							   .end = 3000,
							   .ca = true };
	struct certificates *all = calloc(1, sizeof(*all));

	assert_non_null(all);
	snprintf(all->directory, sizeof(all->directory), "/tmp/signpost-sign-XXXXXX");
	assert_non_null(mkdtemp(all->directory));
	all->keys[KEY_RSA] = EVP_RSA_gen(2048);
	all->keys[KEY_P256] = EVP_EC_gen("P-256");
	all->keys[KEY_P384] = EVP_EC_gen("P-384");
	all->keys[KEY_OTHER] = EVP_EC_gen("P-256");
	all->keys[KEY_CA] = EVP_EC_gen("P-256");
	all->root =
		certificate_make("Root", all->keys[KEY_CA], NULL, all->keys[KEY_CA], &authority);
	all->intermediate = certificate_make("Intermediate", all->keys[KEY_CA], all->root,
					     all->keys[KEY_CA], &authority);
	*state = all;
	return 0;
}

static int certificates_end(void **state)
{
	struct certificates *all = *state;
	DIR *directory = opendir(all->directory);
	struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] != '.' && unlinkat(dirfd(directory), entry->d_name, 0) < 0)
			assert_int_equal(unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR),
					 0);
	}
	closedir(directory);
	assert_int_equal(rmdir(all->directory), 0);
	for (int i = 0; i < KEY_KIND_COUNT; i++)
		EVP_PKEY_free(all->keys[i]);
	X509_free(all->root);
	X509_free(all->intermediate);
	free(all);
	return 0;
}

#endif
