/*
 * How often one network may ask for something: a token bucket for each IPv4 /24 and IPv6 /56, so
 * that whoever has many addresses has one bucket, and nobody is counted by e-mail address. Of a
 * fixed size: when it is full, the bucket that was quiet longest makes room, which can only let
 * more through. Shared by all workers.
 */
#ifndef SERVER_NETWORK_LIMIT_H
#define SERVER_NETWORK_LIMIT_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <sys/socket.h>

struct network_limit;

/*
 * per_minute requests (at least 1) of a network are let through a minute, as many at once after a
 * quiet one. networks (at least 1) is how many are remembered, at about 40 bytes each. seed makes
 * the places in the table unforeseeable. ERROR_NO_MEMORY. The caller frees *ret.
 */
int network_limit_new(unsigned int per_minute, size_t networks, uint64_t seed,
		      struct network_limit **ret, struct error *err);

/*
 * Counts one request from address at now (milliseconds, CLOCK_MONOTONIC). Returns 0: it may go on;
 * else in how many seconds (1 to 60) the next may, and nothing is counted. An IPv4 address in an
 * IPv6 one counts as itself; anything that is no IP address is never held back. A clock that goes
 * back holds nobody back for longer than that.
 */
unsigned int network_limit_take(struct network_limit *limit, const struct sockaddr *address,
				int64_t now);

/* Another rate from now on, after a reload; what is used of a bucket stays the same part of it. */
void network_limit_set(struct network_limit *limit, unsigned int per_minute);

void network_limit_free(struct network_limit *limit);
DEFINE_CLEANUP(struct network_limit *, network_limit_free)

#endif
