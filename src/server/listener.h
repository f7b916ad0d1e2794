/*
 * Listening sockets, opened here or passed by the service manager. Those that are opened here each
 * worker has for itself (SO_REUSEPORT): the kernel spreads the connections, and nobody waits for a
 * lock. Those that were passed all workers share.
 */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "base/error.h"
#include "model/socket_address.h"
#include "server/service_manager.h"

#include <stdbool.h>

#define LISTENER_BACKLOG 4096 /* connections that the kernel takes in ahead of us */

/* Where the service listens. */
struct listener_set {
	struct socket_address_list http, https; /* to be opened; empty if sockets were passed */
	struct passed_sockets passed;
};

/* Fails if somebody already listens on the address, which SO_REUSEPORT alone would not tell. */
int listener_probe(const struct socket_address *address, struct error *err);

/* Called for each socket of a worker: non-blocking, close-on-exec, to be taken over in any case. */
typedef int listener_callback(void *cls, int fd, bool https, struct error *err);

/* Opens one worker's sockets, or doubles those that were passed. Ends at the first failure. */
int listener_open_all(const struct listener_set *set, listener_callback *callback, void *cls,
		      struct error *err);

#endif
