/*
 * Terms are cut out at the blanks first, then each is looked up in a table by its name. Domain
 * names are taken narrower than by the grammar, whose names may hold any visible sign: a comma
 * between two of them is a slip, and a receiver would look up the name with the comma in it.
 */
#include "dns/spf.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

#define VERSION "v=spf1"
#define SHOWN 100 /* bytes of a term in a text */

struct term {
	const char *text;
	size_t size;
};

/* What may follow a mechanism's name. */
enum argument {
	ARGUMENT_NONE,
	ARGUMENT_NAME,		/* ":" and a name */
	ARGUMENT_NAME_OPTIONAL, /* the same or nothing */
	ARGUMENT_HOST,		/* the same, and "/24", "//64", "/24//64" */
	ARGUMENT_IP4,
	ARGUMENT_IP6,
};

static const struct mechanism {
	const char *name;
	enum argument argument;
	bool lookup;
} mechanisms[] = {
	{ "all", ARGUMENT_NONE, false },   { "include", ARGUMENT_NAME, true },
	{ "a", ARGUMENT_HOST, true },	   { "mx", ARGUMENT_HOST, true },
	{ "ip4", ARGUMENT_IP4, false },	   { "ip6", ARGUMENT_IP6, false },
	{ "exists", ARGUMENT_NAME, true }, { "ptr", ARGUMENT_NAME_OPTIONAL, true },
};

struct reader {
	struct spf spf;
	bool explained; /* there was an exp= */
	struct error *err;
};

#define TERM_TEXT(term) (int)text_cut((term)->text, (term)->size, SHOWN), (term)->text

bool spf_is(const char *text, size_t size)
{
	size_t length = strlen(VERSION);

	return size >= length && text_equals(text, length, VERSION) &&
	       (size == length || text[length] == ' ');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	c = text_lower(c);
	return c >= 'a' && c <= 'z';
}

/* The bytes up to the first of the signs, or all. */
static size_t span_until(const char *text, size_t size, const char *signs)
{
	size_t length = 0;

	while (length < size && !strchr(signs, text[length]))
		length++;
	return length;
}

/* "%{" letter digits "r" delimiters "}", "%%", "%_" or "%-": the bytes of it, or 0. */
static size_t macro_size(const char *text, size_t size)
{
	size_t at = 3;

	if (size >= 2 && strchr("%_-", text[1]))
		return 2;
	if (size < 4 || text[1] != '{' || !strchr("slodiphcrtv", text_lower(text[2])))
		return 0;
	while (at < size && is_digit(text[at]))
		at++;
	if (at < size && text_lower(text[at]) == 'r')
		at++;
	while (at < size && strchr(".-+,/_=", text[at]))
		at++;
	return at < size && text[at] == '}' ? at + 1 : 0;
}

/* A macro-string (RFC 7208 7.1); of a name, only signs that names have stand between the macros. */
static int check_macros(struct reader *reader, const struct term *term, const char *text,
			size_t size, bool is_name)
{
	for (size_t at = 0; at < size;) {
		char c = text[at];
		size_t macro = c == '%' ? macro_size(text + at, size - at) : 0;

		if (c == '%' && macro == 0)
			return error_set(
				reader->err, ERROR_INVALID,
				"\"%.*s\": \"%%\" begins no macro: it is %%{i} or the like, "
				"and %%%% for itself",
				TERM_TEXT(term));
		if (is_name && c != '%' && !is_letter(c) && !is_digit(c) && !strchr("-_.", c))
			return error_set(reader->err, ERROR_INVALID,
					 "\"%.*s\": \"%c\" stands in no domain name",
					 TERM_TEXT(term), c);
		at += macro ? macro : 1;
	}
	return 0;
}

/* toplabel of the grammar: letters, digits, hyphens inside, not digits alone. */
static bool is_top_label(const char *text, size_t size)
{
	bool digits = true;

	if (size == 0 || text[0] == '-' || text[size - 1] == '-')
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '-')
			return false;
		digits = digits && is_digit(text[i]);
	}
	return !digits;
}

/* Whether the name ends with a macro, or has a dot and a top label behind it; no label is empty. */
static bool is_name(const char *text, size_t size)
{
	size_t dot;

	if (size > 0 && text[0] == '.')
		return false;
	for (size_t i = 1; i < size; i++) {
		if (text[i] == '.' && text[i - 1] == '.')
			return false;
	}
	if (size > 0 && text[size - 1] == '}')
		return true;
	if (size > 0 && text[size - 1] == '.')
		size--;
	for (dot = size; dot > 0 && text[dot - 1] != '.';)
		dot--;
	return dot > 0 && is_top_label(text + dot, size - dot);
}

