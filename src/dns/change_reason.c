/* The sentence of each line of a plan. */
#include "base/bytes.h"
#include "dns/change_plan_parts.h"

#include <stdio.h>
#include <string.h>

#define VALUES_MAX 3  /* values told of in one sentence */
#define VALUE_SIZE 60 /* bytes of one */

/* Ends a sentence, once: what is told of may end with the dot of a name. */
static void append_stop(struct bytes *bytes)
{
	if (bytes->size == 0 || bytes->data[bytes->size - 1] != '.')
		bytes_append_text(bytes, ".");
}

static void append_value(struct bytes *bytes, const struct dns_record *record, size_t number,
			 bool typed)
{
	char type[16];

	if (number == VALUES_MAX)
		bytes_append_text(bytes, " and more");
	if (number >= VALUES_MAX)
		return;
	bytes_append_text(bytes, number ? " and " : "");
	if (typed)
		bytes_append_format(bytes, "%s ", dns_type_name(record->type, type));
	bytes_append_format(bytes, "%.*s%s", VALUE_SIZE, record->rdata,
			    strlen(record->rdata) > VALUE_SIZE ? "..." : "");
}

static size_t append_values(struct bytes *bytes, const struct change_unit *unit,
			    enum change_source source, size_t number, bool typed)
{
	for (size_t i = 0; i < unit->count; i++) {
		if (unit->values[i].of[source])
			append_value(bytes, unit->values[i].of[source], number++, typed);
	}
	return number;
}

/* What is added in place of something; nothing if all that is wanted is there already. */
static void append_added(struct bytes *bytes, const struct change_unit *unit)
{
	size_t number = 0;

	for (size_t i = 0; i < unit->count; i++) {
		if (unit->values[i].fate == FATE_ADD)
			append_value(bytes, unit->values[i].of[CHANGE_DESIRED], number++, false);
	}
}

/* What is wanted of the unit, or else, with types, at its owner. */
static void append_wanted(struct bytes *bytes, const struct change_unit *units, size_t count,
			  const struct change_unit *unit)
{
	size_t number = append_values(bytes, unit, CHANGE_DESIRED, 0, false);

	for (size_t i = 0; i < count && unit->counts[CHANGE_DESIRED] == 0; i++)
		number = append_values(bytes, &units[i], CHANGE_DESIRED, number, true);
}

static const char *own_reason(const struct dns_record *record, const char *fallback)
{
	return record && *record->reason ? record->reason : fallback;
}

/* The record of a list whose reason holds for the value. */
static const struct dns_record *find_own(const struct change_unit *unit,
					 const struct change_value *value,
					 enum change_source source)
{
	const struct dns_record *live = value->of[CHANGE_LIVE];

	return live ? change_find(unit, source, live) : value->of[source];
}

static void append_removal(struct bytes *bytes, const struct change_unit *unit,
			   const struct change_value *value, const char *wanted)
{
	CLEANUP(bytes_clear) struct bytes added = { 0 };
	const char *whose = value->why == WHY_ADOPTED ? "Somebody else's, adopted: r" : "R";

	append_added(&added, unit);
	if (added.size)
		bytes_append_format(bytes, "%seplaced by %s", whose, added.data);
	else if (unit->counts[CHANGE_DESIRED] > 0)
		bytes_append_format(bytes, "Nothing is wanted here but %s", wanted);
	else
		bytes_append_format(bytes, "%semoved, since it cannot stand beside %s", whose,
				    wanted);
	append_stop(bytes);
	bytes->failed = bytes->failed || added.failed;
}

/* Somebody else's value where we want one of ours. */
static void append_foreign(struct bytes *bytes, const struct change_unit *unit, const char *wanted,
			   const char *adopt)
{
	CLEANUP(bytes_clear) struct bytes published = { 0 };

	if (unit->counts[CHANGE_PUBLISHED] == 0) {
		bytes_append_format(bytes,
				    "Somebody else's, where %s is wanted: remove it, add it to "
				    "withdraw.zone, or replace it with --adopt %s.",
				    wanted, adopt);
		return;
	}
	append_values(&published, unit, CHANGE_PUBLISHED, 0, false);
	bytes_append_format(bytes,
			    "Somebody put it where we published %s, and %s is wanted: remove it, "
			    "or replace it with --adopt %s.",
			    published.data, wanted, adopt);
	bytes->failed = bytes->failed || published.failed;
}

