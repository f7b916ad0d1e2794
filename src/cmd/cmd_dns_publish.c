/* signpost dns publish and undo: changes in the live zones, and their inverse. */
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/publication_print.h"

#include <stdlib.h>
#include <string.h>

struct publishing {
	struct publication_counts counts;
	bool dry_run;
};

static int publish_batch(struct dns_run *run, struct publication *list, size_t count, void *context)
{
	struct publishing *publishing = context;
	struct error err;
	int status;

	if (publication_plan(&run->site, list, count, &err) < 0)
		return complain_error(&err);
	if (!publishing->dry_run && publication_carry_out(&run->site, list, count, &err) < 0) {
		status = complain_error(&err);
		complain("of the last %zu domains, from %s on, the next run finds out what was "
			 "done and what was not",
			 count, list[0].domain.text);
		return status;
	}
	for (size_t i = 0; i < count; i++) {
		publishing->counts.of[list[i].outcome]++;
		if (publishing->dry_run && list[i].outcome == PUBLICATION_PLANNED)
			publication_print_plan(run, &list[i],
					       run->invocation->json ? CHANGE_PLAN_JSON
								     : CHANGE_PLAN_TEXT);
		else
			publication_print_outcome(run, &list[i]);
	}
	return STATUS_DONE;
}

/* How many zones would change: the run before the run, which changes nothing. */
static int count_batch(struct dns_run *run, struct publication *list, size_t count, void *context)
{
	size_t *changes = context;
	struct error err;

	if (publication_plan(&run->site, list, count, &err) < 0)
		return complain_error(&err);
	for (size_t i = 0; i < count; i++)
		*changes +=
			list[i].outcome == PUBLICATION_PLANNED && change_plan_changes(list[i].plan);
	return STATUS_DONE;
}

/* Of --limit, which check_usage() has looked at, or of the configuration. */
static long change_limit(const struct dns_run *run)
{
	const char *text = option_value(run->invocation, "limit");

	return text ? strtol(text, NULL, 10) : run->configuration->dns_change_limit;
}

static int check_usage(const struct invocation *invocation)
{
	const char *limit = option_value(invocation, "limit");
	char *end = NULL;

	if (limit && (*limit < '1' || *limit > '9' || strtol(limit, &end, 10) > 100 || *end)) {
		complain("--limit \"%s\" is not 1..100 percent", limit);
		return STATUS_USAGE;
	}
	if (limit && invocation->operand_count) {
		complain("--limit goes with --all and --from; domains that are named are not "
			 "limited");
		return STATUS_USAGE;
	}
	return dns_run_check_adopt(option_value(invocation, "adopt"));
}

/* Stops a run over many domains that would change too many zones. */
static int check_limit(struct dns_run *run)
{
	long limit = change_limit(run);
	size_t changes = 0, total;
	struct error err;
	int status;

	if (!run->feed.many || limit == 100)
		return STATUS_DONE;
	if (store_count(run->store, &total, &err) < 0)
		return complain_error(&err);
	if (total < run->feed.count) /* of an undo: also domains that were removed */
		total = run->feed.count;
	run->counting = true;
	status = dns_run_each(run, count_batch, &changes);
	run->counting = false;
	if (status != STATUS_DONE || changes * 100 <= total * (size_t)limit)
		return status;
	complain("%zu of %zu zones would change (%zu %%), which is more than %ld %% (%s); "
		 "nothing was changed; look with --dry-run, then say --limit "
		 "%zu",
		 changes, total, changes * 100 / total, limit,
		 option_value(run->invocation, "limit") ? "--limit" : "dns.change_limit",
		 (changes * 100 + total - 1) / total);
	return STATUS_FINDING;
}

static int publish(const struct invocation *invocation, bool undo)
{
	struct publishing publishing = { .dry_run = option_value(invocation, "dry-run") };
	unsigned int needs = DNS_RUN_NETWORK | DNS_RUN_TARGET | DNS_RUN_PRIMARY;
	struct dns_run run = { 0 };
	int status = check_usage(invocation);

	if (status != STATUS_DONE)
		return status;
	if (!publishing.dry_run)
		needs |= DNS_RUN_WRITE;
	status = dns_run_open(invocation, needs | (undo ? DNS_RUN_PUBLISHED : 0), &run);
	run.site.undo = undo;
	run.site.terse = true;
	run.site.what = undo ? "dns undo" : "dns publish";
	run.site.adopt = option_value(invocation, "adopt");
	if (status == STATUS_DONE && !publishing.dry_run)
		status = check_limit(&run);
	if (status == STATUS_DONE) {
		status = dns_run_each(&run, publish_batch, &publishing);
		if (status == STATUS_DONE)
			status = publication_print_counts(&run, &publishing.counts);
		else
			publication_print_counts(&run, &publishing.counts);
	}
	dns_run_close(&run);
	return status;
}

static int dns_publish(const struct invocation *invocation)
{
	return publish(invocation, false);
}

static int dns_undo(const struct invocation *invocation)
{
	return publish(invocation, true);
}

static const struct command_option publish_options[] = {
	{ "all", NULL, "all domains of the store" },
	{ "from", "FILE", "the domains of a file, one a line" },
	{ "adopt", "NAMES", "take over what stands at these names, separated by commas" },
	{ "limit", "PERCENT", "the share of zones that --all and --from may change" },
	{ "dry-run", NULL, "change nothing, print what would be changed" },
	{ NULL, NULL, NULL },
};

const struct command command_dns_publish = {
	.family = "dns",
	.name = "publish",
	.operands = "DOMAIN...",
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Bring the records into the live zones, and prove that they are there.",
	.options = publish_options,
	.run = dns_publish,
};

static const struct command_option undo_options[] = {
	{ "all", NULL, "all domains that something was published for" },
	{ "from", "FILE", "the domains of a file, one a line" },
	{ "adopt", "NAMES", "take over what stands at these names, separated by commas" },
	{ "limit", "PERCENT", "the share of zones that --all and --from may change" },
	{ "dry-run", NULL, "change nothing, print what would be changed" },
	{ NULL, NULL, NULL },
};

const struct command command_dns_undo = {
	.family = "dns",
	.name = "undo",
	.operands = "DOMAIN...",
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Take back the last published change of each domain.",
	.options = undo_options,
	.run = dns_undo,
};
