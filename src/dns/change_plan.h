/*
 * What has to change in a domain's zone, and what may: three ways compared, namely what should
 * stand there (desired), what we published last (published), and what stands there (live). Every
 * output is a view of a plan, every way of publishing carries one out.
 *
 * Not zones are managed but units (dns/record_unit.h): the records of one owner and type; of TXT
 * records only those of one kind. A unit is changed if live holds all that we published and beside
 * it nothing but what is desired; or, while nothing of it was published, if each live value is
 * desired or expected (what old panels leave behind, withdraw.zone). Anything else is somebody
 * else's: a conflict, which is shown and keeps the whole domain from being published, unless the
 * unit is adopted. Left alone with a note: a foreign _dmarc policy where we have nothing published,
 * foreign values where we only wanted to take ours or expected ones away. All rules are told at the
 * top of change_plan.c.
 */
#ifndef DNS_CHANGE_PLAN_H
#define DNS_CHANGE_PLAN_H

#include "dns/dns_record.h"
#include "model/domain_name.h"

enum change_kind {
	CHANGE_KEEP, /* stands there as it should */
	CHANGE_REMOVE,
	CHANGE_ADD,
	CHANGE_CONFLICT, /* stands there, is not what it should be, and is not ours; or is ours,
			    should be, and has been taken away */
};

/* One line of a plan. A changed TTL is a removal and an addition. */
struct change {
	enum change_kind kind;
	struct dns_record *record;
	char *reason; /* one sentence for people: the record's own, or why it goes, or what is wrong
		       */
};

/*
 * One record set that the plan looks at, whole: with the foreign strings of a TXT set. A unit in
 * conflict stands in after as it stands in before.
 */
struct change_set {
	const char *owner; /* lives as long as the plan */
	ldns_rr_type type;
	struct dns_record_list before, after;
	bool changes;
	bool name_empty; /* nothing at all stands at the owner now, SOA, NS and DNSSEC apart */
};

struct change_plan {
	struct domain_name domain, zone;
	uint32_t serial;	/* of the zone as it was read */
	struct change *changes; /* owner and type canonically, then removals before additions */
	size_t change_count;
	struct change_set *sets; /* sorted; those with a change or conflict and those kept */
	size_t set_count;
	struct dns_record_list published; /* what is ours when the plan has been carried out:
					     desired without what is left to others */
	char **notes;
	size_t note_count;
	size_t counts[CHANGE_CONFLICT + 1]; /* of the changes, by kind */
};

/*
 * What a plan is made from. All lists are sorted; none is kept. Desired records that lie outside of
 * the zone, and SOA, NS and DNSSEC records, are left out with a note.
 */
struct change_plan_input {
	const struct domain_name *domain, *zone;
	uint32_t serial;
	const struct dns_record_list *desired;
	const struct dns_record_list *expected;
	const struct dns_record_list *published; /* last, or NULL: nothing ever was */
	/* All that stands at the owners that the other lists name, besides what else is known of
	 * the zone: wildcards, delegations, addresses of targets. */
	const struct dns_record_list *live;
	bool live_whole; /* live is the whole zone (AXFR, a file): no value can come from a wildcard
			  */
	const char
		*adopt; /* names separated by commas, each NAME or NAME/TYPE, relative to the domain
			   ("@" is the domain itself) or absolute with a final dot; NULL: none */
};

/* ERROR_INVALID: adopt holds what is no name. The caller frees *ret. */
int change_plan_make(const struct change_plan_input *input, struct change_plan **ret,
		     struct error *err);

bool change_plan_changes(const struct change_plan *plan); /* something is to be added or removed */

void change_plan_free(struct change_plan *plan);
DEFINE_CLEANUP(struct change_plan *, change_plan_free)

/*
 * A plan's lines as they are kept in the store, each ended by LF: a sign, a blank, the record as
 * dns_record_append() writes it. "+" added, "-" removed, "=" kept; "~" somebody else's value that
 * stays in a unit of which others are added or removed. Conflicts are left out. The caller frees
 * *ret.
 */
int change_plan_log(const struct change_plan *plan, char **ret, size_t *ret_size,
		    struct error *err);

/*
 * The lists of such a text, sorted: what was added, removed, is published after it (added and
 * kept), and was left to others. All are to be cleared by the caller, on failure too. ERROR_SYNTAX,
 * ERROR_INVALID ("line N: ...").
 */
struct change_log {
	struct dns_record_list added, removed, published, left;
};
int change_log_parse(const char *text, size_t size, struct change_log *ret, struct error *err);
void change_log_clear(struct change_log *log);

/*
 * What to hand to change_plan_make() so that the plan takes back a published change and no more:
 * desired and published, sorted, restricted to the units that the change touched (expected is empty
 * then). Both have the values that were left to others, so that only they may stand beside ours.
 * Both are to be cleared by the caller, on failure too.
 */
int change_log_inverse(const struct change_log *log, struct dns_record_list *ret_desired,
		       struct dns_record_list *ret_published, struct error *err);

#endif
