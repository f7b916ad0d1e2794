/*
 * Where a request comes from and how: the peer of the connection, or what trusted proxies say of
 * who is behind them.
 */
#ifndef SERVER_REQUEST_ORIGIN_H
#define SERVER_REQUEST_ORIGIN_H

#include "http/forwarded.h"
#include "http/http_request.h"
#include "server/request_headers.h"
#include "server/snapshot.h"

struct request_origin {
	const struct sockaddr *client; /* who asks; NULL: not known */
	const char *host;	       /* that is asked, unchecked, or NULL */
	enum http_transport transport;
	bool operations;	    /* may ask /-/ */
	struct forwarded forwarded; /* where client and host may point */
};

/*
 * peer is the connection's other end, or NULL; secure: it came by TLS. Of a peer that is no trusted
 * proxy nothing is believed; but if it is a proxy all the same, nobody behind it may ask for
 * operations, since they would all seem to come from this machine.
 */
void request_origin_find(const struct snapshot *snapshot, const struct sockaddr *peer, bool secure,
			 const struct request_headers *headers, struct request_origin *ret);

#endif
