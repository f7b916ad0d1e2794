/*
 * systemd, where there is one: sockets that it has opened for us (sd_listen_fds(3)) and what it is
 * told (sd_notify(3)). Without libsystemd, or without systemd, everything here does nothing.
 */
#ifndef SERVER_SERVICE_MANAGER_H
#define SERVER_SERVICE_MANAGER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PASSED_SOCKETS_MAX 32

struct passed_socket {
	int fd; /* listening TCP socket, non-blocking, close-on-exec */
	bool https;
};

struct passed_sockets {
	struct passed_socket list[PASSED_SOCKETS_MAX];
	size_t count;
};

/*
 * Takes the sockets that were passed, and the variables out of the environment. A socket that is
 * called "https" (FileDescriptorName=) is for HTTPS, one that is called "http" for plain HTTP, any
 * other by its port: 443 and 8443 are HTTPS. ERROR_INVALID: one is no listening TCP socket, or
 * there are too many; the text says which. ERROR_NO_MEMORY. What was passed stays open then: the
 * service ends anyway.
 */
int service_manager_sockets(struct passed_sockets *ret, struct error *err);

/*
 * What is told, with a status line for people ("systemctl status"). After reloading() there has to
 * be a ready(), whether the reload succeeded or not.
 */
void service_manager_ready(const char *status);
void service_manager_reloading(void);
void service_manager_stopping(const char *status);
void service_manager_status(const char *status);

/* How often service_manager_alive() is to be called, in milliseconds (half of what is demanded); 0:
 * never. */
int64_t service_manager_watchdog(void);
void service_manager_alive(void);

#endif
