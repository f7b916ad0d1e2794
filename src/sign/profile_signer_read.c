/*
 * OpenSSL keeps a queue of errors for each thread. What we have asked for ends with an empty one:
 * an error that stays there would be told by whoever looks next.
 */
#include "sign/profile_signer_parts.h"

#include "store/file_read.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>

#define RSA_BITS_MIN 2048

DEFINE_CLEANUP(BIO *, BIO_free)

/* PEM, or NULL: no memory. Text lives as long as the result. */
static BIO *open_memory(const char *text, size_t size)
{
	ERR_clear_error();
	return BIO_new_mem_buf(text, (int)size); /* a file is 256 KiB at most */
}

/* Whether reading ended because there is nothing more of the kind. Empties the queue. */
static bool is_end(void)
{
	bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;

	ERR_clear_error();
	return end;
}

static int add_certificate(X509 *certificate, size_t count, X509 **ret, struct stack_st_X509 *chain,
			   const char *path, struct error *err)
{
	if (count > PROFILE_SIGNER_CHAIN_MAX) {
		X509_free(certificate);
		return error_set(err, ERROR_TOO_LARGE, "%s: more than %d certificates", path,
				 PROFILE_SIGNER_CHAIN_MAX);
	}
	if (count == 1) {
		*ret = certificate;
		return 0;
	}
	if (sk_X509_push(chain, certificate) > 0)
		return 0;
	X509_free(certificate);
	return error_no_memory(err);
}

int profile_signer_read_certificates(const char *path, X509 **ret, struct stack_st_X509 *chain,
				     struct error *err)
{
	CLEANUP(X509_freep) X509 *first = NULL;
	CLEANUP(freep) char *text = NULL;
	CLEANUP(BIO_freep) BIO *bio = NULL;
	size_t size, count = 0;
	X509 *certificate;

	if (file_read(path, PROFILE_SIGNER_FILE_MAX, &text, &size, err) < 0)
		return -1;
	bio = open_memory(text, size);
	if (!bio)
		return error_no_memory(err);
	while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (add_certificate(certificate, ++count, &first, chain, path, err) < 0)
			return -1;
	}
	if (!is_end())
		return error_set(err, ERROR_INVALID, "%s: certificate %zu in it cannot be read",
				 path, count + 1);
	if (!first)
		return error_set(err, ERROR_INVALID,
				 "%s: no certificate in PEM form (-----BEGIN CERTIFICATE-----) is "
				 "in it",
				 path);
	*ret = first;
	first = NULL;
	return 0;
}

static int check_mode(const char *path, struct error *err)
{
	struct stat info;

	if (stat(path, &info) < 0) {
		error_errno(err, errno, "%s", path);
		return -1;
	}
	if (info.st_mode & (S_IROTH | S_IWOTH))
		return error_set(err, ERROR_INVALID,
				 "%s: its mode %04o lets everybody have the key; chmod 640 takes "
				 "that away",
				 path, (unsigned int)(info.st_mode & 07777));
	return 0;
}

/* Told that there is a passphrase; there is nobody to ask for it. */
static int refuse_passphrase(char *ret, int size, int writing, void *asked)
{
	(void)ret;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static int check_kind(const char *path, const EVP_PKEY *key, struct error *err)
{
	char curve[64] = "";

	if (EVP_PKEY_is_a(key, "RSA")) {
		if (EVP_PKEY_get_bits(key) >= RSA_BITS_MIN)
			return 0;
		return error_set(err, ERROR_INVALID, "%s: an RSA key of %d bits; it needs %d", path,
				 EVP_PKEY_get_bits(key), RSA_BITS_MIN);
	}
	if (EVP_PKEY_is_a(key, "EC")) {
		(void)EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL);
		if (strcmp(curve, "prime256v1") == 0 || strcmp(curve, "secp384r1") == 0)
			return 0;
	}
	return error_set(err, ERROR_INVALID,
			 "%s: a key of the kind %s%s%s; profiles are signed with RSA or with ECDSA "
			 "on P-256 or P-384",
			 path, EVP_PKEY_get0_type_name(key), *curve ? " on " : "", curve);
}

static int parse_key(const char *path, const char *text, size_t size, EVP_PKEY **ret,
		     struct error *err)
{
	CLEANUP(BIO_freep) BIO *bio = open_memory(text, size);
	bool asked = false;

	if (!bio)
		return error_no_memory(err);
	*ret = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &asked);
	ERR_clear_error();
	if (asked)
		return error_set(err, ERROR_INVALID,
				 "%s: the key is encrypted, and nobody is there to type its "
				 "passphrase; openssl pkey writes it without",
				 path);
	if (!*ret)
		return error_set(err, ERROR_INVALID,
				 "%s: no private key in PEM form is in it, or it cannot be read",
				 path);
	return 0;
}

int profile_signer_read_key(const char *path, EVP_PKEY **ret, struct error *err)
{
	CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = NULL;
	CLEANUP(freep) char *text = NULL;
	size_t size;
	int result;

	if (check_mode(path, err) < 0 ||
	    file_read(path, PROFILE_SIGNER_FILE_MAX, &text, &size, err) < 0)
		return -1;
	result = parse_key(path, text, size, &key, err);
	OPENSSL_cleanse(text, size);
	if (result < 0 || check_kind(path, key, err) < 0)
		return -1;
	*ret = key;
	key = NULL;
	return 0;
}
