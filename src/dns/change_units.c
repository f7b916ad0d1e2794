/*
 * Brings the four lists together: sorted by unit, each record once with what it is in
 * each list that has it. Of the live records only those at owners that the other lists name matter.
 */
#include "base/bytes.h"
#include "dns/change_plan_parts.h"

#include <string.h>

struct entry {
	const struct dns_record *record;
	enum change_source source;
};

struct entries {
	struct entry *list;
	size_t count;
};

/* Live records of one owner that may come from a wildcard. */
struct shadow {
	const struct dns_record *record, *wildcard;
};

static const struct dns_record_list *source_list(const struct change_plan_input *input,
						 enum change_source source)
{
	const struct dns_record_list *lists[] = {
		[CHANGE_DESIRED] = input->desired,
		[CHANGE_EXPECTED] = input->expected,
		[CHANGE_PUBLISHED] = input->published,
		[CHANGE_LIVE] = input->live,
	};

	return lists[source];
}

static size_t source_count(const struct change_plan_input *input, enum change_source source)
{
	const struct dns_record_list *list = source_list(input, source);

	return list ? list->count : 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int result = record_unit_compare(x->record, y->record);

	if (result == 0)
		result = dns_record_compare(x->record, y->record);
	return result ? result : (int)x->source - (int)y->source;
}

static int compare_owners(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return dns_owner_compare(x->record, y->record);
}

static void add_entry(struct entries *entries, const struct dns_record *record,
		      enum change_source source)
{
	entries->list[entries->count++] = (struct entry){ record, source };
}

/* What of a list cannot be managed. A note only for what is desired: it stays undone. */
static int leave_out(struct change_draft *draft, const struct dns_record *record,
		     enum change_source source, const char *why, struct error *err)
{
	char type[16];

	if (source != CHANGE_DESIRED)
		return 0;
	return note_add(&draft->plan->notes, &draft->plan->note_count, err,
			"%s %s %s is left out: %s.", record->owner,
			dns_type_name(record->type, type), record->rdata, why);
}

static int add_named(struct change_draft *draft, enum change_source source, struct entries *entries,
		     struct error *err)
{
	const struct dns_record_list *list = source_list(draft->input, source);

	for (size_t i = 0; i < source_count(draft->input, source); i++) {
		const struct dns_record *record = list->list[i];
		const char *why = NULL;

		if (!record_type_is_managed(record->type))
			why = "records of this type belong to whoever runs the zone";
		else if (!record_is_below(record, draft->zone->owner_wire, draft->zone->owner_size))
			why = "it lies outside of the zone";
		if (!why)
			add_entry(entries, record, source);
		else if (leave_out(draft, record, source, why, err) < 0)
			return -1;
	}
	return 0;
}

/* Whether one of count live records at an owner was put there by us. */
static bool is_published(const struct entries *named, struct dns_record *const *records,
			 size_t count)
{
	for (size_t i = 0; i < named->count; i++) {
		if (named->list[i].source != CHANGE_PUBLISHED)
			continue;
		for (size_t j = 0; j < count; j++) {
			if (record_value_compare(named->list[i].record, records[j]) == 0)
				return true;
		}
	}
	return false;
}

/* One note for each wildcard. shadows are sorted by owner. */
static int note_shadows(struct change_draft *draft, struct shadow *shadows, size_t count,
			struct error *err)
{
	char name[DNS_OWNER_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		CLEANUP(bytes_clear) struct bytes names = { 0 };
		const struct dns_record *wildcard = shadows[i].wildcard;

		if (!wildcard)
			continue;
		for (size_t j = i; j < count; j++) {
			if (!shadows[j].wildcard ||
			    dns_owner_compare(shadows[j].wildcard, wildcard) != 0)
				continue;
			shadows[j].wildcard = NULL;
			bytes_append_format(
				&names, "%s%s", names.size ? ", " : "",
				change_name_text(draft->input, shadows[j].record->owner, name));
		}
		if (names.failed)
			return error_no_memory(err);
		if (note_add(&draft->plan->notes, &draft->plan->note_count, err,
			     "What stands at %s seems to come from %s: these names are taken for "
			     "empty, and an update is refused if that is wrong; with dns.read = "
			     "transfer it can be told.",
			     names.data, wildcard->owner) < 0)
			return -1;
	}
	return 0;
}

