/*
 * The strings of a TXT record are compared where they lie, in wire form: a byte of length, then the
 * bytes, again and again.
 */
#include "dns/record_unit.h"

#include "base/text.h"

#include <string.h>

#define BEGINNING_SIZE 16 /* bytes: longer than any prefix below */

/* How the strings of a kind begin; behind it the text ends, or one of these bytes follows. */
static const struct txt_kind {
	enum record_kind kind;
	const char *prefix;
	const char *behind; /* NULL: anything may follow */
} txt_kinds[] = {
	{ RECORD_SPF, "v=spf1", " " },	    { RECORD_DMARC, "v=DMARC1", "; \t" },
	{ RECORD_DKIM, "v=DKIM1", "; \t" }, { RECORD_MTA_STS, "v=STSv1", "; \t" },
	{ RECORD_PACC, "v=UAAC1", "; \t" }, { RECORD_TLS_REPORT, "v=TLSRPTv1", "; \t" },
	{ RECORD_PATH, "path=", NULL },
};

/* A place in the strings of a TXT record. */
struct txt_reader {
	const unsigned char *at, *end;
	unsigned int left; /* bytes of the string at hand */
};

static struct txt_reader read_txt(const struct dns_record *record)
{
	return (struct txt_reader){ .at = record->rdata_wire,
				    .end = record->rdata_wire + record->rdata_size };
}

/* The next byte of all strings joined, or -1 at the end. */
static int next_byte(struct txt_reader *reader)
{
	while (reader->left == 0) {
		if (reader->at >= reader->end)
			return -1;
		reader->left = *reader->at++;
	}
	if (reader->at >= reader->end)
		return -1;
	reader->left--;
	return *reader->at++;
}

static bool is_of_kind(const char *text, size_t size, const struct txt_kind *kind)
{
	size_t length = strlen(kind->prefix);

	if (size < length || !text_begins(text, kind->prefix))
		return false;
	return size == length || !kind->behind || strchr(kind->behind, text[length]);
}

static bool is_domainkey(const struct dns_record *record)
{
	static const unsigned char label[] = "\012_domainkey";
	size_t at = record->owner_wire[0] + 1U;

	return at + sizeof(label) - 1 < record->owner_size &&
	       memcmp(record->owner_wire + at, label, sizeof(label) - 1) == 0;
}

enum record_kind record_unit_kind(const struct dns_record *record)
{
	struct txt_reader reader = read_txt(record);
	char text[BEGINNING_SIZE] = "";
	size_t size = 0;

	if (record->type != LDNS_RR_TYPE_TXT)
		return RECORD_SET;
	if (is_domainkey(record))
		return RECORD_DKIM;
	for (int c; size < sizeof(text) - 1 && (c = next_byte(&reader)) > 0;)
		text[size++] = (char)c;
	for (size_t i = 0; i < sizeof(txt_kinds) / sizeof(*txt_kinds); i++) {
		if (is_of_kind(text, size, &txt_kinds[i]))
			return txt_kinds[i].kind;
	}
	return RECORD_STRING;
}

int record_unit_compare(const struct dns_record *a, const struct dns_record *b)
{
	int result = dns_owner_compare(a, b);
	enum record_kind x, y;

	if (result == 0)
		result = (a->type > b->type) - (a->type < b->type);
	if (result != 0 || a->type != LDNS_RR_TYPE_TXT)
		return result;
	x = record_unit_kind(a);
	y = record_unit_kind(b);
	if (x != y)
		return x > y ? 1 : -1;
	return x == RECORD_STRING ? dns_record_compare(a, b) : 0;
}

static int compare_joined(const struct dns_record *a, const struct dns_record *b)
{
	struct txt_reader x = read_txt(a), y = read_txt(b);
	int c, d;

	do {
		c = next_byte(&x);
		d = next_byte(&y);
	} while (c == d && c >= 0);
	return (c > d) - (c < d);
}

int record_value_compare(const struct dns_record *a, const struct dns_record *b)
{
	int result = record_unit_compare(a, b);
	enum record_kind kind;

	if (result != 0)
		return result;
	kind = record_unit_kind(a);
	if (kind == RECORD_SET || kind == RECORD_STRING || kind == RECORD_PATH)
		return dns_record_compare(a, b);
	return compare_joined(a, b);
}

bool record_type_is_managed(ldns_rr_type type)
{
	static const ldns_rr_type others[] = {
		LDNS_RR_TYPE_SOA,     LDNS_RR_TYPE_NS,	  LDNS_RR_TYPE_RRSIG,
		LDNS_RR_TYPE_NSEC,    LDNS_RR_TYPE_NSEC3, LDNS_RR_TYPE_NSEC3PARAM,
		LDNS_RR_TYPE_DNSKEY,  LDNS_RR_TYPE_DS,	  LDNS_RR_TYPE_CDS,
		LDNS_RR_TYPE_CDNSKEY, LDNS_RR_TYPE_DLV,	  LDNS_RR_TYPE_KEY,
		LDNS_RR_TYPE_SIG,     LDNS_RR_TYPE_NXT,	  LDNS_RR_TYPE_ZONEMD,
		LDNS_RR_TYPE_CSYNC,
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (others[i] == type)
			return false;
	}
	return true;
}

bool record_is_below(const struct dns_record *record, const unsigned char *name, size_t size)
{
	size_t at = 0;

	while (at < record->owner_size && record->owner_size - at > size)
		at += 1U + record->owner_wire[at];
	return at < record->owner_size && record->owner_size - at == size &&
	       memcmp(record->owner_wire + at, name, size) == 0;
}
