#include "http/accept_language.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#define UNREADABLE (-1)
#define QUALITY_MAX 1000 /* thousandths */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 0 to 1 with three decimals at most, as thousandths; or UNREADABLE. */
static int read_quality(const char *text, size_t size)
{
	int value = 0;

	if (size == 0 || size > sizeof("0.000") - 1 || !is_digit(text[0]) ||
	    (size > 1 && text[1] != '.'))
		return UNREADABLE;
	for (size_t i = 0; i < sizeof("0.000") - 1; i++) {
		if (i == 1)
			continue; /* the dot */
		if (i < size && !is_digit(text[i]))
			return UNREADABLE;
		value = value * 10 + (i < size ? text[i] - '0' : 0);
	}
	return value <= QUALITY_MAX ? value : UNREADABLE;
}

/* What stands behind the semicolon: "q=0.8". */
static int read_weight(const char *text, size_t size)
{
	text_trim(&text, &size);
	if (size < 2 || text_lower(text[0]) != 'q' || text[1] != '=')
		return UNREADABLE;
	return read_quality(text + 2, size - 2);
}

/* Letters, digits and hyphens, beginning with a letter: so "*" is none. */
static bool is_tag(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char c = text_lower(text[i]);

		if (!(c >= 'a' && c <= 'z') && (i == 0 || !(is_digit(c) || c == '-')))
			return false;
	}
	return size > 0;
}

/* Takes one range of the list: the language of ours for it and its weight. False: none. */
static bool read_range(const struct page_set *set, const char *text, size_t size, int *ret_language,
		       int *ret_quality)
{
	const char *semicolon = memchr(text, ';', size);
	size_t tag_size = semicolon ? (size_t)(semicolon - text) : size;
	const char *tag = text;

	*ret_quality = semicolon ? read_weight(semicolon + 1, size - tag_size - 1) : QUALITY_MAX;
	text_trim(&tag, &tag_size);
	if (*ret_quality <= 0 || !is_tag(tag, tag_size))
		return false;
	*ret_language = page_set_find_language(set, tag, tag_size);
	return *ret_language >= 0;
}

size_t accept_language_choose(const struct page_set *set, const char *header)
{
	size_t size = header ? strnlen(header, ACCEPT_LANGUAGE_MAX + 1) : 0;
	bool cut = size > ACCEPT_LANGUAGE_MAX;
	size_t left = cut ? ACCEPT_LANGUAGE_MAX : size, best = 0;
	int best_quality = 0, language, quality;

	while (left > 0) {
		const char *comma = memchr(header, ',', left);
		size_t length = comma ? (size_t)(comma - header) : left;

		if (!comma && cut)
			break; /* the rest of a range that was cut in two */
		if (read_range(set, header, length, &language, &quality) &&
		    quality > best_quality) {
			best = (size_t)language;
			best_quality = quality;
		}
		length += comma ? 1 : 0;
		header += length;
		left -= length;
	}
	return best;
}
