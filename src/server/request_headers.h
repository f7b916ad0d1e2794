/*
 * The headers of a request as libmicrohttpd has them, and whether they are of one mind about where
 * the request ends and whom it asks: a proxy in front must not be able to see another request than
 * we do.
 */
#ifndef SERVER_REQUEST_HEADERS_H
#define SERVER_REQUEST_HEADERS_H

#include "base/bytes.h"
#include "http/forwarded.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values belong to libmicrohttpd, and live as long as the request. */
struct request_headers {
	const char *host, *user_agent, *accept_language, *platform, *content_type;
	size_t host_count, length_count;
	uint64_t content_length;
	bool chunked;	   /* Transfer-Encoding says that alone */
	bool unclear;	   /* where the body ends, what the Host is, a name, or a NUL in a value */
	bool is_forwarded; /* a proxy had something to say */
	struct forwarded_headers forwarded;
	struct bytes joined[4]; /* values of headers of forwarded that came several times */
};

/* Reads all headers of the request. The caller clears *ret with request_headers_clear(). */
void request_headers_read(struct MHD_Connection *connection, struct request_headers *ret);

/*
 * Whether there is one Host, which version 1.1 must have (RFC 9112 3.2), and one way of telling
 * where the body ends (6.3).
 */
bool request_headers_are_clear(const struct request_headers *headers, const char *version);

void request_headers_clear(struct request_headers *headers);

#endif
