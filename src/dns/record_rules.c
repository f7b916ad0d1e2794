/*
 * The records are walked in canonical order: name by name, and in each name set by set, as far as
 * something there is ours.
 */
#include "dns/record_rules.h"

#include "dns/record_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void record_judge_add(const struct record_judge *judge, enum finding_severity severity,
		      const struct dns_record *record, const char *format, ...)
{
	char type[16], text[ERROR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	findings_add(judge->findings, severity, "%s %s: %s", record->owner,
		     dns_type_name(record->type, type), text);
}

/* Sets */

static void judge_ttl(const struct record_judge *judge, const struct record_set *set)
{
	const struct dns_record *first = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct dns_record *record = set->entries[i].record;

		if (!set->entries[i].ours)
			continue;
		if (record->ttl < RECORD_TTL_MIN || record->ttl > RECORD_TTL_MAX)
			record_judge_add(judge, FINDING_ERROR, record,
					 "TTL %u is not %d..%d seconds", record->ttl,
					 RECORD_TTL_MIN, RECORD_TTL_MAX);
		if (first && record->ttl != first->ttl) {
			record_judge_add(
				judge, FINDING_ERROR, record,
				"TTL %u, and %u in the same set; give all the same (RFC 2181 "
				"5.2)",
				record->ttl, first->ttl);
			return;
		}
		first = record;
	}
}

/* What BIND refuses to load, too. */
static int judge_host_name(const struct record_judge *judge, const struct record_set *set)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	const struct dns_record *record = set->entries[0].record;
	const char *name = record->owner;

	if (name[0] == '*' && name[1] == '.')
		name += 2;
	if (name[strspn(name, letters)] != '\0')
		record_judge_add(judge, FINDING_ERROR, record,
				 "a host is called by letters, digits and hyphens");
	return 0;
}

static int judge_spf_type(const struct record_judge *judge, const struct record_set *set)
{
	record_judge_add(judge, FINDING_ERROR, set->entries[0].record,
			 "nobody reads this type any more (RFC 7208 3.1); write it as TXT");
	return 0;
}

static const struct set_rule {
	ldns_rr_type type;
	int (*judge)(const struct record_judge *judge, const struct record_set *set);
} set_rules[] = {
	{ LDNS_RR_TYPE_SRV, record_judge_srv },	    { LDNS_RR_TYPE_MX, record_judge_mx },
	{ LDNS_RR_TYPE_CNAME, record_judge_cname }, { LDNS_RR_TYPE_TXT, record_judge_txt },
	{ LDNS_RR_TYPE_A, judge_host_name },	    { LDNS_RR_TYPE_AAAA, judge_host_name },
	{ LDNS_RR_TYPE_SPF, judge_spf_type },
};

static int judge_set(const struct record_judge *judge, const struct record_set *set)
{
	judge_ttl(judge, set);
	for (size_t i = 0; i < sizeof(set_rules) / sizeof(*set_rules); i++) {
		if (set_rules[i].type == set->entries[0].record->type)
			return set_rules[i].judge(judge, set);
	}
	return 0;
}

/* Names */

/* Records of DNSSEC stand beside a CNAME (RFC 4034 3, 4). */
static bool may_stand_by_cname(ldns_rr_type type)
{
	return type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC;
}

/* entries are all of a name. */
static void judge_alone(const struct record_judge *judge, const struct record_set *name)
{
	const struct dns_record *cname = NULL, *other = NULL;
	char type[16];

	for (size_t i = 0; i < name->count; i++) {
		const struct dns_record *record = name->entries[i].record;

		if (record->type == LDNS_RR_TYPE_CNAME && !cname)
			cname = record;
		else if (!may_stand_by_cname(record->type))
			other = record;
	}
	if (cname && other)
		record_judge_add(
			judge, FINDING_ERROR, cname,
			"a CNAME is alone at its name, and %s %.80s stands beside it; take one "
			"of them away",
			dns_type_name(other->type, type), other->rdata);
}

static void judge_cut(const struct record_judge *judge, const struct dns_record *record)
{
	const struct record_view_entry *cut =
		record_view_cut(&judge->view, record_name_of(record), judge->zone);
	char type[16];

	if (cut && cut->record != record)
		record_judge_add(
			judge, FINDING_ERROR, record,
			"nobody sees it, since %s %s %s hands the names there to others; it "
			"belongs into their zone",
			cut->record->owner, dns_type_name(cut->record->type, type),
			cut->record->rdata);
}

