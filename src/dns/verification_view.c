#include "dns/verification_view.h"

#include "dns/record_unit.h"

#include <stdio.h>
#include <string.h>

/* The records of one unit. */
struct span {
	const struct dns_record *const *list;
	size_t count;
};

/* One unit as it should be, as it was, and as it is. */
struct unit {
	const struct dns_record *key; /* a record of it */
	struct span new, old, live;
};

static int compare(const void *a, const void *b)
{
	return record_value_compare(*(const struct dns_record *const *)a,
				    *(const struct dns_record *const *)b);
}

static void sort(struct verification_records *records)
{
	if (records->count > 1)
		qsort(records->list, records->count, sizeof(*records->list), compare);
}

static bool contains(const struct verification_records *records, const struct dns_record *record)
{
	return records->count &&
	       bsearch(&record, records->list, records->count, sizeof(*records->list), compare);
}

/* Those of list that are not in without, which may be NULL; room for more records stays. */
static int collect(const struct dns_record_list *list, const struct verification_records *without,
		   size_t more, struct verification_records *ret, struct error *err)
{
	ret->list = reallocarray(NULL, list->count + more + 1, sizeof(const struct dns_record *));
	if (!ret->list)
		return error_no_memory(err);
	for (size_t i = 0; i < list->count; i++) {
		if (!without || !contains(without, list->list[i]))
			ret->list[ret->count++] = list->list[i];
	}
	sort(ret);
	return 0;
}

static void records_clear(struct verification_records *records)
{
	free(records->list);
	*records = (struct verification_records){ 0 };
}

/* What stood there before: what stayed, and what was removed. */
static int collect_old(const struct change_log *change, struct verification_records *ret,
		       struct error *err)
{
	CLEANUP(records_clear) struct verification_records added = { 0 };

	if (collect(&change->added, NULL, 0, &added, err) < 0 ||
	    collect(&change->published, &added, change->removed.count, ret, err) < 0)
		return -1;
	for (size_t i = 0; i < change->removed.count; i++)
		ret->list[ret->count++] = change->removed.list[i];
	sort(ret);
	return 0;
}

int verification_view_make(const struct dns_record_list *published, const struct change_log *change,
			   struct verification_view *ret, struct error *err)
{
	*ret = (struct verification_view){ .new = { 0 } };
	if (collect(published, NULL, 0, &ret->new, err) < 0)
		return -1;
	if (!change)
		return collect(published, NULL, 0, &ret->old, err);
	if (collect(&change->left, NULL, 0, &ret->left, err) < 0)
		return -1;
	return collect_old(change, &ret->old, err);
}

void verification_view_clear(struct verification_view *view)
{
	records_clear(&view->new);
	records_clear(&view->old);
	records_clear(&view->left);
}

/* The records of key's unit; moves *at behind them, and those before them are passed over. */
static struct span take_span(const struct verification_records *records, size_t *at,
			     const struct dns_record *key)
{
	struct span span = { .count = 0 };

	while (*at < records->count && record_unit_compare(records->list[*at], key) < 0)
		++*at;
	if (*at == records->count)
		return span;
	span.list = &records->list[*at];
	for (; *at < records->count && record_unit_compare(records->list[*at], key) == 0; ++*at)
		span.count++;
	return span;
}

/* A walk over the units of a view. */
struct walk {
	const struct verification_view *view;
	const struct verification_records *live; /* or NULL */
	size_t new, old, at;
};

static bool next_unit(struct walk *walk, struct unit *ret)
{
	const struct verification_records *new = &walk->view->new, *old = &walk->view->old;
	const struct dns_record *a = walk->new < new->count ? new->list[walk->new] : NULL;
	const struct dns_record *b = walk->old < old->count ? old->list[walk->old] : NULL;

	if (!a && !b)
		return false;
	ret->key = !b || (a && record_unit_compare(a, b) < 0) ? a : b;
	ret->new = take_span(new, &walk->new, ret->key);
	ret->old = take_span(old, &walk->old, ret->key);
	ret->live = (struct span){ .count = 0 };
	if (walk->live)
		ret->live = take_span(walk->live, &walk->at, ret->key);
	return true;
}

static bool equal(struct span a, struct span b, bool with_ttl)
{
	if (a.count != b.count)
		return false;
	for (size_t i = 0; i < a.count; i++) {
		if (record_value_compare(a.list[i], b.list[i]) != 0 ||
		    (with_ttl && a.list[i]->ttl != b.list[i]->ttl))
			return false;
	}
	return true;
}

static bool same_values(struct span a, struct span b)
{
	return equal(a, b, false);
}

static bool same(struct span a, struct span b)
{
	return equal(a, b, true);
}

