/* signpost dns records: what should stand in the customers' zones, and why. */
#include "cmd/dns_run.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/records_print.h"

struct records_printing {
	bool begun, incomplete;
};

static int print_batch(struct dns_run *run, struct publication *list, size_t count, void *context)
{
	struct records_printing *printing = context;
	bool json = run->invocation->json;

	for (size_t i = 0; i < count && output_wanted(); i++) {
		publication_make_records(&run->site, &list[i]);
		if (list[i].outcome == PUBLICATION_FAILED) {
			dns_run_complain(run, &list[i]);
			printing->incomplete = true;
			continue;
		}
		if (printing->begun && !json)
			output_text("\n");
		printing->begun = true;
		if (records_print(&list[i].records, &list[i].domain, json) != STATUS_DONE)
			printing->incomplete = true;
	}
	return STATUS_DONE;
}

static int dns_records(const struct invocation *invocation)
{
	struct records_printing printing = { 0 };
	struct dns_run run;
	int status = dns_run_open(invocation, 0, &run);

	if (status == STATUS_DONE)
		status = dns_run_each(&run, print_batch, &printing);
	if (status == STATUS_DONE && (printing.incomplete || run.feed.refused))
		status = STATUS_FINDING;
	dns_run_close(&run);
	return status;
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
