/* Canonical order puts all that lies below a name right behind it, so one search finds both. */
#include "dns/record_view.h"

#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct record_view_entry *x = a, *y = b;
	int result = dns_record_compare(x->record, y->record);

	return result ? result : y->ours - x->ours;
}

static void add(struct record_view *view, const struct dns_record_list *list, bool ours)
{
	for (size_t i = 0; i < list->count; i++)
		view->list[view->count++] = (struct record_view_entry){ list->list[i], ours };
}

int record_view_make(const struct dns_record_list *ours, const struct dns_record_list *others,
		     struct record_view *ret, struct error *err)
{
	struct record_view view = { .count = 0 };
	size_t kept = 0;

	view.list = calloc(ours->count + others->count + 1, sizeof(*view.list));
	if (!view.list)
		return error_no_memory(err);
	add(&view, ours, true);
	add(&view, others, false);
	qsort(view.list, view.count, sizeof(*view.list), compare);
	for (size_t i = 0; i < view.count; i++) {
		if (kept == 0 ||
		    dns_record_compare(view.list[kept - 1].record, view.list[i].record) != 0)
			view.list[kept++] = view.list[i];
	}
	view.count = kept;
	*ret = view;
	return 0;
}

void record_view_clear(struct record_view *view)
{
	free(view->list);
	*view = (struct record_view){ 0 };
}

struct record_name record_name_of(const struct dns_record *record)
{
	return (struct record_name){ record->owner_wire, record->owner_size };
}

struct record_name record_name_target(const struct dns_record *record)
{
	size_t before;

	switch (record->type) {
	case LDNS_RR_TYPE_SRV:
		before = 6;
		break;
	case LDNS_RR_TYPE_MX:
		before = 2;
		break;
	case LDNS_RR_TYPE_CNAME:
	case LDNS_RR_TYPE_NS:
		before = 0;
		break;
	default:
		before = record->rdata_size;
	}
	if (record->rdata_size <= before)
		return (struct record_name){ NULL, 0 };
	return (struct record_name){ record->rdata_wire + before, record->rdata_size - before };
}

struct record_name record_name_make(const struct domain_name *domain, unsigned char *ret)
{
	struct record_name name = { ret, 0 };

	for (const char *at = domain->text; *at;) {
		size_t length = strcspn(at, ".");

		ret[name.size++] = (unsigned char)length;
		memcpy(ret + name.size, at, length);
		name.size += length;
		at += length + (at[length] == '.');
	}
	ret[name.size++] = 0;
	return name;
}

struct record_name record_name_child(const char *label, struct record_name parent,
				     unsigned char *ret)
{
	size_t length = strlen(label);

	if (1 + length + parent.size > DNS_OWNER_WIRE_MAX)
		return (struct record_name){ ret, 0 };
	ret[0] = (unsigned char)length;
	memcpy(ret + 1, label, length);
	memcpy(ret + 1 + length, parent.wire, parent.size);
	return (struct record_name){ ret, 1 + length + parent.size };
}

struct record_name record_name_parent(struct record_name name)
{
	size_t label = name.size > 1 ? 1 + (size_t)name.wire[0] : 0;

	return (struct record_name){ name.wire + label, name.size - label };
}

bool record_name_equal(struct record_name a, struct record_name b)
{
	return a.size == b.size && memcmp(a.wire, b.wire, a.size) == 0;
}

bool record_name_is_in(struct record_name name, struct record_name ancestor)
{
	while (name.size > ancestor.size && name.size > 1)
		name = record_name_parent(name);
	return record_name_equal(name, ancestor);
}

size_t record_name_labels(struct record_name name)
{
	size_t count = 0;

	for (; name.size > 1; name = record_name_parent(name))
		count++;
	return count;
}

/* Where the first record stands whose owner is not before the name. */
static size_t find_place(const struct record_view *view, struct record_name name)
{
	const struct dns_record key = { .owner_wire = name.wire,
					.owner_size = (uint16_t)name.size };
	size_t low = 0, high = view->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dns_owner_compare(view->list[middle].record, &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct record_view_entry *record_view_find(const struct record_view *view,
						 struct record_name name, ldns_rr_type type)
{
	for (size_t i = find_place(view, name); i < view->count; i++) {
		const struct record_view_entry *entry = &view->list[i];

		if (!record_name_equal(record_name_of(entry->record), name))
			return NULL;
		if (type == 0 || entry->record->type == type)
			return entry;
	}
	return NULL;
}

bool record_view_exists(const struct record_view *view, struct record_name name)
{
	size_t place = find_place(view, name);

	return place < view->count &&
	       record_name_is_in(record_name_of(view->list[place].record), name);
}

const struct record_view_entry *record_view_wildcard(const struct record_view *view,
						     struct record_name name, ldns_rr_type type)
{
	unsigned char wire[DNS_OWNER_WIRE_MAX];
	struct record_name wildcard;

	if (record_view_exists(view, name))
		return NULL;
	while (name.size > 1 && !record_view_exists(view, name))
		name = record_name_parent(name);
	wildcard = record_name_child("*", name, wire);
	return wildcard.size ? record_view_find(view, wildcard, type) : NULL;
}

const struct record_view_entry *record_view_cut(const struct record_view *view,
						struct record_name name, struct record_name apex)
{
	const struct record_view_entry *entry;

	for (struct record_name at = name; record_name_is_in(at, apex);
	     at = record_name_parent(at)) {
		bool is_apex = record_name_equal(at, apex);

		entry = is_apex ? NULL : record_view_find(view, at, LDNS_RR_TYPE_NS);
		if (!entry && !record_name_equal(at, name))
			entry = record_view_find(view, at, LDNS_RR_TYPE_DNAME);
		if (entry || is_apex)
			return entry;
	}
	return NULL;
}
