/* A record is one block of memory: the struct, then owner, rdata, reason and the two wire forms. */
#include "dns/dns_record.h"

#include "base/bytes.h"
#include "dns/dns_record_text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void rr_free(ldns_rr *rr)
{
	ldns_rr_free(rr);
}
DEFINE_CLEANUP(ldns_rr *, rr_free)

/* The parts of a record, wherever they lie. */
struct parts {
	ldns_rr_type type;
	uint32_t ttl;
	const char *owner, *rdata, *reason;
	const unsigned char *owner_wire, *rdata_wire;
	size_t owner_size, rdata_size;
};

static char *place(char **at, const void *data, size_t size)
{
	char *ret = *at;

	memcpy(ret, data, size);
	*at += size;
	return ret;
}

/* NULL: no memory. */
static struct dns_record *assemble(const struct parts *parts)
{
	size_t owner = strlen(parts->owner) + 1, rdata = strlen(parts->rdata) + 1;
	size_t reason = strlen(parts->reason) + 1;
	struct dns_record *record = malloc(sizeof(*record) + owner + rdata + reason +
					   parts->owner_size + parts->rdata_size);
	char *at = (char *)(record + 1);

	if (!record)
		return NULL;
	*record = (struct dns_record){
		.type = parts->type,
		.ttl = parts->ttl,
		.owner_size = (uint16_t)parts->owner_size,
		.rdata_size = (uint16_t)parts->rdata_size,
	};
	record->owner = place(&at, parts->owner, owner);
	record->rdata = place(&at, parts->rdata, rdata);
	record->reason = place(&at, parts->reason, reason);
	record->owner_wire =
		(const unsigned char *)place(&at, parts->owner_wire, parts->owner_size);
	record->rdata_wire =
		(const unsigned char *)place(&at, parts->rdata_wire, parts->rdata_size);
	return record;
}

struct dns_record *dns_record_clone(const struct dns_record *record)
{
	const struct parts parts = {
		.type = record->type,
		.ttl = record->ttl,
		.owner = record->owner,
		.rdata = record->rdata,
		.reason = record->reason,
		.owner_wire = record->owner_wire,
		.rdata_wire = record->rdata_wire,
		.owner_size = record->owner_size,
		.rdata_size = record->rdata_size,
	};

	return assemble(&parts);
}

struct dns_record *dns_record_copy(const struct dns_record *record, uint32_t ttl,
				   const char *reason)
{
	struct dns_record parts = *record;

	parts.ttl = ttl;
	parts.reason = reason;
	return dns_record_clone(&parts);
}

/* rr is in canonical form. */
static int make(const ldns_rr *rr, const char *reason, struct dns_record **ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes owner = { 0 };
	CLEANUP(bytes_clear) struct bytes rdata = { 0 };
	CLEANUP(bytes_clear) struct bytes wire = { 0 };
	const ldns_rdf *name = ldns_rr_owner(rr);

	dns_text_append_name(&owner, ldns_rdf_data(name), ldns_rdf_size(name));
	if (dns_text_append_rdata(&rdata, rr, err) < 0)
		return -1;
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		bytes_append(&wire, ldns_rdf_data(ldns_rr_rdf(rr, i)),
			     ldns_rdf_size(ldns_rr_rdf(rr, i)));
	if (owner.failed || rdata.failed || wire.failed)
		return error_no_memory(err);
	if (!wire.size || wire.size > UINT16_MAX)
		return error_set(err, ERROR_INVALID, "a record of %zu bytes", wire.size);
	*ret = assemble(&(struct parts){
		.type = ldns_rr_get_type(rr),
		.ttl = ldns_rr_ttl(rr),
		.owner = owner.data,
		.rdata = rdata.data,
		.reason = reason,
		.owner_wire = ldns_rdf_data(name),
		.rdata_wire = (const unsigned char *)wire.data,
		.owner_size = ldns_rdf_size(name),
		.rdata_size = wire.size,
	});
	return *ret ? 0 : error_no_memory(err);
}

int dns_record_from_rr(const ldns_rr *rr, struct dns_record **ret, struct error *err)
{
	CLEANUP(rr_freep) ldns_rr *copy = NULL;

	if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN)
		return error_set(err, ERROR_INVALID, "a record of class %d", ldns_rr_get_class(rr));
	if (!ldns_rr_owner(rr) || !ldns_rr_rd_count(rr))
		return error_set(err, ERROR_INVALID, "a record without content");
	copy = ldns_rr_clone(rr);
	if (!copy)
		return error_no_memory(err);
	ldns_rr2canonical(copy);
	return make(copy, "", ret, err);
}

/* "SRV", "TYPE257" in any case; 0 for what is no type of data. */
static ldns_rr_type parse_type(const char *text)
{
	ldns_rr_type type = ldns_get_rr_type_by_name(text);

	/* OPT, and the types above 127 that are only asked for, as ANY and AXFR */
	if (type == LDNS_RR_TYPE_OPT || (type >= 128 && type <= 255))
		return 0;
	return type;
}

int dns_record_parse(const char *owner, uint32_t ttl, const char *type, const char *rdata,
		     const char *origin, const char *reason, struct dns_record **ret,
		     struct error *err)
{
	CLEANUP(rr_freep) ldns_rr *rr = ldns_rr_new();
	ldns_rr_type number = parse_type(type);
	ldns_rdf *name = NULL;

