/*
 * A connection is in one of four states: its handshake; open; lingering (all is sent, what still
 * comes is thrown away, since closing a socket with unread bytes would make the client lose the
 * answer, RFC 9112 9.6); over (freed at the end of the turn, as further events may name it).
 *
 * Of each descriptor only what is needed is waited for, level-triggered, so that nothing has to be
 * read until it would block. What libmicrohttpd answers in the same turn is sent on without waiting
 * for the end of the pair; large answers, and those to further requests, come later. That it has
 * closed its end it says itself.
 *
 * Bytes go through one buffer of the worker. Only if the other side does not take them are they
 * copied and kept, and then no more are read until they are gone: at most one buffer in each
 * direction.
 */
#include "server/tls_edge.h"

#include "base/bytes.h"
#include "server/deadline_list.h"
#include "server/watch.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BUFFER_SIZE 16384			/* bytes: the largest TLS record */
#define LINGER_TIME (INT64_C(2) * 1000000000)	/* nanoseconds */
#define LINGER_PRESSED (INT64_C(200) * 1000000) /* when its place is wanted */
#define LINGER_BYTES (256 * 1024)
#define LARGE_ANSWER (32 * 1024) /* bytes, of which there may be more to come */

enum tls_state { TLS_HANDSHAKE, TLS_OPEN, TLS_LINGER, TLS_OVER };

/* One of a connection's two descriptors, and what is waited for on it. */
struct tls_end {
	struct watch watch; /* first: a watch is its end */
	int fd;
	uint32_t events;
	bool watched;
};

struct tls_connection {
	struct tls_end net, pair;
	struct tls_edge *edge;
	SSL *ssl;
	enum tls_state state;
	bool handed_over;	      /* libmicrohttpd has the other end of the pair */
	bool no_input;		      /* nothing more comes from the client */
	struct bytes to_pair, to_net; /* not taken yet */
	size_t thrown_away;	      /* while lingering */
	struct deadline deadline;
	struct connection_place place;
	struct tls_connection *before, *behind; /* in the edge's list of all */
	struct tls_connection *next_fed;
	bool fed;
	/* until it is handed over */
	struct sockaddr_storage *client;
	socklen_t client_size;
};

struct tls_edge {
	int epoll_fd;
	const struct shared *shared;
	struct metrics_worker *metrics;
	tls_edge_hand_over *hand_over;
	void *cls;
	struct tls_connection *first; /* of all */
	size_t open;
	struct tls_connection *fed; /* libmicrohttpd has got something to answer */
	struct tls_connection *over;
	struct deadline_list handshakes, blocked, lingering;
	char buffer[BUFFER_SIZE];
};

static struct tls_connection *connection_of_net(struct watch *watch)
{
	return (struct tls_connection *)((char *)watch - offsetof(struct tls_connection, net));
}

static struct tls_connection *connection_of_pair(struct watch *watch)
{
	return (struct tls_connection *)((char *)watch - offsetof(struct tls_connection, pair));
}

static struct tls_connection *connection_of_deadline(struct deadline *deadline)
{
	return (struct tls_connection *)((char *)deadline -
					 offsetof(struct tls_connection, deadline));
}

static void wait_for(struct tls_connection *connection, struct tls_end *end, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = &end->watch };

	if (end->watched && end->events == events)
		return;
	if (epoll_ctl(connection->edge->epoll_fd, end->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
		      end->fd, &event) == 0) {
		end->watched = true;
		end->events = events;
	}
}

/* Not even for the end of it, which epoll tells whether one asks or not. */
static void wait_no_more(struct tls_connection *connection, struct tls_end *end)
{
	if (end->watched)
		epoll_ctl(connection->edge->epoll_fd, EPOLL_CTL_DEL, end->fd, NULL);
	end->watched = false;
}

static void close_end(struct tls_end *end)
{
	if (end->fd >= 0)
		close(end->fd); /* which takes it out of epoll, too */
	end->fd = -1;
	end->watched = false;
}

static void unlink_connection(struct tls_connection *connection)
{
	struct tls_edge *edge = connection->edge;

	*(connection->before ? &connection->before->behind : &edge->first) = connection->behind;
	if (connection->behind)
		connection->behind->before = connection->before;
	edge->open--;
}

