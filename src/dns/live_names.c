/*
 * Only a record whose owner is the name that was asked is taken from an answer, so what a CNAME
 * leads to is left alone. A referral shows as the NS records in the authority section, above the
 * name and below the zone's top; a DNAME as that record beside a CNAME that is made from it and
 * left out. Where a server has the child zone, too, the SOA of an empty answer shows the cut.
 */
#include "dns/dns_name.h"
#include "dns/live_records_parts.h"

#include <stdio.h>
#include <string.h>

#define PROBE_LABEL "signpost-probe" /* what nobody has */

/* A name and type that are to be asked for. */
struct pair {
	const char *owner;
	ldns_rr_type type;
};

struct pairs {
	struct pair *list;
	size_t count, room;
};

static void pairs_clear(struct pairs *pairs)
{
	free(pairs->list);
}

static int pairs_add(struct pairs *pairs, const char *owner, ldns_rr_type type, struct error *err)
{
	if (pairs->count == pairs->room) {
		size_t room = pairs->room ? pairs->room * 2 : 64;
		struct pair *larger = reallocarray(pairs->list, room, sizeof(*larger));

		if (!larger)
			return error_no_memory(err);
		pairs->list = larger;
		pairs->room = room;
	}
	pairs->list[pairs->count++] = (struct pair){ owner, type };
	return 0;
}

static int pair_compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int result = strcmp(x->owner, y->owner);

	return result ? result : (x->type > y->type) - (x->type < y->type);
}

static void pairs_sort(struct pairs *pairs)
{
	size_t kept = 0;

	if (pairs->count > 1)
		qsort(pairs->list, pairs->count, sizeof(*pairs->list), pair_compare);
	for (size_t i = 0; i < pairs->count; i++) {
		if (kept == 0 || pair_compare(&pairs->list[kept - 1], &pairs->list[i]) != 0)
			pairs->list[kept++] = pairs->list[i];
	}
	pairs->count = kept;
}

static bool is_asked(const struct live_reading *reading)
{
	return reading->job->state == LIVE_READ && !reading->job->transfer;
}

/* What else is asked where a record of the lists stands. */
static int add_around(const struct live_reading *reading, const struct dns_record *record,
		      struct pairs *pairs, struct error *err)
{
	static const ldns_rr_type in_the_way[] = { LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA,
						   LDNS_RR_TYPE_TXT, LDNS_RR_TYPE_MX };

	if (record->type == LDNS_RR_TYPE_CNAME) {
		for (size_t i = 0; i < sizeof(in_the_way) / sizeof(*in_the_way); i++) {
			if (pairs_add(pairs, record->owner, in_the_way[i], err) < 0)
				return -1;
		}
		if (*record->owner == '_' &&
		    pairs_add(pairs, record->owner, LDNS_RR_TYPE_SRV, err) < 0)
			return -1;
	}
	for (const char *name = dns_name_parent(record->owner);
	     name && dns_name_below(name, reading->apex); name = dns_name_parent(name)) {
		if (pairs_add(pairs, name, LDNS_RR_TYPE_NS, err) < 0)
			return -1;
	}
	return 0;
}

