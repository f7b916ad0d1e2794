#include "base/findings.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The place for one more finding, or NULL. Room is 1, 2, 4, ...: full at a power of two. */
static struct finding *findings_next(struct findings *findings)
{
	size_t count = findings->count;
	struct finding *list = findings->list;

	if (count == FINDINGS_MAX)
		return NULL;
	if ((count & (count - 1)) == 0) {
		list = realloc(list, (count ? 2 * count : 1) * sizeof(*list));
		if (!list)
			return NULL;
		findings->list = list;
	}
	return &list[count];
}

void findings_add(struct findings *findings, enum finding_severity severity, const char *format,
		  ...)
{
	struct finding *finding = findings_next(findings);
	va_list args;
	char *text;
	int length;

	*(severity == FINDING_ERROR ? &findings->errors : &findings->warnings) += 1;
	if (!finding)
		return;
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return;
	text[text_cut(text, (size_t)length, ERROR_TEXT_SIZE - 1)] = '\0';
	finding->severity = severity;
	finding->text = text;
	findings->count++;
}

int findings_first_error(const struct findings *findings, struct error *err)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].severity == FINDING_ERROR)
			return error_set(err, ERROR_INVALID, "%s", findings->list[i].text);
	}
	if (findings->count == FINDINGS_MAX)
		return error_set(err, ERROR_INVALID, "an error after %d other findings",
				 FINDINGS_MAX);
	return error_no_memory(err); /* its text was not kept */
}

void findings_clear(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->list[i].text);
	free(findings->list);
	*findings = (struct findings){ 0 };
}
