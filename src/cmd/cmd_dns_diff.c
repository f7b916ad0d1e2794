/* signpost dns diff: what would have to change, compared with what is live. Changes nothing. */
#include "base/bytes.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/publication_print.h"

#include <string.h>

struct diff {
	enum change_plan_format format;
	bool begun, incomplete;
};

static int print_batch(struct dns_run *run, struct publication *list, size_t count, void *context)
{
	struct diff *diff = context;
	struct error err;

	if (publication_plan(&run->site, list, count, &err) < 0)
		return complain_error(&err);
	for (size_t i = 0; i < count; i++) {
		const struct publication *publication = &list[i];
		bool shown = publication->plan &&
			     (!run->quiet || publication->outcome != PUBLICATION_UNCHANGED);

		if (shown && diff->begun && diff->format == CHANGE_PLAN_TEXT)
			output_text("\n");
		if (shown && publication_print_plan(run, publication, diff->format) != STATUS_DONE)
			diff->incomplete = true;
		diff->begun |= shown;
		/* a conflict stands in the text, but in no script */
		if (publication->outcome == PUBLICATION_FAILED)
			dns_run_complain(run, publication);
		diff->incomplete |= publication->outcome == PUBLICATION_FAILED ||
				    publication->outcome == PUBLICATION_CONFLICT;
	}
	return STATUS_DONE;
}

static int complain_format(const char *format)
{
	CLEANUP(bytes_clear) struct bytes names = { 0 };

	for (int i = 0; i < CHANGE_PLAN_FORMAT_COUNT; i++)
		bytes_append_format(&names, "%s%s", i ? ", " : "",
				    change_plan_format_name((enum change_plan_format)i));
	complain("there is no format \"%s\"; there are %s", format, names.data ? names.data : "");
	return STATUS_USAGE;
}

static int dns_diff(const struct invocation *invocation)
{
	const char *format = option_value(invocation, "format");
	struct diff diff = { .format = invocation->json ? CHANGE_PLAN_JSON : CHANGE_PLAN_TEXT };
	struct dns_run run;
	int status;

	if (format) {
		int number = change_plan_format_from_name(format);

		if (number < 0)
			return complain_format(format);
		diff.format = (enum change_plan_format)number;
	}
	status = dns_run_check_adopt(option_value(invocation, "adopt"));
	if (status != STATUS_DONE)
		return status;
	status = dns_run_open(invocation, DNS_RUN_NETWORK | DNS_RUN_AUTHORITIES | DNS_RUN_TARGET,
			      &run);
	run.site.terse = run.quiet;
	run.site.adopt = option_value(invocation, "adopt");
	if (status == STATUS_DONE)
		status = dns_run_each(&run, print_batch, &diff);
	if (status == STATUS_DONE && (diff.incomplete || run.feed.refused))
		status = STATUS_FINDING;
	dns_run_close(&run);
	return status;
}

static const struct command_option diff_options[] = {
	{ "all", NULL, "all domains of the store; those without a change are left out" },
	{ "from", "FILE", "the domains of a file, one a line" },
	{ "format", "FORMAT", "text, nsupdate, powerdns or json" },
	{ "adopt", "NAMES", "take over what stands at these names, separated by commas" },
	{ NULL, NULL, NULL },
};

const struct command command_dns_diff = {
	.family = "dns",
	.name = "diff",
	.operands = "DOMAIN...",
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Print what would have to change in the live zones, and change nothing.",
	.options = diff_options,
	.run = dns_diff,
};
