/*
 * The DNS records of one customer domain that lead mail programs to us and to the provider's
 * servers: RFC 6186, RFC 8314 (mail), RFC 6764 (DAV), RFC 8620 (JMAP), Microsoft's _autodiscover,
 * and the names autoconfig., autodiscover. and ua-auto-config. (PACC).
 */
#ifndef DNS_DISCOVERY_RECORDS_H
#define DNS_DISCOVERY_RECORDS_H

#include "dns/dns_record.h"
#include "model/domain_name.h"
#include "model/email_provider.h"

/* Where autodiscover.DOMAIN leads, and how. */
enum autodiscover_record {
	AUTODISCOVER_HOST, /* a host name: wants a certificate for it, no program asks the user */
	AUTODISCOVER_SRV,  /* _autodiscover._tcp: needs no certificate; Outlook and Thunderbird ask
			    */
	AUTODISCOVER_BOTH,
};

struct discovery_policy {
	const char *service; /* a host name of ours for autoconfig. and the like, without a final
				dot; NULL or "": none, they are left out */
	enum autodiscover_record autodiscover;
	uint32_t ttl;		 /* seconds */
	const char *pacc_digest; /* SHA-256 of the domain's PACC document in base64; NULL: no
				    records for PACC */
};

/* The word of dns.autodiscover ("host", "srv", "both"), or -1. */
int autodiscover_record_from_name(const char *name);

struct discovery_records {
	struct dns_record_list records; /* sorted; each with its reason */
	char **notes; /* what could not be said in a record and why (a server that is an
			 IP address) */
	size_t note_count;
};

/*
 * ERROR_INVALID: a name that comes out too long. Nothing is written on failure; the caller frees
 * what is in *ret with discovery_records_clear().
 */
int discovery_records_make(const struct email_provider *provider, const struct domain_name *domain,
			   const struct discovery_policy *policy, struct discovery_records *ret,
			   struct error *err);

void discovery_records_clear(struct discovery_records *records);

#endif
