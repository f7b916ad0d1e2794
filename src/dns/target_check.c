#include "dns/target_check.h"

#include "dns/dns_name.h"
#include "dns/dns_question.h"

#include <stdio.h>
#include <string.h>

struct target {
	char *name; /* absolute, lower case */
	bool has_address, is_alias, is_known;
};

struct target_check {
	struct exchange *exchange;
	struct socket_address resolver;
	struct target list[TARGET_CHECK_NAMES_MAX];
	size_t count, asked; /* the first `asked` have been asked for */
};

int target_check_new(struct exchange *exchange, const struct socket_address *resolver,
		     struct target_check **ret, struct error *err)
{
	struct target_check *check = calloc(1, sizeof(*check));

	if (!check)
		return error_no_memory(err);
	check->exchange = exchange;
	check->resolver = *resolver;
	*ret = check;
	return 0;
}

void target_check_free(struct target_check *check)
{
	for (size_t i = 0; check && i < check->count; i++)
		free(check->list[i].name);
	free(check);
}

/* The last field of the record's text, or NULL if it leads nowhere. */
static const char *find_target(const struct dns_record *record)
{
	const char *blank = strrchr(record->rdata, ' ');

	if ((record->type != LDNS_RR_TYPE_SRV && record->type != LDNS_RR_TYPE_MX) || !blank ||
	    strcmp(blank, " .") == 0)
		return NULL;
	return blank + 1;
}

static const struct target *find(const struct target_check *check, const char *name)
{
	for (size_t i = 0; i < check->count; i++) {
		if (strcmp(check->list[i].name, name) == 0)
			return &check->list[i];
	}
	return NULL;
}

static int add_targets(struct target_check *check, const struct domain_name *domain,
		       const struct dns_record_list *records, struct error *err)
{
	char apex[DOMAIN_NAME_SIZE + 1];

	snprintf(apex, sizeof(apex), "%s.", domain->text);
	for (size_t i = 0; i < records->count && check->count < TARGET_CHECK_NAMES_MAX; i++) {
		const char *name = find_target(records->list[i]);

		if (!name || dns_name_within(name, apex) || find(check, name))
			continue;
		check->list[check->count].name = strdup(name);
		if (!check->list[check->count].name)
			return error_no_memory(err);
		check->count++;
	}
	return 0;
}

static void take_answer(struct target *target, const struct dns_question *question)
{
	const struct dns_record_list *list = &question->answer.answer;

	if (!dns_question_answered(question))
		return;
	target->is_known = true;
	for (size_t i = 0; i < list->count; i++) {
		target->has_address |= list->list[i]->type == question->type;
		target->is_alias |= list->list[i]->type == LDNS_RR_TYPE_CNAME &&
				    strcmp(list->list[i]->owner, target->name) == 0;
	}
}

int target_check_ask(struct target_check *check, const struct domain_name *domain,
		     const struct dns_record_list *records, struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };

	if (add_targets(check, domain, records, err) < 0)
		return -1;
	for (size_t i = check->asked; i < check->count; i++) {
		const char *name = check->list[i].name;

		if (dns_question_add(&questions, &check->resolver, name, LDNS_RR_TYPE_A, true, i,
				     err) < 0 ||
		    dns_question_add(&questions, &check->resolver, name, LDNS_RR_TYPE_AAAA, true, i,
				     err) < 0)
			return -1;
	}
	check->asked = check->count;
	if (dns_question_ask(check->exchange, &questions, err) < 0)
		return -1;
	for (size_t i = 0; i < questions.count; i++)
		take_answer(&check->list[questions.list[i].tag], &questions.list[i]);
	return 0;
}

const char *target_check_fault(const struct target_check *check, const struct dns_record *record)
{
	const char *name = find_target(record);
	const struct target *target = name ? find(check, name) : NULL;

	if (!target || !target->is_known)
		return NULL;
	if (target->is_alias)
		return "it leads to an alias (CNAME), which mail programs and servers need not "
		       "follow; "
		       "name the server itself";
	return target->has_address
		       ? NULL
		       : "the server has no address (A, AAAA) at the resolver; make it, or "
			 "correct the name";
}