static int check_name(struct reader *reader, const struct term *term, const char *text, size_t size)
{
	if (check_macros(reader, term, text, size, true) < 0)
		return -1;
	if (is_name(text, size))
		return 0;
	return error_set(reader->err, ERROR_INVALID, "\"%.*s\": \"%.*s\" is no domain name",
			 TERM_TEXT(term), (int)text_cut(text, size, SHOWN), text);
}

/* Decimal digits without a leading zero, at most maximum. */
static bool is_bits(const char *text, size_t size, unsigned int maximum)
{
	unsigned int bits = 0;

	if (size == 0 || size > 3 || (text[0] == '0' && size > 1))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!is_digit(text[i]))
			return false;
		bits = bits * 10 + (unsigned int)(text[i] - '0');
	}
	return bits <= maximum;
}

/* "", "/24", "//64" or "/24//64". */
static int check_lengths(struct reader *reader, const struct term *term, const char *text,
			 size_t size)
{
	const char *end = text + size;
	size_t length;

	if (size > 1 && text[0] == '/' && text[1] != '/') {
		length = span_until(text + 1, size - 1, "/");
		if (!is_bits(text + 1, length, 32))
			return error_set(reader->err, ERROR_INVALID,
					 "\"%.*s\": a prefix of IPv4 addresses is /0 to /32",
					 TERM_TEXT(term));
		text += length + 1;
	}
	length = (size_t)(end - text);
	if (length == 0 ||
	    (length > 2 && text[0] == '/' && text[1] == '/' && is_bits(text + 2, length - 2, 128)))
		return 0;
	return error_set(reader->err, ERROR_INVALID,
			 "\"%.*s\": behind the name stand /0 to /32 for IPv4 and //0 to //128 for "
			 "IPv6",
			 TERM_TEXT(term));
}

/* Where the "/" of the prefix lengths begins: a macro may hold one of its own. */
static size_t name_size(const char *text, size_t size)
{
	bool inside = false;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '{' || text[i] == '}')
			inside = text[i] == '{';
		else if (text[i] == '/' && !inside)
			return i;
	}
	return size;
}

static int check_host(struct reader *reader, const struct term *term, const char *text, size_t size)
{
	size_t length = name_size(text, size);

	if (length > 0 && text[0] == ':') {
		if (check_name(reader, term, text + 1, length - 1) < 0)
			return -1;
	} else {
		length = 0;
	}
	return check_lengths(reader, term, text + length, size - length);
}

static int check_address(struct reader *reader, const struct term *term, const char *text,
			 size_t size, int family)
{
	unsigned int maximum = family == AF_INET ? 32 : 128;
	char address[INET6_ADDRSTRLEN] = "";
	unsigned char bytes[16];
	size_t length;

	if (size > 0 && text[0] == ':') {
		text++;
		size--;
	}
	length = span_until(text, size, "/");
	if (length < sizeof(address))
		memcpy(address, text, length);
	if (inet_pton(family, address, bytes) != 1)
		return error_set(reader->err, ERROR_INVALID,
				 "\"%.*s\": \"%.*s\" is not an IPv%c address", TERM_TEXT(term),
				 (int)text_cut(text, length, SHOWN), text,
				 family == AF_INET ? '4' : '6');
	if (length < size && !is_bits(text + length + 1, size - length - 1, maximum))
		return error_set(reader->err, ERROR_INVALID,
				 "\"%.*s\": the prefix is not /0 to /%u", TERM_TEXT(term), maximum);
	return 0;
}

/* text is what stands behind the mechanism's name. */
static int check_argument(struct reader *reader, const struct term *term,
			  const struct mechanism *mechanism, const char *text, size_t size)
{
	switch (mechanism->argument) {
	case ARGUMENT_IP4:
		return check_address(reader, term, text, size, AF_INET);
	case ARGUMENT_IP6:
		return check_address(reader, term, text, size, AF_INET6);
	case ARGUMENT_HOST:
		return check_host(reader, term, text, size);
	case ARGUMENT_NAME_OPTIONAL:
		if (size == 0)
			return 0;
		/* fallthrough */
	case ARGUMENT_NAME:
		if (size > 0 && text[0] == ':')
			return check_name(reader, term, text + 1, size - 1);
		return error_set(reader->err, ERROR_INVALID, "\"%.*s\": a name is missing: %s:NAME",
				 TERM_TEXT(term), mechanism->name);
	case ARGUMENT_NONE:
	default:
		if (size == 0)
			return 0;
		return error_set(reader->err, ERROR_INVALID,
				 "\"%.*s\": nothing stands behind \"%s\"", TERM_TEXT(term),
				 mechanism->name);
	}
}

