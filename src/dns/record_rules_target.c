/* Names that records lead to: SRV, MX, CNAME. */
#include "base/bytes.h"
#include "dns/dns_record_text.h"
#include "dns/record_judge.h"

#include <arpa/inet.h>
#include <string.h>

#define SRV_PORT(record) ((unsigned int)(record)->rdata_wire[4] << 8 | (record)->rdata_wire[5])
#define PREFERENCE(record) ((unsigned int)(record)->rdata_wire[0] << 8 | (record)->rdata_wire[1])
#define AUTODISCOVER "_autodiscover._tcp."
#define AUTODISCOVER_PORT 443
#define CNAMES_MAX 16 /* followed before a chain is taken for endless */

static bool is_root(struct record_name name)
{
	return name.size == 1;
}

/* Where the target stands in the record's text: it is the last field. */
static const char *target_text(const struct dns_record *record)
{
	const char *blank = strrchr(record->rdata, ' ');

	return blank ? blank + 1 : record->rdata;
}

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Letters, digits and hyphens: what a host may be called (RFC 952, RFC 1123 2.1). */
static bool is_host_name(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0';
}

/*
 * Whether the first bytes of a name's text, the final dot left out, are an IPv4 address: 192.0.2.1.
 * or, where the final dot was forgotten, 192.0.2.1.kunde.example.
 */
static bool is_address(const char *text)
{
	char address[INET_ADDRSTRLEN] = "";
	struct in_addr bytes;
	size_t size = 0, dots = 0;

	for (; text[size] && size < sizeof(address) - 1; size++) {
		if (text[size] == '.' && ++dots == 4)
			break;
		address[size] = text[size];
	}
	address[size] = '\0';
	return text[size] == '.' && inet_pton(AF_INET, address, &bytes) == 1;
}

/*
 * Whether the name lies in the domain, at least two labels below it, as mail.hosting.example does
 * that was written without its final dot.
 */
static bool looks_completed(const struct record_judge *judge, struct record_name name)
{
	unsigned char wire[DNS_OWNER_WIRE_MAX];
	struct record_name domain = record_name_make(judge->domain, wire);

	return record_name_is_in(name, domain) &&
	       record_name_labels(name) >= record_name_labels(domain) + 2;
}

/* The bytes of a name's text without the domain behind it. */
static int own_part(const struct record_judge *judge, const char *text)
{
	return (int)(strlen(text) - judge->domain->length - 2);
}

/* The name has a record of the type, its own or a wildcard's. */
static bool has_record(const struct record_judge *judge, struct record_name name, ldns_rr_type type)
{
	return record_view_find(&judge->view, name, type) ||
	       record_view_wildcard(&judge->view, name, type);
}

/* The target has no record of the kind in the view: it may have one all the same. */
static void judge_absent(const struct record_judge *judge, const struct dns_record *record,
			 struct record_name name, const char *what)
{
	const char *text = target_text(record);
	bool known = judge->whole && record_name_is_in(name, judge->zone);
	bool completed = looks_completed(judge, name);

	if (record_view_cut(&judge->view, name, judge->zone))
		return; /* in a zone of others */
	if (known && !completed)
		record_judge_add(judge, FINDING_ERROR, record,
				 "\"%s\" has no %s in the zone; add one, or name another host",
				 text, what);
	else if (known || completed)
		record_judge_add(judge, known ? FINDING_ERROR : FINDING_WARNING, record,
				 "\"%s\" lies in %s itself%s%s; if \"%.*s.\" is meant, its final "
				 "dot is missing",
				 text, judge->domain->text, known ? " and has no " : "",
				 known ? what : "", own_part(judge, text), text);
}