/* At the end of the turn. */
static void free_later(struct tls_connection *connection)
{
	connection->behind = connection->edge->over;
	connection->edge->over = connection;
}

static void end_connection(struct tls_connection *connection)
{
	struct tls_edge *edge = connection->edge;

	if (connection->state == TLS_OVER)
		return;
	connection->state = TLS_OVER;
	deadline_stop(&connection->deadline);
	close_end(&connection->net);
	close_end(&connection->pair);
	SSL_free(connection->ssl);
	connection->ssl = NULL;
	bytes_clear(&connection->to_pair);
	bytes_clear(&connection->to_net);
	free(connection->client);
	connection->client = NULL;
	connection_limit_leave(edge->shared->connections, &connection->place);
	unlink_connection(connection);
	if (!connection->handed_over)
		free_later(connection);
}

static void out_of_memory(struct tls_connection *connection)
{
	metrics_add(connection->edge->metrics, METRIC_OUT_OF_MEMORY, 1);
	end_connection(connection);
}

/* Takes size bytes off the front. */
static void bytes_drop(struct bytes *bytes, size_t size)
{
	bytes->size -= size;
	if (bytes->size)
		memmove(bytes->data, bytes->data + size, bytes->size);
	else
		bytes_clear(bytes);
}

/* All is sent. */
static void linger(struct tls_connection *connection)
{
	ERR_clear_error();
	SSL_shutdown(connection->ssl); /* best effort: the length of the answer was told */
	if (connection->no_input || shutdown(connection->net.fd, SHUT_WR) < 0) {
		end_connection(connection);
		return;
	}
	connection->state = TLS_LINGER;
	close_end(&connection->pair);
	SSL_free(connection->ssl);
	connection->ssl = NULL;
	bytes_clear(&connection->to_pair);
	deadline_start(&connection->edge->lingering, &connection->deadline);
	wait_for(connection, &connection->net, EPOLLIN);
}

static void throw_away(struct tls_connection *connection)
{
	ssize_t size = recv(connection->net.fd, connection->edge->buffer, BUFFER_SIZE, 0);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size > 0)
		connection->thrown_away += (size_t)size;
	if (size <= 0 || connection->thrown_away > LINGER_BYTES)
		end_connection(connection);
}

/*
 * The client takes no more for now; or OpenSSL wants the rest of a message of the client first, of
 * which a part has come: then there is no use in waiting until one can write.
 */
static void wait_for_output(struct tls_connection *connection)
{
	uint32_t events = connection->net.events & ~(uint32_t)EPOLLOUT;

	if (SSL_want_write(connection->ssl))
		events |= EPOLLOUT;
	wait_for(connection, &connection->net, events);
}

static void block_output(struct tls_connection *connection)
{
	deadline_start(&connection->edge->blocked, &connection->deadline);
	wait_for_output(connection);
	if (connection->pair.watched)
		wait_for(connection, &connection->pair,
			 connection->pair.events & ~(uint32_t)EPOLLIN);
}

static void unblock_output(struct tls_connection *connection)
{
	deadline_stop(&connection->deadline);
	wait_for(connection, &connection->net, connection->net.events & ~(uint32_t)EPOLLOUT);
	wait_for(connection, &connection->pair, connection->pair.events | EPOLLIN);
}

/* Sends size bytes. Returns how many the socket took, -1 when the connection is over. */
static ssize_t write_tls(struct tls_connection *connection, const char *data, size_t size)
{
	int written;

	ERR_clear_error();
	written = SSL_write(connection->ssl, data, (int)size);
	if (written > 0)
		return written;
	switch (SSL_get_error(connection->ssl, written)) {
	case SSL_ERROR_WANT_WRITE:
	case SSL_ERROR_WANT_READ:
		return 0;
	default:
		end_connection(connection);
		return -1;
	}
}

/* Sends all of it, or keeps what is left. Whether the client took all. */
static bool send_or_keep(struct tls_connection *connection, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write_tls(connection, data, size);

		if (written < 0)
			return false;
		if (written == 0) {
			bytes_append(&connection->to_net, data, size);
			if (connection->to_net.failed)
				out_of_memory(connection);
			else
				block_output(connection);
			return false;
		}
		data += written;
		size -= (size_t)written;
	}
	return true;
}

