/*
 * A zone file, any bytes, as a pattern and as the file of one domain. Records that come out are
 * canonical and lie in the domain, a prepared record is the same as one that is read anew, and what
 * is written of them reads back.
 */
#include "fuzz.h"

#include "base/bytes.h"
#include "dns/zone_file_entry.h"
#include "dns/zone_text.h"

static const struct domain_name domains[] = {
	{ 13, "kunde.example" },
	{ 4, "a.de" },
	{ 249, "a23456789-123456789-123456789-123456789-123456789-123456789-123."
	       "b23456789-123456789-123456789-123456789-123456789-123456789-123."
	       "c23456789-123456789-123456789-123456789-123456789-123456789-123."
	       "d23456789-123456789-123456789-123456789-123456789-1234.de" },
};

static void promise_same(const struct dns_record *one, const struct dns_record *other)
{
	PROMISE(dns_record_compare(one, other) == 0);
	PROMISE(one->ttl == other->ttl);
	PROMISE(one->owner_size == other->owner_size && one->rdata_size == other->rdata_size);
	PROMISE(strcmp(one->owner, other->owner) == 0);
	PROMISE(strcmp(one->rdata, other->rdata) == 0);
}

static void promise_record(const struct dns_record *record, const struct domain_name *domain)
{
	CLEANUP(bytes_clear) struct bytes line = { 0 };
	size_t length = strlen(record->owner);
	struct dns_record *again = NULL;
	struct error err;

	PROMISE(length > domain->length && record->owner[length - 1] == '.');
	PROMISE(memcmp(record->owner + length - 1 - domain->length, domain->text, domain->length) ==
		0);
	PROMISE(record->ttl <= DNS_TTL_MAX);
	promise_text(record->reason, strlen(record->reason));
	dns_record_append(&line, record);
	promise_text(line.data, line.size);
	PROMISE(dns_record_parse_line(line.data, line.size, &again, &err) == 0);
	promise_same(record, again);
	free(again);
}

static void promise_same_list(const struct dns_record_list *one,
			      const struct dns_record_list *other)
{
	PROMISE(one->count == other->count);
	for (size_t i = 0; i < one->count; i++)
		promise_same(one->list[i], other->list[i]);
}

/* What is written of the records reads back. */
static void promise_text_of(struct dns_record_list *list, const struct domain_name *domain)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list again = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list frame = { 0 };
	char *text = NULL;
	uint32_t serial;
	struct error err;
	size_t size;

	dns_record_list_sort(list);
	PROMISE(zone_text_make(ZONE_TEXT_FRAGMENT, domain, list, NULL, 0, &text, &size, &err) == 0);
	for (size_t i = 0; i < size; i++)
		PROMISE(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
	if (size <= ZONE_FILE_SIZE_MAX) {
		PROMISE(zone_text_parse(text, size, "t", domain, &again, &frame, &serial, &err) ==
			0);
		for (size_t i = 0; i < frame.count; i++)
			PROMISE(dns_record_list_add_copy(&again, frame.list[i], &err) == 0);
		dns_record_list_sort(&again);
		promise_same_list(list, &again);
	}
	free(text);
}

/* What is prepared comes out as what is read anew. */
static void promise_prepared(const struct zone_file *file, const struct dns_record_list *list,
			     const struct domain_name *domain)
{
	PROMISE(list->count == file->count);
	for (size_t i = 0; i < file->count; i++) {
		struct dns_record *record = NULL;
		struct error err;

		PROMISE(zone_file_entry_make(&file->entries[i], true, domain, 3600, &record,
					     &err) == 0);
		promise_same(list->list[i], record);
		PROMISE(strcmp(list->list[i]->reason, record->reason) == 0);
		free(record);
	}
}

static void try_pattern(const char *text, size_t size)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(zone_file_freep) struct zone_file *file = NULL;
	struct error err = { 0 };
	int result = zone_file_parse(text, size, "p.zone", &file, &findings, &err);

	PROMISE((result < 0) == (findings.errors > 0) && (result < 0) == !file);
	for (size_t i = 0; i < findings.count; i++)
		promise_text(findings.list[i].text, strlen(findings.list[i].text));
	if (result < 0) {
		promise_failure(&err);
		return;
	}
	for (size_t i = 0; i < sizeof(domains) / sizeof(*domains); i++) {
		CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };

		if (zone_file_make(file, &domains[i], 3600, &list, &err) < 0) {
			promise_failure(&err);
			PROMISE(domains[i].length > 100); /* too long with this one */
			continue;
		}
		for (size_t j = 0; j < list.count; j++)
			promise_record(list.list[j], &domains[i]);
		promise_prepared(file, &list, &domains[i]);
		promise_text_of(&list, &domains[i]);
	}
}

static void try_one_domain(const char *text, size_t size)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
	struct error err = { 0 };

	if (zone_file_records(text, size, "f", &domains[0], &list, &err) < 0) {
		promise_failure(&err);
		return;
	}
	for (size_t i = 0; i < list.count; i++)
		promise_record(list.list[i], &domains[0]);
	promise_text_of(&list, &domains[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_pattern((const char *)data, size);
	try_one_domain((const char *)data, size);
	return 0;
}
