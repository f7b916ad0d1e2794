/*
 * Listening sockets. Every worker has its own on each address (SO_REUSEPORT): the kernel spreads
 * the connections, and nobody waits for a lock.
 */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "base/error.h"
#include "model/socket_address.h"

#define LISTENER_BACKLOG 4096 /* connections that the kernel takes in ahead of us */

/* Fails if somebody already listens on the address, which SO_REUSEPORT alone would not tell. */
int listener_probe(const struct socket_address *address, struct error *err);

/* Opens one non-blocking, close-on-exec listening socket. The caller closes *ret. */
int listener_open(const struct socket_address *address, int *ret, struct error *err);

#endif
