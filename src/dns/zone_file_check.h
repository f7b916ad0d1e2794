/* What is wrong with entries although each of their values is right. For zone_file.c. */
#ifndef DNS_ZONE_FILE_CHECK_H
#define DNS_ZONE_FILE_CHECK_H

#include "dns/zone_file_read.h"

/*
 * Checks one entry of a pattern before it is made: placeholders that are none or stand for a
 * person, addresses where names belong; names with dots but no final one are a warning. -1 and *err
 * without a place: ERROR_INVALID, ERROR_NO_MEMORY.
 */
int zone_file_check_entry(const struct zone_file_entry *entry, struct zone_file_faults *faults,
			  struct error *err);

/*
 * Checks one record of a pattern, made for a domain: a name that ends in the domain twice lacks its
 * final dot.
 */
int zone_file_check_record(const struct dns_record *record, const struct domain_name *domain,
			   struct error *err);

/*
 * Checks the records of a file together: records[i] is that of file->entries[i], or NULL. -1 only
 * for ERROR_NO_MEMORY.
 */
int zone_file_check_together(const struct zone_file *file, struct dns_record *const *records,
			     const struct domain_name *domain, struct zone_file_faults *faults);

#endif
