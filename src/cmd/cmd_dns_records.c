/* signpost dns records: what should stand in the customers' zones, and why. */
#include "cmd/dns_run.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/records_print.h"

/* context: bool, whether anything was printed. */
static int print_batch(struct dns_run *run, struct publication *list, size_t count, void *context)
{
	bool *begun = context, json = run->invocation->json;
	int status = STATUS_DONE;

	for (size_t i = 0; i < count && output_wanted() && status == STATUS_DONE; i++) {
		publication_make_records(&run->site, &list[i]);
		if (list[i].outcome == PUBLICATION_FAILED) {
			dns_run_complain(run, &list[i]);
			continue;
		}
		if (*begun && !json)
			output_text("\n");
		*begun = true;
		status = records_print(&list[i].records, &list[i].domain, json);
	}
	return status;
}

static int dns_records(const struct invocation *invocation)
{
	bool begun = false;

	return dns_run_whole(invocation, 0, print_batch, &begun);
}

static const struct command_option records_options[] = {
	{ "all", NULL, "the records of all domains in the store" },
	{ "from", "FILE", "the records of the domains of a file, one a line" },
	{ NULL, NULL, NULL },
};

const struct command command_dns_records = {
	.family = "dns",
	.name = "records",
	.operands = "DOMAIN...",
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Print the DNS records that lead mail programs to the answers, and why.",
	.options = records_options,
	.run = dns_records,
};
