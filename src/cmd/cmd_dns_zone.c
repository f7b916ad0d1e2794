/* signpost dns zone: the text for name servers, without a look at what is live. */
#include "cmd/dns_run.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "dns/serial.h"

#include <time.h>

/* A server that has not got the zone is to get a new one; one that is silent may have any. */
static void take_serial(struct publication *publication, const struct live_job *job)
{
	char server[SOCKET_ADDRESS_TEXT_SIZE];

	publication->serial = job->serial;
	if (job->state == LIVE_NO_ANSWER)
		publication_fail(publication, PUBLICATION_FAILED,
				 "%s %s, so which serial the zone has is not known",
				 socket_address_text(&job->server, 53, server), job->reason);
}

/* The serial of the live zone where there is one, so that the new one is higher. */
static int find_serials(struct dns_run *run, struct publication *list, size_t count)
{
	struct live_job *jobs;
	struct error err;
	int result;

	if (!run->site.primary)
		return STATUS_DONE;
	jobs = calloc(count, sizeof(*jobs));
	if (!jobs) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	for (size_t i = 0; i < count; i++)
		jobs[i] = (struct live_job){ .domain = &list[i].domain,
					     .server = *run->site.primary,
					     .records_only = true };
	result = live_records_read(run->exchange, jobs, count, &err);
	for (size_t i = 0; i < count; i++) {
		if (result == 0)
			take_serial(&list[i], &jobs[i]);
		live_job_clear(&jobs[i]);
	}
	free(jobs);
	return result < 0 ? complain_error(&err) : STATUS_DONE;
}

static void print_zone(struct dns_run *run, enum zone_text_kind kind,
		       struct publication *publication)
{
	CLEANUP(freep) char *text = NULL;
	struct error err;
	size_t size;

	if (publication->outcome != PUBLICATION_FAILED)
		publication_make_records(&run->site, publication);
	if (publication->outcome != PUBLICATION_FAILED &&
	    zone_text_make(kind, &publication->domain, &publication->records.desired,
			   &publication->records.frame,
			   serial_next(publication->serial, time(NULL)), &text, &size, &err) < 0)
		publication_fail(publication, PUBLICATION_FAILED, "%s", err.text);
	if (publication->outcome == PUBLICATION_FAILED)
		dns_run_complain(run, publication);
	else
		output_bytes(text, size);
}

/* context: enum zone_text_kind. */
static int print_batch(struct dns_run *run, struct publication *list, size_t count, void *context)
{
	const enum zone_text_kind *kind = context;
	int status = *kind == ZONE_TEXT_ZONE ? find_serials(run, list, count) : STATUS_DONE;

	for (size_t i = 0; i < count && status == STATUS_DONE; i++)
		print_zone(run, *kind, &list[i]);
	return status;
}

static int dns_zone(const struct invocation *invocation)
{
	bool full = option_value(invocation, "full");
	enum zone_text_kind kind = full ? ZONE_TEXT_ZONE : ZONE_TEXT_FRAGMENT;

	if (invocation->json) {
		complain("a zone is text; dns records --json has its records as objects");
		return STATUS_USAGE;
	}
	return dns_run_whole(invocation, full ? DNS_RUN_NETWORK : 0, print_batch, &kind);
}

static const struct command_option zone_options[] = {
	{ "all", NULL, "all domains of the store" },
	{ "from", "FILE", "the domains of a file, one a line" },
	{ "full", NULL, "whole zones with SOA and NS, instead of fragments" },
	{ NULL, NULL, NULL },
};

const struct command command_dns_zone = {
	.family = "dns",
	.name = "zone",
	.operands = "DOMAIN...",
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Print zone fragments, or whole zones, as files for name servers.",
	.options = zone_options,
	.run = dns_zone,
};
