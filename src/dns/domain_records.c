#include "dns/domain_records.h"

#include "base/bytes.h"
#include "dns/discovery_records.h"
#include "dns/mta_sts_records.h"
#include "dns/note.h"
#include "dns/record_rules.h"
#include "render/document.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#define DIGEST_TEXT_SIZE (4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1) /* bytes: base64 and NUL */

/* What the records are made from, and where they go. */
struct maker {
	const struct provider_set *providers;
	const struct provider_answers *answers;
	const struct zone_set *zones;
	const struct domain_name *domain;
	struct domain_records *ret;
	struct error *err;
};

#define ADD_NOTE(maker, ...)                                                                       \
	note_add(&(maker)->ret->notes, &(maker)->ret->note_count, (maker)->err, __VA_ARGS__)

static uint32_t default_ttl(const struct maker *maker)
{
	return (uint32_t)maker->providers->configuration->dns_ttl;
}

/* Derived records */

/*
 * The digest of what is answered at ua-auto-config.DOMAIN; ret has DIGEST_TEXT_SIZE bytes. Returns
 * 1, or 0 with a note if nothing is answered there.
 */
static int make_pacc_digest(const struct maker *maker, char *ret)
{
	const struct document_subject subject = { .domain = maker->domain };
	const struct document_choice choice = { 0 };
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct document document;

	if (!maker->answers->pacc)
		return ADD_NOTE(maker,
				"No records for PACC: provider %s has no server that it can "
				"name.",
				maker->answers->id);
	if (document_make(maker->providers, maker->answers, DOCUMENT_PACC, &choice, &subject,
			  &document, maker->err) < 0)
		return -1;
	SHA256((const unsigned char *)document.bytes, document.size, digest);
	free(document.bytes);
	EVP_EncodeBlock((unsigned char *)ret, digest, sizeof(digest));
	return 1;
}

static int take_notes(const struct maker *maker, struct discovery_records *discovery)
{
	for (size_t i = 0; i < discovery->note_count; i++) {
		char *note = discovery->notes[i];

		discovery->notes[i] = NULL;
		if (note_take(&maker->ret->notes, &maker->ret->note_count, note, maker->err) < 0)
			return -1;
	}
	return 0;
}

static int derive(const struct maker *maker, struct dns_record_list *ret)
{
	const struct configuration *configuration = maker->providers->configuration;
	CLEANUP(discovery_records_clear) struct discovery_records discovery = { 0 };
	struct discovery_policy policy = {
		.service = configuration->dns_service,
		.autodiscover = (enum autodiscover_record)autodiscover_record_from_name(
			configuration->dns_autodiscover),
		.ttl = default_ttl(maker),
	};
	char digest[DIGEST_TEXT_SIZE];
	int found = 0;

	if (strcmp(configuration->dns_pacc, "yes") == 0)
		found = make_pacc_digest(maker, digest);
	if (found < 0)
		return -1;
	if (found)
		policy.pacc_digest = digest;
	if (discovery_records_make(maker->answers->provider, maker->domain, &policy, &discovery,
				   maker->err) < 0)
		return -1;
	*ret = discovery.records;
	discovery.records = (struct dns_record_list){ 0 };
	return take_notes(maker, &discovery);
}

/* What announces the MTA-STS policy, which looks at own for a host; goes to derived. */
static int derive_mta_sts(const struct maker *maker, struct dns_record_list *own,
			  struct dns_record_list *derived)
{
	size_t count = own->count;
	char *note = NULL;
	int result =
		mta_sts_records_add(maker->answers, maker->providers->configuration->dns_service,
				    default_ttl(maker), maker->domain, own, &note, maker->err);

	if (result == 0 && note)
		result = note_take(&maker->ret->notes, &maker->ret->note_count, note, maker->err);
	while (result == 0 && own->count > count)
		result = dns_record_list_add(derived, own->list[--own->count], maker->err);
	return result;
}

/* Which of both */

static bool same_owner(const struct dns_record *a, const struct dns_record *b)
{
	return a->owner_size == b->owner_size &&
	       memcmp(a->owner_wire, b->owner_wire, a->owner_size) == 0;
}

/* Whether own has records that stand in the place of this one. */
static bool is_replaced(const struct dns_record *record, const struct dns_record_list *own)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct dns_record *other = own->list[i];

		if (same_owner(record, other) &&
		    (record->type == other->type || record->type == LDNS_RR_TYPE_CNAME ||
		     other->type == LDNS_RR_TYPE_CNAME))
			return true;
	}
	return false;
}

