/*
 * MTA-STS (RFC 8461) in a domain's zone: what announces the policy of the domain's provider, and
 * whether the policy names the hosts that the domain's mail is sent to.
 */
#ifndef DNS_MTA_STS_RECORDS_H
#define DNS_MTA_STS_RECORDS_H

#include "base/findings.h"
#include "dns/dns_record.h"
#include "model/domain_name.h"
#include "render/settings.h"

/*
 * Adds to list, which holds the records of the zone file already, the TXT record _mta-sts.DOMAIN
 * with the policy's id, and the CNAME record mta-sts.DOMAIN that leads to service, a host name of
 * ours without a final dot. The CNAME is left out where list has an address or a CNAME at that
 * name. Adds nothing for a provider without a policy.
 *
 * *ret_note gets a sentence for people, which the caller frees, or NULL: service is NULL or "" and
 * list has no mta-sts.DOMAIN (nothing is added then: an id without a policy helps nobody), or
 * mta-sts.DOMAIN is the service itself. ERROR_INVALID (the text begins with the owner): a name
 * comes out too long; ERROR_NO_MEMORY.
 */
int mta_sts_records_add(const struct provider_answers *answers, const char *service, uint32_t ttl,
			const struct domain_name *domain, struct dns_record_list *list,
			char **ret_note, struct error *err);

/*
 * Adds a finding for each MX record of the domain itself in records (sorted or not) whose host the
 * provider's policy does not name: an error in mode enforce, where senders keep the mail back, a
 * warning in mode testing. Mode none, a provider without a policy and the null MX (RFC 7505) are
 * none.
 */
void mta_sts_records_check(const struct provider_answers *answers, const struct domain_name *domain,
			   const struct dns_record_list *records, struct findings *findings);

#endif
