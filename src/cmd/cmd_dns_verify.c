/* signpost dns verify: what every authoritative server and the resolvers serve. */
#include "cmd/dns_run.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/verification_print.h"

#include <string.h>

struct verifying {
	struct verifier *verifier;
	bool not_kept; /* told once */
	bool begun;
	size_t everywhere, elsewhere, failed;
};

/* One batch: parallel arrays, of those domains that can be looked after. */
struct verify_batch {
	struct publication **of;
	struct verification_input *inputs;
	struct authority *authorities;
	struct verification *results;
	size_t count;
};

static void clear_batch(struct verify_batch *batch)
{
	for (size_t i = 0; i < batch->count && batch->authorities; i++)
		authority_clear(&batch->authorities[i]);
	free(batch->of);
	free(batch->inputs);
	free(batch->authorities);
	free(batch->results);
}

static int make_batch(struct verify_batch *batch, size_t count, struct error *err)
{
	batch->of = calloc(count, sizeof(struct publication *));
	batch->inputs = calloc(count, sizeof(*batch->inputs));
	batch->authorities = calloc(count, sizeof(*batch->authorities));
	batch->results = calloc(count, sizeof(*batch->results));
	if (!batch->of || !batch->inputs || !batch->authorities || !batch->results)
		return error_no_memory(err);
	return 0;
}

/* What was published counts; what never was is compared with what should stand there. */
static int add_domain(const struct dns_run *run, struct verify_batch *batch,
		      struct publication *publication, struct error *err)
{
	bool known;

	if (publication_load(&run->site, publication, err) < 0)
		return -1;
	if (publication->pending.id)
		complain("%s: a change was begun and not finished; dns publish finds out how it "
			 "ended",
			 publication->domain.text);
	known = publication->last.id;
	if (!known)
		publication_make_records(&run->site, publication);
	if (publication->outcome == PUBLICATION_FAILED)
		return 0;
	batch->of[batch->count] = publication;
	batch->inputs[batch->count] = (struct verification_input){
		.domain = &publication->domain,
		.published =
			known ? &publication->last_log.published : &publication->records.desired,
		.change = known ? &publication->last_log : NULL,
		.negative_ttl = publication->last.negative_ttl,
		.seen = publication->last.seen,
		.authority = &batch->authorities[batch->count],
	};
	batch->count++;
	return 0;
}

static int look(const struct dns_run *run, struct verifying *verifying, struct verify_batch *batch,
		struct error *err)
{
	const struct domain_name **domains = calloc(batch->count + 1, sizeof(*domains));
	int result = domains ? 0 : error_no_memory(err);

	for (size_t i = 0; i < batch->count && result == 0; i++)
		domains[i] = batch->inputs[i].domain;
	if (result == 0)
		result = authority_find(run->authorities, domains, batch->count, batch->authorities,
					err);
	free(domains);
	if (result == 0)
		result = verifier_run(verifying->verifier, batch->inputs, batch->count,
				      batch->results, err);
	return result;
}

/* Whether it was seen everywhere for the first time. */
static bool is_first_sight(const struct verify_batch *batch, size_t i)
{
	return batch->inputs[i].change && !batch->inputs[i].seen && batch->results[i].seen;
}

/* A change that was taken back meanwhile is no longer there to be marked. */
static int mark_seen(struct store *store, const struct verify_batch *batch, size_t i,
		     struct error *err)
{
	if (!is_first_sight(batch, i) ||
	    store_dns_seen(store, batch->of[i]->last.id, batch->results[i].seen, err) == 0 ||
	    err->code == ERROR_NOT_FOUND)
		return 0;
	return -1;
}

static int write_seen(const struct dns_run *run, struct store *store,
		      const struct verify_batch *batch, struct error *err)
{
	int result = store_begin(store, err);

	if (result < 0)
		return -1;
	for (size_t i = 0; i < batch->count && result == 0; i++)
		result = mark_seen(store, batch, i, err);
	if (result == 0)
		return store_commit(store, run->site.who, "dns verify", err);
	store_rollback(store);
	return -1;
}

