/*
 * When as many connections are open as there may be, or the system has no descriptor left, whoever
 * has waited longest without asking anything is cut to make room, and the kernel keeps the new ones
 * for that moment: somebody who only holds connections open keeps nobody out.
 */
#include "server/acceptor.h"

#include "server/clock.h"
#include "server/watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 16			     /* connections at a time: other work waits meanwhile */
#define SHED_AFTER (INT64_C(2) * 1000000000) /* nanoseconds that even an idle one may stay */
#define PAUSE (INT64_C(50) * 1000000)	     /* nanoseconds */

struct acceptor {
	struct watch watch; /* first */
	struct acceptor_target target;
	int fd;
	bool https;
	bool watched;
	int64_t paused_until; /* nanoseconds, CLOCK_MONOTONIC; 0: not paused */
};

/* A socket that other workers, too, wait for wakes only one of them. */
static int watch(struct acceptor *acceptor)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE,
				     .data.ptr = &acceptor->watch };

	return epoll_ctl(acceptor->target.epoll_fd, EPOLL_CTL_ADD, acceptor->fd, &event);
}

static void pause_accepting(struct acceptor *acceptor)
{
	acceptor->paused_until = clock_ns() + PAUSE;
	if (acceptor->watched)
		epoll_ctl(acceptor->target.epoll_fd, EPOLL_CTL_DEL, acceptor->fd, NULL);
	acceptor->watched = false;
}

/* Makes room if somebody can be missed, and waits for it. */
static void make_room(struct acceptor *acceptor)
{
	const struct acceptor_target *target = &acceptor->target;

	for (size_t i = 0; i < BATCH; i++) {
		if (!(target->edge && tls_edge_shed(target->edge, SHED_AFTER)) &&
		    !connection_shed(target->context, SHED_AFTER))
			break;
		metrics_add(target->metrics, METRIC_SHED, 1);
	}
	pause_accepting(acceptor);
}

/* Closes at once, without the state that an orderly end would leave in the kernel. */
static void refuse(int fd)
{
	const struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void take_in(struct acceptor *acceptor, int fd, const struct sockaddr *client,
		    socklen_t size)
{
	const struct acceptor_target *target = &acceptor->target;
	bool exempt = network_list_contains(&target->context->snapshot->trusted, client);
	struct connection_place place;

	switch (connection_limit_enter(target->shared->connections, client, exempt, &place)) {
	case CONNECTION_ADMITTED:
		break;
	case CONNECTION_ALL_TAKEN:
		metrics_add(target->metrics, METRIC_REFUSED_ALL, 1);
		refuse(fd);
		return;
	case CONNECTION_ADDRESS_TAKEN:
	default:
		metrics_add(target->metrics, METRIC_REFUSED_ADDRESS, 1);
		refuse(fd);
		return;
	}
	metrics_add(target->metrics,
		    acceptor->https ? METRIC_CONNECTIONS_HTTPS : METRIC_CONNECTIONS_HTTP, 1);
	if (acceptor->https)
		tls_edge_accept(target->edge, fd, client, size, &place);
	else
		connection_add(target->context, fd, client, size, &place, NULL);
}

/* Whether accepting may go on after this failure of it. */
static bool judge_failure(struct acceptor *acceptor)
{
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		metrics_add(acceptor->target.metrics, METRIC_ACCEPT_FAILED, 1);
		make_room(acceptor);
		return false;
	default: /* the client's failure: it has left, its network is gone (accept(2)) */
		return true;
	}
}

size_t acceptor_take_in(struct acceptor *acceptor)
{
	const struct shared *shared = acceptor->target.shared;
	size_t count = 0;

	for (size_t i = 0; i < BATCH; i++) {
		struct sockaddr_storage client;
		socklen_t size = sizeof(client);
		int fd;

		if (connection_limit_open(shared->connections) >= shared->connections_max) {
			make_room(acceptor);
			break;
		}
		fd = accept4(acceptor->fd, (struct sockaddr *)&client, &size,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			take_in(acceptor, fd, (struct sockaddr *)&client, size);
			count++;
		} else if (!judge_failure(acceptor)) {
			break;
		}
	}
	return count;
}

static void acceptor_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	acceptor_take_in((struct acceptor *)watch);
}

int acceptor_new(const struct acceptor_target *target, int fd, bool https, struct acceptor **ret,
		 struct error *err)
{
	struct acceptor *acceptor = calloc(1, sizeof(*acceptor));

	if (!acceptor) {
		close(fd);
		return error_no_memory(err);
	}
	acceptor->watch.ready = acceptor_ready;
	acceptor->target = *target;
	acceptor->fd = fd;
	acceptor->https = https;
	if (watch(acceptor) < 0) {
		error_errno(err, errno, "epoll_ctl");
		acceptor_free(acceptor);
		return -1;
	}
	acceptor->watched = true;
	*ret = acceptor;
	return 0;
}

void acceptor_turn(struct acceptor *acceptor)
{
	if (!acceptor->paused_until || clock_ns() < acceptor->paused_until)
		return;
	acceptor->paused_until = 0;
	if (watch(acceptor) < 0)
		pause_accepting(acceptor);
	else
		acceptor->watched = true;
}

int64_t acceptor_next(const struct acceptor *acceptor)
{
	int64_t left = acceptor->paused_until - clock_ns();

	if (!acceptor->paused_until)
		return -1;
	return left < 0 ? 0 : left / 1000000 + 1;
}

void acceptor_free(struct acceptor *acceptor)
{
	if (!acceptor)
		return;
	if (acceptor->watched) /* as long as others have the socket, closing it does not do this */
		epoll_ctl(acceptor->target.epoll_fd, EPOLL_CTL_DEL, acceptor->fd, NULL);
	close(acceptor->fd);
	free(acceptor);
}
