#include "server/tls_certificates.h"

#include "server/certificate_pair.h"
#include "server/certificate_scan.h"
#include "server/certificate_stamp.h"
#include "sign/certificate_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

DEFINE_CLEANUP(SSL_CTX *, SSL_CTX_free)
DEFINE_CLEANUP(SSL *, SSL_free)

struct check {
	const char *directory;
	int64_t now;
	struct certificate_pool *pool;
	SSL *ssl; /* to try certificates on */
	struct findings *findings;
	size_t count;
};

/* "directory/folder/name" in text, or a part of it. */
static const char *path_of(const struct check *check, const char *folder, const char *name,
			   char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "%s/%s/%s", check->directory, folder, name);
	return ret;
}

static void check_validity(const struct check *check, const struct certificate_pair *pair,
			   const char *path)
{
	char at[CERTIFICATE_FILE_TIME_SIZE];

	if (check->now < pair->begin)
		findings_add(check->findings, FINDING_ERROR,
			     "%s: the certificate is not valid before %s; until then it is not "
			     "used",
			     path, certificate_file_time(pair->begin, at));
	else if (check->now > pair->end)
		findings_add(check->findings, FINDING_ERROR,
			     "%s: the certificate expired at %s; it is not used", path,
			     certificate_file_time(pair->end, at));
	else if (pair->end - check->now < CERTIFICATE_SCAN_ENDING)
		findings_add(check->findings, FINDING_WARNING, "%s: the certificate expires at %s",
			     path, certificate_file_time(pair->end, at));
}

static void check_chain(const struct check *check, const struct certificate_pair *pair,
			const char *path)
{
	if (X509_self_signed(pair->certificate, 0) == 1)
		findings_add(check->findings, FINDING_WARNING,
			     "%s: the certificate is signed by itself, so mail programs do not "
			     "trust it",
			     path);
	else if (sk_X509_num(pair->chain) == 0)
		findings_add(check->findings, FINDING_WARNING,
			     "%s: the chain is missing: certificates of the issuer belong behind "
			     "the first, or mail programs cannot find their way to a root",
			     path);
	else if (X509_check_issued(sk_X509_value(pair->chain, 0), pair->certificate) != X509_V_OK)
		findings_add(check->findings, FINDING_WARNING,
			     "%s: the second certificate is not the issuer of the first, so mail "
			     "programs may not find their way to a root",
			     path);
}

/* What OpenSSL itself thinks of it: an old digest, another purpose. */
static void check_use(const struct check *check, const struct certificate_pair *pair,
		      const char *path)
{
	if (!certificate_pair_use(pair, check->ssl))
		findings_add(
			check->findings, FINDING_ERROR,
			"%s: OpenSSL does not take the certificate or its chain for TLS: it is "
			"signed with what is too weak today",
			path);
	if (X509_check_purpose(pair->certificate, X509_PURPOSE_SSL_SERVER, 0) != 1)
		findings_add(check->findings, FINDING_WARNING,
			     "%s: the certificate is not for servers, so mail programs do not "
			     "accept it",
			     path);
	if (pair->kind == CERTIFICATE_ED25519)
		findings_add(check->findings, FINDING_WARNING,
			     "%s: the key is of the kind Ed25519, which hardly any mail program "
			     "can do; ECDSA or RSA is what they take",
			     path);
}

static void check_folder(struct check *check, const char *folder)
{
	CLEANUP(certificate_pair_unrefp) struct certificate_pair *pair = NULL;
	struct certificate_stamp stamp;
	char path[PATH_MAX];
	struct error err;

	certificate_stamp_look(check->directory, folder, 0, check->now, &stamp);
	if (!stamp.there) {
		findings_add(check->findings, FINDING_WARNING,
			     "%s/%s: neither " CERTIFICATE_CHAIN_NAME " nor " CERTIFICATE_KEY_NAME
			     " is in it",
			     check->directory, folder);
		return;
	}
	check->count++;
	if (certificate_file_check_mode(path_of(check, folder, CERTIFICATE_KEY_NAME, path), &err) <
		    0 &&
	    err.code == ERROR_INVALID)
		findings_add(check->findings, FINDING_WARNING, "%s", err.text);
	if (certificate_pair_read(check->directory, folder, check->pool, &pair, &err) < 0) {
		findings_add(check->findings, FINDING_ERROR, "%s", err.text);
		return;
	}
	path_of(check, folder, CERTIFICATE_CHAIN_NAME, path);
	check_validity(check, pair, path);
	check_chain(check, pair, path);
	check_use(check, pair, path);
	ERR_clear_error();
}

static int is_folder(const struct dirent *entry)
{
	return entry->d_type != DT_REG && certificate_scan_is_folder(entry->d_name);
}

static void check_folders(struct check *check)
{
	struct dirent **list = NULL;
	int count = scandir(check->directory, &list, is_folder, alphasort);
	struct error err;

	if (count < 0) {
		(void)error_errno(&err, errno, "%s", check->directory);
		findings_add(check->findings, FINDING_ERROR, "%s; [tls] certificates", err.text);
		return;
	}
	for (int i = 0; i < count; i++) {
		check_folder(check, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	if (check->count == 0)
		findings_add(check->findings, FINDING_WARNING,
			     "%s: there is no certificate in it, so nobody gets an answer over "
			     "HTTPS",
			     check->directory);
}

void tls_certificates_check(const char *directory, int64_t now, struct findings *findings)
{
	CLEANUP(certificate_pool_freep) struct certificate_pool *pool = NULL;
	CLEANUP(SSL_CTX_freep) SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	CLEANUP(SSL_freep) SSL *ssl = context ? SSL_new(context) : NULL;
	struct check check = {
		.directory = directory, .now = now, .ssl = ssl, .findings = findings
	};
	struct error err;

	if (!ssl)
		(void)error_no_memory(&err);
	if (!ssl || certificate_pool_new(&pool, &err) < 0) {
		findings_add(findings, FINDING_ERROR, "%s: %s", directory, err.text);
		return;
	}
	check.pool = pool;
	check_folders(&check);
}
