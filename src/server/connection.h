/*
 * Between libmicrohttpd and the endpoints: makes an http_request of what comes in, queues what
 * endpoint_serve() answers, writes the access line.
 */
#ifndef SERVER_CONNECTION_H
#define SERVER_CONNECTION_H

#include "base/error.h"
#include "server/log.h"
#include "server/network_limit.h"
#include "server/snapshot.h"

#include <microhttpd.h>

struct tracked_connection;

/* In the order in which they came to be here. */
struct connection_list {
	struct tracked_connection *first, *last;
};

/* Belongs to one worker; its callbacks run in that worker's thread alone. */
struct connection_context {
	struct snapshot *snapshot; /* swapped by the worker between two runs of the daemon */
	struct log *log;
	struct network_limit *forms; /* not owned */
	int64_t complained;	     /* when of an unsigned profile: nanoseconds, 0: never */
	size_t under_way;	     /* requests that have begun and are not completed */
	size_t open;		     /* connections */
	size_t accepted;	     /* connections since the beginning */
	size_t limit;		     /* of a daemon's connections */
	/*
	 * Set when a connection ends at the limit. libmicrohttpd looks at its listening socket
	 * again only in its next run, for which there may be no other reason: the worker clears
	 * this and runs it.
	 */
	bool run_again;
	bool closing;	 /* answers end their connection */
	int64_t timeout; /* nanoseconds that a request may take to come in */
	/* Connections whose next request has not come in yet, and those that have one. */
	struct connection_list waiting, busy;
	struct exchange *spare;
	size_t spare_count;
};

struct connection_limits {
	unsigned int connections;    /* at a time */
	unsigned int timeout;	     /* seconds without a byte, and for a whole body */
	struct network_limit *forms; /* of all daemons; must outlive them */
};

/*
 * Starts a daemon on a listening socket (taken over, closed when the daemon stops), to be run by
 * MHD_run() whenever its epoll descriptor is readable or its timeout is over.
 */
int connection_daemon_start(int listen_fd, const struct connection_limits *limits,
			    struct connection_context *context, struct MHD_Daemon **ret,
			    struct error *err);

/*
 * Cuts connections that have let too much time go by without sending a whole request header:
 * libmicrohttpd's own timeout begins anew with every byte. To be called now and then.
 */
void connection_cut_slow(struct connection_context *context);

/* Milliseconds until the next may have to be cut, -1: none waits. */
int64_t connection_next_cut(const struct connection_context *context);

/*
 * Ends connections whose client has gone. libmicrohttpd may not notice the end of what comes in if
 * it arrives together with a part of a request, and would wait for the rest until its timeout.
 */
void connection_end_gone(struct connection_context *context);

/* Frees the spare exchanges. After all daemons of the context have stopped. */
void connection_context_clear(struct connection_context *context);

#endif
