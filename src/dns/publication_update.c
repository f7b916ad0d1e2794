/*
 * By RFC 2136 updates at the primary: intents of all in one transaction, the updates, then all are
 * read back, and confirmed in one transaction. A server may answer NOERROR and ignore a part (a
 * CNAME beside other data), and an answer may be lost; so what counts is what is read back.
 */
#include "base/bytes.h"
#include "dns/dns_message.h"
#include "dns/publication_parts.h"

#include <stdio.h>
#include <string.h>

/* One domain's update. */
struct sending {
	struct publication *publication;
	struct dns_message message;
	struct dns_change intent;
	struct change_log log; /* of the intent */
	bool doubtful;	       /* it was sent, and no answer came that proves anything */
	char refusal[200];     /* what an unsigned answer said, or "" */
};

static void clear_sendings(struct sending *sendings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		dns_message_clear(&sendings[i].message);
		dns_change_clear(&sendings[i].intent);
		change_log_clear(&sendings[i].log);
	}
	free(sendings);
}

static bool is_open(const struct sending *sending)
{
	return sending->publication->outcome == PUBLICATION_PLANNED;
}

/* The packet and the intent of one. What cannot be sent is its own failure. */
static int prepare(const struct publication_site *site, struct sending *sending, struct error *err)
{
	struct publication *publication = sending->publication;
	CLEANUP(freep) struct update_step *list = NULL;
	struct update_steps steps = { 0 };
	struct error fault;
	int result = 0;

	sending->intent.target = strdup(site->target);
	sending->intent.undoes = site->undo ? publication->last.id : 0;
	sending->intent.negative_ttl = publication->live.negative_ttl;
	if (!sending->intent.target || change_plan_log(publication->plan, &sending->intent.log,
						       &sending->intent.log_size, err) < 0)
		return error_no_memory(err);
	if (change_log_parse(sending->intent.log, sending->intent.log_size, &sending->log, err) < 0)
		return -1;
	if (!change_plan_changes(publication->plan))
		return 0;
	result = update_steps_make(publication->plan, &steps, &fault);
	list = steps.list;
	if (result == 0) {
		char zone[DOMAIN_NAME_SIZE + 1];

		snprintf(zone, sizeof(zone), "%s.", publication->live.zone.text);
		result = dns_message_update(zone, &steps, site->key, &sending->message, &fault);
	}
	if (result < 0)
		publication_fail(publication, PUBLICATION_FAILED, "%s", fault.text);
	return 0;
}

static int write_intents(const struct publication_site *site, struct sending *sendings,
			 size_t count, struct error *err)
{
	if (store_begin(site->store, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (is_open(&sendings[i]) &&
		    store_dns_intend(site->store, &sendings[i].publication->domain,
				     &sendings[i].intent, err) < 0) {
			store_rollback(site->store);
			return -1;
		}
	}
	return store_commit(site->store, site->who, site->what, err);
}

/* What the answer, or its absence, means. */
static void judge_answer(const struct publication_site *site, struct sending *sending,
			 const struct exchange_query *query)
{
	struct publication *publication = sending->publication;
	char server[SOCKET_ADDRESS_TEXT_SIZE], reason[200];
	struct dns_answer answer = { 0 };
	struct error err;

	socket_address_text(site->primary, 53, server);
	if (query->outcome != EXCHANGE_ANSWERED) {
		sending->doubtful = query->sent;
		if (!query->sent)
			publication_fail(publication, PUBLICATION_FAILED,
					 "%s %s; nothing was changed; run it again", server,
					 query->outcome == EXCHANGE_SILENT ? "does not answer"
					 : query->outcome == EXCHANGE_UNREACHABLE
						 ? "is not reachable"
						 : "closed the connection");
	} else if (dns_message_answer(&sending->message, query->answer, query->answer_size, &answer,
				      &err) < 0) {
		/* somebody may have made it up, so it proves nothing */
		sending->doubtful = true;
	} else if (answer.rcode != LDNS_RCODE_NOERROR && answer.keyed && !answer.verified) {
		/* nor does an unsigned refusal, which is what the wrong key gets */
		sending->doubtful = true;
		dns_answer_reason(&answer, sending->refusal);
	} else if (answer.rcode != LDNS_RCODE_NOERROR) {
		publication_fail(publication, PUBLICATION_FAILED, "%s %s; nothing was changed",
				 server, dns_answer_reason(&answer, reason));
	}
	dns_answer_clear(&answer);
}

static int send_updates(const struct publication_site *site, struct sending *sendings, size_t count,
			struct error *err)
{
	struct exchange_query *queries = calloc(count, sizeof(*queries));
	struct sending **of = calloc(count, sizeof(*of));
	size_t asked = 0;
	int result = queries && of ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++) {
		if (!is_open(&sendings[i]) || !sendings[i].message.size)
			continue;
		of[asked] = &sendings[i];
		queries[asked++] = (struct exchange_query){
			.server = *site->primary,
			.transport = EXCHANGE_TCP,
			.message = sendings[i].message.bytes,
			.size = sendings[i].message.size,
		};
	}
	if (result == 0)
		result = exchange_run(site->exchange, queries, asked, site->updates, err);
	for (size_t i = 0; i < asked; i++) {
		if (result == 0)
			judge_answer(site, of[i], &queries[i]);
		free(queries[i].answer);
	}
	free(queries);
	free(of);
	return result;
}