/* The number of managed live records from i on that have one owner; they are moved to ret. */
static size_t next_owner(const struct dns_record_list *live, size_t *i, struct dns_record **ret)
{
	const struct dns_record *first = live->list[*i];
	size_t count = 0;

	for (; *i < live->count && dns_owner_compare(live->list[*i], first) == 0; ++*i) {
		if (record_type_is_managed(live->list[*i]->type))
			ret[count++] = live->list[*i];
	}
	return count;
}

/* named is sorted by owner here, and stays so; what is live is put behind it. */
static int add_live(struct change_draft *draft, struct entries *entries, struct error *err)
{
	const struct dns_record_list *live = draft->input->live;
	const struct entries named = *entries;
	CLEANUP(freep) struct dns_record **records = calloc(live->count + 1, sizeof(*records));
	CLEANUP(freep) struct shadow *shadows = calloc(live->count + 1, sizeof(*shadows));
	size_t shadow_count = 0;

	if (!records || !shadows)
		return error_no_memory(err);
	for (size_t i = 0; i < live->count;) {
		const struct entry first = { live->list[i], CHANGE_LIVE };
		size_t count = next_owner(live, &i, records);
		struct shadow *shadow = &shadows[shadow_count];

		if (!named.count ||
		    !bsearch(&first, named.list, named.count, sizeof(*named.list), compare_owners))
			continue;
		if (change_wildcard_covers(draft, records, count, &shadow->wildcard) &&
		    !is_published(&named, records, count)) {
			shadow->record = records[0];
			shadow_count++;
			continue;
		}
		for (size_t j = 0; j < count; j++)
			add_entry(entries, records[j], CHANGE_LIVE);
	}
	return note_shadows(draft, shadows, shadow_count, err);
}

/* Entries that are the same record become one value, values of one unit stand together. */
static int merge_entries(struct change_draft *draft, const struct entries *entries,
			 struct error *err)
{
	struct change_value *next;
	struct change_unit *unit = NULL;

	draft->values = calloc(entries->count + 1, sizeof(*draft->values));
	draft->units = calloc(entries->count + 1, sizeof(*draft->units));
	if (!draft->values || !draft->units)
		return error_no_memory(err);
	next = draft->values;
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->list[i];

		if (!unit || record_unit_compare(unit->record, entry->record) != 0) {
			unit = &draft->units[draft->unit_count++];
			*unit = (struct change_unit){ .values = next, .record = entry->record };
		}
		if (unit->count == 0 || dns_record_compare(entry[-1].record, entry->record) != 0) {
			next++;
			unit->count++;
		}
		next[-1].of[entry->source] = entry->record;
		unit->counts[entry->source]++;
	}
	return 0;
}

int change_units_make(struct change_draft *draft, struct error *err)
{
	CLEANUP(freep) struct entry *list = NULL;
	struct entries entries = { 0 };
	size_t room = 1;

	for (int i = 0; i < CHANGE_SOURCE_COUNT; i++)
		room += source_count(draft->input, i);
	list = calloc(room, sizeof(*list));
	if (!list)
		return error_no_memory(err);
	entries.list = list;
	for (int i = 0; i < CHANGE_LIVE; i++) {
		if (add_named(draft, i, &entries, err) < 0)
			return -1;
	}
	qsort(list, entries.count, sizeof(*list), compare_entries);
	if (add_live(draft, &entries, err) < 0)
		return -1;
	qsort(list, entries.count, sizeof(*list), compare_entries);
	return merge_entries(draft, &entries, err);
}
