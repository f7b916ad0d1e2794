#include "cmd/refusals.h"

#include "cmd/output.h"

void refusals_complain(struct refusals *refusals, size_t number, const char *text,
		       const char *reason)
{
	if (++refusals->complaints > REFUSALS_SHOWN_MAX)
		return;
	progress_clear(refusals->progress);
	if (refusals->source)
		complain("%s:%zu: \"%s\": %s", refusals->source, number, text, reason);
	else
		complain("\"%s\": %s", text, reason);
}

void refusals_add(struct refusals *refusals, size_t number, const char *text, size_t size,
		  const char *reason)
{
	char shown[REFUSALS_TEXT_MAX + 1];

	if (size > REFUSALS_TEXT_MAX)
		size = REFUSALS_TEXT_MAX;
	for (size_t i = 0; i < size; i++)
		shown[i] = text[i] ? text[i] : '?';
	shown[size] = '\0';
	refusals->count++;
	refusals_complain(refusals, number, shown, reason);
}

void refusals_end(const struct refusals *refusals)
{
	if (refusals->complaints > REFUSALS_SHOWN_MAX)
		complain("%zu more like these", refusals->complaints - REFUSALS_SHOWN_MAX);
}
