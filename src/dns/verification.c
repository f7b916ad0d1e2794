/*
 * Two rounds over all domains: the authoritative servers, each asked for the zone first and for the
 * records only if it has it; then the resolvers, for those domains whose servers all agree.
 *
 * The time of a round is taken when its answers are there: what a server turned to in between may
 * have reached a cache a moment before.
 */
#include "dns/verification.h"

#include "dns/dns_question.h"
#include "dns/live_records.h"
#include "dns/serial.h"
#include "dns/silent_servers.h"
#include "dns/verification_view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct verifier {
	struct verifier_settings settings;
	struct silent_servers *silent;
};

/* One domain while it is worked on. */
struct subject {
	const struct verification_input *input;
	struct verification *ret;
	struct verification_view view;
};

/* A server or resolver of a subject that is asked. */
struct asked {
	struct subject *subject;
	size_t number; /* in ret */
};

static const char silent_before[] = "is silent (it was for other domains just now)";

const char *verification_state_name(enum verification_state state)
{
	static const char *const names[VERIFICATION_STATE_COUNT] = {
		[VERIFICATION_NEW] = "new",	[VERIFICATION_OLD] = "old",
		[VERIFICATION_MIXED] = "mixed", [VERIFICATION_OTHER] = "other",
		[VERIFICATION_LAME] = "lame",	[VERIFICATION_NO_ANSWER] = "no answer",
	};

	return names[state];
}

int verifier_new(const struct verifier_settings *settings, struct verifier **ret, struct error *err)
{
	CLEANUP(silent_servers_freep) struct silent_servers *silent = silent_servers_new();
	struct verifier *verifier = malloc(sizeof(*verifier));

	if (!verifier || !silent) {
		free(verifier);
		return error_no_memory(err);
	}
	*verifier = (struct verifier){ .settings = *settings, .silent = silent };
	silent = NULL;
	*ret = verifier;
	return 0;
}

void verifier_free(struct verifier *verifier)
{
	if (!verifier)
		return;
	silent_servers_free(verifier->silent);
	free(verifier);
}

static int64_t monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Authoritative servers */

struct server_round {
	struct live_job *jobs;
	struct asked *asked;
	size_t count;
};

static void server_round_clear(struct server_round *round)
{
	for (size_t i = 0; i < round->count; i++)
		live_job_clear(&round->jobs[i]);
	free(round->jobs);
	free(round->asked);
}

static void add_job(struct server_round *round, struct subject *subject, size_t number)
{
	const struct verification_input *input = subject->input;

	round->asked[round->count] = (struct asked){ subject, number };
	round->jobs[round->count++] = (struct live_job){
		.domain = input->domain,
		.server = input->authority->servers[number].address,
		.names = { input->published, input->change ? &input->change->removed : NULL,
			   input->change ? &input->change->published : NULL },
		.records_only = true,
	};
}

static int prepare_servers(const struct verifier *verifier, struct subject *subjects, size_t count,
			   struct server_round *round, struct error *err)
{
	int64_t now = monotonic_seconds();
	size_t room = 1;

	for (size_t i = 0; i < count; i++)
		room += subjects[i].input->authority->count;
	round->jobs = calloc(room, sizeof(*round->jobs));
	round->asked = calloc(room, sizeof(*round->asked));
	if (!round->jobs || !round->asked)
		return error_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct authority *authority = subjects[i].input->authority;
		struct verification *ret = subjects[i].ret;

		for (size_t j = 0; j < authority->count; j++) {
			struct verification_server *server = &ret->servers[j];

			server->server = &authority->servers[j];
			server->state = VERIFICATION_NO_ANSWER;
			memcpy(server->detail, silent_before, sizeof(silent_before));
			if (!silent_servers_has(verifier->silent, &authority->servers[j].address,
						now))
				add_job(round, &subjects[i], j);
		}
	}
	return 0;
}

static int take_server(const struct asked *asked, const struct live_job *job, struct error *err)
{
	struct verification *ret = asked->subject->ret;
	const struct verification_input *input = asked->subject->input;
	struct verification_server *server = &ret->servers[asked->number];
	struct verification_verdict verdict;
	uint32_t wait;

	snprintf(server->detail, sizeof(server->detail), "%s", job->reason);
	server->state = job->state == LIVE_LAME ? VERIFICATION_LAME : VERIFICATION_NO_ANSWER;
	if (job->state != LIVE_READ)
		return 0;
	if (verification_view_judge(&asked->subject->view, &job->records, false, &verdict, err) < 0)
		return -1;
	server->state = verdict.state;
	server->serial = job->serial;
	server->ttl = verdict.ttl;
	memcpy(server->detail, verdict.detail, sizeof(server->detail));
	if (input->change) {
		wait = verification_wait(input->change, input->negative_ttl, &job->records);
		ret->wait = wait > ret->wait ? wait : ret->wait;
	}
	return 0;
}

