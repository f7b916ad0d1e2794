/*
 * A pattern is read in three steps: lines to entries (zone_file_read), each entry made for two
 * domains (zone_file_entry), and the records of one domain looked at together (zone_file_check).
 */
#include "dns/zone_file.h"

#include "dns/zone_file_check.h"
#include "dns/zone_file_entry.h"
#include "dns/zone_file_read.h"

/* Two domains of different length, so that nothing that depends on the domain comes out alike. */
static const struct domain_name sample = { 11, "example.com" }, other_sample = { 9, "b.example" };

void zone_file_free(struct zone_file *file)
{
	if (!file)
		return;
	for (size_t i = 0; i < file->count; i++)
		zone_file_entry_clear(&file->entries[i]);
	free(file->entries);
	free(file->name);
	free(file);
}

/* The records of a file while it is checked; those that are kept elsewhere are not owned. */
struct made_records {
	struct dns_record **list; /* one for each entry, or NULL */
	const struct zone_file *file;
};

static void made_records_clear(struct made_records *made)
{
	for (size_t i = 0; made->list && i < made->file->count; i++) {
		if (made->list[i] != made->file->entries[i].record)
			free(made->list[i]);
	}
	free(made->list);
}

static int made_records_new(const struct zone_file *file, struct made_records *ret,
			    struct zone_file_faults *faults)
{
	struct error err;

	ret->file = file;
	ret->list = calloc(file->count + 1, sizeof(*ret->list));
	if (ret->list)
		return 0;
	error_no_memory(&err);
	return zone_file_fault(faults, 0, &err);
}

/* Makes the record for the sample domain, and prepares the entry. */
static int try_entry(struct zone_file_entry *entry, struct zone_file_faults *faults,
		     struct dns_record **ret, struct error *err)
{
	struct dns_record *other;

	if (zone_file_check_entry(entry, faults, err) < 0 ||
	    zone_file_entry_make(entry, true, &sample, 0, ret, err) < 0 ||
	    zone_file_check_record(*ret, &sample, err) < 0 ||
	    zone_file_entry_make(entry, true, &other_sample, 0, &other, err) < 0)
		return -1;
	zone_file_entry_prepare(entry, *ret, &sample, other, &other_sample);
	free(other);
	return 0;
}

int zone_file_parse(const char *text, size_t size, const char *name, struct zone_file **ret,
		    struct findings *findings, struct error *err)
{
	struct zone_file_faults faults = { .name = name, .findings = findings };
	CLEANUP(zone_file_freep) struct zone_file *file = NULL;
	CLEANUP(made_records_clear) struct made_records made = { 0 };

	if (zone_file_read(text, size, &faults, &file) == 0 &&
	    made_records_new(file, &made, &faults) == 0) {
		for (size_t i = 0; i < file->count; i++) {
			if (try_entry(&file->entries[i], &faults, &made.list[i], err) < 0)
				zone_file_fault(&faults, file->entries[i].line, err);
		}
		zone_file_check_together(file, made.list, &sample, &faults);
	}
	if (faults.first.code != ERROR_NONE) {
		*err = faults.first;
		return -1;
	}
	*ret = file;
	file = NULL;
	return 0;
}

int zone_file_make(const struct zone_file *file, const struct domain_name *domain, uint32_t ttl,
		   struct dns_record_list *list, struct error *err)
{
	struct zone_file_domain forms = zone_file_domain(domain);

	for (size_t i = 0; i < file->count; i++) {
		const struct zone_file_entry *entry = &file->entries[i];
		struct dns_record *record = NULL;

		if (entry->record && zone_file_entry_fill(entry, &forms, ttl, &record, err) < 0)
			return -1;
		/* not prepared, or too long: then the error comes from here */
		if (!record && zone_file_entry_make(entry, true, domain, ttl, &record, err) < 0)
			return error_prefix(err, "%s:%zu", file->name, entry->line);
		if (dns_record_list_add(list, record, err) < 0)
			return -1;
	}
	return 0;
}

/* Makes the record of one domain's own file. */
static int make_own(const struct zone_file_entry *entry, const struct domain_name *domain,
		    struct dns_record **ret, struct error *err)
{
	if (entry->ttl == ZONE_FILE_TTL_NONE)
		return error_set(err, ERROR_INVALID,
				 "%.16s without a TTL: give it one, or the file $TTL", entry->type);
	return zone_file_entry_make(entry, false, domain, 0, ret, err);
}

int zone_file_records(const char *text, size_t size, const char *name,
		      const struct domain_name *domain, struct dns_record_list *list,
		      struct error *err)
{
	struct zone_file_faults faults = { .name = name };
	CLEANUP(zone_file_freep) struct zone_file *file = NULL;
	CLEANUP(made_records_clear) struct made_records made = { 0 };

	if (zone_file_read(text, size, &faults, &file) == 0 && faults.first.code == ERROR_NONE &&
	    made_records_new(file, &made, &faults) == 0) {
		for (size_t i = 0; i < file->count && faults.first.code == ERROR_NONE; i++) {
			if (make_own(&file->entries[i], domain, &made.list[i], err) < 0)
				zone_file_fault(&faults, file->entries[i].line, err);
		}
		zone_file_check_together(file, made.list, domain, &faults);
	}
	if (faults.first.code != ERROR_NONE) {
		*err = faults.first;
		return -1;
	}
	for (size_t i = 0; made.list && i < file->count; i++) {
		struct dns_record *record = made.list[i];

		made.list[i] = NULL;
		if (dns_record_list_add(list, record, err) < 0)
			return -1;
	}
	return 0;
}
