#include "server/service_manager.h"

#ifdef HAVE_LIBSYSTEMD

#include "base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>

static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
	      "the port of both families is at the same place");

/* The names of all sockets, ended by NULL: one piece of memory each, and the list's own. */
static void names_free(char **names)
{
	for (char **name = names; *name; name++)
		free(*name);
	free(names);
}
DEFINE_CLEANUP(char **, names_free)

static int option_of(int fd, int option)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -1 : value;
}

/* *ret_port: of the address that it listens on. */
static bool is_listening_tcp(int fd, in_port_t *ret_port)
{
	struct sockaddr_in6 address = { 0 }; /* longer than one of IPv4 */
	socklen_t size = sizeof(address);
	int protocol = option_of(fd, SO_PROTOCOL);

	if ((protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP) ||
	    option_of(fd, SO_ACCEPTCONN) != 1 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return false;
	*ret_port = ntohs(address.sin6_port);
	return true;
}

static bool is_for_https(const char *name, in_port_t port)
{
	if (strcmp(name, "https") == 0)
		return true;
	return strcmp(name, "http") != 0 && (port == 443 || port == 8443);
}

static int set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* number counts from 1. */
static int take_socket(int number, const char *name, struct passed_sockets *ret, struct error *err)
{
	int fd = SD_LISTEN_FDS_START + number - 1;
	in_port_t port;

	if (!is_listening_tcp(fd, &port))
		return error_set(err, ERROR_INVALID,
				 "socket %d of systemd, \"%.64s\": is no listening TCP socket: see "
				 "ListenStream= and Accept= of its unit",
				 number, name);
	if (set_nonblocking(fd) < 0)
		return error_errno(err, errno, "socket %d of systemd, \"%.64s\"", number, name);
	ret->list[ret->count++] =
		(struct passed_socket){ .fd = fd, .https = is_for_https(name, port) };
	return 0;
}

int service_manager_sockets(struct passed_sockets *ret, struct error *err)
{
	CLEANUP(names_freep) char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names);

	*ret = (struct passed_sockets){ 0 };
	if (count == -ENOMEM)
		return error_no_memory(err);
	if (count < 0)
		return error_set(err, ERROR_INVALID,
				 "the sockets of systemd cannot be taken (LISTEN_FDS, "
				 "LISTEN_FDNAMES): %s",
				 strerror(-count));
	if (count > PASSED_SOCKETS_MAX)
		return error_set(err, ERROR_INVALID, "%d sockets of systemd, at most %d", count,
				 PASSED_SOCKETS_MAX);
	for (int i = 0; i < count; i++) {
		if (take_socket(i + 1, names[i], ret, err) < 0)
			return -1;
	}
	return 0;
}

void service_manager_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

/* systemd tells by the time whether a READY=1 that it reads was sent before or after this. */
void service_manager_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		   (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void service_manager_stopping(const char *status)
{
	sd_notifyf(0, "STOPPING=1\nSTATUS=%s", status);
}

void service_manager_status(const char *status)
{
	sd_notifyf(0, "STATUS=%s", status);
}

int64_t service_manager_watchdog(void)
{
	uint64_t microseconds;

	if (sd_watchdog_enabled(0, &microseconds) <= 0)
		return 0;
	return microseconds < 2000 ? 1 : (int64_t)(microseconds / 2000);
}

void service_manager_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

#else

int service_manager_sockets(struct passed_sockets *ret, struct error *err)
{
	(void)err;
	*ret = (struct passed_sockets){ 0 };
	return 0;
}

void service_manager_ready(const char *status)
{
	(void)status;
}

void service_manager_reloading(void)
{
}

void service_manager_stopping(const char *status)
{
	(void)status;
}

void service_manager_status(const char *status)
{
	(void)status;
}

int64_t service_manager_watchdog(void)
{
	return 0;
}

void service_manager_alive(void)
{
}

#endif
