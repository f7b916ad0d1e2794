/*
 * Between libmicrohttpd and the endpoints: makes an http_request of what comes in, queues what
 * endpoint_serve() answers, writes the access line.
 */
#ifndef SERVER_CONNECTION_H
#define SERVER_CONNECTION_H

#include "base/error.h"
#include "server/answer_send.h"
#include "server/deadline_list.h"
#include "server/log.h"
#include "server/shared.h"
#include "server/snapshot.h"
#include "server/tls_edge.h"

#include <microhttpd.h>
#include <sys/socket.h>

/* Belongs to one worker; its callbacks run in that worker's thread alone. */
struct connection_context {
	const struct shared *shared;
	struct snapshot *snapshot; /* swapped by the worker between two runs of the daemon */
	struct log *log;
	struct metrics_worker *metrics;
	struct seen_worker *seen; /* NULL: nothing is remembered */
	struct MHD_Daemon *daemon;
	struct answer_signer signer;
	size_t under_way; /* requests that have begun and are not completed */
	size_t open;	  /* connections */
	bool closing;	  /* answers end their connection */
	/* Connections whose next request has not come in yet, and those that have one. */
	struct deadline_list waiting, busy;
	struct exchange *spare;
	size_t spare_count;
	struct {
		const struct connection_place *place;
		struct tls_connection *tls;
	} arriving; /* the one that is being added */
};

/*
 * Starts context->daemon, to be run by MHD_run() whenever its epoll descriptor is readable or its
 * timeout is over. It listens nowhere: connections come by connection_add(). The caller stops it.
 */
int connection_daemon_start(struct connection_context *context, struct error *err);

/*
 * Takes over fd, non-blocking, in any case: a socket with its place, which is given back when it
 * closes; or, with tls, the plain end of that connection, which gets tls_edge_closed() then.
 * Returns whether it is being served.
 */
bool connection_add(struct connection_context *context, int fd, const struct sockaddr *client,
		    socklen_t size, const struct connection_place *place,
		    struct tls_connection *tls);

/*
 * Cuts connections that have let too much time go by without sending a whole request header:
 * libmicrohttpd's own timeout begins anew with every byte. To be called now and then.
 */
void connection_cut_slow(struct connection_context *context);

/* Milliseconds until the next may have to be cut, -1: none waits. */
int64_t connection_next_cut(const struct connection_context *context);

/*
 * Cuts the connection that has waited longest for its next request, if that was longer than
 * longest (nanoseconds). Whether there was one; it is closed in the daemon's next run.
 */
bool connection_shed(struct connection_context *context, int64_t longest);

/*
 * Cuts connections that nothing of a request has come on for some time: new ones and those that
 * have been asked before. Both in nanoseconds.
 */
void connection_cut_idle(struct connection_context *context, int64_t new_for, int64_t asked_for);

/*
 * Ends connections whose client has gone. libmicrohttpd may not notice the end of what comes in if
 * it arrives together with a part of a request, and would wait for the rest until its timeout.
 */
void connection_end_gone(struct connection_context *context);

/* Frees the spare exchanges. After the daemon has stopped. */
void connection_context_clear(struct connection_context *context);

#endif
