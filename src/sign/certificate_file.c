/*
 * OpenSSL keeps a queue of errors for each thread. What we have asked for ends with an empty one:
 * an error that stays there would be told by whoever looks next.
 *
 * OpenSSL 3.0 tries a key as each kind that it knows, which takes three times as long as to read it
 * as the one that it is.
 */
#include "sign/certificate_file.h"

#include "store/file_read.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define RSA_BITS_MIN 2048

DEFINE_CLEANUP(BIO *, BIO_free)
DEFINE_CLEANUP(OSSL_DECODER_CTX *, OSSL_DECODER_CTX_free)

/* PEM, or NULL: no memory. Text lives as long as the result. */
static BIO *open_memory(const char *text, size_t size)
{
	ERR_clear_error();
	return BIO_new_mem_buf(text, (int)size); /* a file is 256 KiB at most */
}

/* Certificates */

/* Whether reading ended because there is nothing more of the kind. Empties the queue. */
static bool is_end(void)
{
	bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;

	ERR_clear_error();
	return end;
}

/* The first is nobody else's; the next ones may be those of many. NULL: none, or no good one. */
static X509 *next_certificate(BIO *bio, bool first, struct certificate_pool *pool)
{
	unsigned char *der = NULL;
	X509 *certificate;
	long size = 0;

	if (PEM_bytes_read_bio(&der, &size, NULL, PEM_STRING_X509, bio, NULL, NULL) != 1)
		return NULL;
	certificate = certificate_pool_take(first ? NULL : pool, der, size);
	OPENSSL_free(der);
	return certificate;
}

static int add_certificate(X509 *certificate, size_t count, X509 **ret, struct stack_st_X509 *chain,
			   const char *path, struct error *err)
{
	if (count > CERTIFICATE_FILE_CHAIN_MAX) {
		X509_free(certificate);
		return error_set(err, ERROR_TOO_LARGE, "%s: more than %d certificates", path,
				 CERTIFICATE_FILE_CHAIN_MAX);
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

int certificate_file_read(const char *path, struct certificate_pool *pool, X509 **ret,
			  struct stack_st_X509 *chain, struct error *err)
{
	CLEANUP(X509_freep) X509 *first = NULL;
	CLEANUP(freep) char *text = NULL;
	CLEANUP(BIO_freep) BIO *bio = NULL;
	size_t size, count = 0;
	X509 *certificate;

	if (file_read(path, CERTIFICATE_FILE_MAX, &text, &size, err) < 0)
		return -1;
	bio = open_memory(text, size);
	if (!bio)
		return error_no_memory(err);
	while ((certificate = next_certificate(bio, count == 0, pool))) {
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

void certificate_file_validity(const X509 *certificate, int64_t *ret_begin, int64_t *ret_end)
{
	struct tm parts;

	*ret_begin = *ret_end = 0;
	if (ASN1_TIME_to_tm(X509_get0_notBefore(certificate), &parts))
		*ret_begin = (int64_t)timegm(&parts);
	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts))
		*ret_end = (int64_t)timegm(&parts);
}

const char *certificate_file_time(int64_t seconds, char ret[CERTIFICATE_FILE_TIME_SIZE])
{
	time_t at = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&at, &parts) ||
	    !strftime(ret, CERTIFICATE_FILE_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		memcpy(ret, "an unknown time", sizeof("an unknown time"));
	return ret;
}

/* Keys */

/* Told that there is a passphrase; there is nobody to ask for it. */
static int refuse_passphrase(char *ret, int size, int writing, void *asked)
{
	(void)ret;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

/* Reads a key of one kind; NULL: it is none of that kind, or there is no memory. */
static EVP_PKEY *decode_key(BIO *bio, const char *kind, bool *asked)
{
	EVP_PKEY *key = NULL;
	CLEANUP(OSSL_DECODER_CTX_freep)
	OSSL_DECODER_CTX *context = OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", NULL, kind,
								  EVP_PKEY_KEYPAIR, NULL, NULL);

	if (!context ||
	    OSSL_DECODER_CTX_set_pem_password_cb(context, refuse_passphrase, asked) != 1 ||
	    OSSL_DECODER_from_bio(context, bio) != 1) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static int parse_key(const char *path, const char *text, size_t size, const X509 *certificate,
		     EVP_PKEY **ret, struct error *err)
{
	CLEANUP(BIO_freep) BIO *bio = open_memory(text, size);
	EVP_PKEY *own = certificate ? X509_get0_pubkey(certificate) : NULL;
	const char *kind = own ? EVP_PKEY_get0_type_name(own) : NULL;
	bool asked = false;

	if (!bio)
		return error_no_memory(err);
	*ret = kind ? decode_key(bio, kind, &asked) : NULL;
	if (!*ret && !asked) {
		BIO_reset(bio);
		*ret = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &asked);
	}
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

int certificate_file_read_key(const char *path, const X509 *certificate, EVP_PKEY **ret,
			      struct error *err)
{
	CLEANUP(freep) char *text = NULL;
	size_t size;
	int result;

	if (file_read(path, CERTIFICATE_FILE_MAX, &text, &size, err) < 0)
		return -1;
	result = parse_key(path, text, size, certificate, ret, err);
	OPENSSL_cleanse(text, size);
	return result;
}

int certificate_file_check_pair(const char *path, X509 *certificate,
				const struct stack_st_X509 *chain, const char *key_path,
				EVP_PKEY *key, struct error *err)
{
	bool fits = X509_check_private_key(certificate, key) == 1;

	ERR_clear_error();
	if (fits)
		return 0;
	for (int i = 0; i < sk_X509_num(chain); i++) {
		fits = X509_check_private_key(sk_X509_value(chain, i), key) == 1;
		ERR_clear_error();
		if (fits)
			return error_set(err, ERROR_INVALID,
					 "%s: the key in %s is that of certificate %d in the file; "
					 "it has to be the first",
					 path, key_path, i + 2);
	}
	return error_set(err, ERROR_INVALID, "%s: the key in %s is not this certificate's", path,
			 key_path);
}

int certificate_file_check_mode(const char *path, struct error *err)
{
	struct stat info;

	if (stat(path, &info) < 0)
		return error_errno(err, errno, "%s", path);
	if (info.st_mode & (S_IROTH | S_IWOTH))
		return error_set(err, ERROR_INVALID,
				 "%s: its mode %04o lets everybody have the key; chmod 640 takes "
				 "that away",
				 path, (unsigned int)(info.st_mode & 07777));
	return 0;
}

static bool is_listed(const char *const *list, const char *word)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

int certificate_file_check_key(const char *path, const EVP_PKEY *key, const char *const *curves,
			       const char *usable, struct error *err)
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
		if (is_listed(curves, curve))
			return 0;
	}
	return error_set(err, ERROR_INVALID, "%s: a key of the kind %s%s%s; %s", path,
			 EVP_PKEY_get0_type_name(key), *curve ? " on " : "", curve, usable);
}
