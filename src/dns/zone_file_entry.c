/*
 * Nearly all records of two domains differ only in the domain at the end of their owner, and where
 * the entry has a relative name, at the end of their rdata. Such a record is read and checked once,
 * and for each domain only the domain is put behind what is fixed: a tenth of the work.
 */
#include "dns/zone_file_entry.h"

#include "base/bytes.h"

#include <assert.h>
#include <string.h>

void zone_file_entry_clear(struct zone_file_entry *entry)
{
	free(entry->owner);
	free(entry->type);
	free(entry->rdata);
	free(entry->origin);
	free(entry->reason);
	free(entry->record);
	*entry = (struct zone_file_entry){ 0 };
}

/* Puts the domain in for each placeholder; what is escaped stays. */
static void append_filled(struct bytes *bytes, const char *text, const struct domain_name *domain)
{
	static const char placeholder[] = ZONE_FILE_PLACEHOLDER;

	while (*text) {
		size_t size = strcspn(text, "\\%");

		bytes_append(bytes, text, size);
		text += size;
		if (strncmp(text, placeholder, sizeof(placeholder) - 1) == 0) {
			bytes_append(bytes, domain->text, domain->length);
			text += sizeof(placeholder) - 1;
		} else {
			size = text[0] == '\\' && text[1] ? 2 : *text != '\0';
			bytes_append(bytes, text, size);
			text += size;
		}
	}
	bytes_append(bytes, "", 0);
}

/* Canonical text: each dot that is there separates two labels. */
static bool lies_in(const struct dns_record *record, const struct domain_name *domain)
{
	size_t length = strlen(record->owner), wanted = domain->length + 1;

	return length >= wanted && record->owner[length - 1] == '.' &&
	       strncmp(record->owner + length - wanted, domain->text, domain->length) == 0 &&
	       (length == wanted || record->owner[length - wanted - 1] == '.');
}

/* The texts of an entry as they are for one domain. */
struct texts {
	struct bytes owner, rdata, origin;
};

static void texts_clear(struct texts *texts)
{
	bytes_clear(&texts->owner);
	bytes_clear(&texts->rdata);
	bytes_clear(&texts->origin);
}

static int fill_texts(const struct zone_file_entry *entry, const struct domain_name *domain,
		      struct texts *ret, struct error *err)
{
	append_filled(&ret->owner, entry->owner, domain);
	append_filled(&ret->rdata, entry->rdata, domain);
	append_filled(&ret->origin, entry->origin ? entry->origin : ZONE_FILE_PLACEHOLDER ".",
		      domain);
	if (ret->owner.failed || ret->rdata.failed || ret->origin.failed)
		return error_no_memory(err);
	return 0;
}

/* The texts as they are written. */
static int copy_texts(const struct zone_file_entry *entry, const struct domain_name *domain,
		      struct texts *ret, struct error *err)
{
	bytes_append_text(&ret->owner, entry->owner);
	bytes_append_text(&ret->rdata, entry->rdata);
	if (entry->origin)
		bytes_append_text(&ret->origin, entry->origin);
	else
		bytes_append_format(&ret->origin, "%s.", domain->text);
	if (ret->owner.failed || ret->rdata.failed || ret->origin.failed)
		return error_no_memory(err);
	return 0;
}

int zone_file_entry_make(const struct zone_file_entry *entry, bool pattern,
			 const struct domain_name *domain, uint32_t ttl, struct dns_record **ret,
			 struct error *err)
{
	CLEANUP(texts_clear) struct texts texts = { 0 };
	CLEANUP(freep) struct dns_record *record = NULL;

	if ((pattern ? fill_texts : copy_texts)(entry, domain, &texts, err) < 0)
		return -1;
	if (dns_record_parse(texts.owner.data, entry->ttl == ZONE_FILE_TTL_NONE ? ttl : entry->ttl,
			     entry->type, texts.rdata.data, texts.origin.data, entry->reason,
			     &record, err) < 0)
		return error_prefix(err, "%.16s", entry->type);
	if (!lies_in(record, domain))
		return error_set(err, ERROR_INVALID, "%.200s lies outside of %s", record->owner,
				 pattern ? "the customer's domain" : domain->text);
	*ret = record;
	record = NULL;
	return 0;
}

struct zone_file_domain zone_file_domain(const struct domain_name *domain)
{
	struct zone_file_domain ret = { .text_size = domain->length + 2,
					.wire_size = domain->length + 2 };
	unsigned char *length = ret.wire;

