/* Short words for tests of zone files. */
#ifndef TESTS_UNIT_DNS_ZONE_WORDS_H
#define TESTS_UNIT_DNS_ZONE_WORDS_H

#include "base/bytes.h"
#include "dns/dns_record.h"
#include "dns/zone_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static inline struct domain_name domain_of(const char *text)
{
	struct domain_name domain;
	struct error err = { 0 };

	if (domain_name_parse(text, strlen(text), &domain, &err) < 0)
		fail_msg("%s", err.text);
	return domain;
}

/* The records a line each, with "; REASON" behind those that have one. The caller frees it. */
static inline char *lines_of(const struct dns_record_list *list)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	for (size_t i = 0; i < list->count; i++) {
		dns_record_append(&bytes, list->list[i]);
		if (*list->list[i]->reason)
			bytes_append_format(&bytes, " ; %s", list->list[i]->reason);
		bytes_append_text(&bytes, "\n");
	}
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

/* The findings, a line each. The caller frees it. */
static inline char *findings_of(const struct findings *findings)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	for (size_t i = 0; i < findings->count; i++)
		bytes_append_format(&bytes, "%s%s\n",
				    findings->list[i].severity == FINDING_WARNING ? "warning: "
										  : "",
				    findings->list[i].text);
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

#endif
