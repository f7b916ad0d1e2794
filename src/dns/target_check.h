/*
 * Whether the servers that SRV and MX records lead to have an address, and are no alias (RFC 2181
 * 10.3, RFC 2782). Asked at a resolver, once for each name: the servers are the provider's, the
 * same for all domains, and exist before any record leads to them.
 */
#ifndef DNS_TARGET_CHECK_H
#define DNS_TARGET_CHECK_H

#include "base/cleanup.h"
#include "dns/dns_record.h"
#include "dns/exchange.h"
#include "model/domain_name.h"

#define TARGET_CHECK_NAMES_MAX 1000 /* remembered; further ones are not asked for */

struct target_check;

/* exchange must live as long as it; resolver is copied. */
int target_check_new(struct exchange *exchange, const struct socket_address *resolver,
		     struct target_check **ret, struct error *err);
void target_check_free(struct target_check *check);
DEFINE_CLEANUP(struct target_check *, target_check_free)

/*
 * Asks for the targets of records that are not known yet, but for those in the domain itself: they
 * may be about to be made, and a resolver that is asked too early remembers that they are not
 * there. -1: epoll or memory failed.
 */
int target_check_ask(struct target_check *check, const struct domain_name *domain,
		     const struct dns_record_list *records, struct error *err);

/*
 * What is wrong with the target of a record, as a sentence without the record, or NULL: nothing, it
 * has none, or the resolver did not tell. The text lives as long as check.
 */
const char *target_check_fault(const struct target_check *check, const struct dns_record *record);

#endif
