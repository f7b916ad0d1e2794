/*
 * The rules, for one domain. D is what is desired, E what is expected to be found and may go, P
 * what we published last, L what is live. Lists are compared unit by unit, value by value, without
 * TTL (record_unit.h): strings that are read as one text are the same however they are cut.
 *
 * What is compared. SOA, NS and the types of DNSSEC are left out of all four lists, and count for
 * nothing at a name; so is what lies outside the zone. Where L comes from questions and all of an
 * owner's records are those of the wildcard above it, they may be the wildcard's: the owner counts
 * as empty, unless P has one of them, and the update's prerequisites tell if that was wrong.
 *
 * A unit with nothing in D: L's values that P or E has are removed. Others stay; a note tells of
 * them if the unit has something in P or E.
 *
 * A unit with something in D:
 *   L equals D                                            in place
 *   P is empty, and all of L is in D or E                 L becomes D
 *   P is not, L has all of P, and all of L is in P or D   L becomes D
 *   it is adopted                                         L becomes D
 *   else                                                  a conflict: the values of L that nobody
 *                                                         can account for, or, if there is none,
 *                                                         those of P that are gone
 * So a value is only removed if P or E has it, or an admin says so; what somebody took away is not
 * put back; and what we published and somebody added to is not touched. A DMARC policy in L, where
 * P has nothing of the unit, is a note instead of a conflict, and D's value is not published.
 *
 * CNAME. Where one is in D, every other record that stays at the owner is a conflict; where D has
 * others, a CNAME that stays is. If the unit wanted or the one in the way is adopted, what is in
 * the way is removed. At _dmarc, a policy in the way, CNAME or TXT, is a note as above.
 *
 * TTL. A set has one: the lowest of D. Of a TXT set in which strings of others stay it is the one
 * that is live, which then counts as the one desired. Otherwise a live TTL that is not D's is
 * changed, if it is the one that we published or P is empty; else it is a conflict.
 *
 * A unit in conflict is left as it is. The plan goes on with the others, so that people see all of
 * it, but nobody carries out a plan with a conflict.
 */
#include "dns/change_plan_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void draft_clear(struct change_draft *draft)
{
	for (size_t i = 0; i < draft->adopted_count; i++)
		free(draft->adopted[i].name);
	free(draft->adopted);
	free(draft->zone);
	free(draft->values);
	free(draft->units);
}

void change_plan_free(struct change_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->change_count; i++) {
		free(plan->changes[i].record);
		free(plan->changes[i].reason);
	}
	for (size_t i = 0; i < plan->set_count; i++) {
		dns_record_list_clear(&plan->sets[i].before);
		dns_record_list_clear(&plan->sets[i].after);
	}
	free(plan->changes);
	free(plan->sets);
	note_clear(&plan->notes, &plan->note_count);
	dns_record_list_clear(&plan->published);
	free(plan);
}

bool change_plan_changes(const struct change_plan *plan)
{
	return plan->counts[CHANGE_ADD] + plan->counts[CHANGE_REMOVE] > 0;
}

/* Lines */

static int compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int result = dns_owner_compare(x->record, y->record);

	if (result == 0)
		result = (x->record->type > y->record->type) - (x->record->type < y->record->type);
	if (result == 0)
		result = (int)x->kind - (int)y->kind;
	return result ? result : dns_record_compare(x->record, y->record);
}

struct owner_units {
	struct change_unit *list;
	size_t count;
};

/* The record that a value's line shows: what stands there, or what should or did. */
static const struct dns_record *shown_record(const struct change_value *value)
{
	const struct dns_record *record = value->of[CHANGE_LIVE];

	if (!record)
		record = value->of[CHANGE_DESIRED];
	if (!record)
		record = value->of[CHANGE_PUBLISHED];
	assert(record);
	return record;
}

/* What is added, or stands there with another TTL. */
static const struct dns_record *new_record(const struct change_value *value)
{
	return value->of[CHANGE_DESIRED] ? value->of[CHANGE_DESIRED] : shown_record(value);
}

