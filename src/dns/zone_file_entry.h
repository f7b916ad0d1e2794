/* Records made of entries. For zone_file.c. */
#ifndef DNS_ZONE_FILE_ENTRY_H
#define DNS_ZONE_FILE_ENTRY_H

#include "dns/zone_file.h"

#define ZONE_FILE_PLACEHOLDER "%EMAILDOMAIN%"

/* Frees what is held, and empties it. For CLEANUP(zone_file_entry_clear). */
void zone_file_entry_clear(struct zone_file_entry *entry);

/*
 * Makes the record of an entry for a domain, with ttl if it gives none. If it is a pattern, the
 * domain is put in for the placeholder. ERROR_INVALID, without a place: a value breaks a rule, or
 * the owner lies outside of the domain. The caller frees *ret.
 */
int zone_file_entry_make(const struct zone_file_entry *entry, bool pattern,
			 const struct domain_name *domain, uint32_t ttl, struct dns_record **ret,
			 struct error *err);

/* The domain in the forms that are put behind what is prepared. */
struct zone_file_domain {
	char text[DOMAIN_NAME_SIZE + 1]; /* with a final dot */
	size_t text_size;		 /* with the NUL */
	unsigned char wire[DNS_OWNER_WIRE_MAX];
	size_t wire_size;
};

struct zone_file_domain zone_file_domain(const struct domain_name *domain);

/*
 * Prepares entry, if its record for domain a and that for domain b differ only in that the one ends
 * in a where the other ends in b; the two are of different length. Takes a over then; returns
 * whether.
 */
bool zone_file_entry_prepare(struct zone_file_entry *entry, struct dns_record *a,
			     const struct domain_name *a_domain, const struct dns_record *b,
			     const struct domain_name *b_domain);

/*
 * The record of a prepared entry. 0 and *ret NULL: with this domain it has to be made anew, since a
 * name may be too long.
 */
int zone_file_entry_fill(const struct zone_file_entry *entry, const struct zone_file_domain *domain,
			 uint32_t ttl, struct dns_record **ret, struct error *err);

#endif