static void keep_seen(const struct dns_run *run, struct verifying *verifying,
		      const struct verify_batch *batch)
{
	struct error err;
	bool any = false;

	for (size_t i = 0; i < batch->count; i++)
		any |= is_first_sight(batch, i);
	if (!any || verifying->not_kept)
		return;
	if (!run->notes)
		error_set(&err, ERROR_IO, "this user may not write the store");
	else if (write_seen(run, run->store, batch, &err) == 0)
		return;
	verifying->not_kept = true;
	complain("when the records were first seen everywhere is not kept: %s", err.text);
}

static void print_results(struct dns_run *run, struct verifying *verifying,
			  const struct verify_batch *batch)
{
	bool json = run->invocation->json;

	for (size_t i = 0; i < batch->count; i++) {
		const struct verification *result = &batch->results[i];

		verifying->everywhere += result->everywhere;
		verifying->elsewhere += !result->everywhere;
		if (run->quiet && result->everywhere && !json)
			continue;
		progress_clear(&run->progress);
		if (verifying->begun && !json)
			output_text("\n");
		verifying->begun = true;
		verification_print(&batch->inputs[i], result, json);
	}
}

static int verify_batch(struct dns_run *run, struct publication *list, size_t count, void *context)
{
	struct verifying *verifying = context;
	struct verify_batch batch = { 0 };
	struct error err;
	int result = make_batch(&batch, count, &err);

	for (size_t i = 0; i < count && result == 0; i++)
		result = add_domain(run, &batch, &list[i], &err);
	if (result == 0)
		result = look(run, verifying, &batch, &err);
	if (result == 0) {
		keep_seen(run, verifying, &batch);
		print_results(run, verifying, &batch);
		for (size_t i = 0; i < count; i++) {
			if (list[i].outcome == PUBLICATION_FAILED) {
				verifying->failed++;
				dns_run_complain(run, &list[i]);
			}
		}
	}
	clear_batch(&batch);
	return result < 0 ? complain_error(&err) : STATUS_DONE;
}

static void print_counts(const struct dns_run *run, const struct verifying *verifying)
{
	if (run->invocation->json)
		output_json(json_pack("{s:{s:I, s:I, s:I, s:I}, s:I}", "counts", "everywhere",
				      (json_int_t)verifying->everywhere, "not_everywhere",
				      (json_int_t)verifying->elsewhere, "failed",
				      (json_int_t)verifying->failed, "refused",
				      (json_int_t)run->feed.refused, "questions",
				      (json_int_t)exchange_sent(run->exchange)));
	else if (run->feed.count != 1)
		output_text("%severywhere %zu, not everywhere %zu, failed %zu, refused %zu; "
			    "%llu questions\n",
			    verifying->begun ? "\n" : "", verifying->everywhere,
			    verifying->elsewhere, verifying->failed, run->feed.refused,
			    exchange_sent(run->exchange));
}

static int dns_verify(const struct invocation *invocation)
{
	struct verifying verifying = { 0 };
	struct dns_run run;
	struct error err;
	int status = dns_run_open(invocation, DNS_RUN_NETWORK | DNS_RUN_AUTHORITIES | DNS_RUN_NOTES,
				  &run);

	if (status == STATUS_DONE) {
		const struct verifier_settings settings = { .exchange = run.exchange,
							    .resolvers = &run.resolvers };

		if (verifier_new(&settings, &verifying.verifier, &err) < 0)
			status = complain_error(&err);
	}
	if (status == STATUS_DONE)
		status = dns_run_each(&run, verify_batch, &verifying);
	if (status == STATUS_DONE) {
		print_counts(&run, &verifying);
		if (verifying.elsewhere || verifying.failed || run.feed.refused)
			status = STATUS_FINDING;
	}
	verifier_freep(&verifying.verifier);
	dns_run_close(&run);
	return status;
}

static const struct command_option verify_options[] = {
	{ "all", NULL,
	  "all domains of the store; only those that are not seen everywhere are told" },
	{ "from", "FILE", "the domains of a file, one a line" },
	{ NULL, NULL, NULL },
};

const struct command command_dns_verify = {
	.family = "dns",
	.name = "verify",
	.operands = "DOMAIN...",
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Ask every authoritative server and resolver what it serves.",
	.options = verify_options,
	.run = dns_verify,
};
