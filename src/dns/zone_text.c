/*
 * The comment at the top bears no date and no version, so that a file changes only if a record
 * does.
 */
#include "dns/zone_text.h"

#include "base/bytes.h"
#include "dns/dns_record_text.h"
#include "dns/zone_file.h"

#include <assert.h>
#include <string.h>

#define SERIAL_FIELD 2 /* of an SOA record, from 0 */

static bool is_of_domain(const struct dns_record *record, const struct domain_name *domain)
{
	return strncmp(record->owner, domain->text, domain->length) == 0 &&
	       strcmp(record->owner + domain->length, ".") == 0;
}

/* Whether the record belongs to what a zone begins with. */
static bool is_frame(const struct dns_record *record, const struct domain_name *domain)
{
	return (record->type == LDNS_RR_TYPE_SOA || record->type == LDNS_RR_TYPE_NS) &&
	       is_of_domain(record, domain);
}

static size_t count_type(const struct dns_record_list *list, ldns_rr_type type,
			 const struct domain_name *domain)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->list[i]->type == type && is_of_domain(list->list[i], domain);
	return count;
}

static int check_frame(const struct dns_record_list *frame, const struct domain_name *domain,
		       struct error *err)
{
	size_t soa = count_type(frame, LDNS_RR_TYPE_SOA, domain);

	if (soa > 1)
		return error_set(err, ERROR_INVALID,
				 "the provider's zone file has %zu SOA records of the domain, a "
				 "zone has one",
				 soa);
	if (soa == 0)
		return error_set(err, ERROR_INVALID,
				 "a whole zone needs an SOA record: write \"@ SOA "
				 "ns1.hosting.example. hostmaster.hosting.example. 0 7200 900 "
				 "1209600 900\" with your names into the provider's zone file");
	if (count_type(frame, LDNS_RR_TYPE_NS, domain) == 0)
		return error_set(err, ERROR_INVALID,
				 "a whole zone needs NS records: write \"@ NS "
				 "ns1.hosting.example.\" with your names into the provider's zone "
				 "file");
	return 0;
}

/* The serial of an SOA record in its text. Canonical text: each blank is between two fields. */
static const char *find_serial(const struct dns_record *soa, size_t *ret_size)
{
	const char *at = soa->rdata;

	for (int i = 0; i < SERIAL_FIELD && *at; i++)
		at += strcspn(at, " ") + 1;
	*ret_size = strcspn(at, " ");
	return at;
}

static void append_soa(struct bytes *bytes, const struct dns_record *soa, uint32_t serial)
{
	size_t size;
	const char *old = find_serial(soa, &size);

	bytes_append_format(bytes, "%s %u IN SOA %.*s%u%s\n", soa->owner, soa->ttl,
			    (int)(old - soa->rdata), soa->rdata, serial, old + size);
}

/* The records of both lists; an SOA record first, then canonically. */
struct rows {
	const struct dns_record **list;
	size_t count;
};

static int compare_rows(const void *a, const void *b)
{
	const struct dns_record *x = *(const struct dns_record *const *)a;
	const struct dns_record *y = *(const struct dns_record *const *)b;
	bool x_soa = x->type == LDNS_RR_TYPE_SOA, y_soa = y->type == LDNS_RR_TYPE_SOA;

	return x_soa != y_soa ? y_soa - x_soa : dns_record_compare(x, y);
}

static void rows_add(struct rows *rows, const struct dns_record_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		rows->list[rows->count++] = list->list[i];
}

static int append_zone(struct bytes *bytes, const struct domain_name *domain,
		       const struct dns_record_list *records, const struct dns_record_list *frame,
		       uint32_t serial, struct error *err)
{
	struct rows rows = { calloc(records->count + frame->count + 1, sizeof(*rows.list)), 0 };

	if (!rows.list)
		return error_no_memory(err);
	rows_add(&rows, records);
	rows_add(&rows, frame);
	qsort(rows.list, rows.count, sizeof(*rows.list), compare_rows);
	for (size_t i = 0; i < rows.count; i++) {
		const struct dns_record *record = rows.list[i];

		if (i > 0 && dns_record_compare(rows.list[i - 1], record) == 0)
			continue;
		if (record->type == LDNS_RR_TYPE_SOA && is_of_domain(record, domain)) {
			append_soa(bytes, record, serial);
			continue;
		}
		dns_record_append(bytes, record);
		bytes_append_text(bytes, "\n");
	}
	free(rows.list);
	return 0;
}

int zone_text_make(enum zone_text_kind kind, const struct domain_name *domain,
		   const struct dns_record_list *records, const struct dns_record_list *frame,
		   uint32_t serial, char **ret, size_t *ret_size, struct error *err)
{
	static const char rule[] =
		"Written by Signpost: records that others add stay, comments do not";
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	if (kind == ZONE_TEXT_ZONE) {
		bytes_append_format(&bytes, "; The zone %s. %s.\n", domain->text, rule);
		if (check_frame(frame, domain, err) < 0 ||
		    append_zone(&bytes, domain, records, frame, serial, err) < 0)
			return -1;
		return bytes_take(&bytes, ret, ret_size, err);
	}
	bytes_append_format(&bytes,
			    "; Records of %s that lead mail programs to their settings and "
			    "servers. %s.\n",
			    domain->text, rule);
	for (size_t i = 0; i < records->count; i++) {
		dns_record_append(&bytes, records->list[i]);
		bytes_append_text(&bytes, "\n");
	}
	return bytes_take(&bytes, ret, ret_size, err);
}

static int read_serial(const struct dns_record *soa, uint32_t *ret, struct error *err)
{
	size_t size;
	const char *serial = find_serial(soa, &size);

	return dns_text_parse_number(serial, size, UINT32_MAX, ret, err);
}

/* Moves the records to where they belong; those that are left are the caller's. */
static int distribute(struct dns_record_list *all, const struct domain_name *domain,
		      struct dns_record_list *records, struct dns_record_list *frame,
		      uint32_t *serial, struct error *err)
{
	for (size_t i = 0; i < all->count; i++) {
		struct dns_record *record = all->list[i];
		bool framed = is_frame(record, domain);

		if (record->type == LDNS_RR_TYPE_SOA && framed &&
		    read_serial(record, serial, err) < 0)
			return -1;
		all->list[i] = NULL;
		if (dns_record_list_add(framed ? frame : records, record, err) < 0)
			return -1;
	}
	return 0;
}

int zone_text_parse(const char *text, size_t size, const char *name,
		    const struct domain_name *domain, struct dns_record_list *ret_records,
		    struct dns_record_list *ret_frame, uint32_t *ret_serial, struct error *err)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list all = { 0 };

	*ret_serial = 0;
	if (zone_file_records(text, size, name, domain, &all, err) < 0 ||
	    distribute(&all, domain, ret_records, ret_frame, ret_serial, err) < 0)
		return -1;
	dns_record_list_sort(ret_records);
	return 0;
}