/* The target of an SRV or MX record, other than ".". */
static void judge_host(const struct record_judge *judge, const struct dns_record *record)
{
	struct record_name name = record_name_target(record);
	const char *text = target_text(record);
	const struct record_view_entry *cname;

	cname = record_view_find(&judge->view, name, LDNS_RR_TYPE_CNAME);
	if (is_address(text))
		record_judge_add(
			judge, FINDING_ERROR, record,
			"\"%s\" is an IP address; the record needs the name of a host that "
			"has it",
			text);
	else if (!is_host_name(text))
		record_judge_add(judge, FINDING_ERROR, record,
				 "\"%s\" is no name of a host: letters, digits and hyphens", text);
	else if (record_name_labels(name) < 2)
		record_judge_add(
			judge, FINDING_ERROR, record,
			"\"%s\" has one label, which means nothing outside; write the whole "
			"name",
			text);
	else if (cname)
		record_judge_add(
			judge, FINDING_ERROR, record,
			"\"%s\" is a CNAME, where no such record may lead (RFC 2181 10.3); "
			"name \"%s\" instead",
			text, cname->record->rdata);
	else if (!has_record(judge, name, LDNS_RR_TYPE_A) &&
		 !has_record(judge, name, LDNS_RR_TYPE_AAAA))
		judge_absent(judge, record, name, "address (A, AAAA)");
}

/* "Not offered" (RFC 2782) and the null MX (RFC 7505) are alone. Returns whether there is one. */
static bool judge_root(const struct record_judge *judge, const struct record_set *set)
{
	const struct dns_record *root = NULL, *other = NULL;

	for (size_t i = 0; i < set->count; i++) {
		if (is_root(record_name_target(set->entries[i].record)))
			root = set->entries[i].record;
		else
			other = set->entries[i].record;
	}
	if (root && other)
		record_judge_add(judge, FINDING_ERROR, root,
				 "the target \".\" says that there is no such service, and \"%s\" "
				 "stands beside it; take one of them away",
				 target_text(other));
	return root != NULL;
}

static void judge_service_name(const struct record_judge *judge, const struct dns_record *record)
{
	struct record_name name = record_name_of(record), parent = record_name_parent(name);

	if (name.size > 1 && name.wire[1] == '_' && parent.size > 1 && parent.wire[1] == '_')
		return;
	record_judge_add(judge, FINDING_WARNING, record,
			 "programs ask at _SERVICE._tcp and the domain; nobody asks here");
}

/* Outlook and Thunderbird build https://TARGET/ of it and pass over priority and port. */
static void judge_autodiscover(const struct record_judge *judge, const struct record_set *set)
{
	const struct dns_record *record = set->entries[0].record;

	if (set->count > 1)
		record_judge_add(judge, FINDING_ERROR, record,
				 "%zu records, of which programs take any; leave one", set->count);
	if (is_root(record_name_target(record)))
		record_judge_add(judge, FINDING_ERROR, record,
				 "some programs take the target \".\" for a host; leave the record "
				 "out");
	else if (SRV_PORT(record) != AUTODISCOVER_PORT)
		record_judge_add(judge, FINDING_ERROR, record,
				 "port %u: programs pass over it and ask port %d", SRV_PORT(record),
				 AUTODISCOVER_PORT);
}

int record_judge_srv(const struct record_judge *judge, const struct record_set *set)
{
	judge_service_name(judge, set->entries[0].record);
	(void)judge_root(judge, set);
	if (begins_with(set->entries[0].record->owner, AUTODISCOVER))
		judge_autodiscover(judge, set);
	for (size_t i = 0; i < set->count; i++) {
		const struct dns_record *record = set->entries[i].record;

		if (!set->entries[i].ours || is_root(record_name_target(record)))
			continue;
		judge_host(judge, record);
		if (SRV_PORT(record) == 0)
			record_judge_add(judge, FINDING_ERROR, record,
					 "port 0 leads nowhere; \"not offered\" is 0 0 0 .");
	}
	return 0;
}

