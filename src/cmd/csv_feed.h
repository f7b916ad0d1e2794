/*
 * The lines of a list as administrators keep them: comma-separated values, a heading perhaps, empty
 * lines and comments (#) passed over. A line that cannot be read is refused, and the rest goes on.
 */
#ifndef CMD_CSV_FEED_H
#define CMD_CSV_FEED_H

#include "cmd/csv.h"
#include "cmd/input.h"
#include "cmd/progress.h"
#include "cmd/refusals.h"

/* One line, taken apart. */
struct csv_feed_line {
	size_t number; /* from 1 */
	const struct csv_line *fields;
	const char *text; /* of the line as it was, for complaints; cut, size bytes */
	size_t size;
};

struct csv_feed {
	const char *heading; /* the first field of a heading, "domain" */
	size_t fields_max;
	const char *form; /* "DOMAIN or DOMAIN,PROVIDER", for complaints */
	void *context;	  /* handed to both */
	/* Returns STATUS_DONE, or an exit status that ends the feed. */
	int (*take)(void *context, const struct csv_feed_line *line);
	struct refusals *refusals;
	struct progress *progress;
};

/*
 * Hands on every line that says something, until one of them fails or nobody reads the output any
 * more. lines is open. Returns STATUS_DONE or an exit status.
 */
int csv_feed_run(const struct csv_feed *feed, struct input_lines *lines);

#endif