static uint32_t highest_ttl(struct span span)
{
	uint32_t ttl = 0;

	for (size_t i = 0; i < span.count; i++)
		ttl = span.list[i]->ttl > ttl ? span.list[i]->ttl : ttl;
	return ttl;
}

static bool is_touched(const struct unit *unit)
{
	return !same(unit->new, unit->old);
}

static enum verification_state judge_authority(const struct unit *unit)
{
	if (same(unit->live, unit->new))
		return VERIFICATION_NEW;
	if (is_touched(unit) && same(unit->live, unit->old))
		return VERIFICATION_OLD;
	return VERIFICATION_OTHER;
}

static enum verification_state judge_cache(const struct unit *unit)
{
	uint32_t now = highest_ttl(unit->live), then = highest_ttl(unit->new);

	if (same_values(unit->live, unit->new)) {
		if (same_values(unit->old, unit->new) && now > then &&
		    now <= highest_ttl(unit->old))
			return VERIFICATION_OLD;
		return VERIFICATION_NEW;
	}
	return same_values(unit->live, unit->old) ? VERIFICATION_OLD : VERIFICATION_OTHER;
}

/* Sentences */

static const struct dns_record *find_alias(const struct verification_records *live,
					   const struct dns_record *key)
{
	for (size_t i = 0; i < live->count; i++) {
		if (live->list[i]->type == LDNS_RR_TYPE_CNAME &&
		    dns_owner_compare(live->list[i], key) == 0)
			return live->list[i];
	}
	return NULL;
}

/* How many of the first records of a b has, too: a's count if b has all of them. */
static size_t find_difference(struct span a, struct span b)
{
	for (size_t i = 0; i < a.count; i++) {
		bool found = false;

		for (size_t j = 0; j < b.count && !found; j++)
			found = record_value_compare(a.list[i], b.list[j]) == 0;
		if (!found)
			return i;
	}
	return a.count;
}

static void describe(const struct unit *unit, const struct verification_records *live, char *ret)
{
	size_t missing = find_difference(unit->new, unit->live);
	size_t extra = find_difference(unit->live, unit->new);
	const char *wanted = missing < unit->new.count ? unit->new.list[missing]->rdata : NULL;
	const char *found = extra < unit->live.count ? unit->live.list[extra]->rdata : NULL;
	const struct dns_record *alias =
		unit->key->type == LDNS_RR_TYPE_CNAME ? NULL : find_alias(live, unit->key);
	char what[VERIFICATION_DETAIL_SIZE], type[16];

	if (wanted && found)
		snprintf(what, sizeof(what), "%.75s stands there instead of %.75s", found, wanted);
	else if (wanted && alias)
		snprintf(what, sizeof(what), "a CNAME to %.75s stands there instead of %.75s",
			 alias->rdata, wanted);
	else if (wanted)
		snprintf(what, sizeof(what), "%.150s is missing", wanted);
	else if (found)
		snprintf(what, sizeof(what), "%.130s stands there and should not", found);
	else
		snprintf(what, sizeof(what), "the TTL is %u, not %u", highest_ttl(unit->live),
			 highest_ttl(unit->new));
	snprintf(ret, VERIFICATION_DETAIL_SIZE, "%.80s %s: %.190s", unit->key->owner,
		 dns_type_name(unit->key->type, type), what);
}

static void describe_more(size_t more, char *ret)
{
	size_t length = strlen(ret);

	if (more > 0)
		snprintf(ret + length, VERIFICATION_DETAIL_SIZE - length, "; and %zu more", more);
}

/* The whole */

static bool is_of_set(const struct dns_record *a, const struct dns_record *b)
{
	return a->type == b->type && dns_owner_compare(a, b) == 0;
}

/* The TTL of the whole set, others' strings included, or of a CNAME in its place. */
static uint32_t set_ttl(const struct dns_record_list *live, const struct dns_record *key)
{
	uint32_t ttl = 0;

	for (size_t i = 0; i < live->count; i++) {
		const struct dns_record *record = live->list[i];

		if ((is_of_set(record, key) ||
		     (record->type == LDNS_RR_TYPE_CNAME && dns_owner_compare(record, key) == 0)) &&
		    record->ttl > ttl)
			ttl = record->ttl;
	}
	return ttl;
}

/* live has all that stands there, records is without what was left to others. */
static void judge_units(const struct verification_view *view, const struct dns_record_list *live,
			const struct verification_records *records, bool cached, bool touched_only,
			struct verification_verdict *ret)
{
	struct walk walk = { .view = view, .live = records };
	size_t counts[VERIFICATION_STATE_COUNT] = { 0 }, touched_new = 0;
	struct unit unit;

