/*
 * Prerequisites of all sets, then all that is deleted, then all that is added: an A record that
 * makes room for a CNAME has to go first, whatever the order of their types.
 */
#include "dns/update_steps.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 12	   /* bytes of a message, RFC 1035 4.1.1 */
#define ZONE_SIZE 4	   /* bytes of the zone section besides the zone's name */
#define RECORD_SIZE 10	   /* bytes of a record besides owner and rdata */
#define SIGNATURE_SIZE 400 /* bytes of a TSIG record with a long key name */

struct maker {
	struct update_step list[UPDATE_STEPS_MAX];
	size_t count;
	size_t size; /* bytes of the update without compression */
	bool full;
};

/* The bytes of a name in wire form; an escape is counted longer than it is. */
static size_t name_size(const char *name)
{
	return strlen(name) + 1;
}

static void add(struct maker *maker, enum update_step_kind kind, const struct change_set *set,
		const struct dns_record *record)
{
	maker->size += name_size(set->owner) + RECORD_SIZE + (record ? record->rdata_size : 0);
	if (maker->count == UPDATE_STEPS_MAX || maker->size > UPDATE_SIZE_MAX) {
		maker->full = true;
		return;
	}
	maker->list[maker->count++] = (struct update_step){
		.kind = kind,
		.owner = set->owner,
		.type = set->type,
		.record = record,
	};
}

static void add_all(struct maker *maker, enum update_step_kind kind, const struct change_set *set,
		    const struct dns_record_list *records)
{
	for (size_t i = 0; i < records->count; i++)
		add(maker, kind, set, records->list[i]);
}

/* Prerequisites */

static const struct change_set *find_cname(const struct change_plan *plan, const char *owner)
{
	for (size_t i = 0; i < plan->set_count; i++) {
		if (plan->sets[i].type == LDNS_RR_TYPE_CNAME &&
		    strcmp(plan->sets[i].owner, owner) == 0)
			return &plan->sets[i];
	}
	return NULL;
}

static bool is_required(const struct maker *maker, const struct change_set *set)
{
	for (size_t i = 0; i < maker->count; i++) {
		const struct update_step *step = &maker->list[i];

		if (step->kind == UPDATE_REQUIRE_NO_SET && step->type == set->type &&
		    strcmp(step->owner, set->owner) == 0)
			return true;
	}
	return false;
}

/* Beside a CNAME that nobody knew of the addition would be ignored without a word. */
static void require_no_cname(struct maker *maker, const struct change_plan *plan,
			     const struct change_set *set)
{
	const struct change_set cname = { .owner = set->owner, .type = LDNS_RR_TYPE_CNAME };

	if (!find_cname(plan, set->owner) && !is_required(maker, &cname))
		add(maker, UPDATE_REQUIRE_NO_SET, &cname, NULL);
}

static void require_set(struct maker *maker, const struct change_plan *plan,
			const struct change_set *set)
{
	if (set->before.count > 0) {
		add_all(maker, UPDATE_REQUIRE_RECORD, set, &set->before);
	} else if (set->type == LDNS_RR_TYPE_CNAME && set->name_empty) {
		add(maker, UPDATE_REQUIRE_NO_NAME, set, NULL);
	} else {
		add(maker, UPDATE_REQUIRE_NO_SET, set, NULL);
		require_no_cname(maker, plan, set);
	}
}

/* Changes */

/* Whether something of the set stays, but with another TTL. */
static bool changes_ttl(const struct change_set *set)
{
	for (size_t i = 0; i < set->before.count; i++) {
		const struct dns_record *record = set->before.list[i];
		const struct dns_record *kept = dns_record_list_find(&set->after, record);

		if (kept && kept->ttl != record->ttl)
			return true;
	}
	return false;
}

static void delete_old(struct maker *maker, const struct change_set *set)
{
	if (changes_ttl(set)) {
		add(maker, UPDATE_DELETE_SET, set, NULL);
		return;
	}
	for (size_t i = 0; i < set->before.count; i++) {
		if (!dns_record_list_find(&set->after, set->before.list[i]))
			add(maker, UPDATE_DELETE_RECORD, set, set->before.list[i]);
	}
}

static void add_new(struct maker *maker, const struct change_set *set)
{
	bool all = changes_ttl(set);

	for (size_t i = 0; i < set->after.count; i++) {
		if (all || !dns_record_list_find(&set->before, set->after.list[i]))
			add(maker, UPDATE_ADD_RECORD, set, set->after.list[i]);
	}
}

int update_steps_make(const struct change_plan *plan, struct update_steps *ret, struct error *err)
{
	CLEANUP(freep) struct maker *maker = calloc(1, sizeof(*maker));
	struct update_step *list;

	if (!maker)
		return error_no_memory(err);
	maker->size = HEADER_SIZE + name_size(plan->zone.text) + ZONE_SIZE + SIGNATURE_SIZE;
	for (size_t i = 0; i < plan->set_count; i++) {
		if (plan->sets[i].changes)
			require_set(maker, plan, &plan->sets[i]);
	}
	for (size_t i = 0; i < plan->set_count; i++) {
		if (plan->sets[i].changes)
			delete_old(maker, &plan->sets[i]);
	}
	for (size_t i = 0; i < plan->set_count; i++) {
		if (plan->sets[i].changes)
			add_new(maker, &plan->sets[i]);
	}
	if (maker->full)
		return error_set(err, ERROR_TOO_LARGE,
				 "the changes of %s take more than one update of %d records and "
				 "%d bytes",
				 plan->domain.text, UPDATE_STEPS_MAX, UPDATE_SIZE_MAX);
	list = reallocarray(NULL, maker->count + 1, sizeof(*list));
	if (!list)
		return error_no_memory(err);
	memcpy(list, maker->list, maker->count * sizeof(*list));
	*ret = (struct update_steps){ .list = list, .count = maker->count };
	return 0;
}
