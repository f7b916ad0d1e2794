/* One thread that serves: its own sockets, its own libmicrohttpd daemons, its own log. */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include "model/socket_address.h"
#include "server/connection.h"
#include "server/snapshot.h"

struct worker;

/*
 * Opens a socket on each address and starts the thread, which answers from snapshot (a reference is
 * taken). On failure nothing is left behind.
 */
int worker_start(const struct socket_address_list *addresses,
		 const struct connection_limits *limits, struct snapshot *snapshot,
		 struct worker **ret, struct error *err);

/* Answers come from snapshot (a reference is taken) from the worker's next turn on, at once. */
void worker_publish(struct worker *worker, struct snapshot *snapshot);

/* Asks the worker to accept nothing new, to finish what is under way, and to end. */
void worker_stop(struct worker *worker);

/* Waits for its end and frees it. After worker_stop(). NULL is accepted. */
void worker_join(struct worker *worker);

#endif