	while (next_unit(&walk, &unit)) {
		uint32_t ttl = highest_ttl(unit.live);
		enum verification_state state;

		if (touched_only && !is_touched(&unit))
			continue;
		state = cached ? judge_cache(&unit) : judge_authority(&unit);
		ret->ttl = ttl > ret->ttl ? ttl : ret->ttl;
		touched_new += state == VERIFICATION_NEW && is_touched(&unit);
		if (state != VERIFICATION_NEW) {
			ttl = set_ttl(live, unit.key);
			ret->stale = ttl > ret->stale ? ttl : ret->stale;
			/* what is wrong goes before what is only late */
			if (!ret->detail[0] ||
			    (state == VERIFICATION_OTHER && !counts[VERIFICATION_OTHER]))
				describe(&unit, records, ret->detail);
		}
		counts[state]++;
	}
	if (counts[VERIFICATION_OTHER])
		ret->state = VERIFICATION_OTHER;
	else if (counts[VERIFICATION_OLD])
		ret->state = touched_new ? VERIFICATION_MIXED : VERIFICATION_OLD;
	else
		return;
	describe_more(counts[VERIFICATION_OTHER] + counts[VERIFICATION_OLD] - 1, ret->detail);
}

static bool touches(const struct verification_view *view)
{
	struct walk walk = { .view = view };
	struct unit unit;

	while (next_unit(&walk, &unit)) {
		if (is_touched(&unit))
			return true;
	}
	return false;
}

int verification_view_judge(const struct verification_view *view,
			    const struct dns_record_list *live, bool cached,
			    struct verification_verdict *ret, struct error *err)
{
	CLEANUP(records_clear) struct verification_records records = { 0 };

	*ret = (struct verification_verdict){ .state = VERIFICATION_NEW };
	if (collect(live, &view->left, 0, &records, err) < 0)
		return -1;
	judge_units(view, live, &records, cached, cached && touches(view), ret);
	return 0;
}

size_t verification_view_touched(const struct verification_view *view,
				 const struct dns_record **ret)
{
	struct walk walk = { .view = view };
	bool touched_only = touches(view);
	struct unit unit;
	size_t count = 0;

	while (next_unit(&walk, &unit)) {
		/* several units of TXT records are one question */
		if (count > 0 && ret[count - 1]->type == unit.key->type &&
		    dns_owner_compare(ret[count - 1], unit.key) == 0)
			continue;
		if (!touched_only || is_touched(&unit))
			ret[count++] = unit.key;
	}
	return count;
}

/* Time */

static bool has_value(const struct dns_record_list *list, const struct dns_record *record)
{
	for (size_t i = 0; i < list->count; i++) {
		if (is_of_set(list->list[i], record) &&
		    record_value_compare(list->list[i], record) == 0)
			return true;
	}
	return false;
}

/*
 * The TTL of what of list stood in the record's set before: not what was added. Returns whether
 * there is any.
 */
static bool raise_by_set(const struct dns_record_list *list, const struct dns_record *record,
			 const struct dns_record_list *added, uint32_t *ttl)
{
	bool found = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct dns_record *other = list->list[i];

		if (!is_of_set(other, record) || (added && has_value(added, other)))
			continue;
		found = true;
		*ttl = other->ttl > *ttl ? other->ttl : *ttl;
	}
	return found;
}

/* Where a CNAME stood no other type's absence was kept; of other sets it was, by type. */
static bool had_alias(const struct change_log *change, const struct dns_record *record)
{
	for (size_t i = 0; i < change->removed.count; i++) {
		if (change->removed.list[i]->type == LDNS_RR_TYPE_CNAME &&
		    dns_owner_compare(change->removed.list[i], record) == 0)
			return true;
	}
	return false;
}

uint32_t verification_wait(const struct change_log *change, uint32_t negative_ttl,
			   const struct dns_record_list *live)
{
	uint32_t wait = 0;

	for (size_t i = 0; i < change->removed.count; i++) {
		if (change->removed.list[i]->ttl > wait)
			wait = change->removed.list[i]->ttl;
	}
	for (size_t i = 0; i < change->added.count; i++) {
		const struct dns_record *record = change->added.list[i];
		bool was_there = had_alias(change, record);

		was_there |= raise_by_set(&change->removed, record, NULL, &wait);
		was_there |= raise_by_set(&change->published, record, &change->added, &wait);
		was_there |= raise_by_set(&change->left, record, NULL, &wait);
		was_there |= raise_by_set(live, record, &change->added, &wait);
		if (!was_there && negative_ttl > wait)
			wait = negative_ttl;
	}
	return wait;
}
