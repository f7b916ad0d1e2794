#include "dns/zone_file_check.h"

#include "base/text.h"
#include "dns/dns_record_text.h"
#include "dns/zone_file_entry.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 40 /* bytes of a word in an error text */

/* Placeholders */

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Whether % begins what somebody takes for a placeholder: %WORD%, or %EMAIL and so on. */
static bool looks_like_placeholder(const char *text)
{
	size_t size = 1;

	while (is_capital(text[size]))
		size++;
	return (size > 3 && text[size] == '%') || text_begins(text, "%EMAIL");
}

static int check_placeholders(const char *text, struct error *err)
{
	for (; *text; text++) {
		size_t size;

		if (*text == '\\' && text[1]) {
			text++;
			continue;
		}
		if (*text != '%' || !looks_like_placeholder(text))
			continue;
		size = sizeof(ZONE_FILE_PLACEHOLDER) - 1;
		if (strncmp(text, ZONE_FILE_PLACEHOLDER, size) != 0)
			return error_set(err, ERROR_INVALID,
					 "\"%.*s\" is no placeholder here, only %s is",
					 (int)text_cut(text, strcspn(text + 1, "%") + 2, SHOWN),
					 text, ZONE_FILE_PLACEHOLDER);
		text += size - 1;
	}
	return 0;
}

/* Names in fields */

/* Which fields of a type are names: bit 0 is the first. */
static const struct {
	const char *type;
	unsigned int names;
} types[] = { { "MX", 2 },  { "SRV", 8 },   { "CNAME", 1 }, { "NS", 1 },
	      { "PTR", 1 }, { "DNAME", 1 }, { "SOA", 3 } };

static unsigned int fields_with_names(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (text_equals(type, strlen(type), types[i].type))
			return types[i].names;
	}
	return 0;
}

static bool is_address(const char *text, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "";
	unsigned char bytes[16];

	if (size > 0 && text[size - 1] == '.')
		size--;
	if (size < sizeof(address))
		memcpy(address, text, size);
	return inet_pton(AF_INET, address, bytes) == 1 || inet_pton(AF_INET6, address, bytes) == 1;
}

/* A host in another domain that lacks its final dot, at a guess: not what ends in a label _x. */
static bool looks_absolute(const char *text, size_t size)
{
	const char *dot = memrchr(text, '.', size);

	return dot && dot > text && dot[-1] != '\\' && dot < text + size - 1 && dot[1] != '_';
}

static int check_names(const struct zone_file_entry *entry, struct zone_file_faults *faults,
		       struct error *err)
{
	unsigned int names = fields_with_names(entry->type);
	const char *rdata = entry->rdata, *field;
	size_t size;

	for (; names && dns_text_next_field(&rdata, &field, &size, err) > 0; names >>= 1) {
		int shown = (int)text_cut(field, size, SHOWN);

		if (!(names & 1))
			continue;
		if (is_address(field, size))
			return error_set(err, ERROR_INVALID,
					 "%.16s: \"%.*s\" is an address where a host name belongs",
					 entry->type, shown, field);
		if (looks_absolute(field, size))
			zone_file_warn(faults, entry->line,
				       "%s: \"%.*s\" has no final dot, so the domain is put "
				       "behind it",
				       entry->type, shown, field);
	}
	return 0;
}

int zone_file_check_entry(const struct zone_file_entry *entry, struct zone_file_faults *faults,
			  struct error *err)
{
	if (check_placeholders(entry->owner, err) < 0 ||
	    check_placeholders(entry->rdata, err) < 0 ||
	    (entry->origin && check_placeholders(entry->origin, err) < 0))
		return -1;
	return check_names(entry, faults, err);
}

/* Records */

int zone_file_check_record(const struct dns_record *record, const struct domain_name *domain,
			   struct error *err)
{
	char twice[2 * DOMAIN_NAME_SIZE + 2];

	snprintf(twice, sizeof(twice), "%s.%s.", domain->text, domain->text);
	if (!strstr(record->owner, twice) &&
	    (record->type == LDNS_RR_TYPE_TXT || !strstr(record->rdata, twice)))
		return 0;
	return error_set(err, ERROR_INVALID,
			 "a name ends in the domain twice: put a final dot behind %s",
			 ZONE_FILE_PLACEHOLDER);
}

/* A record and its entry. */
struct made {
	const struct dns_record *record;
	const struct zone_file_entry *entry;
};

static int compare_made(const void *a, const void *b)
{
	const struct made *x = a, *y = b;
	int result = dns_record_compare(x->record, y->record);

	return result ? result : (x->entry > y->entry) - (x->entry < y->entry);
}

static const char *ttl_text(uint32_t ttl, char ret[16])
{
	if (ttl == ZONE_FILE_TTL_NONE)
		return "none";
	snprintf(ret, 16, "%u", ttl);
	return ret;
}

/* Judges two neighbours of one owner and type. */
static void check_pair(const struct made *a, const struct made *b, struct zone_file_faults *faults)
{
	/* the fault is told where the eye comes by last */
	const struct made *first = a->entry < b->entry ? a : b, *second = first == a ? b : a;
	char ttls[2][16];
	struct error err;

	if (a->entry->ttl != b->entry->ttl) {
		error_set(&err, ERROR_INVALID,
			  "TTL %s, but that of line %zu is %s: records of one name and type have "
			  "one TTL",
			  ttl_text(second->entry->ttl, ttls[0]), first->entry->line,
			  ttl_text(first->entry->ttl, ttls[1]));
		zone_file_fault(faults, second->entry->line, &err);
	} else if (a->record->type == LDNS_RR_TYPE_SOA) {
		error_set(&err, ERROR_INVALID, "a second SOA record, the first is in line %zu",
			  first->entry->line);
		zone_file_fault(faults, second->entry->line, &err);
	} else if (dns_record_compare(a->record, b->record) == 0) {
		zone_file_warn(faults, second->entry->line, "the same record is in line %zu",
			       first->entry->line);
	}
}

/* An SOA record belongs to a whole domain. */
static void check_soa(const struct made *made, const struct domain_name *domain,
		      struct zone_file_faults *faults)
{
	struct error err;

	if (made->record->type != LDNS_RR_TYPE_SOA ||
	    made->record->owner_size == domain->length + 2)
		return;
	error_set(&err, ERROR_INVALID,
		  "an SOA record is that of the domain itself: its owner is @");
	zone_file_fault(faults, made->entry->line, &err);
}

int zone_file_check_together(const struct zone_file *file, struct dns_record *const *records,
			     const struct domain_name *domain, struct zone_file_faults *faults)
{
	CLEANUP(freep) struct made *made = calloc(file->count + 1, sizeof(*made));
	struct error err;
	size_t count = 0;

	if (!made) {
		error_no_memory(&err);
		return zone_file_fault(faults, 0, &err);
	}
	for (size_t i = 0; i < file->count; i++) {
		if (records[i])
			made[count++] = (struct made){ records[i], &file->entries[i] };
	}
	qsort(made, count, sizeof(*made), compare_made);
	for (size_t i = 0; i < count; i++) {
		check_soa(&made[i], domain, faults);
		if (i > 0 && made[i].record->type == made[i - 1].record->type &&
		    dns_owner_compare(made[i].record, made[i - 1].record) == 0)
			check_pair(&made[i - 1], &made[i], faults);
	}
	return 0;
}
