#include "server/request_origin.h"

static enum http_transport transport_of(const struct snapshot *snapshot, bool secure,
					enum forwarded_scheme scheme)
{
	if (scheme != FORWARDED_UNKNOWN) /* the last step to us says nothing of the first */
		secure = scheme == FORWARDED_HTTPS;
	if (secure)
		return HTTP_TRANSPORT_SECURE;
	if (snapshot->https || scheme == FORWARDED_HTTP)
		return HTTP_TRANSPORT_PLAIN;
	return HTTP_TRANSPORT_ANY;
}

/* One by one: what is large is not to be cleared for each request. */
void request_origin_find(const struct snapshot *snapshot, const struct sockaddr *peer, bool secure,
			 const struct request_headers *headers, struct request_origin *ret)
{
	enum forwarded_scheme scheme = FORWARDED_UNKNOWN;
	bool proxied = headers->is_forwarded;

	ret->client = peer;
	ret->host = headers->host;
	if (proxied && peer && network_list_contains(&snapshot->trusted, peer)) {
		forwarded_read(&headers->forwarded, &snapshot->trusted, &ret->forwarded);
		proxied = ret->forwarded.client_size == 0; /* it does not ask for itself */
		if (ret->forwarded.client_size)
			ret->client = (const struct sockaddr *)&ret->forwarded.client;
		if (ret->forwarded.host[0])
			ret->host = ret->forwarded.host;
		scheme = ret->forwarded.scheme;
	}
	ret->transport = transport_of(snapshot, secure, scheme);
	ret->operations = !proxied && ret->client &&
			  network_list_contains(&snapshot->operations, ret->client);
}