/* Moves own, and those of derived that own does not replace. */
static int merge(const struct maker *maker, struct dns_record_list *derived,
		 struct dns_record_list *own)
{
	struct dns_record_list *desired = &maker->ret->desired;
	char type[16];

	for (size_t i = 0; i < derived->count; i++) {
		struct dns_record *record = derived->list[i];

		if (!is_replaced(record, own)) {
			derived->list[i] = NULL;
			if (dns_record_list_add(desired, record, maker->err) < 0)
				return -1;
		} else if (ADD_NOTE(maker,
				    "%s %s: what stands in %s.zone replaces what is derived.",
				    record->owner, dns_type_name(record->type, type),
				    maker->answers->id) < 0) {
			return -1;
		}
	}
	while (own->count > 0) {
		struct dns_record *record = own->list[--own->count];
		bool is_frame = record->type == LDNS_RR_TYPE_SOA || record->type == LDNS_RR_TYPE_NS;

		if (dns_record_list_add(is_frame ? &maker->ret->frame : desired, record,
					maker->err) < 0)
			return -1;
	}
	dns_record_list_sort(desired);
	dns_record_list_sort(&maker->ret->frame);
	return 0;
}

static int make_desired(const struct maker *maker)
{
	const struct zone_file *file = zone_set_find(maker->zones, maker->answers->id);
	CLEANUP(dns_record_list_clear) struct dns_record_list derived = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list own = { 0 };

	if (file && zone_file_make(file, maker->domain, default_ttl(maker), &own, maker->err) < 0)
		return -1;
	if (derive(maker, &derived) < 0 || derive_mta_sts(maker, &own, &derived) < 0)
		return -1;
	dns_record_list_sort(&derived);
	return merge(maker, &derived, &own);
}

static int make_expected(const struct maker *maker)
{
	const struct zone_file *file = zone_set_find(maker->zones, ZONE_SET_WITHDRAW);

	if (file && zone_file_make(file, maker->domain, default_ttl(maker), &maker->ret->expected,
				   maker->err) < 0)
		return -1;
	dns_record_list_sort(&maker->ret->expected);
	return 0;
}

static int check_desired(const struct maker *maker)
{
	static const struct dns_record_list none;
	CLEANUP(findings_clear) struct findings findings = { 0 };

	if (domain_records_check(maker->answers, maker->domain, &maker->ret->desired, &none, false,
				 &findings, maker->err) < 0)
		return -1;
	return findings.errors ? findings_first_error(&findings, maker->err) : 0;
}

int domain_records_make(const struct provider_set *providers,
			const struct provider_answers *answers, const struct zone_set *zones,
			const struct domain_name *domain, struct domain_records *ret,
			struct error *err)
{
	const struct maker maker = { providers, answers, zones, domain, ret, err };

	if (make_desired(&maker) < 0 || make_expected(&maker) < 0)
		return -1;
	return check_desired(&maker);
}

int domain_records_check(const struct provider_answers *answers, const struct domain_name *domain,
			 const struct dns_record_list *records,
			 const struct dns_record_list *others, bool others_whole,
			 struct findings *findings, struct error *err)
{
	if (record_rules_check(domain, records, others, others_whole, findings, err) < 0)
		return -1;
	mta_sts_records_check(answers, domain, records, findings);
	mta_sts_records_check(answers, domain, others, findings);
	return 0;
}

/* Zone text is ASCII: other bytes of texts for people are written as in master files, \DDD. */
static void append_comment(struct bytes *bytes, const char *beginning, const char *text)
{
	bytes_append_text(bytes, beginning);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c <= '~')
			bytes_append(bytes, text, 1);
		else
			bytes_append_format(bytes, "\\%03u", c);
	}
	bytes_append_text(bytes, "\n");
}

int domain_records_text(const struct domain_records *records, const struct domain_name *domain,
			char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	bytes_append_format(
		&bytes, "; Records of %s that lead mail programs to their settings and servers.\n",
		domain->text);
	for (size_t i = 0; i < records->note_count; i++)
		append_comment(&bytes, "; Note: ", records->notes[i]);
	for (size_t i = 0; i < records->desired.count; i++) {
		const struct dns_record *record = records->desired.list[i];

		bytes_append_text(&bytes, "\n");
		if (*record->reason)
			append_comment(&bytes, "; ", record->reason);
		dns_record_append(&bytes, record);
		bytes_append_text(&bytes, "\n");
	}
	return bytes_take(&bytes, ret, ret_size, err);
}

void domain_records_clear(struct domain_records *records)
{
	dns_record_list_clear(&records->desired);
	dns_record_list_clear(&records->frame);
	dns_record_list_clear(&records->expected);
	note_clear(&records->notes, &records->note_count);
}
