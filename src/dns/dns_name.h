/* Names as canonical text, as struct dns_record has them: absolute, lower case, final dot. */
#ifndef DNS_DNS_NAME_H
#define DNS_DNS_NAME_H

#include "dns/dns_record.h"

/* The name without its first label; "." of a name of one label, NULL of the root. Points into
 * name, or to ".". */
const char *dns_name_parent(const char *name);

/* Whether the name is the other or lies below it. */
bool dns_name_within(const char *name, const char *other);

/* Whether it lies below it. */
bool dns_name_below(const char *name, const char *other);

/* The first record of owner and type, or NULL. */
const struct dns_record *dns_name_find(const struct dns_record_list *list, const char *owner,
				       ldns_rr_type type);

/* The first record of that type whose owner is the name or above it, or NULL. */
const struct dns_record *dns_name_find_above(const struct dns_record_list *list, const char *name,
					     ldns_rr_type type);

#endif
