/*
 * Words to fields and back. Which fields a type has stands in a table; a type that is not there is
 * written and read as RFC 3597 has it (\# SIZE HEX), which every server understands.
 */
#include "dns/dns_record_text.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

#define STRING_MAX 255	       /* bytes of one string of a TXT record */
#define TXT_MAX 4000	       /* bytes of all strings of one record */
#define NAME_TEXT_MAX 1100     /* bytes of a name as it is written, origin included */
#define GENERIC_MAX (8 * 1024) /* bytes of rdata in the form of RFC 3597 */

static void rdf_free(ldns_rdf *rdf)
{
	ldns_rdf_deep_free(rdf);
}
DEFINE_CLEANUP(ldns_rdf *, rdf_free)

/* Out */

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-_*+/=:~!#%&'^|?<>,[]{}`", c));
}

void dns_text_append_name(struct bytes *bytes, const unsigned char *wire, size_t size)
{
	if (size <= 1) {
		bytes_append_text(bytes, ".");
		return;
	}
	for (size_t at = 0; at < size && wire[at];) {
		size_t end = at + 1 + wire[at];

		for (at++; at < end && at < size; at++) {
			if (is_plain(wire[at]))
				bytes_append(bytes, &wire[at], 1);
			else
				bytes_append_format(bytes, "\\%03u", wire[at]);
		}
		bytes_append_text(bytes, ".");
	}
}

void dns_text_append_string(struct bytes *bytes, const unsigned char *data, size_t size)
{
	bytes_append_text(bytes, "\"");
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '"' || data[i] == '\\')
			bytes_append_format(bytes, "\\%c", data[i]);
		else if (data[i] < ' ' || data[i] > '~')
			bytes_append_format(bytes, "\\%03u", data[i]);
		else
			bytes_append(bytes, &data[i], 1);
	}
	bytes_append_text(bytes, "\"");
}

/* What a type's fields are, a letter each. */
static const struct type_fields {
	ldns_rr_type type;
	const char *fields; /* n name, 1 2 4 number of so many bytes, t time, a A, 6 AAAA, s
			       strings, g CAA tag, v CAA value, h hexadecimal to the end */
} type_fields[] = {
	{ LDNS_RR_TYPE_SRV, "222n" },	 { LDNS_RR_TYPE_MX, "2n" },   { LDNS_RR_TYPE_CNAME, "n" },
	{ LDNS_RR_TYPE_NS, "n" },	 { LDNS_RR_TYPE_PTR, "n" },   { LDNS_RR_TYPE_DNAME, "n" },
	{ LDNS_RR_TYPE_A, "a" },	 { LDNS_RR_TYPE_AAAA, "6" },  { LDNS_RR_TYPE_TXT, "s" },
	{ LDNS_RR_TYPE_SOA, "nn4tttt" }, { LDNS_RR_TYPE_CAA, "1gv" }, { LDNS_RR_TYPE_TLSA, "111h" },
};

static const char *find_fields(ldns_rr_type type)
{
	for (size_t i = 0; i < sizeof(type_fields) / sizeof(*type_fields); i++) {
		if (type_fields[i].type == type)
			return type_fields[i].fields;
	}
	return NULL;
}

static int append_generic(struct bytes *bytes, const ldns_rr *rr, struct error *err)
{
	size_t size = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		size += ldns_rdf_size(ldns_rr_rdf(rr, i));
	if (size > GENERIC_MAX)
		return error_set(err, ERROR_TOO_LARGE, "a record of %zu bytes, at most %d", size,
				 GENERIC_MAX);
	bytes_append_format(bytes, "\\# %zu", size);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const unsigned char *data = ldns_rdf_data(ldns_rr_rdf(rr, i));

		for (size_t j = 0; j < ldns_rdf_size(ldns_rr_rdf(rr, i)); j++)
			bytes_append_format(bytes, "%s%02x", i || j ? "" : " ", data[j]);
	}
	return 0;
}

static int append_field(struct bytes *bytes, const ldns_rdf *rdf, char field, struct error *err)
{
	const unsigned char *data = ldns_rdf_data(rdf);
	size_t size = ldns_rdf_size(rdf);
	CLEANUP(freep) char *text = NULL;

	if (field == 'n') {
		dns_text_append_name(bytes, data, size);
	} else if (field == 's' && size > 0) {
		dns_text_append_string(bytes, data + 1, size - 1);
	} else if (field == 'v') {
		dns_text_append_string(bytes, data, size);
	} else {
		text = ldns_rdf2str(rdf);
		if (!text)
			return error_no_memory(err);
		bytes_append_text(bytes, text);
	}
	return 0;
}

