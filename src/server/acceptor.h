/*
 * Takes in the connections of one listening socket for one worker, as far as the limits let them,
 * and hands them on: plain ones to libmicrohttpd, others to the TLS edge.
 */
#ifndef SERVER_ACCEPTOR_H
#define SERVER_ACCEPTOR_H

#include "base/cleanup.h"
#include "base/error.h"
#include "server/connection.h"
#include "server/shared.h"
#include "server/tls_edge.h"

struct acceptor;

/* Where connections go: the parts of one worker, which outlive its acceptors. */
struct acceptor_target {
	int epoll_fd; /* data.ptr is a struct watch */
	const struct shared *shared;
	struct connection_context *context;
	struct tls_edge *edge; /* NULL: no HTTPS here */
	struct metrics_worker *metrics;
};

/*
 * fd is a listening, non-blocking socket, taken over even on failure. ERROR_NO_MEMORY, ERROR_IO.
 */
int acceptor_new(const struct acceptor_target *target, int fd, bool https, struct acceptor **ret,
		 struct error *err);

/* To be called once a turn: goes on after a pause. */
void acceptor_turn(struct acceptor *acceptor);

/* Milliseconds until a pause is over, -1: there is none. */
int64_t acceptor_next(const struct acceptor *acceptor);

/* Takes in some of those who wait. Returns how many, 0: nobody waits, or nobody may come in. */
size_t acceptor_take_in(struct acceptor *acceptor);

/* Closes the socket. NULL is accepted. */
void acceptor_free(struct acceptor *acceptor);
DEFINE_CLEANUP(struct acceptor *, acceptor_free)

#endif