static bool has_serial(const struct verification_server *server)
{
	return server->state <= VERIFICATION_OTHER;
}

static void compare_serials(struct verification *ret)
{
	for (size_t i = 0; i < ret->server_count; i++) {
		struct verification_server *server = &ret->servers[i];

		for (size_t j = 0; j < ret->server_count && has_serial(server); j++)
			server->behind |=
				has_serial(&ret->servers[j]) &&
				serial_compare(server->serial, ret->servers[j].serial) == -1;
	}
}

/* What all servers together mean. */
static void conclude_servers(const struct verification_input *input, struct verification *ret,
			     int64_t now)
{
	static const struct dns_record_list none = { 0 };
	size_t new = 0, different = 0;

	for (size_t i = 0; i < ret->server_count; i++) {
		new += ret->servers[i].state == VERIFICATION_NEW;
		different +=
			has_serial(&ret->servers[i]) && ret->servers[i].state != VERIFICATION_NEW;
	}
	compare_serials(ret);
	ret->everywhere = ret->server_count > 0 && new == ret->server_count;
	if (!input->change)
		return;
	ret->seen = input->seen;
	if (!ret->seen && ret->everywhere)
		ret->seen = now;
	if (new + different == 0)
		ret->wait = verification_wait(input->change, input->negative_ttl, &none);
	if (ret->seen && different == 0)
		ret->gone_by = ret->seen + ret->wait;
}

static int ask_servers(const struct verifier *verifier, struct subject *subjects, size_t count,
		       struct error *err)
{
	CLEANUP(server_round_clear) struct server_round round = { 0 };
	int64_t now;

	if (prepare_servers(verifier, subjects, count, &round, err) < 0 ||
	    live_records_read(verifier->settings.exchange, round.jobs, round.count, err) < 0)
		return -1;
	now = monotonic_seconds();
	for (size_t i = 0; i < round.count; i++) {
		const struct live_job *job = &round.jobs[i];

		silent_servers_tell(verifier->silent, &job->server, job->state != LIVE_NO_ANSWER,
				    now);
		if (take_server(&round.asked[i], job, err) < 0)
			return -1;
	}
	now = time(NULL);
	for (size_t i = 0; i < count; i++)
		conclude_servers(subjects[i].input, subjects[i].ret, now);
	return 0;
}

/* Resolvers */

struct resolver_round {
	struct dns_question_list questions; /* tag: in asked; those of one stand together */
	struct asked *asked;
	size_t count;
};

static void resolver_round_clear(struct resolver_round *round)
{
	dns_question_list_clear(&round->questions);
	free(round->asked);
}

static int add_questions(const struct verifier *verifier, struct subject *subject,
			 struct resolver_round *round, struct error *err)
{
	const struct socket_address_list *resolvers = verifier->settings.resolvers;
	const struct verification_view *view = &subject->view;
	CLEANUP(freep)
	const struct dns_record **keys =
		calloc(view->new.count + view->old.count + 1, sizeof(const struct dns_record *));
	int64_t now = monotonic_seconds();
	size_t key_count;

	if (!keys)
		return error_no_memory(err);
	key_count = verification_view_touched(view, keys);
	for (size_t i = 0; i < subject->ret->resolver_count; i++) {
		struct verification_resolver *resolver = &subject->ret->resolvers[i];

		resolver->address = &resolvers->list[i];
		resolver->state = VERIFICATION_NO_ANSWER;
		memcpy(resolver->detail, silent_before, sizeof(silent_before));
		if (silent_servers_has(verifier->silent, resolver->address, now))
			continue;
		for (size_t j = 0; j < key_count; j++) {
			if (dns_question_add(&round->questions, resolver->address, keys[j]->owner,
					     keys[j]->type, true, round->count, err) < 0)
				return -1;
		}
		round->asked[round->count++] = (struct asked){ subject, i };
	}
	return 0;
}

static int prepare_resolvers(const struct verifier *verifier, struct subject *subjects,
			     size_t count, struct resolver_round *round, struct error *err)
{
	size_t resolvers = verifier->settings.resolvers->count;

	round->asked = calloc(count * resolvers + 1, sizeof(*round->asked));
	if (!round->asked)
		return error_no_memory(err);
	for (size_t i = 0; i < count && resolvers > 0; i++) {
		struct verification *ret = subjects[i].ret;

		if (!ret->everywhere || subjects[i].input->published->count == 0)
			continue;
		ret->resolver_count = resolvers;
		if (add_questions(verifier, &subjects[i], round, err) < 0)
			return -1;
	}
	return 0;
}

