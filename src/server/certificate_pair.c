#include "server/certificate_pair.h"

#include "server/certificate_stamp.h"
#include "sign/certificate_file.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

static int make_path(const char *directory, const char *folder, const char *name,
		     char ret[PATH_MAX], struct error *err)
{
	if (snprintf(ret, PATH_MAX, "%s/%s/%s", directory, folder, name) < PATH_MAX)
		return 0;
	return error_set(err, ERROR_INVALID, "%s/%.64s/%s: the path is too long", directory, folder,
			 name);
}

static int choose_kind(struct certificate_pair *pair, const char *path, struct error *err)
{
	static const char *const curves[] = { "prime256v1", "secp384r1", "secp521r1", NULL };

	if (EVP_PKEY_is_a(pair->key, "ED25519")) {
		pair->kind = CERTIFICATE_ED25519;
		return 0;
	}
	pair->kind = EVP_PKEY_is_a(pair->key, "RSA") ? CERTIFICATE_RSA : CERTIFICATE_ECDSA;
	return certificate_file_check_key(path, pair->key, curves,
					  "TLS works with RSA, ECDSA on P-256, P-384 or P-521, and "
					  "Ed25519",
					  err);
}

static int read_names(struct certificate_pair *pair, const char *path, struct error *err)
{
	if (certificate_names_read(pair->certificate, &pair->names, err) < 0)
		return -1;
	if (pair->names.size)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "%s: the certificate is for no host (no DNS name in subjectAltName)",
			 path);
}

static int read_pair(struct certificate_pair *pair, const char *chain, const char *key,
		     struct certificate_pool *pool, struct error *err)
{
	if (certificate_file_read(chain, pool, &pair->certificate, pair->chain, err) < 0 ||
	    certificate_file_read_key(key, pair->certificate, &pair->key, err) < 0 ||
	    choose_kind(pair, key, err) < 0 ||
	    certificate_file_check_pair(chain, pair->certificate, pair->chain, key, pair->key,
					err) < 0 ||
	    read_names(pair, chain, err) < 0)
		return -1;
	certificate_file_validity(pair->certificate, &pair->begin, &pair->end);
	/* for the side effect: OpenSSL notes in a certificate what its extensions say */
	(void)X509_check_purpose(pair->certificate, -1, 0);
	ERR_clear_error();
	return 0;
}

int certificate_pair_read(const char *directory, const char *folder, struct certificate_pool *pool,
			  struct certificate_pair **ret, struct error *err)
{
	CLEANUP(certificate_pair_unrefp) struct certificate_pair *pair = calloc(1, sizeof(*pair));
	char chain[PATH_MAX], key[PATH_MAX];

	if (!pair)
		return error_no_memory(err);
	pair->references = 1;
	pair->chain = sk_X509_new_null();
	if (!pair->chain)
		return error_no_memory(err);
	if (make_path(directory, folder, CERTIFICATE_CHAIN_NAME, chain, err) < 0 ||
	    make_path(directory, folder, CERTIFICATE_KEY_NAME, key, err) < 0 ||
	    read_pair(pair, chain, key, pool, err) < 0)
		return -1;
	*ret = pair;
	pair = NULL;
	return 0;
}

bool certificate_pair_is_valid(const struct certificate_pair *pair, int64_t now)
{
	return now >= pair->begin && now <= pair->end;
}

bool certificate_pair_use(const struct certificate_pair *pair, SSL *ssl)
{
	if (SSL_use_cert_and_key(ssl, pair->certificate, pair->key, pair->chain, 1) == 1)
		return true;
	ERR_clear_error();
	return false;
}

struct certificate_pair *certificate_pair_ref(struct certificate_pair *pair)
{
	if (pair)
		__atomic_add_fetch(&pair->references, 1, __ATOMIC_RELAXED);
	return pair;
}

void certificate_pair_unref(struct certificate_pair *pair)
{
	if (!pair || __atomic_sub_fetch(&pair->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	X509_free(pair->certificate);
	EVP_PKEY_free(pair->key);
	sk_X509_pop_free(pair->chain, X509_free);
	certificate_names_clear(&pair->names);
	free(pair);
}
