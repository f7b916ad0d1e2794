/*
 * A wildcard answers for every name that does not exist (RFC 4592), so what a question brings may
 * not stand where it seems to. Whether all of an owner's answers could come from its wildcard is
 * all that can be told without the whole zone: same types, same values, same TTL.
 */
#include "base/bytes.h"
#include "dns/change_plan_parts.h"

#include <string.h>

/* Where an old service would answer for a name that we do not have, or do not want any more. */
static const char *const service_names[] = { "autoconfig", "autodiscover", "mta-sts",
					     "ua-auto-config" };

static bool is_wildcard(const struct dns_record *record)
{
	return record->owner_size > 2 && memcmp(record->owner_wire, "\001*", 2) == 0;
}

/*
 * The place in live of the first record of the closest wildcard above a name of size bytes in wire
 * form; the count of live if there is none.
 */
static size_t find_wildcard(const struct dns_record_list *live, const unsigned char *name,
			    size_t size)
{
	for (size_t at = 0; at < size && name[at];) {
		at += 1U + name[at];
		for (size_t i = 0; i < live->count; i++) {
			const struct dns_record *record = live->list[i];

			if (is_wildcard(record) && record->owner_size == size - at + 2U &&
			    memcmp(record->owner_wire + 2, name + at, size - at) == 0)
				return i;
		}
	}
	return live->count;
}

static size_t count_type(struct dns_record *const *records, size_t count, ldns_rr_type type)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += records[i]->type == type;
	return found;
}

static bool has_rdata(struct dns_record *const *records, size_t count,
		      const struct dns_record *record)
{
	for (size_t i = 0; i < count; i++) {
		if (records[i]->type == record->type && records[i]->ttl == record->ttl &&
		    records[i]->rdata_size == record->rdata_size &&
		    memcmp(records[i]->rdata_wire, record->rdata_wire, record->rdata_size) == 0)
			return true;
	}
	return false;
}

bool change_wildcard_covers(const struct change_draft *draft, struct dns_record *const *records,
			    size_t count, const struct dns_record **ret_wildcard)
{
	const struct dns_record_list *live = draft->input->live;
	struct dns_record *const *wildcard;
	size_t first, wildcard_count = 0;

	if (draft->input->live_whole || count == 0 || is_wildcard(records[0]))
		return false;
	first = find_wildcard(live, records[0]->owner_wire, records[0]->owner_size);
	wildcard = live->list + first;
	while (first + wildcard_count < live->count &&
	       dns_owner_compare(wildcard[wildcard_count], wildcard[0]) == 0)
		wildcard_count++;
	for (size_t i = 0; i < count; i++) {
		ldns_rr_type type = records[i]->type;

		if (!has_rdata(wildcard, wildcard_count, records[i]) ||
		    count_type(records, count, type) != count_type(wildcard, wildcard_count, type))
			return false;
	}
	*ret_wildcard = wildcard[0];
	return true;
}

/* Notes */

static bool is_listed(const struct change_plan *plan, const struct dns_record *record,
		      enum change_kind kind)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		if (plan->changes[i].kind == kind &&
		    dns_record_compare(plan->changes[i].record, record) == 0)
			return true;
	}
	return false;
}

static bool will_go(const struct change_plan *plan, const struct dns_record *record)
{
	return is_listed(plan, record, CHANGE_REMOVE) && !is_listed(plan, record, CHANGE_ADD);
}

/* Whether anything stands at a name or below it after the plan, apart from what a wildcard lends.
 */
static bool will_exist(const struct change_draft *draft, const struct dns_record *name)
{
	const struct dns_record_list *live = draft->input->live;
	const struct change_plan *plan = draft->plan;
	const struct dns_record *unused;

	for (size_t i = 0; i < plan->change_count; i++) {
		if (plan->changes[i].kind != CHANGE_REMOVE &&
		    record_is_below(plan->changes[i].record, name->owner_wire, name->owner_size))
			return true;
	}
	for (size_t i = 0; i < live->count;) {
		struct dns_record *const *first = live->list + i;
		bool is_below = record_is_below(*first, name->owner_wire, name->owner_size);
		bool stays = false;

		for (; i < live->count && dns_owner_compare(live->list[i], *first) == 0; i++)
			stays = stays || (is_below && !will_go(plan, live->list[i]));
		if (stays && !change_wildcard_covers(draft, first, (size_t)(live->list + i - first),
						     &unused))
			return true;
	}
	return false;
}

/* A record of the wildcard that leads somewhere, or NULL. */
static const struct dns_record *find_host(const struct change_draft *draft, size_t first)
{
	const struct dns_record_list *live = draft->input->live;

	for (size_t i = first; i < live->count; i++) {
		const struct dns_record *record = live->list[i];

		if (dns_owner_compare(record, live->list[first]) != 0)
			break;
		if ((record->type == LDNS_RR_TYPE_A || record->type == LDNS_RR_TYPE_AAAA ||
		     record->type == LDNS_RR_TYPE_CNAME) &&
		    !will_go(draft->plan, record))
			return record;
	}
	return NULL;
}

int change_wildcard_note(struct change_draft *draft, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes names = { 0 };
	const struct dns_record *host = NULL;
	char type[16];

	for (size_t i = 0; i < sizeof(service_names) / sizeof(*service_names); i++) {
		CLEANUP(freep) struct dns_record *name = NULL;
		const struct dns_record *found;
		struct error fault;
		size_t first;

		if (change_name_parse(draft->input, service_names[i], &name, &fault) < 0) {
			if (fault.code == ERROR_NO_MEMORY)
				return error_no_memory(err);
			continue; /* longer than any name can be */
		}
		first = find_wildcard(draft->input->live, name->owner_wire, name->owner_size);
		found = find_host(draft, first);
		if (!found || will_exist(draft, name))
			continue;
		host = found;
		bytes_append_format(&names, "%s%s", names.size ? ", " : "", service_names[i]);
	}
	if (!host)
		return 0;
	if (names.failed)
		return error_no_memory(err);
	return note_add(&draft->plan->notes, &draft->plan->note_count, err,
			"%s %s %s answers for %s too, where nothing is to stand: mail programs "
			"may find another service there.",
			host->owner, dns_type_name(host->type, type), host->rdata, names.data);
}
