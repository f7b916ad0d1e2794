/*
 * What name servers and zone checkers let through and mail programs or receivers do not. Every
 * record set is judged by these rules before it leaves.
 */
#ifndef DNS_RECORD_RULES_H
#define DNS_RECORD_RULES_H

#include "base/findings.h"
#include "dns/dns_record.h"
#include "model/domain_name.h"

#define RECORD_TTL_MIN 30    /* seconds */
#define RECORD_TTL_MAX 86400 /* seconds */

/*
 * Judges the records that we want to have in a domain's zone together with those that are known to
 * stand there besides (others: live ones, sorted or not; may be empty). Adds a finding per fault,
 * "OWNER TYPE: what is wrong, with the value; what to do": an error for what must not be published,
 * a warning for what may be meant. Faults of others alone are no findings, but what ours and theirs
 * make together is. Nothing is asked over the network. -1: no memory.
 *
 * Errors:
 * - a record that does not lie in the domain; a TTL out of range, or not one for the whole set
 * - anything beside a CNAME, the domain itself as one, a CNAME that leads back to itself
 * - anything that a delegation or DNAME hides (RFC 1034 4.2.1, RFC 6672 2.4)
 * - a target (SRV, MX) that is an IP address, no host name, of one label, a CNAME (RFC 2181 10.3),
 * or without an address although it lies in the zone that others is all of (others_whole); a CNAME
 *   that leads nowhere there
 * - the target "." or the null MX beside other records (RFC 2782, RFC 7505), _autodiscover._tcp
 * with several records, another port than 443 or the target "."
 * - a host name (A, AAAA) with other signs than letters, digits and hyphens
 * - SPF, DKIM, DMARC, MTA-STS, TLS-RPT, PACC and path strings that are not of their form
 *   (dns/txt_rules.h), or more than one of them at a name; a record of type SPF
 *
 * Warnings: several preferences in an MX set; TLS from the start behind STARTTLS; a target in the
 * domain that looks as if its final dot were missing; SRV records at a name without _service._tcp;
 * what the TXT rules advise; a wildcard of A, AAAA or CNAME that answers for autoconfig or
 * autodiscover, or one of CNAME at all.
 */
int record_rules_check(const struct domain_name *domain, const struct dns_record_list *ours,
		       const struct dns_record_list *others, bool others_whole,
		       struct findings *findings, struct error *err);

#endif