/* Whether the name lies in the domain and is no alias in its place. */
static bool judge_place(const struct record_judge *judge, const struct dns_record *record)
{
	unsigned char wire[DNS_OWNER_WIRE_MAX];
	struct record_name domain = record_name_make(judge->domain, wire);
	struct record_name name = record_name_of(record);

	if (!record_name_is_in(name, domain)) {
		record_judge_add(judge, FINDING_ERROR, record,
				 "does not lie in %s, and a zone holds names of its own alone",
				 judge->domain->text);
		return false;
	}
	if (record->type == LDNS_RR_TYPE_CNAME && record_name_equal(name, domain))
		record_judge_add(judge, FINDING_ERROR, record,
				 "the domain itself is never a CNAME: SOA, NS and MX stand there");
	return true;
}

static const struct record_view_entry *first_of_ours(const struct record_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->entries[i].ours)
			return &set->entries[i];
	}
	return NULL;
}

/* entries are all of a name. */
static int judge_name(const struct record_judge *judge, const struct record_set *name)
{
	const struct record_view_entry *own = first_of_ours(name);

	if (!own || !judge_place(judge, own->record))
		return 0;
	judge_alone(judge, name);
	judge_cut(judge, own->record);
	for (size_t begin = 0, end; begin < name->count; begin = end) {
		struct record_set set = { .entries = name->entries + begin };

		for (end = begin; end < name->count && name->entries[end].record->type ==
							       name->entries[begin].record->type;)
			end++;
		set.count = end - begin;
		if (first_of_ours(&set) && judge_set(judge, &set) < 0)
			return -1;
	}
	return 0;
}

static int judge_names(const struct record_judge *judge)
{
	const struct record_view *view = &judge->view;

	for (size_t begin = 0, end; begin < view->count; begin = end) {
		struct record_set name = { .entries = view->list + begin };

		for (end = begin;
		     end < view->count &&
		     dns_owner_compare(view->list[end].record, view->list[begin].record) == 0;)
			end++;
		name.count = end - begin;
		if (judge_name(judge, &name) < 0)
			return -1;
	}
	return 0;
}

/* Wildcards: what they answer for is what stands nowhere. */

static const struct record_view_entry *find_wildcard(const struct record_judge *judge,
						     const char *label)
{
	unsigned char domain_wire[DNS_OWNER_WIRE_MAX], wire[DNS_OWNER_WIRE_MAX];
	struct record_name name =
		record_name_child(label, record_name_make(judge->domain, domain_wire), wire);
	const struct record_view_entry *entry;

	if (!name.size)
		return NULL;
	entry = record_view_wildcard(&judge->view, name, LDNS_RR_TYPE_A);
	return entry ? entry : record_view_wildcard(&judge->view, name, LDNS_RR_TYPE_AAAA);
}

static void judge_wildcard_hosts(const struct record_judge *judge)
{
	static const char *const labels[] = { "autoconfig", "autodiscover" };

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		const struct record_view_entry *entry = find_wildcard(judge, labels[i]);

		if (entry)
			record_judge_add(
				judge, FINDING_WARNING, entry->record,
				"answers for %s.%s, too, and leads mail programs to %s; give "
				"that name a record of its own, or take the wildcard away",
				labels[i], judge->domain->text, entry->record->rdata);
	}
}

static void judge_wildcard_cname(const struct record_judge *judge)
{
	unsigned char wire[DNS_OWNER_WIRE_MAX], wildcard_wire[DNS_OWNER_WIRE_MAX];
	struct record_name wildcard =
		record_name_child("*", record_name_make(judge->domain, wire), wildcard_wire);
	const struct record_view_entry *cname =
		wildcard.size ? record_view_find(&judge->view, wildcard, LDNS_RR_TYPE_CNAME) : NULL;

	if (cname)
		record_judge_add(
			judge, FINDING_WARNING, cname->record,
			"answers every question for every name that is not there, those of "
			"mail programs and mail servers, too; write the names that are meant "
			"instead");
}

/* The zone is that of the SOA record at the domain or above it; unknown, it is the domain's own. */
static struct record_name find_zone(const struct record_view *view, struct record_name domain)
{
	for (struct record_name at = domain; at.size > 1; at = record_name_parent(at)) {
		if (record_view_find(view, at, LDNS_RR_TYPE_SOA))
			return at;
	}
	return domain;
}

int record_rules_check(const struct domain_name *domain, const struct dns_record_list *ours,
		       const struct dns_record_list *others, bool others_whole,
		       struct findings *findings, struct error *err)
{
	CLEANUP(record_view_clear) struct record_view view = { 0 };
	unsigned char wire[DNS_OWNER_WIRE_MAX];
	struct record_judge judge = { .domain = domain,
				      .whole = others_whole,
				      .findings = findings };

	if (record_view_make(ours, others, &view, err) < 0)
		return -1;
	judge.view = view;
	judge.zone = find_zone(&view, record_name_make(domain, wire));
	if (judge_names(&judge) < 0)
		return error_no_memory(err);
	record_judge_priorities(&judge);
	judge_wildcard_hosts(&judge);
	judge_wildcard_cname(&judge);
	return 0;
}
