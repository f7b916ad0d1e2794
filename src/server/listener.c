#include "server/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int set_option(int fd, int level, int option)
{
	const int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on));
}

static int listener_socket(const struct socket_address *address, bool share, int *ret,
			   struct error *err)
{
	int family = address->address.ss_family, fd;
	char text[SOCKET_ADDRESS_TEXT_SIZE];

	socket_address_text(address, 0, text);
	fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_errno(err, errno, "cannot listen on %s", text);
	if (set_option(fd, SOL_SOCKET, SO_REUSEADDR) < 0 ||
	    (share && set_option(fd, SOL_SOCKET, SO_REUSEPORT) < 0) ||
	    (family == AF_INET6 && set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) < 0) ||
	    bind(fd, (const struct sockaddr *)&address->address, address->size) < 0 ||
	    (share && listen(fd, LISTENER_BACKLOG) < 0)) { /* a probe takes nobody in */
		error_errno(err, errno, "cannot listen on %s", text);
		close(fd);
		return -1;
	}
	*ret = fd;
	return 0;
}

int listener_probe(const struct socket_address *address, struct error *err)
{
	int fd = -1;

	if (listener_socket(address, false, &fd, err) < 0)
		return -1;
	close(fd);
	return 0;
}

/*
 * What all connections of the socket inherit; nothing is lost where it cannot be had. The largest
 * answer is 60 kB, but for a client that asks and never reads the kernel would keep megabytes.
 *
 * A TLS client speaks first: with the kernel holding it back until it does, its handshake begins as
 * it is taken in.
 */
static void tune(int fd, bool https)
{
	const int bytes = 128 * 1024, seconds = 1;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (https)
		setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds));
}

static int open_each(const struct socket_address_list *addresses, bool https,
		     listener_callback *callback, void *cls, struct error *err)
{
	for (size_t i = 0; i < addresses->count; i++) {
		int fd = -1;

		if (listener_socket(&addresses->list[i], true, &fd, err) < 0)
			return -1;
		tune(fd, https);
		if (callback(cls, fd, https, err) < 0)
			return -1;
	}
	return 0;
}

int listener_open_all(const struct listener_set *set, listener_callback *callback, void *cls,
		      struct error *err)
{
	for (size_t i = 0; i < set->passed.count; i++) {
		int fd = fcntl(set->passed.list[i].fd, F_DUPFD_CLOEXEC, 0);

		if (fd < 0)
			return error_errno(err, errno, "a passed socket");
		tune(fd, set->passed.list[i].https);
		if (callback(cls, fd, set->passed.list[i].https, err) < 0)
			return -1;
	}
	if (open_each(&set->http, false, callback, cls, err) < 0)
		return -1;
	return open_each(&set->https, true, callback, cls, err);
}