static bool is_published(const struct verification_input *input,
			 const struct dns_question *question)
{
	for (size_t i = 0; i < input->published->count; i++) {
		const struct dns_record *record = input->published->list[i];

		if (record->type == question->type && strcmp(record->owner, question->owner) == 0)
			return true;
	}
	return false;
}

/* How long the resolver will say that what is published does not exist. */
static uint32_t negative_remaining(const struct verification_input *input,
				   const struct dns_question *question)
{
	const struct dns_record_list *authority = &question->answer.authority;

	for (size_t i = 0; i < authority->count && is_published(input, question); i++) {
		if (authority->list[i]->type == LDNS_RR_TYPE_SOA)
			return authority->list[i]->ttl;
	}
	return 0;
}

/* What a resolver said to one question goes to live. */
static int take_answer(const struct verification_input *input, const struct dns_question *question,
		       struct dns_record_list *live, uint32_t *remaining, struct error *err)
{
	const struct dns_record_list *list = &question->answer.answer;
	uint32_t negative = 0;
	bool found = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct dns_record *record = list->list[i];

		if (strcmp(record->owner, question->owner) != 0 ||
		    (record->type != question->type && record->type != LDNS_RR_TYPE_CNAME))
			continue;
		found = true;
		if (dns_record_list_add_copy(live, record, err) < 0)
			return -1;
	}
	if (!found)
		negative = negative_remaining(input, question);
	*remaining = negative > *remaining ? negative : *remaining;
	return 0;
}

/* The questions of one resolver about one domain, from first up to end. */
static int take_resolver(const struct subject *subject, struct verification_resolver *resolver,
			 const struct dns_question *first, const struct dns_question *end,
			 struct error *err)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list live = { 0 };
	struct verification_verdict verdict;

	for (const struct dns_question *question = first; question < end; question++) {
		if (!dns_question_answered(question) || !question->recursion) {
			resolver->state = dns_question_heard(question) ? VERIFICATION_LAME
								       : VERIFICATION_NO_ANSWER;
			dns_question_reason(question, resolver->detail);
			return 0;
		}
		if (take_answer(subject->input, question, &live, &resolver->remaining, err) < 0)
			return -1;
	}
	dns_record_list_sort(&live);
	if (verification_view_judge(&subject->view, &live, true, &verdict, err) < 0)
		return -1;
	resolver->state = verdict.state;
	if (verdict.stale > resolver->remaining)
		resolver->remaining = verdict.stale;
	memcpy(resolver->detail, verdict.detail, sizeof(resolver->detail));
	return 0;
}

static void conclude_resolver(struct verification *ret,
			      const struct verification_resolver *resolver, int64_t now)
{
	if (ret->gone_by && resolver->remaining && now + resolver->remaining > ret->gone_by)
		ret->gone_by = now + resolver->remaining;
}

static int ask_resolvers(const struct verifier *verifier, struct subject *subjects, size_t count,
			 struct error *err)
{
	CLEANUP(resolver_round_clear) struct resolver_round round = { 0 };
	const struct dns_question *list;
	int64_t now;

	if (prepare_resolvers(verifier, subjects, count, &round, err) < 0 ||
	    dns_question_ask(verifier->settings.exchange, &round.questions, err) < 0)
		return -1;
	now = time(NULL);
	list = round.questions.list;
	for (size_t i = 0, end; i < round.questions.count; i = end) {
		const struct asked *asked = &round.asked[list[i].tag];
		struct verification *ret = asked->subject->ret;
		struct verification_resolver *resolver = &ret->resolvers[asked->number];

		for (end = i; end < round.questions.count && list[end].tag == list[i].tag;)
			end++;
		if (take_resolver(asked->subject, resolver, &list[i], &list[end], err) < 0)
			return -1;
		silent_servers_tell(verifier->silent, resolver->address,
				    resolver->state != VERIFICATION_NO_ANSWER, monotonic_seconds());
		conclude_resolver(ret, resolver, now);
	}
	return 0;
}

/* All */

static int begin(struct subject *subject, const struct verification_input *input,
		 struct verification *ret, struct error *err)
{
	*subject = (struct subject){ .input = input, .ret = ret };
	*ret = (struct verification){ .server_count = input->authority->count };
	return verification_view_make(input->published, input->change, &subject->view, err);
}

int verifier_run(struct verifier *verifier, const struct verification_input *inputs, size_t count,
		 struct verification *ret, struct error *err)
{
	struct subject *subjects = calloc(count + 1, sizeof(*subjects));
	int result = subjects ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++)
		result = begin(&subjects[i], &inputs[i], &ret[i], err);
	if (result == 0)
		result = ask_servers(verifier, subjects, count, err);
	if (result == 0)
		result = ask_resolvers(verifier, subjects, count, err);
	for (size_t i = 0; subjects && i < count; i++)
		verification_view_clear(&subjects[i].view);
	free(subjects);
	return result;
}
