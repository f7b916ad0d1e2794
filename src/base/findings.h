/*
 * What is wrong in a document, all of it: a check goes on after the first fault, so that an admin
 * mends ten things in one go. An error keeps the document from being used, a warning does not.
 */
#ifndef BASE_FINDINGS_H
#define BASE_FINDINGS_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

#define FINDINGS_MAX 1000 /* findings kept; more are only counted */

enum finding_severity { FINDING_WARNING, FINDING_ERROR };

struct finding {
	enum finding_severity severity;
	char *text; /* "file:line: element: what is wrong, with the value", or without ":line" */
};

struct findings {
	struct finding *list;
	size_t count;		 /* of list */
	size_t errors, warnings; /* found, kept or not */
};

/* Adds one finding. A failure to get memory counts the finding without keeping its text. */
void findings_add(struct findings *findings, enum finding_severity severity, const char *format,
		  ...) __attribute__((format(printf, 3, 4)));

/* Sets *err to ERROR_INVALID and the text of the first error. Needs errors > 0. Returns -1. */
int findings_first_error(const struct findings *findings, struct error *err);

/* Frees the texts and the list, not the struct, and empties it. For CLEANUP(findings_clear). */
void findings_clear(struct findings *findings);

#endif