/* What was kept. Whether nothing of it is left. */
static bool send_kept(struct tls_connection *connection)
{
	struct bytes *kept = &connection->to_net;

	while (kept->size) {
		ssize_t written = write_tls(connection, kept->data, kept->size);

		if (written == 0)
			wait_for_output(connection);
		if (written <= 0)
			return false;
		bytes_drop(kept, (size_t)written);
		deadline_start(&connection->edge->blocked, &connection->deadline);
	}
	unblock_output(connection);
	return true;
}

/* From libmicrohttpd to the client. */
static void pump_out(struct tls_connection *connection)
{
	char *buffer = connection->edge->buffer;
	size_t sent = 0;
	ssize_t size;

	if (connection->to_net.size && !send_kept(connection))
		return;
	do {
		size = recv(connection->pair.fd, buffer, BUFFER_SIZE, 0);
		if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
			linger(connection); /* ECONNRESET: it has not read all that we sent */
			return;
		}
		if (size < 0 || !send_or_keep(connection, buffer, (size_t)size))
			break;
		sent += (size_t)size;
	} while (size == BUFFER_SIZE || !connection->handed_over); /* then the end is there, too */
	if (connection->state == TLS_OPEN && !connection->to_net.size &&
	    (sent == 0 || sent >= LARGE_ANSWER))
		wait_for(connection, &connection->pair, connection->pair.events | EPOLLIN);
}

static void feed(struct tls_connection *connection)
{
	struct tls_edge *edge = connection->edge;

	if (connection->fed)
		return;
	connection->fed = true;
	connection->next_fed = edge->fed;
	edge->fed = connection;
}

/* libmicrohttpd reads no more: what comes is of no use. It will close its end, or has. */
static void stop_input(struct tls_connection *connection)
{
	bytes_clear(&connection->to_pair);
	wait_for(connection, &connection->net, connection->net.events & ~(uint32_t)EPOLLIN);
}

/* Hands all of it on, or keeps what is left. Whether libmicrohttpd took all. */
static bool hand_or_keep(struct tls_connection *connection, const char *data, size_t size)
{
	ssize_t sent = send(connection->pair.fd, data, size, MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		stop_input(connection);
		return false;
	}
	feed(connection);
	if (sent == (ssize_t)size)
		return true;
	if (sent < 0)
		sent = 0;
	bytes_append(&connection->to_pair, data + sent, size - (size_t)sent);
	if (connection->to_pair.failed) {
		out_of_memory(connection);
		return false;
	}
	wait_for(connection, &connection->pair, connection->pair.events | EPOLLOUT);
	wait_for(connection, &connection->net, connection->net.events & ~(uint32_t)EPOLLIN);
	return false;
}

static bool hand_kept(struct tls_connection *connection)
{
	struct bytes *kept = &connection->to_pair;
	ssize_t sent = send(connection->pair.fd, kept->data, kept->size, MSG_NOSIGNAL);

	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			stop_input(connection);
		return false;
	}
	feed(connection);
	bytes_drop(kept, (size_t)sent);
	if (kept->size)
		return false;
	wait_for(connection, &connection->pair, connection->pair.events & ~(uint32_t)EPOLLOUT);
	if (!connection->no_input)
		wait_for(connection, &connection->net, connection->net.events | EPOLLIN);
	return true;
}

/* The client has nothing more to say, but may still listen. */
static void end_input(struct tls_connection *connection)
{
	connection->no_input = true;
	stop_input(connection);
	shutdown(connection->pair.fd, SHUT_WR);
	feed(connection);
}

