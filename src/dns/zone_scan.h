/*
 * The words of a master file (RFC 1035 5.1): what is between two ends of a line that are not inside
 * of parentheses. Knows nothing of what the words mean.
 */
#ifndef DNS_ZONE_SCAN_H
#define DNS_ZONE_SCAN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct zone_word {
	const char *text; /* in what is scanned: quotes and escapes as written, quotes included */
	size_t size;
	bool quoted;
	bool cut; /* a comment begins directly behind it, as in v=STSv1;id=1 */
};

/* All zero is a scan's first line. Used for one line after the other, to keep the memory. */
struct zone_line {
	struct zone_word *words; /* owned */
	size_t count, room;
	bool indented;	     /* begins with a blank: the owner is left out */
	size_t number;	     /* of the line where it begins, from 1; of a fault, where that is */
	const char *comment; /* at its end, without ";" and blanks around; may be empty */
	size_t comment_size;
};

struct zone_scan {
	const char *next, *end;
	size_t line; /* number of the line at next */
};

/* Begins before the first line; a byte order mark there is left out. Keeps text. */
struct zone_scan zone_scan_begin(const char *text, size_t size);

/*
 * Reads the next line that has words. Returns 1, 0 at the end, or -1: ERROR_SYNTAX without a place
 * (control characters; bytes outside of ASCII except in comments, which are UTF-8; quotes,
 * parentheses or escapes that are not ended; a quote inside of a word), after which the scan goes
 * on with the next line; or ERROR_NO_MEMORY.
 */
int zone_scan_next(struct zone_scan *scan, struct zone_line *line, struct error *err);

/* Frees what is held. For CLEANUP(zone_line_clear). */
void zone_line_clear(struct zone_line *line);

#endif
