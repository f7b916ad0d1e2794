/* Addresses and ports, as they stand in the configuration: to listen on, or of name servers. */
#ifndef MODEL_SOCKET_ADDRESS_H
#define MODEL_SOCKET_ADDRESS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define SOCKET_ADDRESS_LIST_MAX 16  /* addresses */
#define SOCKET_ADDRESS_TEXT_SIZE 64 /* bytes: "[IPV6]:PORT" and the final NUL */

struct socket_address {
	struct sockaddr_storage address; /* sockaddr_in or sockaddr_in6 */
	socklen_t size;			 /* bytes of it, as bind() wants them */
};

struct socket_address_list {
	struct socket_address list[SOCKET_ADDRESS_LIST_MAX];
	size_t count;
};

/*
 * Reads addresses separated by blanks, each IPV4:PORT or [IPV6]:PORT with a port of 1..65535; no
 * names, which would have to be looked up. With a default_port that is not 0 the port may be left
 * out, and then the brackets. An empty text is an empty list. ERROR_INVALID says which one breaks
 * which rule, or stands there twice.
 */
int socket_address_list_parse(const char *text, uint16_t default_port,
			      struct socket_address_list *ret, struct error *err);

/*
 * "192.0.2.1:5300", "[2001:db8::1]:5300"; with port default_port, which may be 0 for none, without
 * port and brackets. ret has SOCKET_ADDRESS_TEXT_SIZE bytes. Returns ret.
 */
const char *socket_address_text(const struct socket_address *address, uint16_t default_port,
				char *ret);

/* Makes one of the 4 or 16 bytes of an A or AAAA record. */
void socket_address_set(struct socket_address *address, const unsigned char *bytes, size_t size,
			uint16_t port);

uint16_t socket_address_port(const struct socket_address *address);

bool socket_address_equal(const struct socket_address *a, const struct socket_address *b);

#endif