/* Why nothing could be read. */
static void judge_read(struct tls_connection *connection, int result)
{
	switch (SSL_get_error(connection->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE: /* of a key update: goes out with the next bytes */
		return;
	case SSL_ERROR_ZERO_RETURN:
		end_input(connection);
		return;
	default:
		end_connection(connection);
	}
}

/* From the client to libmicrohttpd. */
static void pump_in(struct tls_connection *connection)
{
	char *buffer = connection->edge->buffer;
	int size;

	if (connection->to_pair.size && !hand_kept(connection))
		return;
	do {
		ERR_clear_error();
		size = SSL_read(connection->ssl, buffer, BUFFER_SIZE);
		if (size <= 0) {
			judge_read(connection, size);
			return;
		}
	} while (hand_or_keep(connection, buffer, (size_t)size) &&
		 SSL_has_pending(connection->ssl));
}

static void pair_ready(struct watch *watch, uint32_t events)
{
	struct tls_connection *connection = connection_of_pair(watch);

	if (connection->state != TLS_OPEN)
		return;
	if (connection->to_net.size) { /* its end is read when the client has taken what there is */
		if (events & (EPOLLHUP | EPOLLERR))
			wait_no_more(connection, &connection->pair);
	} else {
		pump_out(connection);
	}
	if (connection->state == TLS_OPEN && connection->to_pair.size)
		pump_in(connection);
}

static void count_handshake(const struct tls_connection *connection)
{
	bool resumed = SSL_session_reused(connection->ssl);
	enum metric metric;

	if (SSL_version(connection->ssl) == TLS1_3_VERSION)
		metric = resumed ? METRIC_HANDSHAKES_TLS13_RESUMED : METRIC_HANDSHAKES_TLS13;
	else
		metric = resumed ? METRIC_HANDSHAKES_TLS12_RESUMED : METRIC_HANDSHAKES_TLS12;
	metrics_add(connection->edge->metrics, metric, 1);
}

/* The handshake is over: libmicrohttpd gets its end. */
static void open_connection(struct tls_connection *connection)
{
	struct tls_edge *edge = connection->edge;
	int ends[2];

	count_handshake(connection);
	deadline_stop(&connection->deadline);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0) {
		metrics_add(edge->metrics, METRIC_ACCEPT_FAILED, 1);
		end_connection(connection);
		return;
	}
	connection->pair.fd = ends[0];
	connection->state = TLS_OPEN;
	connection->handed_over = true; /* until it says that it has closed it */
	if (!edge->hand_over(edge->cls, ends[1], (const struct sockaddr *)connection->client,
			     connection->client_size, connection)) {
		out_of_memory(connection);
		return;
	}
	free(connection->client);
	connection->client = NULL;
	wait_for(connection, &connection->net, EPOLLIN);
	if (SSL_has_pending(connection->ssl))
		pump_in(connection);
}