int record_judge_mx(const struct record_judge *judge, const struct record_set *set)
{
	const struct dns_record *first = set->entries[0].record;
	bool root = judge_root(judge, set), several = false;

	for (size_t i = 0; i < set->count; i++) {
		const struct dns_record *record = set->entries[i].record;
		bool is_null = is_root(record_name_target(record));

		several = several || PREFERENCE(record) != PREFERENCE(first);
		if (!set->entries[i].ours)
			continue;
		if (!is_null)
			judge_host(judge, record);
		else if (PREFERENCE(record) != 0)
			record_judge_add(judge, FINDING_ERROR, record,
					 "\"no mail\" is 0 . and not %s (RFC 7505 3)",
					 record->rdata);
	}
	if (several && !root)
		record_judge_add(
			judge, FINDING_WARNING, first,
			"several preferences; Thunderbird, which finds settings by the best "
			"MX, may take any of them: give all the same");
	return 0;
}

/* Follows the view from the record's target. Returns where it ends; size 0: nowhere. */
static struct record_name follow(const struct record_judge *judge, const struct dns_record *record)
{
	struct record_name name = record_name_target(record);

	for (int i = 0; i < CNAMES_MAX; i++) {
		const struct record_view_entry *next =
			record_view_find(&judge->view, name, LDNS_RR_TYPE_CNAME);

		if (!next)
			return name;
		name = record_name_target(next->record);
	}
	return (struct record_name){ NULL, 0 };
}

int record_judge_cname(const struct record_judge *judge, const struct record_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct dns_record *record = set->entries[i].record;
		struct record_name name = record_name_target(record), end;

		if (!set->entries[i].ours)
			continue;
		end = follow(judge, record);
		if (end.size == 0)
			record_judge_add(judge, FINDING_ERROR, record,
					 "\"%s\" leads back to where it came from, or too far",
					 record->rdata);
		else if (is_address(record->rdata))
			record_judge_add(judge, FINDING_ERROR, record,
					 "\"%s\" is an IP address; write an A record",
					 record->rdata);
		else if (!record_view_exists(&judge->view, name) && !has_record(judge, name, 0))
			judge_absent(judge, record, name, "record");
	}
	return 0;
}

/* The lowest priority of an SRV set that names a host, or -1. */
static long lowest_priority(const struct record_judge *judge, struct record_name name, bool *ours)
{
	const struct record_view_entry *entry =
		record_view_find(&judge->view, name, LDNS_RR_TYPE_SRV);
	const struct record_view_entry *end = judge->view.list + judge->view.count;
	long lowest = -1;

	for (; entry && entry < end && entry->record->type == LDNS_RR_TYPE_SRV &&
	       record_name_equal(record_name_of(entry->record), name);
	     entry++) {
		if (!is_root(record_name_target(entry->record)) &&
		    (lowest < 0 || PREFERENCE(entry->record) < (unsigned long)lowest))
			lowest = PREFERENCE(entry->record);
		*ours = *ours || entry->ours;
	}
	return lowest;
}

/* RFC 8314 3 */
void record_judge_priorities(const struct record_judge *judge)
{
	static const struct {
		const char *tls, *starttls;
	} pairs[] = {
		{ "_imaps", "_imap" },
		{ "_pop3s", "_pop3" },
		{ "_submissions", "_submission" },
	};
	unsigned char domain_wire[DNS_OWNER_WIRE_MAX], tcp_wire[DNS_OWNER_WIRE_MAX];
	unsigned char tls_wire[DNS_OWNER_WIRE_MAX], starttls_wire[DNS_OWNER_WIRE_MAX];
	struct record_name tcp =
		record_name_child("_tcp", record_name_make(judge->domain, domain_wire), tcp_wire);

	for (size_t i = 0; tcp.size && i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct record_name tls = record_name_child(pairs[i].tls, tcp, tls_wire);
		struct record_name starttls =
			record_name_child(pairs[i].starttls, tcp, starttls_wire);
		bool ours = false;
		long first = lowest_priority(judge, tls, &ours);
		long second = lowest_priority(judge, starttls, &ours);

		if (ours && first >= 0 && second >= 0 && first > second)
			record_judge_add(
				judge, FINDING_WARNING,
				record_view_find(&judge->view, tls, LDNS_RR_TYPE_SRV)->record,
				"priority %ld is behind that of %s._tcp, %ld; programs should "
				"prefer "
				"TLS from the start (RFC 8314 3)",
				first, pairs[i].starttls, second);
	}
}
