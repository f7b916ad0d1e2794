/* Strings at a name: each by its rule (dns/txt_rules.h), and how many there are of one. */
#include "dns/record_judge.h"
#include "dns/txt_rules.h"

/* 1 if a reader takes the record for one of those that the rule is for, else 0. -1: no memory. */
static int is_taken(const struct dns_record *record, const struct txt_rule *rule)
{
	CLEANUP(freep) char *text = NULL;
	size_t size;

	if (dns_record_txt(record, &text, &size) < 0)
		return -1;
	return rule->takes(rule, text, size);
}

/* Told once for the set: at the first of ours. */
static int judge_many(const struct record_judge *judge, const struct record_set *set,
		      const struct record_view_entry *own, const struct txt_rule *rule)
{
	const struct dns_record *other = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct record_view_entry *entry = &set->entries[i];
		int taken = entry == own || other ? 0 : is_taken(entry->record, rule);

		if (taken < 0)
			return -1;
		if (taken && entry->ours && entry < own)
			return 0;
		if (taken)
			other = entry->record;
	}
	if (other)
		record_judge_add(judge, FINDING_ERROR, own->record,
				 "%s: there is a second one, %.80s, and %s; leave one of them",
				 rule->name, other->rdata, rule->many);
	return 0;
}

static int judge_entry(const struct record_judge *judge, const struct record_set *set,
		       const struct record_view_entry *entry)
{
	CLEANUP(freep) char *text = NULL;
	const struct txt_rule *rule;
	char advice[TXT_ADVICE_SIZE];
	struct error err = { 0 };
	size_t size;

	if (dns_record_txt(entry->record, &text, &size) < 0)
		return -1;
	rule = txt_rule_find(entry->record->owner, text, size);
	if (!rule)
		return 0;
	if (txt_rule_check(rule, text, size, advice, &err) < 0)
		record_judge_add(judge, FINDING_ERROR, entry->record, "%s: %s", rule->name,
				 err.text);
	else if (*advice)
		record_judge_add(judge, FINDING_WARNING, entry->record, "%s: %s", rule->name,
				 advice);
	if (rule->several || !rule->takes(rule, text, size))
		return 0;
	return judge_many(judge, set, entry, rule);
}

int record_judge_txt(const struct record_judge *judge, const struct record_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->entries[i].ours && judge_entry(judge, set, &set->entries[i]) < 0)
			return -1;
	}
	return 0;
}
