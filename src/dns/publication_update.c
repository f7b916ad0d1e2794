/*
 * By RFC 2136 updates at the primary: intents, the updates, then all are read back. A server may
 * answer NOERROR and ignore a part (a CNAME beside other data), an answer may be lost, and an
 * unsigned one may be made up; so what counts is what is read back. If that cannot be read, the
 * intent stays for the next run to settle.
 */
#include "dns/dns_message.h"
#include "dns/publication_intent.h"
#include "dns/publication_parts.h"

#include <stdio.h>

/* One domain's update. */
struct sending {
	struct publication_intent *intent;
	struct dns_message message;
	bool answered;	   /* NOERROR, by an answer that proves it */
	char refusal[200]; /* what an answer said that proves nothing, or "" */
};

struct sendings {
	struct sending *list;
	size_t count;
};

static void clear_sendings(struct sendings *sendings)
{
	for (size_t i = 0; i < sendings->count; i++)
		dns_message_clear(&sendings->list[i].message);
	free(sendings->list);
}

/* It came to nothing, and that is certain. */
static void refuse(struct publication_intent *intent, const char *text)
{
	publication_fail(intent->publication, PUBLICATION_FAILED, "%s", text);
	intent->end = PUBLICATION_END_DROP;
}

static void make_message(const struct publication_site *site, struct sending *sending)
{
	struct publication *publication = sending->intent->publication;
	struct update_steps steps = { 0 };
	char zone[DOMAIN_NAME_SIZE + 1];
	struct error err;

	snprintf(zone, sizeof(zone), "%s.", publication->live.zone.text);
	if (update_steps_make(publication->plan, &steps, &err) < 0 ||
	    dns_message_update(zone, &steps, site->key, &sending->message, &err) < 0)
		refuse(sending->intent, err.text);
	free(steps.list);
}

/* Where nothing has to be sent, what stands there is confirmed. */
static int make_sendings(const struct publication_site *site, struct publication_intents *intents,
			 struct sendings *ret, struct error *err)
{
	ret->list = calloc(intents->count + 1, sizeof(*ret->list));
	if (!ret->list)
		return error_no_memory(err);
	for (size_t i = 0; i < intents->count; i++) {
		struct publication_intent *intent = &intents->list[i];

		if (change_plan_changes(intent->publication->plan)) {
			ret->list[ret->count].intent = intent;
			make_message(site, &ret->list[ret->count++]);
		} else {
			intent->publication->outcome = PUBLICATION_UNCHANGED;
			intent->end = PUBLICATION_END_CONFIRM;
		}
	}
	return 0;
}

static const char *silence_text(enum exchange_outcome outcome)
{
	return outcome == EXCHANGE_SILENT	 ? "does not answer"
	       : outcome == EXCHANGE_UNREACHABLE ? "is not reachable"
						 : "closed the connection";
}

/* What the answer, or its absence, means. */
static void judge_answer(struct sending *sending, const struct exchange_query *query,
			 const char *server)
{
	struct dns_answer answer = { 0 };
	char reason[200], text[ERROR_TEXT_SIZE];
	struct error err;

	if (query->outcome != EXCHANGE_ANSWERED) {
		snprintf(text, sizeof(text), "%s %s; nothing was changed; run it again", server,
			 silence_text(query->outcome));
		if (!query->sent)
			refuse(sending->intent, text);
		return;
	}
	if (dns_message_answer(&sending->message, query->answer, query->answer_size, &answer,
			       &err) < 0) {
		snprintf(sending->refusal, sizeof(sending->refusal), "%.150s", err.text);
	} else if (answer.rcode == LDNS_RCODE_NOERROR) {
		sending->answered = true;
	} else if (answer.keyed && !answer.verified) {
		dns_answer_reason(&answer, sending->refusal); /* as for the wrong key */
	} else {
		snprintf(text, sizeof(text), "%s %s; nothing was changed", server,
			 dns_answer_reason(&answer, reason));
		refuse(sending->intent, text);
	}
	dns_answer_clear(&answer);
}

static int send_updates(const struct publication_site *site, struct sendings *sendings,
			const char *server, struct error *err)
{
	struct exchange_query *queries = calloc(sendings->count + 1, sizeof(*queries));
	struct sending **of = calloc(sendings->count + 1, sizeof(struct sending *));
	size_t asked = 0;
	int result = queries && of ? 0 : error_no_memory(err);

	for (size_t i = 0; i < sendings->count && result == 0; i++) {
		struct sending *sending = &sendings->list[i];

		if (!publication_intent_is_open(sending->intent))
			continue;
		of[asked] = sending;
		queries[asked++] = (struct exchange_query){
			.server = *site->primary,
			.transport = EXCHANGE_TCP,
			.message = sending->message.bytes,
			.size = sending->message.size,
		};
	}
	if (result == 0)
		result = exchange_run(site->exchange, queries, asked, site->updates, err);
	for (size_t i = 0; i < asked; i++) {
		if (result == 0)
			judge_answer(of[i], &queries[i], server);
		free(queries[i].answer);
	}
	free(queries);
	free(of);
	return result;
}