static void append_conflict(struct bytes *bytes, const struct change_unit *unit,
			    const struct change_value *value, const char *wanted, const char *adopt)
{
	const struct dns_record *live = value->of[CHANGE_LIVE];

	switch (value->why) {
	case WHY_FOREIGN:
		append_foreign(bytes, unit, wanted, adopt);
		break;
	case WHY_FOREIGN_SPF:
		bytes_append_format(
			bytes,
			"Somebody else's, and of two SPF strings none counts: merge what "
			"it says into ours, %s, in the provider's zone file, or do "
			"without it; then --adopt %s replaces it.",
			wanted, adopt);
		break;
	case WHY_GONE:
		bytes_append_format(bytes,
				    "We published it, and somebody has removed it, while %s is "
				    "wanted: --adopt %s puts that there.",
				    wanted, adopt);
		break;
	case WHY_FOREIGN_TTL:
		bytes_append_format(bytes,
				    "Somebody set its TTL to %u, where %u was published and %u is "
				    "wanted: set it back, or take it over with --adopt %s.",
				    live->ttl, change_published(unit, value)->ttl, unit->ttl,
				    adopt);
		break;
	case WHY_NO_ROOM_FOR_CNAME:
	case WHY_CNAME_IN_THE_WAY:
		bytes_append_format(bytes,
				    "It cannot stand beside %s, which is wanted here: remove it, "
				    "add it to withdraw.zone, or replace it with --adopt %s.",
				    wanted, adopt);
		break;
	default:
		bytes_append_text(bytes, "Nothing can stand beside a CNAME, and more is wanted "
					 "here: correct the provider's zone file.");
		break;
	}
}

static void append_reason(struct bytes *bytes, const struct change_unit *unit,
			  const struct change_value *value, const char *wanted, const char *adopt)
{
	switch (value->why) {
	case WHY_WANTED:
		bytes_append_text(bytes,
				  own_reason(value->of[CHANGE_DESIRED],
					     value->fate == FATE_KEEP
						     ? "It stands there as it should."
						     : "It belongs to the domain's records."));
		break;
	case WHY_TTL:
		bytes_append_format(bytes, "Its TTL changes from %u to %u.",
				    value->of[CHANGE_LIVE]->ttl, unit->ttl);
		break;
	case WHY_EXPECTED:
		bytes_append_text(bytes, own_reason(find_own(unit, value, CHANGE_EXPECTED),
						    "An old service left it behind."));
		break;
	case WHY_UNWANTED:
		bytes_append_text(bytes, "We published it, and it is no longer wanted.");
		break;
	case WHY_REPLACED:
	case WHY_ADOPTED:
		append_removal(bytes, unit, value, wanted);
		break;
	default:
		append_conflict(bytes, unit, value, wanted, adopt);
		break;
	}
}

char *change_reason_make(const struct change_draft *draft, const struct change_unit *units,
			 size_t count, const struct change_unit *unit,
			 const struct change_value *value)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	CLEANUP(bytes_clear) struct bytes wanted = { 0 };
	char name[DNS_OWNER_TEXT_SIZE], type[16], adopt[DNS_OWNER_TEXT_SIZE + 16];
	struct error unused;
	char *ret = NULL;

	append_wanted(&wanted, units, count, unit);
	bytes_append(&wanted, "", 0);
	if (wanted.failed)
		return NULL;
	snprintf(adopt, sizeof(adopt), "%s/%s",
		 change_name_text(draft->input, unit->record->owner, name),
		 dns_type_name(unit->record->type, type));
	append_reason(&bytes, unit, value, wanted.data, adopt);
	return bytes_take(&bytes, &ret, NULL, &unused) < 0 ? NULL : ret;
}