int dns_text_append_rdata(struct bytes *bytes, const ldns_rr *rr, struct error *err)
{
	const char *fields = find_fields(ldns_rr_get_type(rr));

	if (!fields)
		return append_generic(bytes, rr, err);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		if (i)
			bytes_append_text(bytes, " ");
		if (append_field(bytes, ldns_rr_rdf(rr, i), *fields, err) < 0)
			return -1;
		fields += fields[1] != '\0'; /* the last one may come more than once */
	}
	return 0;
}

/* In */

int dns_text_next_field(const char **text, const char **ret, size_t *ret_size, struct error *err)
{
	const char *at = *text + strspn(*text, " \t");
	bool quoted = *at == '"';

	*ret = at;
	if (!*at)
		return 0;
	for (at += quoted; *at && (quoted ? *at != '"' : *at != ' ' && *at != '\t'); at++) {
		if (*at == '\\' && at[1])
			at++;
	}
	if (quoted && *at != '"')
		return error_set(err, ERROR_INVALID, "the quote before %.40s is not closed",
				 *ret + 1);
	at += quoted;
	*ret_size = (size_t)(at - *ret);
	*text = at;
	return 1;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte that an escape stands for; *at is behind the backslash and is moved to its last byte. */
static int decode_escape(const char *text, size_t size, size_t *at, struct error *err)
{
	int value;

	if (*at >= size)
		return error_set(err, ERROR_INVALID, "a backslash at the end of %.*s", (int)size,
				 text);
	if (!is_digit(text[*at]))
		return (unsigned char)text[*at];
	if (*at + 2 >= size || !is_digit(text[*at + 1]) || !is_digit(text[*at + 2]))
		return error_set(err, ERROR_INVALID, "an escape that is not \\DDD in %.*s",
				 (int)text_cut(text, size, 60), text);
	value = (text[*at] - '0') * 100 + (text[*at + 1] - '0') * 10 + (text[*at + 2] - '0');
	if (value > 255)
		return error_set(err, ERROR_INVALID, "\\%d is not a byte", value);
	*at += 2;
	return value;
}

long dns_text_decode_string(const char *field, size_t size, unsigned char *ret, struct error *err)
{
	bool quoted = size >= 2 && field[0] == '"';
	size_t end = quoted ? size - 1 : size;
	long length = 0;

	for (size_t i = quoted; i < end; i++) {
		int c = (unsigned char)field[i];

		if (c == '\\') {
			i++;
			c = decode_escape(field, end, &i, err);
			if (c < 0)
				return -1;
		} else if (c < ' ' || c > '~') {
			return error_set(err, ERROR_INVALID,
					 "byte 0x%02x in a string; write it as \\%03d", c, c);
		}
		ret[length++] = (unsigned char)c;
	}
	return length;
}

/* The letters of a name and its escapes; ldns checks lengths, but takes any byte. */
static int check_name_text(const char *text, size_t size, struct error *err)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\\') {
			i++;
			if (decode_escape(text, size, &i, err) < 0)
				return -1;
		} else if (!is_plain(c) && c != '.') {
			return error_set(err, ERROR_INVALID,
					 "name \"%.*s\" has a byte that no name has; an "
					 "international name is written in its xn-- form",
					 (int)text_cut(text, size, 80), text);
		}
	}
	return 0;
}

/* Whether the final dot is one, and not escaped. */
static bool is_absolute(const char *text, size_t size)
{
	size_t slashes = 0;

	if (size == 0 || text[size - 1] != '.')
		return false;
	while (slashes + 1 < size && text[size - 2 - slashes] == '\\')
		slashes++;
	return slashes % 2 == 0;
}

int dns_text_parse_name(const char *text, size_t size, const char *origin, ldns_rdf **ret,
			struct error *err)
{
	char name[NAME_TEXT_MAX];
	size_t origin_size = strlen(origin);
	bool is_origin = size == 1 && *text == '@';

