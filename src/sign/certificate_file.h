/* Certificates and their keys in PEM files, as ACME clients leave them. */
#ifndef SIGN_CERTIFICATE_FILE_H
#define SIGN_CERTIFICATE_FILE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "sign/certificate_pool.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#define CERTIFICATE_FILE_MAX (256 * 1024) /* bytes of a file */
#define CERTIFICATE_FILE_CHAIN_MAX 16	  /* certificates in a file */
#define CERTIFICATE_FILE_TIME_SIZE sizeof("2026-01-01T00:00:00Z")

DEFINE_CLEANUP(X509 *, X509_free)
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)

/*
 * Reads all certificates of a file; the first is in *ret, the others are added to chain, from pool
 * (which may be NULL) where they are there. Other things in the file are passed over.
 * ERROR_INVALID: none is in it, or one cannot be read; ERROR_TOO_LARGE, ERROR_NOT_FOUND, ERROR_IO.
 */
int certificate_file_read(const char *path, struct certificate_pool *pool, X509 **ret,
			  struct stack_st_X509 *chain, struct error *err);

/*
 * Reads the private key of a file. It is found quickest if it is of the kind that certificate's is,
 * which may be NULL. ERROR_INVALID: there is none, or it is encrypted; else as above.
 */
int certificate_file_read_key(const char *path, const X509 *certificate, EVP_PKEY **ret,
			      struct error *err);

/* ERROR_INVALID: the key, which was read from key_path, is not that of the first certificate. */
int certificate_file_check_pair(const char *path, X509 *certificate,
				const struct stack_st_X509 *chain, const char *key_path,
				EVP_PKEY *key, struct error *err);

/*
 * ERROR_INVALID: a key file lets others than owner and group read or write it; the text says what
 * to do. ERROR_NOT_FOUND, ERROR_IO.
 */
int certificate_file_check_mode(const char *path, struct error *err);

/*
 * ERROR_INVALID: RSA with less than 2048 bits, or neither RSA nor ECDSA on one of the curves, a
 * list of OpenSSL's names that ends with NULL; usable says of all that what they are for.
 */
int certificate_file_check_key(const char *path, const EVP_PKEY *key, const char *const *curves,
			       const char *usable, struct error *err);

/* The first and the last second of its validity, since 1970. */
void certificate_file_validity(const X509 *certificate, int64_t *ret_begin, int64_t *ret_end);

/* "2026-01-01T00:00:00Z"; or that the time is unknown. */
const char *certificate_file_time(int64_t seconds, char ret[CERTIFICATE_FILE_TIME_SIZE]);

#endif