static void judge_proof(const struct publication_site *site, struct sending *sending,
			const struct live_job *job)
{
	struct publication *publication = sending->publication;
	char server[SOCKET_ADDRESS_TEXT_SIZE];

	socket_address_text(site->primary, 53, server);
	if (job->state != LIVE_READ) {
		publication_fail(publication, PUBLICATION_FAILED,
				 "%s %s; whether the change was made is not known; run it again to "
				 "find out",
				 server, job->reason);
		return;
	}
	publication->serial = job->serial;
	if (publication_log_applied(&sending->log, &job->records) == 1)
		publication->outcome = PUBLICATION_DONE;
	else if (*sending->refusal)
		publication_fail(publication, PUBLICATION_FAILED, "%s %s; nothing was changed",
				 server, sending->refusal);
	else if (sending->doubtful)
		publication_fail(publication, PUBLICATION_FAILED,
				 "%s did not answer the update, and has not made it; nothing was "
				 "changed; run it again",
				 server);
	else
		publication_fail(publication, PUBLICATION_FAILED,
				 "%s took the update (NOERROR), but does not serve all of it; "
				 "signpost dns diff tells what is missing",
				 server);
}

/* Reads back what was sent. */
static int prove(const struct publication_site *site, struct sending *sendings, size_t count,
		 struct error *err)
{
	struct live_job *jobs = calloc(count, sizeof(*jobs));
	struct sending **of = calloc(count, sizeof(*of));
	size_t asked = 0;
	int result = jobs && of ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++) {
		struct sending *sending = &sendings[i];

		if (!is_open(sending) || !sending->message.size)
			continue;
		of[asked] = sending;
		jobs[asked++] = (struct live_job){
			.domain = &sending->publication->domain,
			.server = *site->primary,
			.transfer = site->transfer,
			.key = site->key,
			.names = { &sending->log.added, &sending->log.removed },
			.records_only = true,
		};
	}
	if (result == 0)
		result = live_records_read(site->exchange, jobs, asked, err);
	for (size_t i = 0; i < asked; i++) {
		if (result == 0)
			judge_proof(site, of[i], &jobs[i]);
		live_job_clear(&jobs[i]);
	}
	free(jobs);
	free(of);
	return result;
}

/* Whether nothing is known of what became of the intent; it stays in the store then. */
static bool is_unknown(const struct sending *sending)
{
	return sending->publication->outcome == PUBLICATION_FAILED && sending->doubtful &&
	       !*sending->refusal;
}

static int confirm(const struct publication_site *site, const struct sending *sending,
		   struct error *err)
{
	struct publication *publication = sending->publication;

	if (!sending->intent.id || is_unknown(sending))
		return 0;
	if (publication->outcome == PUBLICATION_FAILED)
		return store_dns_drop(site->store, sending->intent.id, err);
	if (publication->outcome == PUBLICATION_PLANNED) /* nothing had to be sent */
		publication->outcome = PUBLICATION_UNCHANGED;
	return store_dns_confirm(site->store, &publication->domain, sending->intent.id,
				 publication->serial, err);
}

static int write_ends(const struct publication_site *site, struct sending *sendings, size_t count,
		      struct error *err)
{
	if (store_begin(site->store, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (confirm(site, &sendings[i], err) < 0) {
			store_rollback(site->store);
			return -1;
		}
	}
	return store_commit(site->store, site->who, site->what, err);
}

int publication_update(const struct publication_site *site, struct publication *list, size_t count,
		       struct error *err)
{
	struct sending *sendings = calloc(count, sizeof(*sendings));
	size_t used = 0;
	int result = sendings ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++) {
		if (list[i].outcome != PUBLICATION_PLANNED)
			continue;
		sendings[used].publication = &list[i];
		result = prepare(site, &sendings[used++], err);
	}
	if (result == 0 && used > 0) {
		result = write_intents(site, sendings, used, err);
		if (result == 0)
			result = send_updates(site, sendings, used, err);
		if (result == 0)
			result = prove(site, sendings, used, err);
		if (result == 0)
			result = write_ends(site, sendings, used, err);
	}
	clear_sendings(sendings, used);
	return result;
}
