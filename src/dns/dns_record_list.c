#include "base/bytes.h"
#include "dns/dns_record.h"

#include <string.h>

int dns_record_list_add(struct dns_record_list *list, struct dns_record *record, struct error *err)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 32;
		struct dns_record **larger = reallocarray(list->list, room, sizeof(*larger));

		if (!larger) {
			free(record);
			return error_no_memory(err);
		}
		list->list = larger;
		list->room = room;
	}
	list->list[list->count++] = record;
	return 0;
}

int dns_record_list_add_copy(struct dns_record_list *list, const struct dns_record *record,
			     struct error *err)
{
	struct dns_record *copy = dns_record_copy(record, record->ttl, record->reason);

	return copy ? dns_record_list_add(list, copy, err) : error_no_memory(err);
}

/* Among the same records the one with a reason comes first. */
static int compare(const void *a, const void *b)
{
	const struct dns_record *x = *(struct dns_record *const *)a;
	const struct dns_record *y = *(struct dns_record *const *)b;
	int result = dns_record_compare(x, y);

	if (result == 0)
		result = (*y->reason != '\0') - (*x->reason != '\0');
	return result;
}

void dns_record_list_sort(struct dns_record_list *list)
{
	size_t kept = 0;

	if (list->count > 1)
		qsort(list->list, list->count, sizeof(*list->list), compare);
	for (size_t i = 0; i < list->count; i++) {
		if (kept > 0 && dns_record_compare(list->list[kept - 1], list->list[i]) == 0)
			free(list->list[i]);
		else
			list->list[kept++] = list->list[i];
	}
	list->count = kept;
}

const struct dns_record *dns_record_list_find(const struct dns_record_list *list,
					      const struct dns_record *record)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct dns_record *other = list->list[i];

		if (other->type == record->type && other->owner_size == record->owner_size &&
		    other->rdata_size == record->rdata_size &&
		    memcmp(other->owner_wire, record->owner_wire, record->owner_size) == 0 &&
		    memcmp(other->rdata_wire, record->rdata_wire, record->rdata_size) == 0)
			return other;
	}
	return NULL;
}

int dns_record_list_text(const struct dns_record_list *list, char **ret, size_t *ret_size,
			 struct error *err)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		dns_record_append(&text, list->list[i]);
		bytes_append_text(&text, "\n");
	}
	return bytes_take(&text, ret, ret_size, err);
}

int dns_record_list_parse(const char *text, size_t size, struct dns_record_list *ret,
			  struct error *err)
{
	const char *end = text + size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t length = newline ? (size_t)(newline - text) : (size_t)(end - text);
		struct dns_record *record;

		if (dns_record_parse_line(text, length, &record, err) < 0 ||
		    dns_record_list_add(ret, record, err) < 0)
			return -1;
		text += length + 1;
	}
	return 0;
}

void dns_record_list_clear(struct dns_record_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->list[i]);
	free(list->list);
	*list = (struct dns_record_list){ 0 };
}
