#include "server/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
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

int listener_open(const struct socket_address *address, int *ret, struct error *err)
{
	return listener_socket(address, true, ret, err);
}
