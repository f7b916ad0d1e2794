/* The records that we want in a zone and those that stand there besides, looked at as one zone. */
#ifndef DNS_RECORD_VIEW_H
#define DNS_RECORD_VIEW_H

#include "dns/dns_record.h"
#include "model/domain_name.h"

struct record_view {
	struct record_view_entry {
		const struct dns_record *record;
		bool ours;
	} * list; /* sorted canonically; what both lists have is there once, as ours */
	size_t count;
};

/* A name in wire form, canonical, not ended by a NUL of C. */
struct record_name {
	const unsigned char *wire;
	size_t size; /* bytes, 1 to DNS_OWNER_WIRE_MAX */
};

/* The records must live as long as the view. -1: no memory. The caller clears *ret. */
int record_view_make(const struct dns_record_list *ours, const struct dns_record_list *others,
		     struct record_view *ret, struct error *err);
void record_view_clear(struct record_view *view);

struct record_name record_name_of(const struct dns_record *record);

/* The last field of an SRV, MX, CNAME or NS record, which is a name; size 0 for other types. */
struct record_name record_name_target(const struct dns_record *record);

/* The name in ret, which has DNS_OWNER_WIRE_MAX bytes. */
struct record_name record_name_make(const struct domain_name *domain, unsigned char *ret);

/* LABEL.PARENT in ret, which has DNS_OWNER_WIRE_MAX bytes; size 0 if that is too long. */
struct record_name record_name_child(const char *label, struct record_name parent,
				     unsigned char *ret);

/* The name without its first label; of the root, the root. */
struct record_name record_name_parent(struct record_name name);

bool record_name_equal(struct record_name a, struct record_name b);

/* Whether name is ancestor or lies below it. */
bool record_name_is_in(struct record_name name, struct record_name ancestor);

size_t record_name_labels(struct record_name name); /* without the root's */

/* The first record of a name and type (0: of any type); NULL: there is none. */
const struct record_view_entry *record_view_find(const struct record_view *view,
						 struct record_name name, ldns_rr_type type);

/* Whether something stands at the name or below it (RFC 4592 2.2.2). */
bool record_view_exists(const struct record_view *view, struct record_name name);

/*
 * The wildcard record of a type (0: of any) that answers for a name that does not exist (RFC 4592
 * 3.3), or NULL.
 */
const struct record_view_entry *record_view_wildcard(const struct record_view *view,
						     struct record_name name, ldns_rr_type type);

/*
 * The NS record that hands the name, or one that it lies below, to another zone, or the DNAME
 * record above it; of those below apex, a DNAME also at it. NULL: there is none.
 */
const struct record_view_entry *record_view_cut(const struct record_view *view,
						struct record_name name, struct record_name apex);

#endif
