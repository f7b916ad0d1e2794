/* Questions about a unit, and what is done to the whole of it. */
#include "dns/change_plan_parts.h"

#include <string.h>

const struct dns_record *change_find(const struct change_unit *unit, enum change_source source,
				     const struct dns_record *record)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct dns_record *found = unit->values[i].of[source];

		if (found && record_value_compare(found, record) == 0)
			return found;
	}
	return NULL;
}

const struct dns_record *change_published(const struct change_unit *unit,
					  const struct change_value *value)
{
	const struct dns_record *record =
		change_find(unit, CHANGE_PUBLISHED, value->of[CHANGE_LIVE]);

	for (size_t i = 0; i < unit->count && !record; i++)
		record = unit->values[i].of[CHANGE_PUBLISHED];
	return record;
}

void change_set(struct change_value *value, enum change_fate fate, enum change_why why)
{
	value->fate = fate;
	value->why = why;
}

bool change_is_wanted(const struct change_unit *unit)
{
	return unit->counts[CHANGE_DESIRED] > 0;
}

bool change_is_cname(const struct change_unit *unit)
{
	return unit->record->type == LDNS_RR_TYPE_CNAME;
}

void change_stop(struct change_unit *unit)
{
	unit->stopped = true;
	for (size_t i = 0; i < unit->count; i++) {
		struct change_value *value = &unit->values[i];

		if (!value->of[CHANGE_LIVE])
			change_set(value, FATE_NONE, WHY_WANTED);
		else
			change_set(value,
				   change_find(unit, CHANGE_DESIRED, value->of[CHANGE_LIVE])
					   ? FATE_KEEP
					   : FATE_LEAVE,
				   WHY_WANTED);
	}
}

bool change_is_policy(const struct change_unit *unit)
{
	static const unsigned char label[] = "\006_dmarc";
	const struct dns_record *record = unit->record;

	return record->owner_size >= sizeof(label) &&
	       memcmp(record->owner_wire, label, sizeof(label) - 1) == 0 &&
	       (change_is_cname(unit) || record_unit_kind(record) == RECORD_DMARC);
}

bool change_is_left_to_others(const struct change_unit *unit)
{
	return change_is_policy(unit) && unit->counts[CHANGE_PUBLISHED] == 0;
}

void change_leave(struct change_unit *unit)
{
	unit->left = true;
	unit->note = "it is somebody else's policy, and ours is not published";
	for (size_t i = 0; i < unit->count; i++) {
		if (unit->values[i].of[CHANGE_LIVE])
			change_set(&unit->values[i], FATE_LEAVE, WHY_WANTED);
	}
}