static int add_line(struct change_draft *draft, const struct owner_units *owner,
		    const struct change_unit *unit, const struct change_value *value,
		    enum change_kind kind, struct error *err)
{
	struct change *change = &draft->plan->changes[draft->plan->change_count++];
	const struct dns_record *record =
		kind == CHANGE_ADD ? new_record(value) : shown_record(value);

	draft->plan->counts[kind]++;
	change->kind = kind;
	change->record = dns_record_copy(record, kind == CHANGE_ADD ? unit->ttl : record->ttl,
					 record->reason);
	change->reason = change_reason_make(draft, owner->list, owner->count, unit, value);
	return change->record && change->reason ? 0 : error_no_memory(err);
}

static int add_published(struct change_plan *plan, const struct dns_record *record, uint32_t ttl,
			 struct error *err)
{
	struct dns_record *copy = dns_record_copy(record, ttl, record->reason);

	return copy ? dns_record_list_add(&plan->published, copy, err) : error_no_memory(err);
}

static int add_value(struct change_draft *draft, const struct owner_units *owner,
		     const struct change_unit *unit, const struct change_value *value,
		     struct error *err)
{
	switch (value->fate) {
	case FATE_NONE:
	case FATE_LEAVE:
		return 0;
	case FATE_CONFLICT:
		return add_line(draft, owner, unit, value, CHANGE_CONFLICT, err);
	case FATE_REMOVE:
		return add_line(draft, owner, unit, value, CHANGE_REMOVE, err);
	case FATE_KEEP:
		if (add_line(draft, owner, unit, value, CHANGE_KEEP, err) < 0)
			return -1;
		if (unit->stopped)
			return 0;
		return add_published(draft->plan, shown_record(value), shown_record(value)->ttl,
				     err);
	case FATE_RESET:
		if (add_line(draft, owner, unit, value, CHANGE_REMOVE, err) < 0)
			return -1;
		break;
	case FATE_ADD:
		break;
	}
	if (add_line(draft, owner, unit, value, CHANGE_ADD, err) < 0)
		return -1;
	return add_published(draft->plan, new_record(value), unit->ttl, err);
}

/* Sets */

static int add_to_set(struct change_set *set, const struct change_unit *unit,
		      const struct change_value *value, struct error *err)
{
	const struct dns_record *live = value->of[CHANGE_LIVE];
	bool stays = live && value->fate != FATE_REMOVE && value->fate != FATE_RESET;
	bool adds = value->fate == FATE_ADD || value->fate == FATE_RESET;
	struct dns_record *copy;

	set->changes = set->changes || adds || (live && !stays);
	if (live && dns_record_list_add_copy(&set->before, live, err) < 0)
		return -1;
	if (stays && dns_record_list_add_copy(&set->after, live, err) < 0)
		return -1;
	if (!adds)
		return 0;
	copy = dns_record_copy(new_record(value), unit->ttl, new_record(value)->reason);
	return copy ? dns_record_list_add(&set->after, copy, err) : error_no_memory(err);
}

/* The record of the plan that the set's owner is told by. */
static const char *find_owner(const struct change_plan *plan, const struct dns_record *record)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		if (dns_owner_compare(plan->changes[i].record, record) == 0)
			return plan->changes[i].record->owner;
	}
	return NULL;
}

/* The units of one set. Nothing, if none of them has a line. */
static int add_set(struct change_plan *plan, const struct change_unit *units, size_t count,
		   bool name_empty, struct error *err)
{
	struct change_set *set = &plan->sets[plan->set_count];
	bool has_line = false;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < units[i].count; j++)
			has_line = has_line || units[i].values[j].fate >= FATE_KEEP;
	}
	if (!has_line)
		return 0;
	plan->set_count++;
	set->owner = find_owner(plan, units->record);
	set->type = units->record->type;
	set->name_empty = name_empty;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < units[i].count; j++) {
			if (add_to_set(set, &units[i], &units[i].values[j], err) < 0)
				return -1;
		}
	}
	dns_record_list_sort(&set->before);
	dns_record_list_sort(&set->after);
	return 0;
}

