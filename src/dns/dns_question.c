#include "dns/dns_question.h"

#include <stdio.h>
#include <string.h>

#define FLAGS_AT 3   /* the byte of a header with RA (RFC 1035 4.1.1) */
#define FLAG_RA 0x80 /* of it */

int dns_question_add(struct dns_question_list *questions, const struct socket_address *server,
		     const char *owner, ldns_rr_type type, bool recurse, size_t tag,
		     struct error *err)
{
	if (questions->count == questions->room) {
		size_t room = questions->room ? questions->room * 2 : 64;
		struct dns_question *larger = reallocarray(questions->list, room, sizeof(*larger));

		if (!larger)
			return error_no_memory(err);
		questions->list = larger;
		questions->room = room;
	}
	questions->list[questions->count++] = (struct dns_question){
		.owner = owner,
		.type = type,
		.server = *server,
		.recurse = recurse,
		.tag = tag,
	};
	return 0;
}

/* What is under way: the questions that have no outcome yet, their messages and queries. */
struct round {
	struct dns_question **questions;
	struct dns_message *messages;
	struct exchange_query *queries;
	size_t count;
};

static void round_clear(struct round *round)
{
	for (size_t i = 0; i < round->count; i++) {
		dns_message_clear(&round->messages[i]);
		free(round->queries[i].answer);
	}
	free(round->questions);
	free(round->messages);
	free(round->queries);
}

static int round_make(struct round *round, struct dns_question_list *questions, struct error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < questions->count; i++)
		count += questions->list[i].outcome == EXCHANGE_PENDING;
	round->questions = calloc(count + 1, sizeof(struct dns_question *));
	round->messages = calloc(count + 1, sizeof(*round->messages));
	round->queries = calloc(count + 1, sizeof(*round->queries));
	if (!round->questions || !round->messages || !round->queries)
		return error_no_memory(err);
	for (size_t i = 0; i < questions->count; i++) {
		struct dns_question *question = &questions->list[i];
		struct dns_message *message = &round->messages[round->count];

		if (question->outcome != EXCHANGE_PENDING)
			continue;
		if (dns_message_query(question->owner, question->type, question->recurse, NULL,
				      message, err) < 0)
			return -1;
		round->questions[round->count] = question;
		round->queries[round->count++] = (struct exchange_query){
			.server = question->server,
			.transport = EXCHANGE_UDP,
			.message = message->bytes,
			.size = message->size,
		};
	}
	return 0;
}

static int take(struct dns_question *question, const struct dns_message *message,
		const struct exchange_query *query, struct error *err)
{
	struct error fault = { 0 };

	question->outcome = query->outcome;
	question->error_number = query->error_number;
	if (query->outcome != EXCHANGE_ANSWERED)
		return 0;
	question->recursion = query->answer_size > FLAGS_AT && query->answer[FLAGS_AT] & FLAG_RA;
	if (dns_message_answer(message, query->answer, query->answer_size, &question->answer,
			       &fault) == 0)
		return 0;
	dns_answer_clear(&question->answer);
	if (fault.code == ERROR_NO_MEMORY)
		return error_no_memory(err);
	snprintf(question->fault, sizeof(question->fault), "%.99s", fault.text);
	return 0;
}

int dns_question_ask(struct exchange *exchange, struct dns_question_list *questions,
		     struct error *err)
{
	CLEANUP(round_clear) struct round round = { 0 };

	if (round_make(&round, questions, err) < 0)
		return -1;
	if (round.count == 0)
		return 0;
	if (exchange_run(exchange, round.queries, round.count, 0, err) < 0)
		return -1;
	for (size_t i = 0; i < round.count; i++) {
		if (take(round.questions[i], &round.messages[i], &round.queries[i], err) < 0)
			return -1;
		free(round.queries[i].answer);
		round.queries[i].answer = NULL;
	}
	return 0;
}

bool dns_question_heard(const struct dns_question *question)
{
	return question->outcome == EXCHANGE_ANSWERED && !question->fault[0];
}

bool dns_question_answered(const struct dns_question *question)
{
	return dns_question_heard(question) && (question->answer.rcode == LDNS_RCODE_NOERROR ||
						question->answer.rcode == LDNS_RCODE_NXDOMAIN);
}

const char *dns_question_reason(const struct dns_question *question, char *ret)
{
	const char *cause = question->error_number ? strerrordesc_np(question->error_number) : NULL;

	if (question->fault[0])
		snprintf(ret, DNS_QUESTION_REASON_SIZE, "sends an answer that %s", question->fault);
	else if (dns_question_answered(question) && question->recurse && !question->recursion)
		snprintf(ret, DNS_QUESTION_REASON_SIZE,
			 "does not look names up (no RA): it is no resolver, or not for us");
	else if (question->outcome == EXCHANGE_ANSWERED)
		dns_answer_reason(&question->answer, ret);
	else if (question->outcome == EXCHANGE_UNREACHABLE)
		snprintf(ret, DNS_QUESTION_REASON_SIZE, "cannot be reached: %s",
			 cause ? cause : "nobody is there");
	else if (question->outcome == EXCHANGE_BROKEN)
		snprintf(ret, DNS_QUESTION_REASON_SIZE, "broke the connection off: %s",
			 cause ? cause : "the answer is not whole");
	else
		snprintf(ret, DNS_QUESTION_REASON_SIZE, "is silent");
	return ret;
}

void dns_question_reset(struct dns_question *question)
{
	dns_answer_clear(&question->answer);
	question->fault[0] = '\0';
	question->outcome = EXCHANGE_PENDING;
	question->error_number = 0;
}

void dns_question_list_clear(struct dns_question_list *questions)
{
	for (size_t i = 0; i < questions->count; i++)
		dns_question_reset(&questions->list[i]);
	free(questions->list);
	*questions = (struct dns_question_list){ 0 };
}
