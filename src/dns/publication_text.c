/* What is said of a domain. */
#include "dns/publication_parts.h"

#include <stdarg.h>
#include <stdio.h>

void publication_fail(struct publication *publication, enum publication_outcome outcome,
		      const char *format, ...)
{
	va_list args;

	publication->outcome = outcome;
	va_start(args, format);
	vsnprintf(publication->reason, sizeof(publication->reason), format, args);
	va_end(args);
}

int publication_note(struct publication *publication, struct error *err, const char *format, ...)
{
	char **larger = reallocarray(publication->notes, publication->note_count + 1,
				     sizeof(*publication->notes));
	va_list args;
	int length;

	if (!larger)
		return error_no_memory(err);
	publication->notes = larger;
	va_start(args, format);
	length = vasprintf(&larger[publication->note_count], format, args);
	va_end(args);
	if (length < 0)
		return error_no_memory(err);
	publication->note_count++;
	return 0;
}
