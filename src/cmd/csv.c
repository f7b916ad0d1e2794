#include "cmd/csv.h"

#include "base/text.h"

#include <string.h>

/* *next stands behind a quote. Unquotes up to the one that ends the field and moves *next past it.
 */
static int unquote(char **next, const char *end, size_t *ret_size, struct error *err)
{
	char *from = *next, *to = *next;

	for (; from < end; from++) {
		if (*from == '"') {
			if (from + 1 == end || from[1] != '"')
				break;
			from++; /* two of them are one */
		}
		*to++ = *from;
	}
	if (from == end)
		return error_set(err, ERROR_SYNTAX, "a quote that does not end in the line");
	*ret_size = (size_t)(to - *next);
	*next = from + 1;
	return 0;
}

static char *skip_blanks(char *text, const char *end)
{
	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	return text;
}

/* Reads the field at *next and moves *next to the comma behind it, or to end. */
static int read_field(char **next, char *end, char **ret, size_t *ret_size, struct error *err)
{
	char *start = skip_blanks(*next, end), *comma;

	if (start < end && *start == '"') {
		start++;
		*ret = start;
		if (unquote(&start, end, ret_size, err) < 0)
			return -1;
		*next = skip_blanks(start, end);
		if (*next < end && **next != ',')
			return error_set(err, ERROR_SYNTAX, "text behind a quoted field");
		return 0;
	}
	comma = memchr(start, ',', (size_t)(end - start));
	*next = comma ? comma : end;
	*ret = start;
	*ret_size = (size_t)(*next - start);
	return 0;
}

int csv_split(char *line, size_t size, struct csv_line *ret, struct error *err)
{
	char *next = line, *end = line + size;

	ret->count = 0;
	for (;; next++) {
		const char *field;
		char *start = NULL;
		size_t length = 0;
		bool more;

		if (ret->count == CSV_FIELDS_MAX)
			return error_set(err, ERROR_SYNTAX, "more than %d fields", CSV_FIELDS_MAX);
		if (read_field(&next, end, &start, &length, err) < 0)
			return -1;
		more = next < end;
		field = start;
		text_trim(&field, &length);
		start += field - start;
		start[length] = '\0'; /* on the comma, the quote or the NUL behind the line */
		ret->fields[ret->count] = start;
		ret->sizes[ret->count] = length;
		ret->count++;
		if (!more)
			return 0;
	}
}
