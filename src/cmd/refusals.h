/* The lines of a file, or operands, that a command did not take: each with a complaint, up to a
 * limit, and counted. The command goes on. */
#ifndef CMD_REFUSALS_H
#define CMD_REFUSALS_H

#include "cmd/progress.h"

#define REFUSALS_SHOWN_MAX 100 /* complaints shown one by one; more are counted */
#define REFUSALS_TEXT_MAX 100  /* bytes of what was given, in a complaint */

struct refusals {
	const char *source;		 /* the file; NULL: they are operands */
	const struct progress *progress; /* cleared before a complaint */
	size_t count;			 /* refused */
	size_t complaints;		 /* of these, and of refusals_complain() */
};

/* Refuses what was given as text, size bytes, in the line number (from 1). */
void refusals_add(struct refusals *refusals, size_t number, const char *text, size_t size,
		  const char *reason);

/* Complains alone. text is NUL-terminated. */
void refusals_complain(struct refusals *refusals, size_t number, const char *text,
		       const char *reason);

/* Says how many complaints were left out. */
void refusals_end(const struct refusals *refusals);

#endif
