/*
 * Makes certificates for bench_tls.py, a folder for each name as ACME clients leave them:
 * openssl(1) needs half an hour for 100,000. All have one key, but each folder its own files; each
 * chain is the certificate and the intermediate one that signed it.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAME_SIZE 256
#define PATH_SIZE 1024

static void die(const char *what)
{
	fprintf(stderr, "tls_folders: %s\n", what);
	exit(1);
}

static void set_name(X509_NAME *name, const char *text)
{
	if (!X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1,
					-1, 0))
		die("no name");
}

static void add_extension(X509 *certificate, int kind, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);

	if (!extension || !X509_add_ext(certificate, extension, -1))
		die("no extension");
	X509_EXTENSION_free(extension);
}

/* A certificate for key, valid for 30 days, signed by what is called issuer. */
static X509 *make_certificate(const char *name, long serial, const char *issuer, EVP_PKEY *key,
			      EVP_PKEY *issuer_key)
{
	X509 *certificate = X509_new();
	char names[NAME_SIZE + 4];

	if (!certificate || !X509_set_version(certificate, X509_VERSION_3) ||
	    !ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) ||
	    !X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) ||
	    !X509_gmtime_adj(X509_getm_notAfter(certificate), 30 * 24 * 3600) ||
	    !X509_set_pubkey(certificate, key))
		die("no certificate");
	set_name(X509_get_subject_name(certificate), name);
	set_name(X509_get_issuer_name(certificate), issuer);
	if (strcmp(issuer, "Bench Root") == 0) {
		add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
	} else {
		snprintf(names, sizeof(names), "DNS:%s", name);
		add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE");
		add_extension(certificate, NID_ext_key_usage, "serverAuth");
		add_extension(certificate, NID_subject_alt_name, names);
	}
	if (!X509_sign(certificate, issuer_key, EVP_sha256()))
		die("cannot sign");
	return certificate;
}

static FILE *create(const char *folder, const char *name)
{
	char path[PATH_SIZE + 32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wx");
	if (!file)
		die(path);
	return file;
}

static void write_folder(const char *folder, X509 *certificate, X509 *issuer, EVP_PKEY *key)
{
	FILE *chain, *secret;

	if (mkdir(folder, 0755) < 0)
		die(folder);
	chain = create(folder, "fullchain.pem");
	secret = create(folder, "privkey.pem");
	if (!PEM_write_X509(chain, certificate) || !PEM_write_X509(chain, issuer) ||
	    !PEM_write_PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) || fclose(chain) != 0 ||
	    fclose(secret) != 0)
		die(folder);
}

/* Writes pattern with its # replaced by number. */
static void number_into(const char *pattern, long number, char *out, size_t size)
{
	const char *mark = strchr(pattern, '#');

	if (!mark)
		die("the name has no #");
	snprintf(out, size, "%.*s%ld%s", (int)(mark - pattern), pattern, number, mark + 1);
}

int main(int argc, char **argv)
{
	EVP_PKEY *key, *issuer_key;
	X509 *issuer;
	long count;

	if (argc != 5 || (strcmp(argv[1], "P-256") != 0 && strcmp(argv[1], "RSA-2048") != 0)) {
		fprintf(stderr, "usage: tls_folders P-256|RSA-2048 DIR NAME COUNT\n"
				"Makes folders for NAME, in which # is 0, 1, ... COUNT - 1.\n");
		return 2;
	}
	key = argv[1][0] == 'P' ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
	issuer_key = argv[1][0] == 'P' ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
	count = strtol(argv[4], NULL, 10);
	if (!key || !issuer_key)
		die("no key");
	issuer = make_certificate("Bench Intermediate", 1, "Bench Root", issuer_key, issuer_key);
	for (long i = 0; i < count; i++) {
		char name[NAME_SIZE], folder[PATH_SIZE];
		X509 *certificate;

		number_into(argv[3], i, name, sizeof(name));
		snprintf(folder, sizeof(folder), "%s/%s", argv[2], name);
		certificate = make_certificate(name, i + 2, "Bench Intermediate", key, issuer_key);
		write_folder(folder, certificate, issuer, key);
		X509_free(certificate);
	}
	X509_free(issuer);
	EVP_PKEY_free(issuer_key);
	EVP_PKEY_free(key);
	return 0;
}
