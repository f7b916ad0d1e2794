/* IP networks, to tell from its address whether somebody may ask. */
#ifndef MODEL_NETWORK_H
#define MODEL_NETWORK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define NETWORK_LIST_MAX 64 /* networks */

struct network {
	int family;		 /* AF_INET or AF_INET6 */
	unsigned char bytes[16]; /* network byte order; AF_INET uses the first four */
	unsigned int bits;	 /* how many of them count: 0 to 32 or 128 */
};

struct network_list {
	struct network list[NETWORK_LIST_MAX];
	size_t count;
};

/*
 * Reads networks separated by blanks, each ADDRESS or ADDRESS/BITS, IPv4 or IPv6. An empty text is
 * an empty list. ERROR_INVALID says which one breaks which rule; bits behind /BITS must be zero.
 */
int network_list_parse(const char *text, struct network_list *ret, struct error *err);

/*
 * Whether the address lies in one of the networks. An IPv4 address that came in over IPv6
 * (::ffff:192.0.2.1) counts as the IPv4 address. An address of another family lies in none.
 */
bool network_list_contains(const struct network_list *networks, const struct sockaddr *address);

#endif
