/*
 * What proxies in front say of a request: X-Forwarded-For, -Proto and -Host, or Forwarded
 * (RFC 7239). Whoever sends a request can write these headers, so they are believed from right to
 * left only, as far as those who added to them are trusted. Pure.
 */
#ifndef HTTP_FORWARDED_H
#define HTTP_FORWARDED_H

#include "model/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define FORWARDED_HOPS_MAX 16 /* proxies in a row that are looked at */

enum forwarded_scheme { FORWARDED_UNKNOWN, FORWARDED_HTTP, FORWARDED_HTTPS };

/*
 * The headers as they came, each a NUL-terminated value or NULL; of a header that came several
 * times the values joined by ",", in their order (RFC 9110 5.3).
 */
struct forwarded_headers {
	const char *x_for, *x_proto, *x_host, *forwarded;
};

struct forwarded {
	/* Who asks: the last address that is no trusted proxy's, port 0; of proxies alone the
	 * first. */
	struct sockaddr_storage client;
	socklen_t client_size; /* 0: not told, or unreadable; it is not the peer, which has more
				  rights */
	enum forwarded_scheme scheme; /* how the client came to the outermost trusted proxy */
	char host[256]; /* what it asked for there. "": not told; printable ASCII without blanks */
};

/*
 * Reads the headers of a request whose peer is a trusted proxy; at least one is not NULL. Never
 * fails: what cannot be read is not believed, and nothing left of it either.
 *
 * X-Forwarded-Proto and -Host are lists beside X-Forwarded-For: the element counts that stands as
 * far from the right as the client does there, since the same proxy has added both. Many proxies
 * keep one value instead, which the outermost has set, so of a list that is too short the first
 * element counts. In Forwarded the element that names the client has all three.
 *
 * A proxy that sets one kind hands on the other as a stranger sent it. Where both are there and
 * contradict each other, nothing is believed.
 */
void forwarded_read(const struct forwarded_headers *headers, const struct network_list *trusted,
		    struct forwarded *ret);

#endif
