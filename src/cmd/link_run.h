/* What signpost link needs, opened once, and the links that it makes with it, one at a time. */
#ifndef CMD_LINK_RUN_H
#define CMD_LINK_RUN_H

#include "cmd/command.h"
#include "cmd/link_day.h"
#include "cmd/refusals.h"
#include "render/page.h"
#include "store/store.h"

enum link_form {
	LINK_ALONE, /* nothing but the link */
	LINK_LINES, /* whom it is for, and the link */
	LINK_CSV,
	LINK_JSON,
};

struct link_run {
	struct provider_set *providers;
	struct store *store;
	const char *config; /* its path, for complaints */
	enum link_form form;
	int language; /* of the page set, for those who name none; -1: the reader's browser
			 chooses */
	uint16_t last_day;
	char last_day_text[LINK_DAY_SIZE];
	size_t made;
	struct progress progress;
	struct refusals refusals;
};

/*
 * Opens what the configuration leads to; days is 0 for links.days, language NULL for none.
 * Complains. Returns STATUS_DONE or an exit status. To be closed in either case.
 */
int link_run_open(const struct invocation *invocation, long days, const char *language,
		  struct link_run *ret);
void link_run_close(struct link_run *run);

/* Whom a link is for, and in which language; as somebody wrote it in the line number (from 1). */
struct link_line {
	size_t number;
	const char *text;
	size_t size;
	const char *language; /* NULL: the run's */
	size_t language_size;
};

/*
 * Makes and prints one link, or refuses the line. Returns STATUS_DONE in both cases, or the exit
 * status of a failure.
 */
int link_run_line(struct link_run *run, const struct link_line *line);

#endif
