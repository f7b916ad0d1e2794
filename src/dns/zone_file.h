/*
 * Records in master-file syntax (RFC 1035 5.1, RFC 2308 4), written by people: the records that go
 * with a provider (dns-zones/ID.zone), the list of what old panels leave behind
 * (dns-zones/withdraw.zone), and zone files that Signpost wrote itself.
 *
 * Read without ldns, whose own reader corrupts legal files. Understood: comments, parentheses,
 * quoted strings, escapes, "@", a blank owner for that of the line before, TTL and class in either
 * order, times as 1h30m (those of an SOA record too), $TTL, $ORIGIN with an absolute name, CR LF, a
 * byte order mark. Refused, with the line: $INCLUDE, $GENERATE, a relative $ORIGIN, a blank owner
 * behind $ORIGIN, another class than IN, a TTL above 2^31-1, control characters, bytes outside of
 * ASCII except in comments, strings over the end of a line; and what means something else than it
 * looks like: a TXT record of several words without quotes, a ";" that cuts such a word, an owner
 * outside of the domain, a second SOA record, records of one name and type with different TTLs.
 *
 * A file is a pattern for many domains: names are relative to the customer's domain, and
 * %EMAILDOMAIN% in a name, string or $ORIGIN is replaced by it (\%EMAILDOMAIN% is not; of macros of
 * SPF, as %{i}, nothing is touched). The comment that ends a record is its reason.
 */
#ifndef DNS_ZONE_FILE_H
#define DNS_ZONE_FILE_H

#include "base/findings.h"
#include "dns/dns_record.h"
#include "model/domain_name.h"

#define ZONE_FILE_SIZE_MAX (1024 * 1024) /* bytes */
#define ZONE_FILE_RECORDS_MAX 10000
#define ZONE_FILE_TTL_NONE UINT32_MAX

struct zone_file_entry {
	char *owner;  /* as written: relative, "@", or absolute */
	char *type;   /* as written */
	char *rdata;  /* fields with one blank between, quotes and escapes as written */
	char *origin; /* of $ORIGIN, or NULL for the customer's domain */
	char *reason; /* "" for none */
	uint32_t ttl; /* ZONE_FILE_TTL_NONE: not given */
	size_t line;
	/* The record as it is for one domain, if for another one nothing is different but the
	 * domain at the end of owner or rdata; else NULL. */
	struct dns_record *record;
	struct zone_file_prefix {
		size_t text, wire; /* bytes that stand before the domain */
	} owner_prefix, rdata_prefix;
	bool rdata_fixed; /* rdata does not depend on the domain */
};

struct zone_file {
	char *name; /* for texts */
	struct zone_file_entry *entries;
	size_t count;
};

/*
 * Reads size bytes, called name in texts. Every fault goes to findings ("name:line: ..."): syntax,
 * and each record made once for example.com, so that a wrong value is told with its line here and
 * not for a customer's domain. What may be meant is a warning: a name with dots but without a final
 * one, a record that is there twice. Returns -1 with *err set to the first if there was an error:
 * ERROR_SYNTAX, ERROR_INVALID, ERROR_TOO_LARGE.
 */
int zone_file_parse(const char *text, size_t size, const char *name, struct zone_file **ret,
		    struct findings *findings, struct error *err);

/*
 * Adds the records of a domain to list, in the order of the file, with ttl for those that give
 * none. ERROR_INVALID ("name:line: ..."): a name that comes out too long with this domain.
 */
int zone_file_make(const struct zone_file *file, const struct domain_name *domain, uint32_t ttl,
		   struct dns_record_list *list, struct error *err);

void zone_file_free(struct zone_file *file);
DEFINE_CLEANUP(struct zone_file *, zone_file_free)

/*
 * Reads the file of one domain, which is no pattern: % is a sign like others, absolute owners
 * within the domain are right, and every record needs a TTL, its own or that of $TTL. Adds its
 * records to list. Fails with the first fault, "name:line: ..."; list is to be cleared then too.
 */
int zone_file_records(const char *text, size_t size, const char *name,
		      const struct domain_name *domain, struct dns_record_list *list,
		      struct error *err);

#endif
