/*
 * Which records are managed as one. A unit is all records of one owner and type; of TXT records,
 * whose set many share, only those of one kind: SPF, DMARC, DKIM, MTA-STS, TLS reports, PACC, the
 * path of a DAV service; any other TXT string is a unit of its own.
 */
#ifndef DNS_RECORD_UNIT_H
#define DNS_RECORD_UNIT_H

#include "dns/dns_record.h"

enum record_kind {
	RECORD_SET,    /* not TXT: the whole set */
	RECORD_STRING, /* a TXT string of no kind known here */
	RECORD_DKIM,   /* v=DKIM1, and whatever stands at SELECTOR._domainkey (RFC 6376 3.6.2.2) */
	RECORD_DMARC,
	RECORD_MTA_STS,
	RECORD_PACC,
	RECORD_PATH,
	RECORD_SPF,
	RECORD_TLS_REPORT,
};

enum record_kind record_unit_kind(const struct dns_record *record);

/* An order of units: by owner, type, kind. 0: both records are of one unit. */
int record_unit_compare(const struct dns_record *a, const struct dns_record *b);

/*
 * An order of values in units. 0: the same record, or TXT records of a kind whose strings are read
 * as one text, which is the same, but cut at other places: panels cut DKIM keys as they like.
 */
int record_value_compare(const struct dns_record *a, const struct dns_record *b);

/*
 * Whether records of this type are compared and changed at all: not SOA and NS, nor what signs a
 * zone (RRSIG, NSEC, NSEC3, NSEC3PARAM, DNSKEY, CDNSKEY, DS, CDS, CSYNC, DLV, KEY, SIG, NXT,
 * ZONEMD), which belong to whoever runs the name server, and to no name's content.
 */
bool record_type_is_managed(ldns_rr_type type);

/* Whether the name of size bytes in wire form is the record's owner, or lies above it. */
bool record_is_below(const struct dns_record *record, const unsigned char *name, size_t size);

#endif