static int add_sets(struct change_plan *plan, const struct owner_units *owner, struct error *err)
{
	bool empty = true;

	for (size_t i = 0; i < owner->count; i++)
		empty = empty && owner->list[i].counts[CHANGE_LIVE] == 0;
	for (size_t i = 0, begin = 0; i < owner->count; i++) {
		if (i + 1 < owner->count &&
		    owner->list[i + 1].record->type == owner->list[i].record->type)
			continue;
		if (add_set(plan, owner->list + begin, i + 1 - begin, empty, err) < 0)
			return -1;
		begin = i + 1;
	}
	return 0;
}

/* The whole */

static int add_owner(struct change_draft *draft, const struct owner_units *owner, struct error *err)
{
	if (change_decide(draft, owner->list, owner->count, err) < 0)
		return -1;
	for (size_t i = 0; i < owner->count; i++) {
		const struct change_unit *unit = &owner->list[i];

		for (size_t j = 0; j < unit->count; j++) {
			if (add_value(draft, owner, unit, &unit->values[j], err) < 0)
				return -1;
		}
	}
	return add_sets(draft->plan, owner, err);
}

/* A value has two lines at most, a unit one set. */
static int make_room(struct change_plan *plan, const struct change_draft *draft, struct error *err)
{
	size_t values = 0;

	for (size_t i = 0; i < draft->unit_count; i++)
		values += draft->units[i].count;
	plan->changes = calloc(2 * values + 1, sizeof(*plan->changes));
	plan->sets = calloc(draft->unit_count + 1, sizeof(*plan->sets));
	return plan->changes && plan->sets ? 0 : error_no_memory(err);
}

static int add_owners(struct change_draft *draft, struct error *err)
{
	struct change_plan *plan = draft->plan;

	for (size_t i = 0; i < draft->unit_count;) {
		struct owner_units owner = { .list = draft->units + i };

		while (i + owner.count < draft->unit_count &&
		       dns_owner_compare(owner.list[owner.count].record, owner.list->record) == 0)
			owner.count++;
		if (add_owner(draft, &owner, err) < 0)
			return -1;
		i += owner.count;
	}
	qsort(plan->changes, plan->change_count, sizeof(*plan->changes), compare_changes);
	dns_record_list_sort(&plan->published);
	return 0;
}

static int note_adopted(struct change_draft *draft, struct error *err)
{
	char name[DNS_OWNER_TEXT_SIZE], type[16];

	for (size_t i = 0; i < draft->adopted_count; i++) {
		const struct change_adopted *adopted = &draft->adopted[i];

		if (!adopted->found &&
		    note_add(&draft->plan->notes, &draft->plan->note_count, err,
			     "Nothing is wanted at %s%s%s, so nothing is "
			     "adopted there.",
			     change_name_text(draft->input, adopted->name->owner, name),
			     adopted->type ? "/" : "",
			     adopted->type ? dns_type_name(adopted->type, type) : "") < 0)
			return -1;
	}
	return 0;
}

int change_plan_make(const struct change_plan_input *input, struct change_plan **ret,
		     struct error *err)
{
	CLEANUP(change_plan_freep) struct change_plan *plan = calloc(1, sizeof(*plan));
	CLEANUP(draft_clear) struct change_draft draft = { .input = input, .plan = plan };
	char zone[DOMAIN_NAME_SIZE + 1];

	if (!plan)
		return error_no_memory(err);
	plan->domain = *input->domain;
	plan->zone = *input->zone;
	plan->serial = input->serial;
	snprintf(zone, sizeof(zone), "%s.", input->zone->text);
	if (change_name_parse(input, zone, &draft.zone, err) < 0 ||
	    change_adopt_parse(&draft, err) < 0 || change_units_make(&draft, err) < 0 ||
	    make_room(plan, &draft, err) < 0 || add_owners(&draft, err) < 0 ||
	    note_adopted(&draft, err) < 0 || change_wildcard_note(&draft, err) < 0)
		return -1;
	*ret = plan;
	plan = NULL;
	return 0;
}
