/*
 * How many connections are open at a time, in all and from one address: an IPv4 address or an IPv6
 * /64, which is what one customer of an access provider has. Shared by all workers.
 */
#ifndef SERVER_CONNECTION_LIMIT_H
#define SERVER_CONNECTION_LIMIT_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct connection_limit;

/* An admitted connection's place; belongs to who was admitted, and is given back as it is. */
struct connection_place {
	uint32_t slot;
	bool counted;
};

enum connection_verdict {
	CONNECTION_ADMITTED,
	CONNECTION_ALL_TAKEN,	  /* there are as many as there may be */
	CONNECTION_ADDRESS_TAKEN, /* this address has as many as it may have */
};

/*
 * all and per_address are at least 1. seed makes the places in the table unforeseeable. The memory
 * is taken at once: about 32 bytes for each connection there may be. ERROR_NO_MEMORY.
 */
int connection_limit_new(size_t all, size_t per_address, uint64_t seed,
			 struct connection_limit **ret, struct error *err);

/*
 * Admits a connection from address, or tells why not. An IPv4 address in an IPv6 one counts as
 * itself. One that is exempt (a trusted proxy's), or no IP address at all, is counted in all only.
 */
enum connection_verdict connection_limit_enter(struct connection_limit *limit,
					       const struct sockaddr *address, bool exempt,
					       struct connection_place *ret);

void connection_limit_leave(struct connection_limit *limit, const struct connection_place *place);

/* How many are open now. */
size_t connection_limit_open(const struct connection_limit *limit);

/* Another number for each address from now on, after a reload. */
void connection_limit_set(struct connection_limit *limit, size_t per_address);

void connection_limit_free(struct connection_limit *limit);
DEFINE_CLEANUP(struct connection_limit *, connection_limit_free)

#endif
