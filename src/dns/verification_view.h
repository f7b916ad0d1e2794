/* What is published and what was before, and where between the two an answer lies. For
 * verification.c. */
#ifndef DNS_VERIFICATION_VIEW_H
#define DNS_VERIFICATION_VIEW_H

#include "dns/verification.h"

/* Records in the order of record_value_compare(), so that those of one unit stand together. */
struct verification_records {
	const struct dns_record **list; /* owned, the records are not */
	size_t count;
};

/* Of one domain. */
struct verification_view {
	struct verification_records new, old, left; /* left: to others, beside ours */
};

/* The records must live as long as the view. change may be NULL: nothing is old then. */
int verification_view_make(const struct dns_record_list *published, const struct change_log *change,
			   struct verification_view *ret, struct error *err);
void verification_view_clear(struct verification_view *view);

struct verification_verdict {
	enum verification_state state; /* NEW, OLD, MIXED or OTHER */
	uint32_t ttl;		       /* seconds: the highest of what stands there of the units */
	uint32_t stale; /* seconds: the highest TTL of sets that are not as published */
	char detail[VERIFICATION_DETAIL_SIZE];
};

/*
 * Judges what a server said of the owners and types of the view; other records do not count. From a
 * cache TTLs have counted down and only tell a former, higher TTL; and only what the change touched
 * is looked at, if there was one.
 */
int verification_view_judge(const struct verification_view *view,
			    const struct dns_record_list *live, bool cached,
			    struct verification_verdict *ret, struct error *err);

/*
 * Adds the records of the view whose owners and types a cache is to be asked for, one each: those
 * of the units that the change touched, or all if nothing was touched. ret has room for the records
 * of new and old together. Returns how many.
 */
size_t verification_view_touched(const struct verification_view *view,
				 const struct dns_record **ret);

/*
 * How long caches may keep what was before a change, in seconds from when the last server had it.
 * live is what stands there now, as far as it is known: the TTL of others' values in a TXT set that
 * the change added one to counts too.
 */
uint32_t verification_wait(const struct change_log *change, uint32_t negative_ttl,
			   const struct dns_record_list *live);

#endif