	if (size == 0 || *text == '"')
		return error_set(err, ERROR_INVALID, "%.*s is not a name", (int)size + 2,
				 size ? text : "\"\"");
	if (size + origin_size + 2 > sizeof(name))
		return error_set(err, ERROR_INVALID, "name \"%.40s...\" is too long", text);
	if (!is_origin && check_name_text(text, size, err) < 0)
		return -1;
	if (is_origin) {
		memcpy(name, origin, origin_size + 1);
	} else {
		memcpy(name, text, size);
		name[size] = '\0';
		if (!is_absolute(text, size)) {
			name[size] = '.';
			memcpy(name + size + 1, strcmp(origin, ".") == 0 ? "" : origin,
			       strcmp(origin, ".") == 0 ? 1 : origin_size + 1);
		}
	}
	*ret = ldns_dname_new_frm_str(name);
	if (!*ret)
		return error_set(err, ERROR_INVALID,
				 "name \"%.80s\" is not one: labels of 1 to 63 bytes, 255 in all",
				 name);
	return 0;
}

int dns_text_parse_number(const char *text, size_t size, uint32_t maximum, uint32_t *ret,
			  struct error *err)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size && number <= maximum; i++) {
		if (!is_digit(text[i]))
			number = (uint64_t)maximum + 1;
		else
			number = number * 10 + (uint64_t)(text[i] - '0');
	}
	if (size == 0 || number > maximum)
		return error_set(err, ERROR_INVALID, "\"%.*s\" is not 0..%u",
				 (int)text_cut(text, size, 40), text, maximum);
	*ret = (uint32_t)number;
	return 0;
}

static int parse_number_field(const char *text, size_t size, char kind, ldns_rdf **ret,
			      struct error *err)
{
	uint32_t maximum = kind == '1' ? UINT8_MAX : kind == '2' ? UINT16_MAX : UINT32_MAX;
	uint32_t number;

	if (dns_text_parse_number(text, size, maximum, &number, err) < 0)
		return -1;
	*ret = kind == '1'   ? ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, (uint8_t)number)
	       : kind == '2' ? ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, (uint16_t)number)
			     : ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, number);
	return *ret ? 0 : error_no_memory(err);
}

static int parse_address(const char *text, size_t size, char kind, ldns_rdf **ret,
			 struct error *err)
{
	char address[INET6_ADDRSTRLEN] = "";
	unsigned char bytes[16];
	bool v4 = kind == 'a';

	if (size < sizeof(address))
		memcpy(address, text, size);
	if (inet_pton(v4 ? AF_INET : AF_INET6, address, bytes) != 1)
		return error_set(err, ERROR_INVALID, "\"%.*s\" is not an IPv%c address",
				 (int)text_cut(text, size, 60), text, v4 ? '4' : '6');
	*ret = ldns_rdf_new_frm_data(v4 ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA, v4 ? 4 : 16, bytes);
	return *ret ? 0 : error_no_memory(err);
}

/* A word or string that ldns checks well. */
static int parse_word(const char *text, size_t size, ldns_rdf_type type, ldns_rdf **ret,
		      struct error *err)
{
	unsigned char word[TXT_MAX + 1];
	long length;

	if (size > TXT_MAX)
		return error_set(err, ERROR_TOO_LARGE, "a field of %zu bytes, at most %d", size,
				 TXT_MAX);
	length = dns_text_decode_string(text, size, word, err);
	if (length < 0)
		return -1;
	word[length] = '\0';
	if (type == LDNS_RDF_TYPE_LONG_STR)
		*ret = ldns_rdf_new_frm_data(type, (size_t)length, word);
	else
		*ret = ldns_rdf_new_frm_str(type, (const char *)word);
	return *ret ? 0
		    : error_set(err, ERROR_INVALID, "\"%.*s\" is not understood",
				(int)text_cut(text, size, 60), text);
}

static int parse_field(const char *text, size_t size, char kind, const char *origin, ldns_rdf **ret,
		       struct error *err)
{
	switch (kind) {
	case 'n':
		return dns_text_parse_name(text, size, origin, ret, err);
	case 'a':
	case '6':
		return parse_address(text, size, kind, ret, err);
	case 'g':
		return parse_word(text, size, LDNS_RDF_TYPE_TAG, ret, err);
	case 'v':
		return parse_word(text, size, LDNS_RDF_TYPE_LONG_STR, ret, err);
	case 'h':
		if (size % 2)
			return error_set(err, ERROR_INVALID, "an odd number of hexadecimal digits");
		return parse_word(text, size, LDNS_RDF_TYPE_HEX, ret, err);
	default:
		return parse_number_field(text, size, kind, ret, err);
	}
}

static int push(ldns_rr *rr, ldns_rdf **rdf, struct error *err)
{
	if (!ldns_rr_push_rdf(rr, *rdf))
		return error_no_memory(err);
	*rdf = NULL;
	return 0;
}