static const struct mechanism *find_mechanism(const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++) {
		if (text_equals(name, size, mechanisms[i].name))
			return &mechanisms[i];
	}
	return NULL;
}

static int read_mechanism(struct reader *reader, const struct term *term)
{
	bool qualified = strchr("+-~?", term->text[0]) != NULL;
	const char *name = term->text + qualified;
	size_t size = term->size - qualified, length = span_until(name, size, ":/=");
	const struct mechanism *mechanism = find_mechanism(name, length);

	if (!mechanism)
		return error_set(reader->err, ERROR_INVALID,
				 "\"%.*s\" is none of all, include, a, mx, ip4, ip6, exists, ptr, "
				 "redirect=, exp=",
				 TERM_TEXT(term));
	if (reader->spf.all)
		return error_set(
			reader->err, ERROR_INVALID,
			"\"%.*s\" stands behind \"all\", where nobody looks; put \"all\" last",
			TERM_TEXT(term));
	if (mechanism->argument == ARGUMENT_NONE)
		reader->spf.all = qualified ? term->text[0] : '+';
	reader->spf.lookups += mechanism->lookup;
	reader->spf.ptr = reader->spf.ptr || mechanism->argument == ARGUMENT_NAME_OPTIONAL;
	return check_argument(reader, term, mechanism, name + length, size - length);
}

/* length is that of the name; "=" follows it. */
static int read_modifier(struct reader *reader, const struct term *term, size_t length)
{
	const char *value = term->text + length + 1;
	size_t size = term->size - length - 1;
	bool redirect = text_equals(term->text, length, "redirect");
	bool explained = text_equals(term->text, length, "exp");

	if (text_equals(term->text, length, "v"))
		return error_set(reader->err, ERROR_INVALID,
				 "\"%.*s\": the version stands once, at the beginning",
				 TERM_TEXT(term));
	if ((redirect && reader->spf.redirect) || (explained && reader->explained))
		return error_set(reader->err, ERROR_INVALID, "\"%.*s\": there is one already",
				 TERM_TEXT(term));
	reader->explained = reader->explained || explained;
	if (redirect) {
		reader->spf.redirect = true;
		reader->spf.lookups++;
	}
	if (redirect || explained)
		return check_name(reader, term, value, size);
	return check_macros(reader, term, value, size, false);
}

/* The bytes of a modifier's name, or 0 if the term is none. */
static size_t modifier_name(const struct term *term)
{
	size_t length = 0;

	if (!is_letter(term->text[0]))
		return 0;
	while (length < term->size &&
	       (is_letter(term->text[length]) || is_digit(term->text[length]) ||
		strchr("-_.", term->text[length])))
		length++;
	return length < term->size && term->text[length] == '=' ? length : 0;
}

static int read_term(struct reader *reader, const struct term *term)
{
	size_t length = modifier_name(term);

	/* include=x is a modifier by the grammar, which receivers pass over: include:x was meant */
	if (length && !find_mechanism(term->text, length))
		return read_modifier(reader, term, length);
	return read_mechanism(reader, term);
}

static int check_bytes(const char *text, size_t size, struct error *err)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return error_set(
				err, ERROR_INVALID,
				"byte 0x%02x: it is printable ASCII with blanks between the "
				"terms",
				(unsigned char)text[i]);
	}
	return 0;
}

int spf_parse(const char *text, size_t size, struct spf *ret, struct error *err)
{
	const char *end = text + size;
	struct reader reader = { .err = err };

	if (check_bytes(text, size, err) < 0)
		return -1;
	for (text += strlen(VERSION); text < end;) {
		struct term term = { text, span_until(text, (size_t)(end - text), " ") };

		text += term.size + 1;
		if (term.size > 0 && read_term(&reader, &term) < 0)
			return -1;
	}
	if (reader.spf.all && reader.spf.redirect)
		return error_set(err, ERROR_INVALID,
				 "\"redirect=\" is never followed beside \"all\"; take one of them "
				 "away");
	*ret = reader.spf;
	return 0;
}
