/*
 * Every request asks for a domain, so the common case, ASCII without a non-ASCII letter, is one
 * pass over the bytes with a table and never reaches libidn2. A label that begins with xn-- is
 * taken as it is: the name is only compared, and a label that no registry would give out is simply
 * not found.
 *
 * A name with other letters is mapped by UTS 46 (lower case, normalised, full stops of other
 * scripts turned into dots), non-transitionally: the German sharp s stays a letter of its own, as
 * browsers and registries have it. The result goes through the same pass: the mapping can bring
 * forth characters that host names do not have.
 */
#include "model/domain_name.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX 63 /* bytes, RFC 1035 2.3.4 */
/* Bytes that libidn2 gets to see. An A-label is never shorter than a quarter of its U-label. */
#define UNICODE_MAX (4 * (DOMAIN_NAME_SIZE - 1))

/* The lower-case form of each byte that a label may have, 0 for all others. */
static const char label_bytes[256] = {
	['-'] = '-', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5',
	['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c',
	['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j',
	['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q',
	['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x',
	['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
	['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l',
	['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's',
	['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_digits(const char *text, size_t size)
{
	while (size && is_digit(text[size - 1]))
		size--;
	return size == 0;
}

static int label_check(const char *label, size_t size, struct error *err)
{
	if (size == 0)
		return error_set(err, ERROR_INVALID, "domain name has an empty label");
	if (size > LABEL_MAX)
		return error_set(err, ERROR_INVALID,
				 "domain name has a label of more than %d bytes", LABEL_MAX);
	if (label[0] == '-' || label[size - 1] == '-')
		return error_set(err, ERROR_INVALID,
				 "domain name has a label with a hyphen at its end");
	return 0;
}

/* Reads an ASCII name without a final dot, which has labels of any number. */
static int parse_ascii(const char *text, size_t size, struct domain_name *ret, struct error *err)
{
	size_t label = 0; /* where it begins */

	if (size == 0)
		return error_set(err, ERROR_INVALID, "domain name is empty");
	if (size >= DOMAIN_NAME_SIZE)
		return error_set(err, ERROR_INVALID, "domain name has more than %d bytes",
				 DOMAIN_NAME_SIZE - 1);
	for (size_t i = 0; i < size; i++) {
		char c = label_bytes[(unsigned char)text[i]];

		ret->text[i] = c ? c : '.';
		if (c)
			continue;
		if (text[i] != '.')
			return error_set(err, ERROR_INVALID,
					 "domain name has a character other than letters, "
					 "digits, hyphens and dots");
		if (label_check(ret->text + label, i - label, err) < 0)
			return -1;
		label = i + 1;
	}
	ret->text[size] = '\0';
	ret->length = size;
	return label_check(ret->text + label, size - label, err);
}

static int parse_unicode(const char *text, size_t size, struct domain_name *ret, struct error *err)
{
	CLEANUP(freep) uint8_t *mapped = NULL;
	char name[UNICODE_MAX + 1];
	size_t length;
	int result;

	if (size > UNICODE_MAX)
		return error_set(err, ERROR_INVALID, "domain name has more than %d bytes",
				 UNICODE_MAX);
	if (!text_is_clean(text, size))
		return error_set(err, ERROR_INVALID,
				 "domain name is not UTF-8 or has control characters");
	memcpy(name, text, size);
	name[size] = '\0';
	result = idn2_lookup_u8((const uint8_t *)name, &mapped,
				IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (result == IDN2_MALLOC)
		return error_no_memory(err);
	if (result != IDN2_OK)
		return error_set(err, ERROR_INVALID, "domain name: %s", idn2_strerror(result));
	length = strlen((const char *)mapped);
	if (length && mapped[length - 1] == '.') /* or one of another script, such as U+3002 */
		length--;
	return parse_ascii((const char *)mapped, length, ret, err);
}

/* Reads a name of one label or more. */
static int parse_labels(const char *text, size_t size, struct domain_name *ret, struct error *err)
{
	size_t dot = size && text[size - 1] == '.' ? 1 : 0; /* the final one */
	struct error ascii;

	if (parse_ascii(text, size - dot, ret, &ascii) == 0)
		return 0;
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)text[i] >= 0x80)
			return parse_unicode(text, size, ret, err);
	}
	*err = ascii;
	return -1;
}

int domain_name_parse(const char *text, size_t size, struct domain_name *ret, struct error *err)
{
	struct domain_name name;
	const char *last;

	if (parse_labels(text, size, &name, err) < 0)
		return -1;
	last = memrchr(name.text, '.', name.length);
	if (!last)
		return error_set(err, ERROR_INVALID, "domain name has one label only");
	last++;
	if (is_digits(last, name.length - (size_t)(last - name.text)))
		return error_set(err, ERROR_INVALID,
				 "domain name ends in a number, as an IP address does");
	ret->length = name.length;
	memcpy(ret->text, name.text, name.length + 1);
	return 0;
}

int domain_name_parse_host(const char *text, size_t size, struct domain_name *ret,
			   struct error *err)
{
	const char *colon = size ? memchr(text, ':', size) : NULL;

	if (size && text[0] == '[')
		return error_set(err, ERROR_INVALID, "host is an IP address, not a name");
	if (colon) {
		size_t length = (size_t)(colon - text);

		/* RFC 3986 3.2.3: the port may be empty */
		if (size - length - 1 > 5 || !is_digits(colon + 1, size - length - 1))
			return error_set(err, ERROR_INVALID, "host has a port that is no number");
		size = length;
	}
	return domain_name_parse(text, size, ret, err);
}

bool domain_name_strip_service(struct domain_name *name)
{
	static const struct {
		const char *text;
		size_t length;
	} prefixes[] = {
#define PREFIX(text) { text, sizeof(text) - 1 }
		PREFIX("autoconfig."),
		PREFIX("autodiscover."),
		PREFIX("ua-auto-config."),
		PREFIX("mta-sts."),
#undef PREFIX
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t length = prefixes[i].length;

		if (name->length <= length || memcmp(name->text, prefixes[i].text, length) != 0)
			continue;
		if (!memchr(name->text + length, '.', name->length - length))
			return false; /* autoconfig.com is a domain of its own */
		memmove(name->text, name->text + length, name->length - length + 1);
		name->length -= length;
		return true;
	}
	return false;
}

/* Four numbers of 0 to 255 without leading zeros, which some programs would read as octal. */
static bool is_ipv4(const char *text)
{
	for (int i = 0; i < 4; i++) {
		unsigned int number = 0;
		size_t digits = 0;

		while (is_digit(text[digits]) && digits < 4)
			number = number * 10 + (unsigned int)(text[digits++] - '0');
		if (digits == 0 || digits > 3 || number > 255 || (digits > 1 && text[0] == '0'))
			return false;
		text += digits;
		if (i < 3 && *text++ != '.')
			return false;
	}
	return *text == '\0';
}

/* Reads one label of a server's name, or the placeholder in place of one. */
static int parse_server_label(const char *label, size_t size, struct domain_name *ret,
			      struct error *err)
{
	static const char placeholder[] = "%EMAILDOMAIN%";
	size_t length = sizeof(placeholder) - 1;

	if (size != length || memcmp(label, placeholder, length) != 0)
		return parse_labels(label, size, ret, err);
	memcpy(ret->text, placeholder, sizeof(placeholder));
	ret->length = length;
	return 0;
}

static int append_label(struct domain_name *name, const struct domain_name *label,
			struct error *err)
{
	if (name->length + 1 + label->length >= DOMAIN_NAME_SIZE)
		return error_set(err, ERROR_INVALID, "domain name has more than %d bytes",
				 DOMAIN_NAME_SIZE - 1);
	if (name->length)
		name->text[name->length++] = '.';
	memcpy(name->text + name->length, label->text, label->length + 1);
	name->length += label->length;
	return 0;
}

int domain_name_parse_server(const char *text, size_t size, char *ret_text, struct error *err)
{
	struct domain_name name = { 0 }, label;
	const char *last;

	if (size && text[size - 1] == '.')
		size--;
	for (;;) {
		const char *dot = size ? memchr(text, '.', size) : NULL;
		size_t length = dot ? (size_t)(dot - text) : size;

		if (length == 0 && (dot || name.length))
			return error_set(err, ERROR_INVALID, "domain name has an empty label");
		if (parse_server_label(text, length, &label, err) < 0 ||
		    append_label(&name, &label, err) < 0)
			return -1;
		if (!dot)
			break;
		text += length + 1;
		size -= length + 1;
	}
	last = memrchr(name.text, '.', name.length);
	last = last ? last + 1 : name.text;
	if (is_digits(last, strlen(last)) && !is_ipv4(name.text))
		return error_set(err, ERROR_INVALID,
				 "host name ends in a number, but is no IPv4 address");
	memcpy(ret_text, name.text, name.length + 1);
	return 0;
}

char *domain_name_unicode(const char *name)
{
	char *unicode = NULL, *copy = NULL;
	struct domain_name back;
	struct error ignored;

	if (!strstr(name, "xn--") ||
	    idn2_to_unicode_8z8z(name, &unicode, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	/*
	 * An A-label may decode to anything, such as what turns the direction of writing. Letters
	 * are what leads back to the name (RFC 5890 2.3.2.1).
	 */
	if (strcmp(unicode, name) != 0 &&
	    parse_labels(unicode, strlen(unicode), &back, &ignored) == 0 &&
	    strcmp(back.text, name) == 0)
		copy = strdup(unicode);
	idn2_free(unicode);
	return copy;
}
