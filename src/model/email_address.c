#include "model/email_address.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* What stands in a quoted local part only (RFC 5322 3.2.3); the dot is let through anywhere. */
static bool is_special(unsigned char c)
{
	switch (c) {
	case '"':
	case '(':
	case ')':
	case ',':
	case ':':
	case ';':
	case '<':
	case '>':
	case '@':
	case '[':
	case '\\':
	case ']':
	case 0x7f:
		return true;
	default:
		return c <= ' ';
	}
}

/*
 * Unicode's Default_Ignorable_Code_Point without the joiners that some scripts need, its line and
 * paragraph separators and U+FFF9 to U+FFFB: with one of them, what people read on a page is not
 * what the address is, and what was pasted with a word processor's invisible blank would become a
 * login that never works.
 */
static const struct {
	uint32_t first, last;
} invisible[] = {
	{ 0x00ad, 0x00ad },   { 0x034f, 0x034f },   { 0x061c, 0x061c }, { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f },   { 0x200b, 0x200b }, { 0x200e, 0x200f },
	{ 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

/* The character at text, which is UTF-8 and not ASCII; *ret_size is how long it is. */
static uint32_t decode(const char *text, size_t *ret_size)
{
	unsigned char first = (unsigned char)*text;
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	uint32_t c = first & (0xffU >> (size + 1));

	for (size_t i = 1; i < size; i++)
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	*ret_size = size;
	return c;
}

static bool has_invisible(const char *text, size_t size)
{
	for (size_t i = 0, step = 1; i < size; i += step) {
		uint32_t c;

		step = 1;
		if ((unsigned char)text[i] < 0x80)
			continue;
		c = decode(text + i, &step);
		for (size_t j = 0; j < sizeof(invisible) / sizeof(*invisible); j++) {
			if (c >= invisible[j].first && c <= invisible[j].last)
				return true;
		}
	}
	return false;
}

static int check_local(const char *local, size_t size, struct error *err)
{
	bool ascii = true;

	if (size == 0)
		return error_set(err, ERROR_INVALID, "address has nothing before the @");
	if (size > EMAIL_ADDRESS_LOCAL_MAX)
		return error_set(err, ERROR_INVALID, "address has more than %d bytes before the @",
				 EMAIL_ADDRESS_LOCAL_MAX);
	for (size_t i = 0; i < size; i++) {
		if (is_special((unsigned char)local[i]))
			return error_set(err, ERROR_INVALID,
					 "address has a blank, a control character or one of "
					 "\"(),:;<>@[\\] before the @");
		ascii = ascii && (unsigned char)local[i] < 0x80;
	}
	if (!ascii && !text_is_clean(local, size))
		return error_set(err, ERROR_INVALID,
				 "address is not UTF-8 or has control characters");
	return 0;
}

int email_address_parse(const char *text, size_t size, struct email_address *ret, struct error *err)
{
	/* the last one: an @ further left is refused with the local part, where it names the fault
	 */
	const char *at = size ? memrchr(text, '@', size) : NULL;
	size_t local_length;

	if (!at)
		return error_set(err, ERROR_INVALID, "address has no @");
	local_length = (size_t)(at - text);
	if (check_local(text, local_length, err) < 0)
		return -1;
	if (size >= EMAIL_ADDRESS_SIZE)
		return error_set(err, ERROR_INVALID, "address has more than %d bytes",
				 EMAIL_ADDRESS_SIZE - 1);
	if (domain_name_parse(at + 1, size - local_length - 1, &ret->domain, err) < 0)
		return -1;
	if (has_invisible(text, size)) /* now known to be UTF-8 */
		return error_set(err, ERROR_INVALID,
				 "address has an invisible character, or a mark that turns the "
				 "direction of writing");
	if (text[size - 1] == '.')
		size--;
	memcpy(ret->text, text, size);
	ret->text[size] = '\0';
	ret->length = size;
	ret->local_length = local_length;
	return 0;
}