static int add_lists(const struct live_reading *reading, struct pairs *pairs, struct error *err)
{
	const struct live_job *job = reading->job;

	for (size_t i = 0; i < sizeof(job->names) / sizeof(*job->names); i++) {
		for (size_t j = 0; job->names[i] && j < job->names[i]->count; j++) {
			const struct dns_record *record = job->names[i]->list[j];

			if (!dns_name_within(record->owner, reading->zone))
				continue;
			if (pairs_add(pairs, record->owner, record->type, err) < 0)
				return -1;
			if (!job->records_only && add_around(reading, record, pairs, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int ask_pairs(const struct live_reading *reading, size_t tag, struct pairs *pairs,
		     struct dns_question_list *questions, struct error *err)
{
	pairs_sort(pairs);
	for (size_t i = 0; i < pairs->count; i++) {
		if (dns_question_add(questions, &reading->job->server, pairs->list[i].owner,
				     pairs->list[i].type, false, tag, err) < 0)
			return -1;
	}
	return 0;
}

static int add_names(const struct live_reading *reading, size_t tag,
		     struct dns_question_list *questions, struct error *err)
{
	CLEANUP(pairs_clear) struct pairs pairs = { 0 };

	if (add_lists(reading, &pairs, err) < 0)
		return -1;
	if (!reading->job->records_only && reading->wildcard[0] &&
	    pairs_add(&pairs, reading->wildcard, LDNS_RR_TYPE_A, err) < 0)
		return -1;
	return ask_pairs(reading, tag, &pairs, questions, err);
}

/* Answers */

static int take_all(struct live_reading *reading, const struct dns_record_list *list,
		    const char *owner, ldns_rr_type type, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct dns_record *record = list->list[i];

		if (record->type == type && strcmp(record->owner, owner) == 0 &&
		    dns_record_list_add_copy(&reading->job->records, record, err) < 0)
			return -1;
	}
	return 0;
}

/* The record of that type that shows that the name lies below a cut of the zone. */
static const struct dns_record *find_cut(const struct live_reading *reading,
					 const struct dns_record_list *list, const char *name,
					 ldns_rr_type type)
{
	const struct dns_record *record = dns_name_find_above(list, name, type);

	return record && dns_name_below(record->owner, reading->zone) ? record : NULL;
}

static int take_answer(struct live_reading *reading, const struct dns_question *question,
		       struct error *err)
{
	const struct dns_answer *answer = &question->answer;
	const struct dns_record_list *list = &answer->answer;
	const struct dns_record *cut, *dname;

	if (!dns_question_answered(question)) {
		live_give_up_question(reading, question);
		return 0;
	}
	cut = find_cut(reading, &answer->authority, question->owner, LDNS_RR_TYPE_NS);
	if (!answer->authoritative && (list->count > 0 || !cut)) {
		live_give_up(reading, LIVE_LAME, "answers without authority (no AA) for %.100s",
			     question->owner);
		return 0;
	}
	if (cut && take_all(reading, &answer->authority, cut->owner, cut->type, err) < 0)
		return -1;
	dname = dns_name_find_above(list, question->owner, LDNS_RR_TYPE_DNAME);
	if (dname && strcmp(dname->owner, question->owner) != 0)
		return take_all(reading, list, dname->owner, LDNS_RR_TYPE_DNAME, err);
	if (question->type != LDNS_RR_TYPE_CNAME &&
	    take_all(reading, list, question->owner, LDNS_RR_TYPE_CNAME, err) < 0)
		return -1;
	return take_all(reading, list, question->owner, question->type, err);
}

static int take_answers(struct live_reading *readings, const struct dns_question_list *questions,
			struct error *err)
{
	for (size_t i = 0; i < questions->count; i++) {
		struct live_reading *reading = &readings[questions->list[i].tag];

		if (is_asked(reading) && take_answer(reading, &questions->list[i], err) < 0)
			return -1;
	}
	return 0;
}

/* What the answers make worth asking */

/* Names that are made up for questions. */
struct names {
	char **list;
	size_t count, room;
};

static void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

/* A label below parent, which lives as long as names. */
static int names_add(struct names *names, const char *label, const char *parent, const char **ret,
		     struct error *err)
{
	char *name;

	if (names->count == names->room) {
		size_t room = names->room ? names->room * 2 : 16;
		char **larger = reallocarray(names->list, room, sizeof(*larger));

		if (!larger)
			return error_no_memory(err);
		names->list = larger;
		names->room = room;
	}
	if (asprintf(&name, "%s.%s", label, parent) < 0)
		return error_no_memory(err);
	names->list[names->count++] = name;
	*ret = name;
	return 0;
}

/* A wildcard that may have made this answer, and a cut that it shows. */
static int add_behind(struct live_reading *reading, const struct dns_question *question,
		      struct names *names, struct pairs *pairs, struct error *err)
{
	const struct dns_answer *answer = &question->answer;
	const char *parent = dns_name_parent(question->owner), *wildcard;
	const struct dns_record *cut;

	cut = find_cut(reading, &answer->authority, question->owner, LDNS_RR_TYPE_SOA);
	if (cut && pairs_add(pairs, cut->owner, LDNS_RR_TYPE_NS, err) < 0)
		return -1;
	if (strcmp(question->owner, reading->wildcard) == 0) {
		reading->has_wildcard = answer->rcode == LDNS_RCODE_NOERROR;
		return 0;
	}
	if (question->type == LDNS_RR_TYPE_NS || answer->answer.count == 0 || !parent ||
	    !dns_name_below(parent, reading->apex))
		return 0;
	if (names_add(names, "*", parent, &wildcard, err) < 0)
		return -1;
	return pairs_add(pairs, wildcard, question->type, err);
}

/* The questions of one job, from first up to end, lead to further ones. */
static int add_further(struct live_reading *reading, const struct dns_question *first,
		       const struct dns_question *end, struct names *names,
		       struct dns_question_list *questions, struct error *err)
{
	CLEANUP(pairs_clear) struct pairs pairs = { 0 };

	for (const struct dns_question *question = first; question < end; question++) {
		if (add_behind(reading, question, names, &pairs, err) < 0)
			return -1;
	}
	for (const struct dns_question *question = first; reading->has_wildcard && question < end;
	     question++) {
		if (question->type != LDNS_RR_TYPE_NS && question->type != LDNS_RR_TYPE_A &&
		    pairs_add(&pairs, reading->wildcard, question->type, err) < 0)
			return -1;
	}
	return ask_pairs(reading, first->tag, &pairs, questions, err);
}

/* The questions of a job stand together. */
static int read_further(struct exchange *exchange, struct live_reading *readings,
			const struct dns_question_list *before, struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };
	CLEANUP(names_clear) struct names names = { 0 };

	for (size_t i = 0, end; i < before->count; i = end) {
		struct live_reading *reading = &readings[before->list[i].tag];

		for (end = i; end < before->count && before->list[end].tag == before->list[i].tag;)
			end++;
		if (is_asked(reading) && !reading->job->records_only &&
		    add_further(reading, &before->list[i], &before->list[end], &names, &questions,
				err) < 0)
			return -1;
	}
	if (dns_question_ask(exchange, &questions, err) < 0)
		return -1;
	return take_answers(readings, &questions, err);
}

/*
 * Wildcards. Whether a name exists tells a question for one below it: no wildcard above reaches
 * past a name that exists (RFC 4592 2.2.1), so the answer is NXDOMAIN; else the wildcard answers
 * again.
 */

static bool is_wildcard(const struct dns_record *record)
{
	return strncmp(record->owner, "*.", 2) == 0;
}

static bool has_owner(const struct dns_record_list *list, const char *owner)
{
	for (size_t i = 0; list && i < list->count; i++) {
		if (strcmp(list->list[i]->owner, owner) == 0)
			return true;
	}
	return false;
}

/*
 * Where only the records of the lists are asked for, wildcards are not known; then a name that
 * should have gone, which is in the second list alone, and still answers.
 */
static bool may_be_lent(const struct live_job *job, const struct dns_record *record)
{
	if (is_wildcard(record) || record->type == LDNS_RR_TYPE_NS)
		return false;
	if (job->records_only)
		return !has_owner(job->names[0], record->owner) &&
		       !has_owner(job->names[2], record->owner);
	for (size_t i = 0; i < job->records.count; i++) {
		const struct dns_record *wildcard = job->records.list[i];

		if (is_wildcard(wildcard) && dns_name_below(record->owner, wildcard->owner + 2))
			return true;
	}
	return false;
}

static bool is_first_of_owner(const struct live_job *job, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (strcmp(job->records.list[i]->owner, job->records.list[at]->owner) == 0)
			return false;
	}
	return true;
}

static int add_probes(struct live_reading *reading, size_t tag, struct names *names,
		      struct dns_question_list *questions, struct error *err)
{
	struct live_job *job = reading->job;
	const char *name;

	job->exact = true;
	for (size_t i = 0; i < job->records.count; i++) {
		const struct dns_record *record = job->records.list[i];

		if (!may_be_lent(job, record) || !is_first_of_owner(job, i))
			continue;
		if (strlen(record->owner) + sizeof(PROBE_LABEL) >= DOMAIN_NAME_SIZE) {
			job->exact = false; /* there is no room for a name below it */
			continue;
		}
		if (names_add(names, PROBE_LABEL, record->owner, &name, err) < 0 ||
		    dns_question_add(questions, &job->server, name, record->type, false, tag, err) <
			    0)
			return -1;
	}
	return 0;
}

/* Drops what a wildcard has lent to an owner. */
static void drop_owner(struct live_job *job, const char *owner)
{
	size_t kept = 0;

	for (size_t i = 0; i < job->records.count; i++) {
		struct dns_record *record = job->records.list[i];

		if (strcmp(record->owner, owner) == 0)
			free(record);
		else
			job->records.list[kept++] = record;
	}
	job->records.count = kept;
}

static void take_probe(struct live_job *job, const struct dns_question *question)
{
	const struct dns_record_list *list = &question->answer.answer;

	if (!dns_question_answered(question)) {
		job->exact = false;
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->list[i]->owner, question->owner) == 0) {
			drop_owner(job, question->owner + sizeof(PROBE_LABEL));
			return;
		}
	}
}

static int read_probes(struct exchange *exchange, struct live_reading *readings, size_t count,
		       struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };
	CLEANUP(names_clear) struct names names = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (is_asked(&readings[i]) &&
		    add_probes(&readings[i], i, &names, &questions, err) < 0)
			return -1;
	}
	if (dns_question_ask(exchange, &questions, err) < 0)
		return -1;
	for (size_t i = 0; i < questions.count; i++)
		take_probe(readings[questions.list[i].tag].job, &questions.list[i]);
	return 0;
}

int live_read_names(struct exchange *exchange, struct live_reading *readings, size_t count,
		    struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (is_asked(&readings[i]) && add_names(&readings[i], i, &questions, err) < 0)
			return -1;
	}
	if (dns_question_ask(exchange, &questions, err) < 0 ||
	    take_answers(readings, &questions, err) < 0)
		return -1;
	if (read_further(exchange, readings, &questions, err) < 0)
		return -1;
	return read_probes(exchange, readings, count, err);
}
