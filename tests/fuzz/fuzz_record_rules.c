/*
 * Records that we want in a zone, an empty line, and records that stand there: lines as the store
 * keeps them. What is judged twice is judged alike, whatever the order.
 */
#include "fuzz.h"

#include "base/findings.h"
#include "dns/record_rules.h"

static const struct domain_name domain = { 13, "kunde.example" };

/* The records of all lines that are some, up to an empty one. */
static void read_records(const uint8_t **data, size_t *size, struct dns_record_list *ret)
{
	for (;;) {
		size_t length;
		char *line = fuzz_piece(data, size, '\n', &length);
		struct dns_record *record = NULL;
		struct error err = { 0 };

		if (length > 0 && dns_record_parse_line(line, length, &record, &err) == 0)
			PROMISE(dns_record_list_add(ret, record, &err) == 0);
		free(line);
		if (length == 0 || *size == 0)
			return;
	}
}

static void judge(const struct dns_record_list *ours, const struct dns_record_list *others,
		  bool whole, struct findings *ret)
{
	struct error err = { 0 };

	PROMISE(record_rules_check(&domain, ours, others, whole, ret, &err) == 0);
	for (size_t i = 0; i < ret->count; i++)
		promise_text(ret->list[i].text, strlen(ret->list[i].text));
	PROMISE(ours->count > 0 || ret->errors == 0);
}

static void promise_same(const struct findings *a, const struct findings *b)
{
	PROMISE(a->count == b->count && a->errors == b->errors);
	for (size_t i = 0; i < a->count; i++)
		PROMISE(strcmp(a->list[i].text, b->list[i].text) == 0);
}

static void reverse(struct dns_record_list *list)
{
	for (size_t i = 0; i < list->count / 2; i++) {
		struct dns_record *record = list->list[i];

		list->list[i] = list->list[list->count - 1 - i];
		list->list[list->count - 1 - i] = record;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list ours = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list others = { 0 };

	read_records(&data, &size, &ours);
	read_records(&data, &size, &others);
	dns_record_list_sort(&ours); /* of those with two TTLs one goes */
	dns_record_list_sort(&others);
	for (int whole = 0; whole < 2; whole++) {
		CLEANUP(findings_clear) struct findings first = { 0 };
		CLEANUP(findings_clear) struct findings again = { 0 };

		judge(&ours, &others, whole, &first);
		reverse(&ours);
		reverse(&others);
		judge(&ours, &others, whole, &again);
		promise_same(&first, &again);
	}
	return 0;
}
