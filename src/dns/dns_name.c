#include "dns/dns_name.h"

#include <string.h>

/* In canonical text a dot always ends a label: one inside a label is \046. */
const char *dns_name_parent(const char *name)
{
	const char *dot = strchr(name, '.');

	if (!dot || dot == name)
		return NULL;
	return dot[1] ? dot + 1 : ".";
}

bool dns_name_within(const char *name, const char *other)
{
	for (; name; name = dns_name_parent(name)) {
		if (strcmp(name, other) == 0)
			return true;
	}
	return false;
}

bool dns_name_below(const char *name, const char *other)
{
	return strcmp(name, other) != 0 && dns_name_within(name, other);
}

const struct dns_record *dns_name_find(const struct dns_record_list *list, const char *owner,
				       ldns_rr_type type)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->list[i]->type == type && strcmp(list->list[i]->owner, owner) == 0)
			return list->list[i];
	}
	return NULL;
}

const struct dns_record *dns_name_find_above(const struct dns_record_list *list, const char *name,
					     ldns_rr_type type)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->list[i]->type == type && dns_name_within(name, list->list[i]->owner))
			return list->list[i];
	}
	return NULL;
}
