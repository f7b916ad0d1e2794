/*
 * signpost.conf: INI, one table of keys (configuration_keys) from which the parser, the defaults,
 * `signpost check`, the man page test and `signpost init` all take what they know.
 */
#ifndef MODEL_CONFIGURATION_H
#define MODEL_CONFIGURATION_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/findings.h"

#include <stddef.h>

#define CONFIGURATION_SIZE_MAX (64 * 1024) /* bytes of a file */
#define LANGUAGE_TAG_SIZE 12		   /* bytes of a language tag, with its NUL */
#define LANGUAGES_MAX 16
#define CONFIGURATION_LINE_MAX 199 /* bytes of a line: what inih has room for */

enum configuration_type {
	CONFIGURATION_TEXT,	  /* clean text */
	CONFIGURATION_NUMBER,	  /* decimal, minimum to maximum */
	CONFIGURATION_LISTEN,	  /* a list as socket_address_list_parse() reads it */
	CONFIGURATION_SERVERS,	  /* a list as socket_address_list_parse() reads it */
	CONFIGURATION_NETWORKS,	  /* a list as network_list_parse() reads it */
	CONFIGURATION_PATH,	  /* relative to the configuration file's directory */
	CONFIGURATION_STORE,	  /* sqlite:PATH */
	CONFIGURATION_URL,	  /* http or https, without query and final slash */
	CONFIGURATION_UUID,	  /* 8-4-4-4-12 hexadecimal digits */
	CONFIGURATION_NAME,	  /* a domain name */
	CONFIGURATION_IDENTIFIER, /* letters, digits, hyphens, dots */
	CONFIGURATION_CHOICE,	  /* one of the words in choices */
	CONFIGURATION_EMAIL,	  /* an e-mail address */
	CONFIGURATION_LINK,	  /* an http or https address of a web page, as it is */
	CONFIGURATION_LANGUAGES,  /* blank-separated language tags, each once, 1 to 16 */
	CONFIGURATION_COLOR,	  /* #rrggbb */
};

struct configuration_key {
	const char *section, *name;
	enum configuration_type type;
	const char *fallback;	 /* the default, as it would be written; "" is none */
	long minimum, maximum;	 /* of a number */
	const char *unit;	 /* of a number, or NULL */
	const char *choices;	 /* of a choice, blank-separated, or NULL */
	const char *description; /* one sentence */
	size_t offset;		 /* of the char * or long in struct configuration */
};

/* A text that has no default is NULL if it is not set; a list that is written empty is "". */
struct configuration {
	char *listen_http, *listen_https;
	char *tls_certificates;
	long tls_cache;
	char *site_name, *site_url, *site_support;
	char *site_phone, *site_hours, *site_email, *site_help, *site_welcome;
	char *site_languages; /* blank-separated tags, at least one */
	char *site_logo, *site_color, *site_color_dark, *site_pages;
	char *store_url;
	char *providers_directory, *providers_zones;
	char *profile_namespace, *profile_identifier;
	char *profile_certificate, *profile_key;
	char *links_keys;
	long links_days;
	char *dns_service, *dns_autodiscover;
	long dns_ttl; /* seconds */
	char *dns_pacc, *dns_publish;
	char *dns_primary, *dns_key, *dns_read, *dns_servers, *dns_resolvers;
	long dns_port;
	long dns_timeout;			  /* seconds */
	long dns_queries, dns_queries_per_server; /* per second */
	long dns_updates, dns_change_limit;	  /* percent */
	char *dns_directory, *dns_reload;
	long http_workers; /* 0: one per core */
	long http_connections, http_connections_per_address, http_requests_per_connection;
	long http_timeout;
	long http_forms_per_network, http_pages_per_network, http_profiles_per_network;
	char *http_trusted_proxies, *http_acme_webroot, *http_operations_from;
	char *seen_file;
	long seen_days;
	char *directory; /* of the file: where relative paths begin. Not a key. */
};

extern const struct configuration_key configuration_keys[];
extern const size_t configuration_key_count;

/*
 * Parses size bytes of a file called name in texts, which lies in directory. Every fault is added
 * to findings ("name:line: [section] key: ..."): unknown sections and keys, keys set twice, values
 * of the wrong form. Returns 0 and sets *ret (the caller frees it with configuration_free()), or -1
 * with *err set to the first error.
 */
int configuration_parse(const char *text, size_t size, const char *name, const char *directory,
			struct configuration **ret, struct findings *findings, struct error *err);

/* A path of the configuration, absolute or from its directory. The caller frees it. NULL: no
 * memory. */
char *configuration_path(const struct configuration *configuration, const char *path);

/* The 16 bytes of profile.namespace; all zero if it is not set. */
void configuration_namespace(const struct configuration *configuration, unsigned char ret[16]);

void configuration_free(struct configuration *configuration);
DEFINE_CLEANUP(struct configuration *, configuration_free)

#endif