/* One string, in parts of at most 255 bytes. */
static int push_string(ldns_rr *rr, const unsigned char *data, size_t size, struct error *err)
{
	do {
		size_t part = size > STRING_MAX ? STRING_MAX : size;
		unsigned char wire[STRING_MAX + 1] = { (unsigned char)part };
		CLEANUP(rdf_freep) ldns_rdf *rdf = NULL;

		memcpy(wire + 1, data, part);
		rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, part + 1, wire);
		if (!rdf || push(rr, &rdf, err) < 0)
			return error_no_memory(err);
		data += part;
		size -= part;
	} while (size > 0);
	return 0;
}

static int parse_strings(const char *rdata, ldns_rr *rr, struct error *err)
{
	unsigned char data[TXT_MAX];
	size_t total = 0, size;
	const char *field;
	int more;

	while ((more = dns_text_next_field(&rdata, &field, &size, err)) > 0) {
		long length;

		if (size > sizeof(data))
			return error_set(err, ERROR_TOO_LARGE, "a string of %zu bytes, at most %d",
					 size, TXT_MAX);
		length = dns_text_decode_string(field, size, data, err);
		if (length < 0)
			return -1;
		total += (size_t)length;
		if (total > TXT_MAX)
			return error_set(err, ERROR_TOO_LARGE, "strings of more than %d bytes",
					 TXT_MAX);
		if (push_string(rr, data, (size_t)length, err) < 0)
			return -1;
	}
	if (more == 0 && ldns_rr_rd_count(rr) == 0)
		return error_set(err, ERROR_INVALID, "the text is missing");
	return more;
}

/* \# SIZE HEX... */
static int parse_generic(const char *rdata, ldns_rr *rr, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes data = { 0 };
	CLEANUP(rdf_freep) ldns_rdf *rdf = NULL;
	const char *field;
	uint32_t announced;
	size_t size;

	if (dns_text_next_field(&rdata, &field, &size, err) <= 0 || size != 2 ||
	    strncmp(field, "\\#", 2) != 0 || dns_text_next_field(&rdata, &field, &size, err) <= 0)
		return error_set(err, ERROR_INVALID,
				 "this type is read only as \"\\# SIZE HEXADECIMAL\" (RFC 3597)");
	if (dns_text_parse_number(field, size, GENERIC_MAX, &announced, err) < 0)
		return -1;
	while (dns_text_next_field(&rdata, &field, &size, err) > 0) {
		for (size_t i = 0; i + 1 < size + size % 2; i += 2) {
			int high = text_hex_digit(field[i]);
			int low = i + 1 < size ? text_hex_digit(field[i + 1]) : -1;
			unsigned char byte = (unsigned char)(high * 16 + low);

			if (high < 0 || low < 0)
				return error_set(err, ERROR_INVALID, "\"%.*s\" is not hexadecimal",
						 (int)text_cut(field, size, 40), field);
			bytes_append(&data, &byte, 1);
		}
	}
	if (data.failed)
		return error_no_memory(err);
	if (data.size != announced || !data.size)
		return error_set(err, ERROR_INVALID, "%zu bytes where %u are announced", data.size,
				 announced);
	rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, data.size, data.data);
	return rdf ? push(rr, &rdf, err) : error_no_memory(err);
}

static const char *field_name(char kind)
{
	return kind == 'n'		    ? "a name"
	       : kind == 'a' || kind == '6' ? "an address"
	       : kind == 'h'		    ? "hexadecimal digits"
	       : kind == 'g' || kind == 'v' ? "a word"
					    : "a number";
}

int dns_text_parse_rdata(const char *rdata, const char *origin, ldns_rr *rr, struct error *err)
{
	const char *kinds = find_fields(ldns_rr_get_type(rr)), *field;
	size_t size;
	int more;

	if (!kinds)
		return parse_generic(rdata, rr, err);
	if (*kinds == 's')
		return parse_strings(rdata, rr, err);
	for (; *kinds; kinds++) {
		CLEANUP(rdf_freep) ldns_rdf *rdf = NULL;

		more = dns_text_next_field(&rdata, &field, &size, err);
		if (more < 0)
			return -1;
		if (more == 0)
			return error_set(err, ERROR_INVALID, "%s is missing", field_name(*kinds));
		if (parse_field(field, size, *kinds, origin, &rdf, err) < 0 ||
		    push(rr, &rdf, err) < 0)
			return -1;
	}
	more = dns_text_next_field(&rdata, &field, &size, err);
	if (more > 0)
		return error_set(err, ERROR_INVALID, "\"%.*s\" is more than the record has",
				 (int)text_cut(field, size, 60), field);
	return more;
}
