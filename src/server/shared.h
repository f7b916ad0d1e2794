/* What all workers of a service share. Made by the service before the first worker starts. */
#ifndef SERVER_SHARED_H
#define SERVER_SHARED_H

#include "http/endpoint.h"
#include "server/connection_limit.h"
#include "server/metrics.h"
#include "server/network_limit.h"
#include "server/seen_log.h"
#include "server/tls_context.h"

/* Pointers belong to the service; each thing in it may be used by any thread. */
struct shared {
	struct connection_limit *connections;
	size_t connections_max;
	struct network_limit *limits[LIMIT_COUNT]; /* LIMIT_NONE: NULL */
	struct tls_context *tls;		   /* NULL: no HTTPS here */
	struct metrics *metrics;
	struct seen_log *seen;
	unsigned int timeout; /* seconds: see [http] timeout */
	size_t workers;
	int64_t started; /* seconds since 1970 */
};

#endif
