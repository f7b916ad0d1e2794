/*
 * The DNS records of one customer domain that lead mail programs to us and to the provider's
 * servers: RFC 6186, RFC 8314 (mail), RFC 6764 (DAV), RFC 8620 (JMAP), Microsoft's _autodiscover,
 * and the names autoconfig. and autodiscover. Built and printed through ldns, which is used as a
 * codec only.
 */
#ifndef DNS_DISCOVERY_RECORDS_H
#define DNS_DISCOVERY_RECORDS_H

#include "base/error.h"
#include "model/domain_name.h"
#include "model/email_provider.h"

#include <stddef.h>

/* Where autodiscover.DOMAIN leads, and how. */
enum autodiscover_record {
	AUTODISCOVER_HOST, /* a host name: wants a certificate for it, no program asks the user */
	AUTODISCOVER_SRV,  /* _autodiscover._tcp: needs no certificate; Outlook and Thunderbird ask
			    */
	AUTODISCOVER_BOTH,
};

struct discovery_policy {
	const char *service; /* a host name of ours for autoconfig. and autodiscover.; NULL: none,
				left out */
	enum autodiscover_record autodiscover;
	unsigned int ttl; /* seconds */
};

/* The word of dns.autodiscover ("host", "srv", "both"), or -1. */
int autodiscover_record_from_name(const char *name);

struct discovery_record {
	char *owner;	  /* absolute, with its final dot */
	const char *type; /* "SRV", "CNAME", "TXT" */
	unsigned int ttl;
	char *rdata;  /* in master-file syntax */
	char *reason; /* one sentence for people */
};

struct discovery_records {
	struct discovery_record *list; /* sorted canonically: owner, type, rdata */
	size_t count;
	char **notes; /* what could not be said in a record and why (a server that is an IP address)
		       */
	size_t note_count;
};

/* ERROR_INVALID: a name that comes out too long. The caller frees what is in *ret. */
int discovery_records_make(const struct email_provider *provider, const struct domain_name *domain,
			   const struct discovery_policy *policy, struct discovery_records *ret,
			   struct error *err);

/*
 * A zone fragment in ASCII: absolute names, TTL and class on every line, no directives, reasons and
 * notes as comments; the same bytes each time. The caller frees *ret.
 */
int discovery_records_text(const struct discovery_records *records,
			   const struct domain_name *domain, char **ret, size_t *ret_size,
			   struct error *err);

void discovery_records_clear(struct discovery_records *records);

#endif
