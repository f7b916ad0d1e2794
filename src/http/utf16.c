/*
 * libxml2 can do this, too, but says on stderr what it thinks of a broken character, whatever error
 * handlers its parser has.
 */
#include "http/utf16.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool utf16_has_mark(const char *text, size_t size)
{
	return size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0);
}

static char *utf8_append(char *to, uint32_t c)
{
	int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };

	*to++ = (char)(first[more] | c >> (6 * more));
	while (more--)
		*to++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
	return to;
}

/* The next code unit; the byte order is that of the mark in front. */
static uint32_t unit_at(const unsigned char *text, bool little)
{
	return little ? text[0] | (uint32_t)text[1] << 8 : (uint32_t)text[0] << 8 | text[1];
}

static bool is_surrogate(uint32_t unit, uint32_t first)
{
	return (unit & 0xfc00) == first;
}

int utf16_decode(const char *text, size_t size, char **ret, size_t *ret_size, struct error *err)
{
	const unsigned char *p = (const unsigned char *)text + 2, *end = p + size - 2;
	bool little = text[0] == '\xff';
	char *utf8 = malloc(size / 2 * 3 + 1), *to = utf8; /* 2 bytes become 3 at most */

	if (!utf8)
		return error_no_memory(err);
	for (; end - p >= 2; p += 2) {
		uint32_t c = unit_at(p, little);

		if (is_surrogate(c, 0xd800) && end - p >= 4 &&
		    is_surrogate(unit_at(p + 2, little), 0xdc00)) {
			p += 2;
			c = 0x10000 + ((c & 0x3ff) << 10) + (unit_at(p, little) & 0x3ff);
		} else if ((c & 0xf800) == 0xd800) {
			break;
		}
		to = utf8_append(to, c);
	}
	if (p != end) {
		free(utf8);
		return error_set(err, ERROR_SYNTAX, "broken UTF-16");
	}
	*ret = utf8;
	*ret_size = (size_t)(to - utf8);
	return 0;
}
