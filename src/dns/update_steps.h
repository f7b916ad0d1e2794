/*
 * A change plan as the steps of one RFC 2136 update: prerequisites first, then changes. nsupdate
 * scripts and packets are both made from them.
 *
 * Each record set that is changed is pinned: by its whole value if there is one (2.4.2), else by
 * its absence (2.4.3), or by the absence of its name (2.4.5) where a CNAME is to stand. Where a
 * set is new, a CNAME must be absent too, unless it is pinned itself. All deletions come before all
 * additions. Whole sets are replaced by deleting each old record and adding the new ones; where the
 * TTL of what stays changes, the set is deleted (3.4.2.3) and added anew, since Knot ignores an
 * addition that differs in its TTL only.
 */
#ifndef DNS_UPDATE_STEPS_H
#define DNS_UPDATE_STEPS_H

#include "dns/change_plan.h"

#define UPDATE_STEPS_MAX 200	    /* records of one update */
#define UPDATE_SIZE_MAX (16 * 1024) /* bytes of one update */

enum update_step_kind {
	UPDATE_REQUIRE_RECORD,	/* yxrrset with value; all records of one set together */
	UPDATE_REQUIRE_NO_SET,	/* nxrrset */
	UPDATE_REQUIRE_NO_NAME, /* nxdomain */
	UPDATE_DELETE_SET,
	UPDATE_DELETE_RECORD,
	UPDATE_ADD_RECORD,
};

struct update_step {
	enum update_step_kind kind;
	const char *owner;		 /* of the plan */
	ldns_rr_type type;		 /* of REQUIRE_NO_SET and DELETE_SET */
	const struct dns_record *record; /* of the plan; of the steps with a record */
};

struct update_steps {
	struct update_step *list;
	size_t count;
};

/*
 * ERROR_TOO_LARGE: more than UPDATE_STEPS_MAX, or (reckoned without compression of names) than
 * UPDATE_SIZE_MAX. The steps point into plan. Free list with free().
 */
int update_steps_make(const struct change_plan *plan, struct update_steps *ret, struct error *err);

#endif
