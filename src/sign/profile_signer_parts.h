/* What the files of profile_signer share. */
#ifndef SIGN_PROFILE_SIGNER_PARTS_H
#define SIGN_PROFILE_SIGNER_PARTS_H

#include "sign/profile_signer.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

struct profile_signer {
	int references;
	char *path; /* of the certificate, for texts */
	X509 *certificate;
	EVP_PKEY *key;
	struct stack_st_X509 *chain; /* all others of the file, in its order */
	struct stack_st_X509 *sent;  /* those of chain that go into a signature */
	int64_t begin, end;	     /* of the validity, seconds since 1970 */
};

DEFINE_CLEANUP(X509 *, X509_free)
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)

/*
 * Reads all certificates of a PEM file; the first is in *ret, the others are added to chain.
 * Other things in the file are passed over.
 */
int profile_signer_read_certificates(const char *path, X509 **ret, struct stack_st_X509 *chain,
				     struct error *err);

/* Reads the key of a PEM file. */
int profile_signer_read_key(const char *path, EVP_PKEY **ret, struct error *err);

#endif
