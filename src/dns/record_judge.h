/* What the files of record_rules share: for them alone. */
#ifndef DNS_RECORD_JUDGE_H
#define DNS_RECORD_JUDGE_H

#include "base/findings.h"
#include "dns/record_view.h"

struct record_judge {
	const struct domain_name *domain;
	struct record_view view;
	struct record_name zone; /* that the records stand in: of the SOA record, or the domain */
	bool whole;		 /* all of the zone is in the view */
	struct findings *findings;
};

/* The records of one owner and type, at least one of them ours. */
struct record_set {
	const struct record_view_entry *entries;
	size_t count;
};

/* Adds "OWNER TYPE: " and the text. */
void record_judge_add(const struct record_judge *judge, enum finding_severity severity,
		      const struct dns_record *record, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* record_rules_target.c */
int record_judge_srv(const struct record_judge *judge, const struct record_set *set);
int record_judge_mx(const struct record_judge *judge, const struct record_set *set);
int record_judge_cname(const struct record_judge *judge, const struct record_set *set);
void record_judge_priorities(const struct record_judge *judge);

/* record_rules_txt.c: -1: no memory */
int record_judge_txt(const struct record_judge *judge, const struct record_set *set);

#endif