	memcpy(ret.text, domain->text, domain->length);
	ret.text[domain->length] = '.';
	for (size_t i = 0; i <= domain->length; i++) {
		unsigned char c = (unsigned char)ret.text[i];

		if (c == '.')
			length = &ret.wire[i + 1];
		else
			*length += 1;
		ret.wire[i + 1] = c == '.' ? 0 : c;
	}
	return ret;
}

/* A text and its wire form. */
struct form {
	const char *text;
	const unsigned char *wire;
	size_t wire_size;
};

static struct form owner_of(const struct dns_record *record)
{
	return (struct form){ record->owner, record->owner_wire, record->owner_size };
}

static struct form rdata_of(const struct dns_record *record)
{
	return (struct form){ record->rdata, record->rdata_wire, record->rdata_size };
}

/* Whether both forms end in the domain; what stands before it goes to *ret. */
static bool ends_in(struct form form, const struct domain_name *domain,
		    struct zone_file_prefix *ret)
{
	struct zone_file_domain end = zone_file_domain(domain);
	size_t text_size = strlen(form.text) + 1;

	if (text_size < end.text_size || form.wire_size < end.wire_size)
		return false;
	ret->text = text_size - end.text_size;
	ret->wire = form.wire_size - end.wire_size;
	return memcmp(form.text + ret->text, end.text, end.text_size) == 0 &&
	       memcmp(form.wire + ret->wire, end.wire, end.wire_size) == 0;
}

/* Whether a is for a domain what b is for the other. */
static bool differ_in_end(struct form a, const struct domain_name *a_domain, struct form b,
			  const struct domain_name *b_domain, struct zone_file_prefix *ret)
{
	struct zone_file_prefix other;

	return ends_in(a, a_domain, ret) && ends_in(b, b_domain, &other) &&
	       ret->text == other.text && ret->wire == other.wire &&
	       memcmp(a.text, b.text, ret->text) == 0 && memcmp(a.wire, b.wire, ret->wire) == 0;
}

bool zone_file_entry_prepare(struct zone_file_entry *entry, struct dns_record *a,
			     const struct domain_name *a_domain, const struct dns_record *b,
			     const struct domain_name *b_domain)
{
	bool fixed = a->rdata_size == b->rdata_size &&
		     memcmp(a->rdata_wire, b->rdata_wire, a->rdata_size) == 0;

	assert(a_domain->length != b_domain->length);
	if (!differ_in_end(owner_of(a), a_domain, owner_of(b), b_domain, &entry->owner_prefix))
		return false;
	if (!fixed &&
	    !differ_in_end(rdata_of(a), a_domain, rdata_of(b), b_domain, &entry->rdata_prefix))
		return false;
	entry->rdata_fixed = fixed;
	entry->record = a;
	return true;
}

/* Room for both forms of an owner, or of rdata that ends in a name. */
struct filled {
	char text[DNS_OWNER_TEXT_SIZE];
	unsigned char wire[DNS_OWNER_WIRE_MAX];
};

/* Returns the bytes of the wire form, or 0 if it may be too long. */
static size_t fill(struct form form, struct zone_file_prefix prefix,
		   const struct zone_file_domain *domain, struct filled *ret)
{
	if (prefix.wire + domain->wire_size > sizeof(ret->wire) ||
	    prefix.text + domain->text_size > sizeof(ret->text))
		return 0;
	memcpy(ret->text, form.text, prefix.text);
	memcpy(ret->text + prefix.text, domain->text, domain->text_size);
	memcpy(ret->wire, form.wire, prefix.wire);
	memcpy(ret->wire + prefix.wire, domain->wire, domain->wire_size);
	return prefix.wire + domain->wire_size;
}

int zone_file_entry_fill(const struct zone_file_entry *entry, const struct zone_file_domain *domain,
			 uint32_t ttl, struct dns_record **ret, struct error *err)
{
	struct dns_record record = *entry->record;
	struct filled owner, rdata;

	*ret = NULL;
	record.ttl = entry->ttl == ZONE_FILE_TTL_NONE ? ttl : entry->ttl;
	record.owner_size = (uint16_t)fill(owner_of(&record), entry->owner_prefix, domain, &owner);
	record.owner = owner.text;
	record.owner_wire = owner.wire;
	if (!entry->rdata_fixed) {
		record.rdata_size =
			(uint16_t)fill(rdata_of(&record), entry->rdata_prefix, domain, &rdata);
		record.rdata = rdata.text;
		record.rdata_wire = rdata.wire;
	}
	if (!record.owner_size || !record.rdata_size)
		return 0;
	*ret = dns_record_clone(&record);
	return *ret ? 0 : error_no_memory(err);
}
