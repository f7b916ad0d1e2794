/* Plans made of text, for the tests of what makes plans and of what is made of them. */
#ifndef TESTS_UNIT_DNS_PLAN_FIXTURE_H
#define TESTS_UNIT_DNS_PLAN_FIXTURE_H

#include "base/bytes.h"
#include "dns/change_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PLAN_DOMAIN "kunde.example"
#define PLAN_REASON " ;; " /* between a record and its reason */

/* What a plan is made from: lines "OWNER TTL TYPE RDATA", owners relative to the domain. */
struct plan_texts {
	const char *desired, *expected, *published, *live; /* NULL: nothing */
	const char *adopt;
	const char *zone; /* NULL: the domain */
	bool live_whole;
};

static inline void plan_add_line(struct dns_record_list *list, char *line)
{
	char *reason = strstr(line, PLAN_REASON);
	char owner[300], type[20];
	struct dns_record *record;
	struct error err;
	uint32_t ttl;
	int rdata;

	if (reason)
		*reason = '\0';
	assert_int_equal(sscanf(line, "%299s %u %19s %n", owner, &ttl, type, &rdata), 3);
	if (dns_record_parse(owner, ttl, type, line + rdata, PLAN_DOMAIN ".",
			     reason ? reason + strlen(PLAN_REASON) : "", &record, &err) < 0)
		fail_msg("%s: %s", line, err.text);
	assert_int_equal(dns_record_list_add(list, record, &err), 0);
}

/* Clear it with dns_record_list_clear(). */
static inline struct dns_record_list plan_records(const char *text)
{
	CLEANUP(freep) char *copy = strdup(text ? text : "");
	struct dns_record_list list = { 0 };
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			plan_add_line(&list, line);
	}
	dns_record_list_sort(&list);
	return list;
}

static inline int plan_try(const struct plan_texts *texts, struct change_plan **ret,
			   struct error *err)
{
	CLEANUP(dns_record_list_clear)
	struct dns_record_list desired = plan_records(texts->desired);
	CLEANUP(dns_record_list_clear)
	struct dns_record_list expected = plan_records(texts->expected);
	CLEANUP(dns_record_list_clear)
	struct dns_record_list published = plan_records(texts->published);
	CLEANUP(dns_record_list_clear) struct dns_record_list live = plan_records(texts->live);
	const char *name = texts->zone ? texts->zone : PLAN_DOMAIN;
	struct domain_name domain, zone;
	const struct change_plan_input input = {
		.domain = &domain,
		.zone = &zone,
		.serial = 2024010101,
		.desired = &desired,
		.expected = &expected,
		.published = texts->published ? &published : NULL,
		.live = &live,
		.live_whole = texts->live_whole,
		.adopt = texts->adopt,
	};

	assert_int_equal(domain_name_parse(PLAN_DOMAIN, strlen(PLAN_DOMAIN), &domain, err), 0);
	assert_int_equal(domain_name_parse(name, strlen(name), &zone, err), 0);
	return change_plan_make(&input, ret, err);
}

static inline struct change_plan *plan_of(const struct plan_texts *texts)
{
	struct change_plan *plan = NULL;
	struct error err = { 0 };

	if (plan_try(texts, &plan, &err) < 0)
		fail_msg("%s", err.text);
	return plan;
}

#endif