	if (!rr)
		return error_no_memory(err);
	if (!number)
		return error_set(err, ERROR_INVALID, "\"%.20s\" is no type of record", type);
	if (ttl > DNS_TTL_MAX)
		return error_set(err, ERROR_INVALID, "TTL %u is not 0..%d", ttl, DNS_TTL_MAX);
	if (dns_text_parse_name(owner, strlen(owner), origin, &name, err) < 0)
		return -1;
	ldns_rr_set_owner(rr, name);
	ldns_rr_set_ttl(rr, ttl);
	ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
	ldns_rr_set_type(rr, number);
	if (dns_text_parse_rdata(rdata, origin, rr, err) < 0)
		return -1;
	ldns_rr2canonical(rr);
	return make(rr, reason, ret, err);
}

/* Copies the next word into ret, which has size bytes. */
static int next_word(const char **line, char *ret, size_t size)
{
	size_t length = strcspn(*line, " ");

	if (length == 0 || length >= size)
		return -1;
	memcpy(ret, *line, length);
	ret[length] = '\0';
	*line += length + ((*line)[length] == ' ');
	return 0;
}

int dns_record_parse_line(const char *line, size_t size, struct dns_record **ret, struct error *err)
{
	CLEANUP(freep) char *copy = strndup(line, size);
	char owner[DNS_OWNER_TEXT_SIZE], ttl[12], class[4], type[16];
	const char *at = copy;
	uint32_t seconds;

	if (!copy)
		return error_no_memory(err);
	if (next_word(&at, owner, sizeof(owner)) < 0 || next_word(&at, ttl, sizeof(ttl)) < 0 ||
	    next_word(&at, class, sizeof(class)) < 0 || next_word(&at, type, sizeof(type)) < 0 ||
	    strcmp(class, "IN") != 0)
		return error_set(err, ERROR_SYNTAX, "\"%.80s\" is not OWNER TTL IN TYPE RDATA",
				 copy);
	if (dns_text_parse_number(ttl, strlen(ttl), DNS_TTL_MAX, &seconds, err) < 0)
		return -1;
	return dns_record_parse(owner, seconds, type, at, ".", "", ret, err);
}

const char *dns_type_name(ldns_rr_type type, char *ret)
{
	const ldns_rr_descriptor *descriptor = ldns_rr_descript((uint16_t)type);

	if (descriptor && descriptor->_name && type != LDNS_RR_TYPE_NULL &&
	    strlen(descriptor->_name) < 16 && descriptor->_type == type)
		snprintf(ret, 16, "%s", descriptor->_name);
	else
		snprintf(ret, 16, "TYPE%u", (unsigned int)type);
	return ret;
}

/* Where each label of a name begins. Returns how many there are. */
static size_t find_labels(const struct dns_record *record, const unsigned char *ret[128])
{
	size_t count = 0;

	for (size_t at = 0; at < record->owner_size && record->owner_wire[at] && count < 128;
	     at += 1 + record->owner_wire[at])
		ret[count++] = record->owner_wire + at;
	return count;
}

static int compare_bytes(const unsigned char *a, size_t a_size, const unsigned char *b,
			 size_t b_size)
{
	int result = memcmp(a, b, a_size < b_size ? a_size : b_size);

	return result ? result : (a_size > b_size) - (a_size < b_size);
}

int dns_owner_compare(const struct dns_record *a, const struct dns_record *b)
{
	const unsigned char *a_labels[128], *b_labels[128];
	size_t a_count, b_count;

	if (a->owner_size == b->owner_size &&
	    memcmp(a->owner_wire, b->owner_wire, a->owner_size) == 0)
		return 0;
	a_count = find_labels(a, a_labels);
	b_count = find_labels(b, b_labels);
	while (a_count > 0 && b_count > 0) {
		const unsigned char *x = a_labels[--a_count], *y = b_labels[--b_count];
		int result = compare_bytes(x + 1, *x, y + 1, *y);

		if (result)
			return result;
	}
	return (a_count > 0) - (b_count > 0);
}

int dns_record_compare(const struct dns_record *a, const struct dns_record *b)
{
	int result = dns_owner_compare(a, b);

	if (result == 0)
		result = (a->type > b->type) - (a->type < b->type);
	if (result == 0)
		result = compare_bytes(a->rdata_wire, a->rdata_size, b->rdata_wire, b->rdata_size);
	return result;
}

void dns_record_append(struct bytes *bytes, const struct dns_record *record)
{
	char type[16];

	bytes_append_format(bytes, "%s %u IN %s %s", record->owner, record->ttl,
			    dns_type_name(record->type, type), record->rdata);
}

int dns_record_txt(const struct dns_record *record, char **ret, size_t *ret_size)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	struct error err;

	for (size_t at = 0; record->type == LDNS_RR_TYPE_TXT && at < record->rdata_size;
	     at += 1 + record->rdata_wire[at])
		bytes_append(&text, record->rdata_wire + at + 1, record->rdata_wire[at]);
	return bytes_take(&text, ret, ret_size, &err);
}
