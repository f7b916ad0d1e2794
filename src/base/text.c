#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* The length in bytes of a character that begins so, 0 if none does. */
static size_t utf8_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2) /* a continuation, or an overlong form of ASCII */
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

/*
 * Decodes the character that begins at text[0]. Returns its length in bytes, or 0 if it is not
 * well-formed. The smallest value of each length keeps overlong forms out.
 */
static size_t utf8_decode(const unsigned char *text, size_t size, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = utf8_length(text[0]);
	uint32_t c;

	if (length == 0 || length > size)
		return 0;
	c = length == 1 ? text[0] : text[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3fU);
	}
	if (c < smallest[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = c;
	return length;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff;
}

static bool text_check(const char *text, size_t size, bool controls)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + size;
	uint32_t c = 0;

	while (p < end) {
		size_t length = utf8_decode(p, (size_t)(end - p), &c);

		if (length == 0 || (!controls && is_control(c)))
			return false;
		p += length;
	}
	return true;
}

bool text_is_utf8(const char *text, size_t size)
{
	return text_check(text, size, true);
}

bool text_is_clean(const char *text, size_t size)
{
	return text_check(text, size, false);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void text_trim(const char **text, size_t *size)
{
	while (*size && is_blank(**text)) {
		*text += 1;
		*size -= 1;
	}
	while (*size && is_blank((*text)[*size - 1]))
		*size -= 1;
}

size_t text_cut(const char *text, size_t size, size_t max)
{
	size_t length = size < max ? size : max;
	size_t start = length; /* of the last character */

	while (start && length - start < 4) {
		unsigned char c = (unsigned char)text[--start];

		if ((c & 0xc0) == 0x80)
			continue;
		return utf8_length(c) > length - start ? start : length;
	}
	return length;
}

int text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equals(const char *text, size_t size, const char *word)
{
	for (size_t i = 0; i < size; i++) {
		if (!word[i] || text_lower(text[i]) != text_lower(word[i]))
			return false;
	}
	return word[size] == '\0';
}

bool text_begins(const char *text, const char *word)
{
	for (; *word; text++, word++) {
		if (text_lower(*text) != text_lower(*word))
			return false;
	}
	return true;
}
