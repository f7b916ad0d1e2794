/*
 * The signature is put together piece by piece (CMS_PARTIAL) so that its time is the caller's.
 * Without CMS_BINARY line ends would become CRLF. The functions of OpenSSL that stream write
 * indefinite lengths, which is not DER. Which certificates are whose issuer a device finds out by
 * itself: they are a SET. The digest is SHA-256 with every kind of key.
 *
 * Threads share certificate and key, which is what OpenSSL's reference counts are made for; what it
 * computes at the first use of a certificate is computed when it is loaded.
 */
#include "sign/profile_signer.h"

#include "sign/certificate_file.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SIGN_FLAGS (CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL)
#define NAME_SIZE 128 /* bytes of a certificate's name in texts */

struct profile_signer {
	int references;
	char *path; /* of the certificate, for texts */
	X509 *certificate;
	EVP_PKEY *key;
	struct stack_st_X509 *chain; /* all others of the file, in its order */
	struct stack_st_X509 *sent;  /* those of chain that go into a signature */
	int64_t begin, end;	     /* of the validity, seconds since 1970 */
};

DEFINE_CLEANUP(BIO *, BIO_free)
DEFINE_CLEANUP(ASN1_TIME *, ASN1_TIME_free)
DEFINE_CLEANUP(CMS_ContentInfo *, CMS_ContentInfo_free)

/* Loading */

static bool is_self_signed(X509 *certificate)
{
	return X509_self_signed(certificate, 0) == 1;
}

/* Devices have their roots; one that comes along says nothing. */
static int choose_sent(struct profile_signer *signer, struct error *err)
{
	signer->sent = sk_X509_new_null();
	if (!signer->sent)
		return error_no_memory(err);
	for (int i = 0; i < sk_X509_num(signer->chain); i++) {
		X509 *certificate = sk_X509_value(signer->chain, i);

		if (!is_self_signed(certificate) && sk_X509_push(signer->sent, certificate) <= 0)
			return error_no_memory(err);
	}
	return 0;
}

static int read_key(const char *path, const X509 *certificate, EVP_PKEY **ret, struct error *err)
{
	static const char *const curves[] = { "prime256v1", "secp384r1", NULL };

	if (certificate_file_check_mode(path, err) < 0 ||
	    certificate_file_read_key(path, certificate, ret, err) < 0)
		return -1;
	return certificate_file_check_key(path, *ret, curves,
					  "profiles are signed with RSA or with ECDSA on P-256 or "
					  "P-384",
					  err);
}

/* For the side effect: OpenSSL notes in a certificate what its extensions say. */
static void note_extensions(X509 *certificate)
{
	(void)X509_check_purpose(certificate, -1, 0);
	ERR_clear_error();
}

int profile_signer_load(const char *certificate, const char *key, struct profile_signer **ret,
			struct error *err)
{
	CLEANUP(profile_signer_unrefp) struct profile_signer *signer = calloc(1, sizeof(*signer));

	if (!signer)
		return error_no_memory(err);
	signer->references = 1;
	signer->path = strdup(certificate);
	signer->chain = sk_X509_new_null();
	if (!signer->path || !signer->chain)
		return error_no_memory(err);
	if (certificate_file_read(certificate, NULL, &signer->certificate, signer->chain, err) <
		    0 ||
	    read_key(key, signer->certificate, &signer->key, err) < 0 ||
	    certificate_file_check_pair(certificate, signer->certificate, signer->chain, key,
					signer->key, err) < 0 ||
	    choose_sent(signer, err) < 0)
		return -1;
	note_extensions(signer->certificate);
	for (int i = 0; i < sk_X509_num(signer->chain); i++)
		note_extensions(sk_X509_value(signer->chain, i));
	certificate_file_validity(signer->certificate, &signer->begin, &signer->end);
	*ret = signer;
	signer = NULL;
	return 0;
}

int profile_signer_load_configured(const struct configuration *configuration,
				   struct profile_signer **ret, struct error *err)
{
	const char *certificate = configuration->profile_certificate;
	const char *key = configuration->profile_key;
	CLEANUP(freep) char *certificate_path = NULL;
	CLEANUP(freep) char *key_path = NULL;

	*ret = NULL;
	if (!certificate && !key)
		return 0;
	if (!certificate || !key)
		return error_set(err, ERROR_INVALID, "[profile] %s is set, but %s is not",
				 certificate ? "certificate" : "key",
				 certificate ? "key" : "certificate");
	certificate_path = configuration_path(configuration, certificate);
	key_path = configuration_path(configuration, key);
	if (!certificate_path || !key_path)
		return error_no_memory(err);
	return profile_signer_load(certificate_path, key_path, ret, err);
}

struct profile_signer *profile_signer_ref(struct profile_signer *signer)
{
	if (signer)
		__atomic_add_fetch(&signer->references, 1, __ATOMIC_RELAXED);
	return signer;
}

