/*
 * Questions to name servers and their answers, many at a time, by epoll. One thread.
 *
 * A UDP question goes out of a socket of its own, connected, from a port that the kernel picks;
 * what comes in is taken only if it has the id, the opcode, the QR bit and the question, else the
 * wait goes on. After a third of the time it is sent once more, from a second such socket;
 * whichever is answered counts. An answer that is cut (TC) is asked for again over TCP. There is
 * one deadline for all of it, tries included. Nothing is decoded here but the header and the
 * question.
 */
#ifndef DNS_EXCHANGE_H
#define DNS_EXCHANGE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "model/socket_address.h"

#define EXCHANGE_MESSAGE_MAX 65535		 /* bytes */
#define EXCHANGE_TRANSFER_MAX (64 * 1024 * 1024) /* bytes of one zone transfer */
#define EXCHANGE_TRANSFER_TIMEOUTS 10		 /* that a whole zone transfer may take */
#define EXCHANGE_IN_FLIGHT_MAX 1000
#define EXCHANGE_CONNECTIONS_MAX 8 /* to one server at a time, but for answers that were cut */
#define EXCHANGE_SILENT_MAX                                                                        \
	1000 /* questions of a run that a server lets go by in a row: the rest is not sent */

struct exchange;

struct exchange_limits {
	unsigned int timeout;	/* milliseconds for one question, everything included; of a transfer
				   for each message */
	unsigned int in_flight; /* questions at a time, 1 to EXCHANGE_IN_FLIGHT_MAX */
	unsigned int rate, rate_server; /* questions a second, in all and to one address; 0: any */
	const struct socket_address_list *own; /* servers that rate_server does not hold for; NULL:
					       none; must live as long as the exchange */
};

/* ERROR_NO_MEMORY, ERROR_IO: no epoll. */
int exchange_new(const struct exchange_limits *limits, struct exchange **ret, struct error *err);
void exchange_free(struct exchange *exchange);
DEFINE_CLEANUP(struct exchange *, exchange_free)

enum exchange_transport {
	EXCHANGE_UDP, /* TCP follows if the answer is cut */
	EXCHANGE_TCP,
	EXCHANGE_TRANSFER, /* TCP, and `more` is called for every message */
};

enum exchange_outcome {
	EXCHANGE_PENDING,
	EXCHANGE_ANSWERED,
	EXCHANGE_SILENT,      /* nothing acceptable came before the deadline */
	EXCHANGE_UNREACHABLE, /* the network or the server's machine says that nobody is there */
	EXCHANGE_BROKEN,      /* the connection ended before the answer did, or it was too long, or
				 `more` broke it off */
};

struct exchange_query {
	/* Set by the caller. */
	struct socket_address server;
	enum exchange_transport transport;
	const unsigned char *message; /* as it is sent, id included; must live until the end */
	size_t size;		      /* bytes, 12 to 65535 */
	/* Of a transfer: 1 if more messages follow, 0 if this was the last, -1 to break off. It
	 * must not use the exchange. */
	int (*more)(void *context, const unsigned char *message, size_t size);
	void *context;

	/* Set by exchange_run(). */
	enum exchange_outcome outcome;
	unsigned char
		*answer; /* owned by the caller, free(); NULL unless ANSWERED, or of a transfer */
	size_t answer_size;
	int error_number; /* errno of UNREACHABLE and BROKEN, or 0 */
	bool sent;	  /* the whole message was handed to the kernel at least once over TCP: a
			     change may have been made though nothing was answered */
};

/*
 * Asks all and returns when each has an outcome. in_flight lowers the limit for this run, 0 leaves
 * it. -1 with *err set if epoll, memory or sockets failed; the queries' answers are to be freed
 * then, too.
 */
int exchange_run(struct exchange *exchange, struct exchange_query *queries, size_t count,
		 unsigned int in_flight, struct error *err);

/* How many questions were sent since the exchange was made, each try counted. */
unsigned long long exchange_sent(const struct exchange *exchange);

#endif
