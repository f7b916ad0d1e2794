/* What the parts of a plan's making share. Others want change_plan.h. */
#ifndef DNS_CHANGE_PLAN_PARTS_H
#define DNS_CHANGE_PLAN_PARTS_H

#include "dns/change_plan.h"
#include "dns/note.h"
#include "dns/record_unit.h"

enum change_source {
	CHANGE_DESIRED,
	CHANGE_EXPECTED,
	CHANGE_PUBLISHED,
	CHANGE_LIVE,
	CHANGE_SOURCE_COUNT
};

/* What becomes of one value. */
enum change_fate {
	FATE_NONE,  /* not there, and not put there */
	FATE_LEAVE, /* there and somebody else's: stays, and has no line in the plan */
	FATE_KEEP,
	FATE_REMOVE,
	FATE_ADD,
	FATE_RESET, /* there with another TTL: removed and added */
	FATE_CONFLICT,
};

/* The sentence that goes with it. */
enum change_why {
	WHY_WANTED,   /* KEEP, ADD */
	WHY_TTL,      /* RESET */
	WHY_EXPECTED, /* REMOVE */
	WHY_UNWANTED,
	WHY_REPLACED,
	WHY_ADOPTED,
	WHY_FOREIGN, /* CONFLICT */
	WHY_FOREIGN_SPF,
	WHY_GONE,
	WHY_FOREIGN_TTL,
	WHY_NO_ROOM_FOR_CNAME, /* a CNAME is wanted where this stands */
	WHY_CNAME_IN_THE_WAY,
	WHY_MORE_THAN_CNAME,
};

/* One record of a unit as each list has it; NULL: the list has not. */
struct change_value {
	const struct dns_record *of[CHANGE_SOURCE_COUNT];
	enum change_fate fate;
	enum change_why why;
};

struct change_unit {
	struct change_value *values;
	size_t count;
	const struct dns_record *record;    /* any of the unit, for its owner and type */
	size_t counts[CHANGE_SOURCE_COUNT]; /* values that each list has */
	bool adopted;
	bool stopped;	  /* in conflict, or left to others: nothing of it changes */
	bool left;	  /* to others */
	const char *note; /* why what stays of it stays; NULL: that goes without saying */
	uint32_t ttl;	  /* of what is added and reset */
};

/* A name that is to be overwritten, whatever stands there. */
struct change_adopted {
	struct dns_record *name; /* a record with that owner; owned */
	ldns_rr_type type;	 /* 0: all of the name */
	bool found;		 /* a unit with it is wanted */
};

struct change_draft {
	const struct change_plan_input *input;
	struct change_plan *plan;
	struct dns_record *zone; /* a record with the zone's owner */
	struct change_adopted *adopted;
	size_t adopted_count;
	struct change_value *values;
	struct change_unit *units; /* sorted */
	size_t unit_count;
};

/* A record to compare owners with; text is relative to the domain of input. */
int change_name_parse(const struct change_plan_input *input, const char *text,
		      struct dns_record **ret, struct error *err);

/* The owner relative to the domain, as adopt has it. ret has DNS_OWNER_TEXT_SIZE bytes. */
const char *change_name_text(const struct change_plan_input *input, const char *owner, char *ret);

/* change_adopt.c */

int change_adopt_parse(struct change_draft *draft, struct error *err);
bool change_adopt_has(struct change_draft *draft, const struct dns_record *record,
		      ldns_rr_type type);

/* change_units.c: fills values and units of the four lists. */
int change_units_make(struct change_draft *draft, struct error *err);

/* change_wildcard.c */

/*
 * Whether the live records of one owner may all come from a wildcard; *ret_wildcard is a record
 * of it then.
 */
bool change_wildcard_covers(const struct change_draft *draft, struct dns_record *const *records,
			    size_t count, const struct dns_record **ret_wildcard);

/* Notes wildcards that answer for names where nothing is to stand. The plan is complete. */
int change_wildcard_note(struct change_draft *draft, struct error *err);

/* change_unit.c */

/* The value of the unit that a list has and that is the same by record_value_compare(), or NULL. */
const struct dns_record *change_find(const struct change_unit *unit, enum change_source source,
				     const struct dns_record *record);

/* What we published of a live value, or of another one of the unit; NULL: nothing. */
const struct dns_record *change_published(const struct change_unit *unit,
					  const struct change_value *value);

void change_set(struct change_value *value, enum change_fate fate, enum change_why why);
bool change_is_wanted(const struct change_unit *unit);
bool change_is_cname(const struct change_unit *unit);

/* What every receiver of mail asks for, and only its owner may weaken or strengthen. */
bool change_is_policy(const struct change_unit *unit);

/* Whether a conflict of the unit is no more than a note: a policy, and we published none. */
bool change_is_left_to_others(const struct change_unit *unit);

/* Nothing of the unit changes. What conflicts is marked afterwards. */
void change_stop(struct change_unit *unit);

/* What stands there is somebody's policy and stays, with a note. */
void change_leave(struct change_unit *unit);

/* change_decide*.c */

/* Fate, reason and TTL of all values of one owner. */
int change_decide(struct change_draft *draft, struct change_unit *units, size_t count,
		  struct error *err);

/* After its units were looked at one by one. */
void change_decide_cname(struct change_draft *draft, struct change_unit *units, size_t count);

/* The units of one set, last of all. */
void change_decide_ttl(struct change_unit *units, size_t count);

/* change_reason.c */

/*
 * The sentence of one value's line; units are all of its owner. NULL: no memory. The caller frees
 * it.
 */
char *change_reason_make(const struct change_draft *draft, const struct change_unit *units,
			 size_t count, const struct change_unit *unit,
			 const struct change_value *value);

#endif