/*
 * What the zone holds after an update of which this is known. A server that signs a zone may take a
 * moment to serve what it has taken, so that is looked at again until the last time.
 */
static void judge_proof(struct sending *sending, const struct live_job *job, const char *server,
			bool last)
{
	struct publication_intent *intent = sending->intent;
	struct publication *publication = intent->publication;

	if (job->state != LIVE_READ) {
		publication_fail(publication, PUBLICATION_FAILED,
				 "%s %s; whether the change was made is not known; run it again to "
				 "find out",
				 server, job->reason);
		return;
	}
	publication->serial = job->serial;
	if (publication_log_applied(&intent->log, &job->records) == 1) {
		publication->outcome = PUBLICATION_DONE;
		intent->end = PUBLICATION_END_CONFIRM;
	} else if (sending->answered && !last) {
		return;
	} else if (sending->answered || publication_log_went_through(&intent->log, &job->records)) {
		publication_fail(publication, PUBLICATION_FAILED,
				 "%s took the update, but does not serve all of it: it ignored a "
				 "part, or somebody has changed it since; signpost dns diff tells "
				 "what is missing",
				 server);
		intent->end = PUBLICATION_END_CONFIRM;
	} else if (*sending->refusal) {
		publication_fail(publication, PUBLICATION_FAILED, "%s %s; nothing was changed",
				 server, sending->refusal);
		intent->end = PUBLICATION_END_DROP;
	} else { /* it may still come to it, so the intent stays */
		publication_fail(publication, PUBLICATION_FAILED,
				 "%s did not answer the update, and has not made it; run it again",
				 server);
	}
}

/* Reads back what was sent. Returns how many are to be looked at again, or -1. */
static long look(const struct publication_site *site, struct sendings *sendings, const char *server,
		 bool last, struct error *err)
{
	struct live_job *jobs = calloc(sendings->count + 1, sizeof(*jobs));
	struct sending **of = calloc(sendings->count + 1, sizeof(struct sending *));
	size_t asked = 0;
	long left = 0;
	int result = jobs && of ? 0 : error_no_memory(err);

	for (size_t i = 0; i < sendings->count && result == 0; i++) {
		struct publication_intent *intent = sendings->list[i].intent;

		if (!publication_intent_is_open(intent))
			continue;
		of[asked] = &sendings->list[i];
		jobs[asked++] = (struct live_job){
			.domain = &intent->publication->domain,
			.server = *site->primary,
			.transfer = site->transfer,
			.key = site->key,
			.names = { &intent->log.added, &intent->log.removed },
			.records_only = true,
		};
	}
	if (result == 0)
		result = live_records_read(site->exchange, jobs, asked, err);
	for (size_t i = 0; i < asked; i++) {
		if (result == 0)
			judge_proof(of[i], &jobs[i], server, last);
		left += publication_intent_is_open(of[i]->intent);
		live_job_clear(&jobs[i]);
	}
	free(jobs);
	free(of);
	return result < 0 ? -1 : left;
}

static int prove(const struct publication_site *site, struct sendings *sendings, const char *server,
		 struct error *err)
{
	struct publication_wait wait;
	bool last = false;
	long left;

	publication_wait_begin(&wait, site->timeout);
	while ((left = look(site, sendings, server, last, err)) > 0)
		last = !publication_wait(&wait);
	return left < 0 ? -1 : 0;
}

int publication_update(const struct publication_site *site, struct publication *list, size_t count,
		       struct error *err)
{
	struct publication_intents intents = { 0 };
	char server[SOCKET_ADDRESS_TEXT_SIZE];
	struct sendings sendings = { 0 };
	int result = publication_intents_begin(site, list, count, &intents, err);

	socket_address_text(site->primary, 53, server);
	if (result == 0)
		result = make_sendings(site, &intents, &sendings, err);
	if (result == 0)
		result = send_updates(site, &sendings, server, err);
	if (result == 0)
		result = prove(site, &sendings, server, err);
	if (result == 0)
		result = publication_intents_end(site, &intents, err);
	clear_sendings(&sendings);
	publication_intents_clear(&intents);
	return result;
}
