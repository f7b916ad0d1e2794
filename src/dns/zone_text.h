/*
 * Files that Signpost writes for name servers: a fragment of a zone (to be included, or typed into
 * a panel), or a whole zone that is ours alone. ASCII, LF, no directives, a record a line with
 * absolute names, canonical order (an SOA record first), the same bytes each time.
 */
#ifndef DNS_ZONE_TEXT_H
#define DNS_ZONE_TEXT_H

#include "dns/dns_record.h"
#include "model/domain_name.h"

enum zone_text_kind { ZONE_TEXT_FRAGMENT, ZONE_TEXT_ZONE };

/*
 * Renders records (sorted). A zone needs exactly one SOA and at least one NS record of the domain
 * in frame, whose serial is replaced by serial: ERROR_INVALID otherwise, with what to write where,
 * without the domain. A fragment ignores frame, which may be NULL then, and serial. The caller
 * frees *ret.
 */
int zone_text_make(enum zone_text_kind kind, const struct domain_name *domain,
		   const struct dns_record_list *records, const struct dns_record_list *frame,
		   uint32_t serial, char **ret, size_t *ret_size, struct error *err);

/*
 * Reads such a file back; the SOA and NS records of the domain itself go to ret_frame, and the
 * serial to *ret_serial (0: no SOA record); the others, sorted, to ret_records. Anything that
 * zone_file_records() reads is understood. Fails with "name:line: ..." as that does; both lists are
 * to be cleared by the caller then too.
 */
int zone_text_parse(const char *text, size_t size, const char *name,
		    const struct domain_name *domain, struct dns_record_list *ret_records,
		    struct dns_record_list *ret_frame, uint32_t *ret_serial, struct error *err);

#endif
