/* Names, strings and fields of records as master-file text (RFC 1035 5.1). For the dns layer. */
#ifndef DNS_DNS_RECORD_TEXT_H
#define DNS_DNS_RECORD_TEXT_H

#include "base/bytes.h"
#include "base/error.h"

#include <ldns/ldns.h>
#include <stdint.h>

/* Appends a name in wire form: letters, digits and harmless signs as they are, the rest as \DDD. */
void dns_text_append_name(struct bytes *bytes, const unsigned char *wire, size_t size);

/* Appends a string in quotes; what is not printable ASCII, and quotes and backslashes, escaped. */
void dns_text_append_string(struct bytes *bytes, const unsigned char *data, size_t size);

/* Appends the fields of a record, with a blank between them. -1: no memory. */
int dns_text_append_rdata(struct bytes *bytes, const ldns_rr *rr, struct error *err);

/*
 * Makes a name of text of size bytes; without a final dot it is completed with origin, which is
 * absolute ("kunde.example."); "@" is origin itself. ERROR_INVALID. The caller frees it with
 * ldns_rdf_deep_free().
 */
int dns_text_parse_name(const char *text, size_t size, const char *origin, ldns_rdf **ret,
			struct error *err);

/*
 * The next field at *text: a word, or a quoted string with its quotes. Returns 1 and moves *text
 * behind it, 0 at the end. ERROR_INVALID: a quote without its end.
 */
int dns_text_next_field(const char **text, const char **ret, size_t *ret_size, struct error *err);

/* Undoes quotes and escapes of one field; ret has room for size bytes. Returns the bytes, or -1. */
long dns_text_decode_string(const char *field, size_t size, unsigned char *ret, struct error *err);

/* Reads decimal digits, at most maximum. */
int dns_text_parse_number(const char *text, size_t size, uint32_t maximum, uint32_t *ret,
			  struct error *err);

/* Pushes the fields of rdata onto rr, which has its type. */
int dns_text_parse_rdata(const char *rdata, const char *origin, ldns_rr *rr, struct error *err);

#endif
