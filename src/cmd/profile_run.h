/* What signpost profile needs, opened once, and the profiles that it makes with it. */
#ifndef CMD_PROFILE_RUN_H
#define CMD_PROFILE_RUN_H

#include "cmd/command.h"
#include "cmd/file_batch.h"
#include "cmd/profile_maker.h"
#include "cmd/refusals.h"
#include "store/store.h"

#define PROFILE_RUN_BATCH 1000	 /* files brought to disk together */
#define PROFILE_RUN_NAME_MAX 200 /* bytes of a person's name, or of a login */

/* Whom a profile is for, as somebody wrote it in the line, or operand, number (from 1). */
struct profile_line {
	size_t number;
	const char *text, *full_name, *login; /* the last two may be "" */
	size_t size, full_name_size, login_size;
};

struct profile_run_file; /* written, and not yet committed */

struct profile_run {
	struct provider_set *providers;
	struct store *store;			/* NULL: all have one provider, that is answers */
	const struct provider_answers *answers; /* of --provider, or NULL */
	struct profile_maker maker;
	struct document_choice choice;
	const char *directory;
	struct file_batch *batch; /* NULL: to standard output */
	struct profile_run_file *files;
	void *names; /* of all files of this run: a tree of tsearch() */
	bool json;
	size_t made;
	struct progress progress;
	struct refusals refusals;
};

/*
 * Opens what the command line asks for. Complains. Returns STATUS_DONE or an exit status. To be
 * closed in either case.
 */
int profile_run_open(const struct invocation *invocation, struct profile_run *ret);
void profile_run_close(struct profile_run *run);

/*
 * Makes one profile, or refuses the line. Returns STATUS_DONE in both cases, or the exit status of
 * a failure.
 */
int profile_run_line(struct profile_run *run, const struct profile_line *line);

/*
 * Commits what was written, whatever status is, and prints the counts. Returns the exit status:
 * status, or that of a failure, or STATUS_FINDING if a line was refused.
 */
int profile_run_end(struct profile_run *run, int status);

#endif
