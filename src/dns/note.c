#include "dns/note.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int note_take(char ***notes, size_t *count, char *text, struct error *err)
{
	char **larger = reallocarray(*notes, *count + 1, sizeof(*larger));

	if (!larger) {
		free(text);
		return error_no_memory(err);
	}
	*notes = larger;
	larger[(*count)++] = text;
	return 0;
}

int note_add(char ***notes, size_t *count, struct error *err, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return length < 0 ? error_no_memory(err) : note_take(notes, count, text, err);
}

void note_clear(char ***notes, size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		free((*notes)[i]);
	free(*notes);
	*notes = NULL;
	*count = 0;
}
