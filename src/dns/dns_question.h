/* Plain questions to name servers and what they answer, many at a time. For the dns layer. */
#ifndef DNS_DNS_QUESTION_H
#define DNS_DNS_QUESTION_H

#include "dns/dns_message.h"
#include "dns/dns_record.h"
#include "dns/exchange.h"

#define DNS_QUESTION_REASON_SIZE DNS_REASON_SIZE /* bytes, with the final NUL */

struct dns_question {
	/* Set by dns_question_add(). */
	const char *owner; /* absolute, canonical text; lives as long as the question */
	ldns_rr_type type;
	struct socket_address server;
	bool recurse;
	size_t tag; /* the caller's own */

	/* Set by dns_question_ask(). */
	enum exchange_outcome outcome;
	int error_number;	  /* as in struct exchange_query */
	bool recursion;		  /* RA: the server looks names up for others */
	struct dns_answer answer; /* if outcome is EXCHANGE_ANSWERED and fault empty */
	char fault[100];	  /* why what came is no answer, or "" */
};

/* All zero is the empty list. */
struct dns_question_list {
	struct dns_question *list;
	size_t count, room;
};

int dns_question_add(struct dns_question_list *questions, const struct socket_address *server,
		     const char *owner, ldns_rr_type type, bool recurse, size_t tag,
		     struct error *err);

/* Asks all that have no outcome yet. -1: epoll or memory failed. */
int dns_question_ask(struct exchange *exchange, struct dns_question_list *questions,
		     struct error *err);

/* Whether an answer came that says something: NOERROR or NXDOMAIN. */
bool dns_question_answered(const struct dns_question *question);

/* Whether anything at all came back that is a DNS message. */
bool dns_question_heard(const struct dns_question *question);

/*
 * Why there is no such answer, as the rest of a sentence that begins with the server: "is silent",
 * "refuses to answer (REFUSED)". ret has DNS_QUESTION_REASON_SIZE bytes. Returns ret.
 */
const char *dns_question_reason(const struct dns_question *question, char *ret);

/* Takes the outcome back, so that it can be asked again. */
void dns_question_reset(struct dns_question *question);

/* Frees all, not the struct, and empties it. For CLEANUP(). */
void dns_question_list_clear(struct dns_question_list *questions);

#endif
