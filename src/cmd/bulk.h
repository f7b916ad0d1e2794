/*
 * Many domains set or removed in the store: in batches of one transaction each, with a complaint
 * for each one that is refused and a count at the end. A batch is gathered first and then written,
 * so that a slow source of lines never keeps the store locked.
 */
#ifndef CMD_BULK_H
#define CMD_BULK_H

#include "cmd/refusals.h"
#include "model/domain_name.h"
#include "store/store.h"

#define BULK_BATCH 20000 /* rows in a transaction */

struct bulk_row {
	size_t number;	      /* of the line, from 1 */
	const char *provider; /* to be set; must live until the end. NULL: to be removed */
	enum store_outcome outcome;
	struct domain_name domain;
};

struct bulk {
	struct store *store; /* not owned */
	const char *what;    /* the command, for the audit line */
	const char *source;  /* the file, for complaints; NULL: the rows are arguments */
	bool removes;	     /* or sets */
	bool dry_run, json;
	struct bulk_row *rows; /* of the batch */
	size_t row_count, read;
	size_t outcomes[STORE_ABSENT + 1]; /* how many of each enum store_outcome */
	struct refusals refusals;
	struct progress progress;
};

/* The fields up to json are set by the caller. Returns STATUS_DONE or an exit status. */
int bulk_begin(struct bulk *bulk);

/* Takes one row; provider is NULL to remove. Returns STATUS_DONE, or the exit status of a failure.
 */
int bulk_row(struct bulk *bulk, size_t number, const struct domain_name *domain,
	     const char *provider);

/* Counts a row as refused and says why. text is what was given, size bytes. */
void bulk_refuse(struct bulk *bulk, size_t number, const char *text, size_t size,
		 const char *reason);

/*
 * Writes the last batch if status is STATUS_DONE, prints the count line and frees the batch.
 * Returns the exit status: status, or that of a failure, or STATUS_FINDING if a row was refused.
 */
int bulk_end(struct bulk *bulk, int status);

#endif
