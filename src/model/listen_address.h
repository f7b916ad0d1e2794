/* Addresses to listen on, as they stand in the configuration. */
#ifndef MODEL_LISTEN_ADDRESS_H
#define MODEL_LISTEN_ADDRESS_H

#include "base/error.h"

#include <stddef.h>
#include <sys/socket.h>

#define LISTEN_ADDRESS_LIST_MAX 16 /* addresses */

struct listen_address {
	struct sockaddr_storage address; /* sockaddr_in or sockaddr_in6 */
	socklen_t size;			 /* bytes of it, as bind() wants them */
};

struct listen_address_list {
	struct listen_address list[LISTEN_ADDRESS_LIST_MAX];
	size_t count;
};

/*
 * Reads addresses separated by blanks, each IPV4:PORT or [IPV6]:PORT with a port of 1..65535; no
 * names, which would have to be looked up. An empty text is an empty list. ERROR_INVALID says which
 * one breaks which rule, or stands there twice.
 */
int listen_address_list_parse(const char *text, struct listen_address_list *ret, struct error *err);

#endif
