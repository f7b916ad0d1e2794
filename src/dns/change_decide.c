/*
 * The rules that are told at the top of change_plan.c, for the units of one owner: each unit alone,
 * then what a CNAME allows, then the TTL of each set.
 */
#include "dns/change_plan_parts.h"

/* Units that nothing is wanted of: ours and expected values go, others stay. */
static void decide_unwanted(struct change_unit *unit)
{
	if (unit->counts[CHANGE_EXPECTED] > 0)
		unit->note = "others of its name and type are to go, but this value is not listed; "
			     "add it to withdraw.zone if it is to go too";
	else if (unit->counts[CHANGE_PUBLISHED] > 0)
		unit->note = "we published another value, which is no longer wanted; this one is "
			     "somebody else's";
	for (size_t i = 0; i < unit->count; i++) {
		struct change_value *value = &unit->values[i];
		const struct dns_record *live = value->of[CHANGE_LIVE];

		if (!live)
			continue;
		if (change_find(unit, CHANGE_EXPECTED, live))
			change_set(value, FATE_REMOVE, WHY_EXPECTED);
		else if (change_find(unit, CHANGE_PUBLISHED, live))
			change_set(value, FATE_REMOVE, WHY_UNWANTED);
		else
			change_set(value, FATE_LEAVE, WHY_UNWANTED);
	}
}

/* Units that something is wanted of */

/* Whether a live value may be there without anybody having meddled. */
static bool is_accounted(const struct change_unit *unit, const struct dns_record *live)
{
	enum change_source other =
		unit->counts[CHANGE_PUBLISHED] > 0 ? CHANGE_PUBLISHED : CHANGE_EXPECTED;

	return change_find(unit, CHANGE_DESIRED, live) || change_find(unit, other, live);
}

static bool is_gone(const struct change_unit *unit, const struct change_value *value)
{
	const struct dns_record *published = value->of[CHANGE_PUBLISHED];

	return published && !change_find(unit, CHANGE_LIVE, published);
}

/* Whether the unit stands there as it is desired, however its strings are cut. */
static bool is_in_place(const struct change_unit *unit)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct change_value *value = &unit->values[i];
		const struct dns_record *live = value->of[CHANGE_LIVE];
		const struct dns_record *desired = value->of[CHANGE_DESIRED];

		if ((live && !change_find(unit, CHANGE_DESIRED, live)) ||
		    (desired && !change_find(unit, CHANGE_LIVE, desired)))
			return false;
	}
	return unit->counts[CHANGE_LIVE] == unit->counts[CHANGE_DESIRED];
}

static bool may_change(const struct change_unit *unit)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct change_value *value = &unit->values[i];
		const struct dns_record *live = value->of[CHANGE_LIVE];

		if ((live && !is_accounted(unit, live)) || is_gone(unit, value))
			return false;
	}
	return true;
}

/* What of the unit is in conflict: foreign values, or, without any, ours that are gone. */
static void mark_conflict(struct change_unit *unit)
{
	bool spf = record_unit_kind(unit->record) == RECORD_SPF;
	bool found = false;

	for (size_t i = 0; i < unit->count; i++) {
		struct change_value *value = &unit->values[i];

		if (value->of[CHANGE_LIVE] && !is_accounted(unit, value->of[CHANGE_LIVE])) {
			change_set(value, FATE_CONFLICT, spf ? WHY_FOREIGN_SPF : WHY_FOREIGN);
			found = true;
		}
	}
	for (size_t i = 0; i < unit->count && !found; i++) {
		struct change_value *value = &unit->values[i];

		if (is_gone(unit, value))
			change_set(value, FATE_CONFLICT, WHY_GONE);
	}
}

static void replace(struct change_unit *unit)
{
	for (size_t i = 0; i < unit->count; i++) {
		struct change_value *value = &unit->values[i];

		if (!value->of[CHANGE_LIVE])
			change_set(value, value->of[CHANGE_DESIRED] ? FATE_ADD : FATE_NONE,
				   WHY_WANTED);
		else if (value->of[CHANGE_DESIRED])
			change_set(value, FATE_KEEP, WHY_WANTED);
		else
			change_set(value, FATE_REMOVE,
				   is_accounted(unit, value->of[CHANGE_LIVE]) ? WHY_REPLACED
									      : WHY_ADOPTED);
	}
}

static void keep(struct change_unit *unit)
{
	for (size_t i = 0; i < unit->count; i++) {
		if (unit->values[i].of[CHANGE_LIVE])
			change_set(&unit->values[i], FATE_KEEP, WHY_WANTED);
	}
}

static void decide_wanted(struct change_draft *draft, struct change_unit *unit)
{
	unit->adopted = change_adopt_has(draft, unit->record, unit->record->type);
	if (is_in_place(unit)) {
		keep(unit);
		return;
	}
	if (unit->adopted || may_change(unit)) {
		replace(unit);
		return;
	}
	change_stop(unit);
	if (change_is_left_to_others(unit))
		change_leave(unit);
	else
		mark_conflict(unit);
}

static int note_what_stays(struct change_draft *draft, const struct change_unit *unit,
			   struct error *err)
{
	struct change_plan *plan = draft->plan;
	char name[DNS_OWNER_TEXT_SIZE], type[16];

	for (size_t i = 0; i < unit->count && unit->note; i++) {
		const struct change_value *value = &unit->values[i];
		const struct dns_record *live = value->of[CHANGE_LIVE];

		if (value->fate != FATE_LEAVE || change_find(unit, CHANGE_DESIRED, live))
			continue;
		if (note_add(&plan->notes, &plan->note_count, err, "%s %s %s stays: %s%s%s.",
			     live->owner, dns_type_name(live->type, type), live->rdata, unit->note,
			     unit->left ? "; to replace it, --adopt " : "",
			     unit->left ? change_name_text(draft->input, live->owner, name) : "") <
		    0)
			return -1;
	}
	return 0;
}

int change_decide(struct change_draft *draft, struct change_unit *units, size_t count,
		  struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (change_is_wanted(&units[i]))
			decide_wanted(draft, &units[i]);
		else
			decide_unwanted(&units[i]);
	}
	change_decide_cname(draft, units, count);
	for (size_t i = 0, begin = 0; i < count; i++) {
		if (i + 1 < count && units[i + 1].record->type == units[i].record->type)
			continue;
		change_decide_ttl(units + begin, i + 1 - begin);
		begin = i + 1;
	}
	for (size_t i = 0; i < count; i++) {
		if (note_what_stays(draft, &units[i], err) < 0)
			return -1;
	}
	return 0;
}
