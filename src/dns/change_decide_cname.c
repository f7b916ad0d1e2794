/*
 * What a CNAME allows: nothing stands beside it (RFC 1034 3.6.2). What is in the way of what is
 * wanted is a conflict, is taken over, or stays as somebody's policy.
 */
#include "dns/change_plan_parts.h"

/* Takes one value that bars the way out of it, if the admin says so; else tells of it. */
static bool clear_way(struct change_draft *draft, const struct change_unit *blocker,
		      struct change_value *value, bool adopted)
{
	if (adopted || change_adopt_has(draft, blocker->record, blocker->record->type)) {
		change_set(value, FATE_REMOVE, WHY_ADOPTED);
		return true;
	}
	change_set(value, FATE_CONFLICT,
		   change_is_cname(blocker) ? WHY_CNAME_IN_THE_WAY : WHY_NO_ROOM_FOR_CNAME);
	return false;
}

/* What is wanted at an owner, apart from what is left to others. */
struct owner_summary {
	size_t cnames, others; /* values */
	bool adopted;
	bool left; /* a conflict here is no more than a note */
};

static struct owner_summary summarize(const struct change_unit *units, size_t count)
{
	struct owner_summary ret = { .left = true };

	for (size_t i = 0; i < count; i++) {
		if (!change_is_wanted(&units[i]) || units[i].left)
			continue;
		ret.left = ret.left && change_is_left_to_others(&units[i]);
		ret.adopted = ret.adopted || units[i].adopted;
		*(change_is_cname(&units[i]) ? &ret.cnames : &ret.others) +=
			units[i].counts[CHANGE_DESIRED];
	}
	return ret;
}

/* A unit that is in conflict by itself stays so, unless it only misses its values. */
static void stop_wanted(struct change_unit *units, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (change_is_wanted(&units[i]) &&
		    (!units[i].stopped || units[i].counts[CHANGE_LIVE] == 0))
			change_stop(&units[i]);
	}
}

static bool is_in_conflict(const struct change_unit *unit)
{
	for (size_t i = 0; i < unit->count; i++) {
		if (unit->values[i].fate == FATE_CONFLICT)
			return true;
	}
	return false;
}

/* What bars the way and is somebody's policy, and nothing else does, stays with a note. */
static void leave_policies(struct change_unit *units, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_in_conflict(&units[i]) && !change_is_policy(&units[i]))
			return;
	}
	for (size_t i = 0; i < count; i++) {
		if (is_in_conflict(&units[i]))
			change_leave(&units[i]);
		else if (change_is_wanted(&units[i]))
			units[i].left = true;
	}
}

static void refuse_more_than_cname(struct change_unit *units, size_t count)
{
	stop_wanted(units, count);
	for (size_t i = 0; i < count; i++) {
		if (!change_is_cname(&units[i]))
			continue;
		for (size_t j = 0; j < units[i].count; j++) {
			if (units[i].values[j].of[CHANGE_DESIRED])
				change_set(&units[i].values[j], FATE_CONFLICT, WHY_MORE_THAN_CNAME);
		}
	}
}

/* Whether the way is clear for what is wanted, now or after the removals. */
static bool clear_ways(struct change_draft *draft, struct change_unit *units, size_t count,
		       const struct owner_summary *wanted)
{
	bool clear = true;

	for (size_t i = 0; i < count; i++) {
		if (change_is_cname(&units[i]) == (wanted->cnames > 0))
			continue;
		for (size_t j = 0; j < units[i].count; j++) {
			struct change_value *value = &units[i].values[j];

			if (value->fate == FATE_LEAVE || value->fate == FATE_KEEP)
				clear &= clear_way(draft, &units[i], value, wanted->adopted);
		}
	}
	return clear;
}

void change_decide_cname(struct change_draft *draft, struct change_unit *units, size_t count)
{
	const struct owner_summary wanted = summarize(units, count);

	if (wanted.cnames > 1 || (wanted.cnames > 0 && wanted.others > 0)) {
		refuse_more_than_cname(units, count);
		return;
	}
	if (wanted.cnames + wanted.others == 0 || clear_ways(draft, units, count, &wanted))
		return;
	stop_wanted(units, count);
	if (wanted.left)
		leave_policies(units, count);
}