void profile_signer_unref(struct profile_signer *signer)
{
	if (!signer || __atomic_sub_fetch(&signer->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	X509_free(signer->certificate);
	EVP_PKEY_free(signer->key);
	sk_X509_free(signer->sent); /* its certificates are the chain's */
	sk_X509_pop_free(signer->chain, X509_free);
	free(signer->path);
	free(signer);
}

/* Validity */

static int check_validity(const struct profile_signer *signer, int64_t now, struct error *err)
{
	char at[CERTIFICATE_FILE_TIME_SIZE];

	if (now < signer->begin)
		return error_set(err, ERROR_UNAVAILABLE,
				 "%s: the certificate is not valid before %s", signer->path,
				 certificate_file_time(signer->begin, at));
	if (now > signer->end)
		return error_set(err, ERROR_UNAVAILABLE, "%s: the certificate expired at %s",
				 signer->path, certificate_file_time(signer->end, at));
	return 0;
}

bool profile_signer_is_valid(const struct profile_signer *signer, int64_t now)
{
	struct error ignored;

	return check_validity(signer, now, &ignored) == 0;
}

int64_t profile_signer_expires(const struct profile_signer *signer)
{
	return signer->end;
}

/* Findings */

static const char *subject_text(X509 *certificate, char ret[NAME_SIZE])
{
	if (!X509_NAME_oneline(X509_get_subject_name(certificate), ret, NAME_SIZE))
		ret[0] = '\0';
	return ret;
}

static void find_validity(const struct profile_signer *signer, int64_t now,
			  struct findings *findings)
{
	char at[CERTIFICATE_FILE_TIME_SIZE];
	struct error err;

	if (check_validity(signer, now, &err) < 0)
		findings_add(findings, FINDING_ERROR, "%s; profiles go out unsigned", err.text);
	else if (signer->end - now < PROFILE_SIGNER_EXPIRY_NEAR)
		findings_add(findings, FINDING_WARNING, "%s: the certificate expires at %s",
			     signer->path, certificate_file_time(signer->end, at));
}

static bool issued(X509 *issuer, X509 *subject)
{
	return X509_check_issued(issuer, subject) == X509_V_OK;
}

/* Each certificate should be issued by the next one. Tells the first that is not. */
static void find_order(const struct profile_signer *signer, struct findings *findings)
{
	X509 *before = signer->certificate;
	char name[NAME_SIZE];

	for (int i = 0; i < sk_X509_num(signer->chain); i++) {
		X509 *certificate = sk_X509_value(signer->chain, i);

		if (!issued(certificate, before)) {
			findings_add(findings, FINDING_WARNING,
				     "%s: certificate %d (%s) is not the issuer of the one before "
				     "it, so devices may not find their way to a root",
				     signer->path, i + 2, subject_text(certificate, name));
			return;
		}
		before = certificate;
	}
}

static void find_chain(const struct profile_signer *signer, struct findings *findings)
{
	if (is_self_signed(signer->certificate))
		findings_add(findings, FINDING_WARNING,
			     "%s: the certificate is signed by itself, so devices show profiles "
			     "as not verified",
			     signer->path);
	else if (sk_X509_num(signer->chain) == 0)
		findings_add(findings, FINDING_WARNING,
			     "%s: the chain is missing: certificates of the issuer belong behind "
			     "the first, or devices cannot find their way to a root",
			     signer->path);
	find_order(signer, findings);
}

static void find_purpose(const struct profile_signer *signer, struct findings *findings)
{
	X509 *certificate = signer->certificate;
	char name[NAME_SIZE];

	if (X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) != 1 &&
	    X509_check_purpose(certificate, X509_PURPOSE_SMIME_SIGN, 0) != 1)
		findings_add(findings, FINDING_WARNING,
			     "%s: the certificate (%s) is neither for servers nor for e-mail, so "
			     "devices may not accept it",
			     signer->path, subject_text(certificate, name));
}

void profile_signer_check(const struct profile_signer *signer, int64_t now,
			  struct findings *findings)
{
	find_validity(signer, now, findings);
	find_chain(signer, findings);
	find_purpose(signer, findings);
	ERR_clear_error();
}

/* Signing */

static int failed(const struct profile_signer *signer, struct error *err)
{
	char reason[128];

	ERR_error_string_n(ERR_peek_last_error(), reason, sizeof(reason));
	ERR_clear_error();
	return error_set(err, ERROR_IO, "%s: cannot sign with it: %s", signer->path, reason);
}

/* Adds the signer and the time. False: OpenSSL says why not. */
static bool add_signer(CMS_ContentInfo *cms, const struct profile_signer *signer, int64_t now)
{
	CLEANUP(ASN1_TIME_freep) ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)now);
	CMS_SignerInfo *info =
		CMS_add1_signer(cms, signer->certificate, signer->key, EVP_sha256(), SIGN_FLAGS);

	return time && info &&
	       CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, time->type, time, -1) == 1;
}

static int take_memory(BIO *bio, char **ret, size_t *ret_size, struct error *err)
{
	char *data = NULL;
	long size = BIO_get_mem_data(bio, &data);
	char *copy = malloc((size_t)size + 1);

	if (!copy)
		return error_no_memory(err);
	memcpy(copy, data, (size_t)size);
	copy[size] = '\0';
	*ret = copy;
	*ret_size = (size_t)size;
	return 0;
}

int profile_signer_sign(const struct profile_signer *signer, const char *profile, size_t size,
			int64_t now, char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(CMS_ContentInfo_freep) CMS_ContentInfo *cms = NULL;
	CLEANUP(BIO_freep) BIO *in = NULL;
	CLEANUP(BIO_freep) BIO *out = NULL;

	if (check_validity(signer, now, err) < 0)
		return -1;
	if (size > INT_MAX)
		return error_set(err, ERROR_TOO_LARGE, "a profile of %zu bytes", size);
	ERR_clear_error();
	in = BIO_new_mem_buf(profile, (int)size);
	out = BIO_new(BIO_s_mem());
	cms = in && out ? CMS_sign(NULL, NULL, signer->sent, NULL, SIGN_FLAGS) : NULL;
	if (!cms || !add_signer(cms, signer, now) || CMS_final(cms, in, NULL, SIGN_FLAGS) != 1 ||
	    i2d_CMS_bio(out, cms) != 1)
		return failed(signer, err);
	return take_memory(out, ret, ret_size, err);
}
