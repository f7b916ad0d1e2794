/*
 * One worker's TLS: handshakes in the worker's loop, and then the plain bytes of each connection to
 * and from one end of a socket pair, of which libmicrohttpd has the other.
 */
#ifndef SERVER_TLS_EDGE_H
#define SERVER_TLS_EDGE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "server/connection_limit.h"
#include "server/shared.h"

#include <stdbool.h>
#include <sys/socket.h>

struct tls_edge;
struct tls_connection;

/*
 * Called when a handshake is over: fd, non-blocking, is the end of the pair for libmicrohttpd, and
 * taken over in any case. Whoever takes it calls tls_edge_closed(connection) once when it is
 * closed, be it before this returns. Returns false if it could not be used.
 */
typedef bool tls_edge_hand_over(void *cls, int fd, const struct sockaddr *client, socklen_t size,
				struct tls_connection *connection);

/*
 * epoll_fd is the worker's, whose data.ptr is a struct watch. shared->tls, metrics and what cls
 * points to must outlive it. ERROR_NO_MEMORY.
 */
int tls_edge_new(int epoll_fd, const struct shared *shared, struct metrics_worker *metrics,
		 tls_edge_hand_over *hand_over, void *cls, struct tls_edge **ret,
		 struct error *err);

/* Takes over an accepted, non-blocking socket, and its place. */
void tls_edge_accept(struct tls_edge *edge, int fd, const struct sockaddr *client, socklen_t size,
		     const struct connection_place *place);

/* libmicrohttpd has closed its end: what it wrote before that still goes out. */
void tls_edge_closed(struct tls_connection *connection);

/*
 * To be called once a turn, after libmicrohttpd has run: sends on what it has answered, cuts who is
 * too slow, frees what has ended. more: libmicrohttpd has something left to do, so that whoever has
 * got one answer may get another in the next turn.
 */
void tls_edge_turn(struct tls_edge *edge, bool more);

/* Milliseconds until tls_edge_turn() has something to cut, -1: nothing waits. */
int64_t tls_edge_next_cut(const struct tls_edge *edge);

/*
 * Ends one that has got its last byte, or else the oldest handshake, if it has waited longer than
 * that (nanoseconds). Whether it did.
 */
bool tls_edge_shed(struct tls_edge *edge, int64_t longest);

/* Connections with something left to do: all but those that have got their last byte. */
size_t tls_edge_busy(const struct tls_edge *edge);

/* Closes what is open. NULL is accepted. */
void tls_edge_free(struct tls_edge *edge);
DEFINE_CLEANUP(struct tls_edge *, tls_edge_free)

#endif