static void shake_hands(struct tls_connection *connection)
{
	struct tls_edge *edge = connection->edge;
	int result;

	ERR_clear_error();
	result = SSL_do_handshake(connection->ssl);
	if (result == 1) {
		open_connection(connection);
		return;
	}
	switch (SSL_get_error(connection->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		wait_for(connection, &connection->net, EPOLLIN);
		return;
	case SSL_ERROR_WANT_WRITE:
		wait_for(connection, &connection->net, EPOLLIN | EPOLLOUT);
		return;
	default:
		metrics_add(edge->metrics,
			    tls_context_lacked_certificate(connection->ssl)
				    ? METRIC_HANDSHAKES_NO_CERTIFICATE
				    : METRIC_HANDSHAKES_FAILED,
			    1);
		end_connection(connection);
	}
}

static void net_ready(struct watch *watch, uint32_t events)
{
	struct tls_connection *connection = connection_of_net(watch);

	switch (connection->state) {
	case TLS_HANDSHAKE:
		shake_hands(connection);
		return;
	case TLS_LINGER:
		throw_away(connection);
		return;
	case TLS_OPEN:
		break;
	case TLS_OVER:
	default:
		return;
	}
	if (events & (EPOLLHUP | EPOLLERR)) { /* both ways are closed: nobody listens */
		end_connection(connection);
		return;
	}
	if (events & EPOLLIN)
		pump_in(connection);
	if (connection->state == TLS_OPEN && connection->to_net.size)
		pump_out(connection);
}

int tls_edge_new(int epoll_fd, const struct shared *shared, struct metrics_worker *metrics,
		 tls_edge_hand_over *hand_over, void *cls, struct tls_edge **ret, struct error *err)
{
	struct tls_edge *edge = calloc(1, sizeof(*edge));

	if (!edge)
		return error_no_memory(err);
	edge->epoll_fd = epoll_fd;
	edge->shared = shared;
	edge->metrics = metrics;
	edge->hand_over = hand_over;
	edge->cls = cls;
	*ret = edge;
	return 0;
}

/* NULL: no memory. */
static struct tls_connection *connection_new(struct tls_edge *edge, int fd,
					     const struct sockaddr *client, socklen_t size)
{
	struct tls_connection *connection = calloc(1, sizeof(*connection));
	SSL *ssl = tls_context_accept(edge->shared->tls, fd);
	struct sockaddr_storage *copy = malloc(sizeof(*copy));

	if (!connection || !ssl || !copy) {
		free(connection);
		SSL_free(ssl);
		free(copy);
		return NULL;
	}
	memcpy(copy, client, size);
	connection->net.watch.ready = net_ready;
	connection->net.fd = fd;
	connection->pair.watch.ready = pair_ready;
	connection->pair.fd = -1;
	connection->edge = edge;
	connection->ssl = ssl;
	connection->client = copy;
	connection->client_size = size;
	return connection;
}

void tls_edge_accept(struct tls_edge *edge, int fd, const struct sockaddr *client, socklen_t size,
		     const struct connection_place *place)
{
	struct tls_connection *connection = connection_new(edge, fd, client, size);
	const int on = 1;

	if (!connection) {
		metrics_add(edge->metrics, METRIC_OUT_OF_MEMORY, 1);
		connection_limit_leave(edge->shared->connections, place);
		close(fd);
		return;
	}
	/* tickets go out before the answer: nothing of it may wait for their acknowledgement */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection->place = *place;
	connection->behind = edge->first;
	if (edge->first)
		edge->first->before = connection;
	edge->first = connection;
	edge->open++;
	deadline_start(&edge->handshakes, &connection->deadline);
	wait_for(connection, &connection->net, EPOLLIN);
	if (connection->net.watched)
		shake_hands(connection); /* the first bytes are there: see listener.c */
	else
		out_of_memory(connection);
}

void tls_edge_closed(struct tls_connection *connection)
{
	connection->handed_over = false;
	if (connection->state == TLS_OVER)
		free_later(connection);
	else
		feed(connection);
}

static int64_t timeout_of(const struct tls_edge *edge)
{
	return (int64_t)edge->shared->timeout * 1000000000;
}

static void cut(struct tls_edge *edge, const struct deadline_list *list, int64_t longest,
		enum metric metric)
{
	struct deadline *deadline;

	while ((deadline = deadline_over(list, longest))) {
		if (metric != METRIC_COUNT)
			metrics_add(edge->metrics, metric, 1);
		end_connection(connection_of_deadline(deadline));
	}
}

void tls_edge_turn(struct tls_edge *edge, bool more)
{
	struct tls_connection *fed = edge->fed;

	edge->fed = NULL;
	while (fed) {
		struct tls_connection *connection = fed;

		fed = connection->next_fed;
		connection->fed = false;
		if (connection->state != TLS_OPEN || connection->to_net.size)
			continue;
		pump_out(connection);
		if (more && connection->state == TLS_OPEN && !connection->to_net.size)
			feed(connection);
	}
	cut(edge, &edge->handshakes, timeout_of(edge), METRIC_HANDSHAKES_TIMED_OUT);
	cut(edge, &edge->blocked, timeout_of(edge), METRIC_CUT_SLOW);
	cut(edge, &edge->lingering, LINGER_TIME, METRIC_COUNT);
	while (edge->over) {
		struct tls_connection *next = edge->over->behind;

		free(edge->over);
		edge->over = next;
	}
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

int64_t tls_edge_next_cut(const struct tls_edge *edge)
{
	int64_t next = deadline_next(&edge->handshakes, timeout_of(edge));

	next = sooner(next, deadline_next(&edge->blocked, timeout_of(edge)));
	return sooner(next, deadline_next(&edge->lingering, LINGER_TIME));
}

bool tls_edge_shed(struct tls_edge *edge, int64_t longest)
{
	struct deadline *deadline = deadline_over(&edge->lingering, LINGER_PRESSED);

	if (!deadline)
		deadline = deadline_over(&edge->handshakes, longest);
	if (deadline)
		end_connection(connection_of_deadline(deadline));
	return deadline;
}

size_t tls_edge_busy(const struct tls_edge *edge)
{
	return edge->open - edge->lingering.count;
}

void tls_edge_free(struct tls_edge *edge)
{
	if (!edge)
		return;
	while (edge->first)
		end_connection(edge->first);
	edge->fed = NULL;
	tls_edge_turn(edge, false);
	free(edge);
}
