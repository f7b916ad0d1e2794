/*
 * Which question is sent next. Those of a run wait in one line a server, and servers take turns:
 * one whose rate is used up does not hold up the others. Rates go on from one run to the next.
 */
#ifndef DNS_EXCHANGE_QUEUE_H
#define DNS_EXCHANGE_QUEUE_H

#include "dns/exchange.h"
#include "dns/rate_limit.h"

struct exchange_server; /* an address that was ever asked */

struct exchange_queue {
	const struct exchange_limits *limits;
	struct rate_limit rate;
	void *servers; /* a tree, as of tsearch(), of struct exchange_server */

	/* Of a run. */
	struct exchange_query *queries;
	size_t *next;				  /* behind each question in its line */
	struct exchange_server *turn, *turn_last; /* those with a line */
	size_t turns;
};

/* limits must live as long as the queue. */
void exchange_queue_init(struct exchange_queue *queue, const struct exchange_limits *limits);

/* Begins a run. ERROR_NO_MEMORY; the queue is to be emptied then, too. */
int exchange_queue_fill(struct exchange_queue *queue, struct exchange_query *queries, size_t count,
			struct error *err);

/*
 * Takes the question out that may be sent now, and its server. NULL: there is none before
 * *ret_ready, or before the end of another that has a connection to the same server. If its server
 * has been silent to EXCHANGE_SILENT_MAX questions in a row, the question comes with its outcome.
 */
struct exchange_query *exchange_queue_take(struct exchange_queue *queue, int64_t now,
					   struct exchange_server **ret, int64_t *ret_ready);

/* Puts one back to the front of its line. */
void exchange_queue_put_back(struct exchange_queue *queue, struct exchange_query *query,
			     struct exchange_server *server);

/* So many questions went to the server. */
void exchange_queue_charge(struct exchange_queue *queue, struct exchange_server *server,
			   unsigned long long count, int64_t now);

/* Whether one more connection to the server may be made: then it counts from now on. */
bool exchange_queue_connect(struct exchange_server *server);

/* A question that was taken has its outcome. connected: it had a connection. */
void exchange_queue_note(struct exchange_server *server, const struct exchange_query *query,
			 bool connected);

/* Ends a run. */
void exchange_queue_empty(struct exchange_queue *queue);

void exchange_queue_clear(struct exchange_queue *queue);

#endif
