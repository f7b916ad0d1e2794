/* One question under way: its sockets, what has come in over TCP, and when to do something. */
#ifndef DNS_EXCHANGE_SLOT_H
#define DNS_EXCHANGE_SLOT_H

#include "dns/exchange.h"

#include <stdint.h>

#define EXCHANGE_SLOT_SOCKETS                                                                      \
	2 /* over UDP the second try's, while the first may be answered yet                        \
	   */
#define EXCHANGE_NEVER INT64_MAX

/* What the slots of an exchange share. */
struct exchange_io {
	int epoll;
	int64_t timeout;	 /* nanoseconds */
	unsigned char *buffer;	 /* EXCHANGE_MESSAGE_MAX bytes, for what has just come in */
	unsigned long long sent; /* questions */
};

struct exchange_slot {
	struct exchange_query *query;	    /* NULL: free */
	uint32_t number;		    /* of the slot, for epoll */
	int sockets[EXCHANGE_SLOT_SOCKETS]; /* -1: none */
	bool tcp;			    /* the first socket is a connection */
	bool cut;			    /* the answer was: a connection is wanted */
	int64_t deadline, end;	 /* end: of a transfer, whose messages each have a deadline */
	int64_t again;		 /* when to ask again over UDP */
	size_t out;		 /* bytes sent over TCP, with the two of the length */
	unsigned char length[2]; /* of the message that comes in */
	size_t in;		 /* bytes of it that came, with the two of the length */
	unsigned char *message;	 /* of the length; NULL: not known yet */
	size_t total;		 /* bytes of a transfer */
	bool any;		 /* a transfer's message has come */
};

void exchange_slot_init(struct exchange_slot *slot, uint32_t number);

/*
 * Sends the question. 1: it is under way, or has its outcome already; 0: there is no socket to be
 * had for now.
 */
int exchange_slot_start(struct exchange_slot *slot, struct exchange_io *io,
			struct exchange_query *query, int64_t now);

/* Asks again over TCP, when the slot is cut. */
void exchange_slot_connect(struct exchange_slot *slot, struct exchange_io *io);

/* Something happened at one of the sockets. The query may have its outcome afterwards, or be cut.
 */
void exchange_slot_event(struct exchange_slot *slot, struct exchange_io *io, unsigned int number,
			 int64_t now);

/* It is time to do something, if now is not before exchange_slot_wake(). */
void exchange_slot_tick(struct exchange_slot *slot, struct exchange_io *io, int64_t now);
int64_t exchange_slot_wake(const struct exchange_slot *slot);

/* Closes and frees what is left; the slot is free then. */
void exchange_slot_clear(struct exchange_slot *slot);

#endif
