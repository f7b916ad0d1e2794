/*
 * One DNS record in canonical form, and lists of them. Immutable. Two records are the same if
 * owner, type and rdata are, byte by byte; the class is always IN.
 */
#ifndef DNS_DNS_RECORD_H
#define DNS_DNS_RECORD_H

#include "base/cleanup.h"
#include "base/error.h"

#include <ldns/ldns.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_OWNER_WIRE_MAX 255	 /* bytes, RFC 1035 2.3.4 */
#define DNS_OWNER_TEXT_SIZE 1016 /* bytes: 253 of which each may become \DDD, dots, final NUL */
#define DNS_TTL_MAX 2147483647	 /* seconds, RFC 2181 8 */

struct dns_record {
	ldns_rr_type type;
	uint32_t ttl;	    /* seconds */
	const char *owner;  /* absolute, lower case, with its final dot; "." is the root */
	const char *rdata;  /* canonical master-file text: absolute names in lower case, strings in
			       quotes, printable ASCII only, other bytes as \DDD */
	const char *reason; /* one sentence for people, "" for none */
	const unsigned char *owner_wire, *rdata_wire; /* canonical (RFC 4034 6.2), uncompressed */
	uint16_t owner_size, rdata_size;	      /* bytes of these */
};

/*
 * Reads one record. owner and rdata are master-file text; a relative name in them is completed with
 * origin, which is absolute. Numbers, names and strings are checked before ldns sees them: its
 * reader takes port 70000 for 4464 and cuts or pads what it does not like. A string of a TXT record
 * that is longer than 255 bytes is split. ERROR_INVALID says which field breaks which rule, without
 * the owner; ERROR_NO_MEMORY. The caller frees *ret with free().
 */
int dns_record_parse(const char *owner, uint32_t ttl, const char *type, const char *rdata,
		     const char *origin, const char *reason, struct dns_record **ret,
		     struct error *err);

/* As dns_record_parse() for one line "OWNER TTL IN TYPE RDATA" that dns_record_append() wrote. */
int dns_record_parse_line(const char *line, size_t size, struct dns_record **ret,
			  struct error *err);

/* Makes one of what a server sent. ERROR_INVALID: a class other than IN, no rdata. */
int dns_record_from_rr(const ldns_rr *rr, struct dns_record **ret, struct error *err);

/* The same record with another TTL or reason. NULL: no memory. The caller frees it. */
struct dns_record *dns_record_copy(const struct dns_record *record, uint32_t ttl,
				   const char *reason);

/*
 * A copy of a record that may have been put together of canonical parts, wherever they lie. NULL:
 * no memory. The caller frees it.
 */
struct dns_record *dns_record_clone(const struct dns_record *record);

/* "SRV", "TYPE65280". ret has 16 bytes. Returns ret. */
const char *dns_type_name(ldns_rr_type type, char *ret);

/* Canonical order (RFC 4034 6.1, 6.3): owner, then type, then rdata. 0: the same record. */
int dns_record_compare(const struct dns_record *a, const struct dns_record *b);

/* The order of two owners alone. */
int dns_owner_compare(const struct dns_record *a, const struct dns_record *b);

struct bytes;
/* Appends "OWNER TTL IN TYPE RDATA", without a newline. */
void dns_record_append(struct bytes *bytes, const struct dns_record *record);

/* The first string of a TXT record, or all of them joined, as bytes; 0 bytes for other types. The
 * caller frees *ret. -1: no memory. */
int dns_record_txt(const struct dns_record *record, char **ret, size_t *ret_size);

/* All zero is the empty list. */
struct dns_record_list {
	struct dns_record **list;
	size_t count, room;
};

/* Takes record over, frees it on failure. */
int dns_record_list_add(struct dns_record_list *list, struct dns_record *record, struct error *err);

/* Adds a copy. */
int dns_record_list_add_copy(struct dns_record_list *list, const struct dns_record *record,
			     struct error *err);

/* Sorts canonically and drops what is there twice (the one with a reason stays). */
void dns_record_list_sort(struct dns_record_list *list);

/* The record that is the same (the TTL may differ), or NULL. The list need not be sorted. */
const struct dns_record *dns_record_list_find(const struct dns_record_list *list,
					      const struct dns_record *record);

/* Lines of dns_record_append(), each ended by LF; reads them back. */
int dns_record_list_text(const struct dns_record_list *list, char **ret, size_t *ret_size,
			 struct error *err);
int dns_record_list_parse(const char *text, size_t size, struct dns_record_list *ret,
			  struct error *err);

/* Frees the records, not the struct, and empties it. For CLEANUP(). */
void dns_record_list_clear(struct dns_record_list *list);

#endif
