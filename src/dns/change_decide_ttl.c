/* The TTL of a set, which is one (RFC 2181 5.2), and of what is added to it. */
#include "dns/change_plan_parts.h"

static void lower(uint32_t *ttl, const struct dns_record *record)
{
	if (record && record->ttl < *ttl)
		*ttl = record->ttl;
}

/* Whether strings of others stay in the set; then *ret is its TTL now, which stays as it is. */
static bool is_shared(const struct change_unit *units, size_t count, uint32_t *ret)
{
	bool shared = false;

	*ret = UINT32_MAX;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < units[i].count; j++) {
			const struct change_value *value = &units[i].values[j];

			lower(ret, value->of[CHANGE_LIVE]);
			shared = shared ||
				 (value->of[CHANGE_LIVE] &&
				  (value->fate == FATE_LEAVE || value->fate == FATE_CONFLICT));
		}
	}
	return shared;
}

static uint32_t wanted_ttl(const struct change_unit *units, size_t count)
{
	uint32_t ttl = UINT32_MAX;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < units[i].count && !units[i].stopped; j++)
			lower(&ttl, units[i].values[j].of[CHANGE_DESIRED]);
	}
	return ttl;
}

static bool is_foreign_ttl(const struct change_unit *unit, const struct change_value *value)
{
	const struct dns_record *live = value->of[CHANGE_LIVE];
	const struct dns_record *published = live ? change_published(unit, value) : NULL;

	return published && live->ttl != unit->ttl && live->ttl != published->ttl;
}

static void reset(struct change_unit *unit)
{
	bool foreign = false;

	for (size_t i = 0; i < unit->count && !unit->adopted; i++)
		foreign = foreign || is_foreign_ttl(unit, &unit->values[i]);
	if (foreign)
		change_stop(unit);
	for (size_t i = 0; i < unit->count; i++) {
		struct change_value *value = &unit->values[i];

		if (foreign && is_foreign_ttl(unit, value))
			change_set(value, FATE_CONFLICT, WHY_FOREIGN_TTL);
		else if (!foreign && value->fate == FATE_KEEP &&
			 value->of[CHANGE_LIVE]->ttl != unit->ttl)
			change_set(value, FATE_RESET, WHY_TTL);
	}
}

void change_decide_ttl(struct change_unit *units, size_t count)
{
	uint32_t ttl;

	if (!is_shared(units, count, &ttl))
		ttl = wanted_ttl(units, count);
	for (size_t i = 0; i < count; i++) {
		units[i].ttl = ttl;
		if (change_is_wanted(&units[i]) && !units[i].stopped)
			reset(&units[i]);
	}
}
