/*
 * What should stand in DNS for one customer domain: the discovery records that are derived from the
 * provider document (dns/discovery_records.h), those of its MTA-STS policy, the records of the
 * provider's zone file, and what is optional; and what may be taken away. A pure function of
 * provider, zone files, configuration and domain.
 *
 * The zone file has the last word: where it has records of a name and type, or a CNAME on either
 * side, nothing is derived, and a note says so.
 */
#ifndef DNS_DOMAIN_RECORDS_H
#define DNS_DOMAIN_RECORDS_H

#include "dns/dns_record.h"
#include "dns/zone_set.h"
#include "render/settings.h"

struct domain_records {
	struct dns_record_list desired;	 /* sorted; without SOA and NS of the zone file */
	struct dns_record_list frame;	 /* SOA and NS records of the zone file, for whole zones */
	struct dns_record_list expected; /* sorted: values that may be removed or replaced when they
					    are found; their TTL means nothing */
	char **notes;			 /* what could not be said in a record, and why */
	size_t note_count;
};

/*
 * Errors leave the domain for the caller to put in front. ERROR_INVALID: a name comes out too long,
 * or a record of desired breaks a rule of domain_records_check(); the lists are complete then. The
 * caller clears *ret, on failure too.
 */
int domain_records_make(const struct provider_set *providers,
			const struct provider_answers *answers, const struct zone_set *zones,
			const struct domain_name *domain, struct domain_records *ret,
			struct error *err);

/*
 * Adds what is wrong with records of the domain in company of others: by the rules of
 * record_rules_check(), and by the provider's MTA-STS policy (mta_sts_records_check()). -1: no
 * memory.
 */
int domain_records_check(const struct provider_answers *answers, const struct domain_name *domain,
			 const struct dns_record_list *records,
			 const struct dns_record_list *others, bool others_whole,
			 struct findings *findings, struct error *err);

/*
 * A zone fragment in ASCII: absolute names, TTL and class on every line, no directives, reasons and
 * notes as comments; the same bytes each time. The caller frees *ret.
 */
int domain_records_text(const struct domain_records *records, const struct domain_name *domain,
			char **ret, size_t *ret_size, struct error *err);

void domain_records_clear(struct domain_records *records);

#endif
