/*
 * A request as this service sees it: what is in the request line and the few headers that count,
 * already decoded and checked. Pure: a test needs no socket.
 */
#ifndef HTTP_HTTP_REQUEST_H
#define HTTP_HTTP_REQUEST_H

#include "base/error.h"
#include "http/client_kind.h"
#include "model/domain_name.h"
#include "model/email_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_TARGET_MAX 2048	  /* bytes of a request target, encoded */
#define HTTP_BODY_MAX (16 * 1024) /* bytes; the largest real request is about 600 */

enum http_method {
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 4,
	HTTP_OTHER = 8, /* PROPFIND, OPTIONS, ... */
};
#define HTTP_ANY (HTTP_GET | HTTP_HEAD | HTTP_POST | HTTP_OTHER)

struct endpoint;

/* How the client came. Where https is not offered here, nobody knows, and nobody is led there. */
enum http_transport {
	HTTP_TRANSPORT_ANY,    /* no https here: a trial, or a proxy that says nothing */
	HTTP_TRANSPORT_PLAIN,  /* plain HTTP, where https is offered */
	HTTP_TRANSPORT_SECURE, /* https, here or at a trusted proxy */
};

struct http_request {
	enum http_method method;
	char path[HTTP_TARGET_MAX + 1]; /* decoded, begins with '/', no NUL inside, clean UTF-8 */
	size_t path_length;
	const char *query; /* in raw, without '?'; NULL if there is none */
	size_t query_length;
	char raw[HTTP_TARGET_MAX + 1]; /* the target in origin form, still encoded */
	bool has_host;
	struct domain_name host; /* if has_host: a name that could be ours, no port */
	const char *body;	 /* NULL for none */
	size_t body_size;
	enum client_kind client;
	enum http_transport transport;
	bool operations;   /* from an address that may ask /-/health */
	const char *given; /* what endpoint_want() asked the edge for; NULL: it has none */
	size_t given_size;
	const struct endpoint *endpoint; /* which is asked, or NULL; see endpoint_choose() */
	/*
	 * Only for endpoints of people (endpoint_is_page()): what the browser says of itself and of
	 * the body, NULL where it says nothing; seconds since 1970; bytes that nobody can guess;
	 * in how many seconds this network may ask again, 0: now; see endpoint_limit().
	 */
	const char *accept_language, *platform, *user_agent, *content_type;
	int64_t now;
	bool has_nonce;
	unsigned char nonce[16];
	unsigned int retry_after;
};

enum http_method http_method_parse(const char *name);

/*
 * Reads a request target as sent, in origin form (/path?query) or absolute form (https://host/path,
 * which Delta Chat sends; RFC 9112 3.2.2), NUL-terminated, and the Host header or NULL. The host of
 * an absolute target wins over the header. A Host that is no domain name (an IP address, nonsense)
 * only leaves has_host false. Sets path, query, raw and host.
 * ERROR_TOO_LARGE: over HTTP_TARGET_MAX. ERROR_INVALID: bad percent-encoding, %00, control
 * characters, invalid UTF-8, another form of target. The text repeats nothing of the request.
 */
int http_request_parse_target(struct http_request *request, const char *target, const char *host,
			      struct error *err);

/*
 * Finds a query parameter by name, in any letter case, and decodes its value into ret
 * (NUL-terminated, at most size - 1 bytes). A "+" stays one: programs send addresses with a raw
 * "+". Returns 1: found, *ret_length set; 0: not there; -1: *err as above, ERROR_TOO_LARGE if it
 * does not fit.
 */
int http_request_parameter(const struct http_request *request, const char *name, char *ret,
			   size_t size, size_t *ret_length, struct error *err);

/*
 * The same for a field of a body of the type application/x-www-form-urlencoded, where "+" is a
 * blank. The body of a form is at most HTTP_FORM_MAX bytes.
 */
#define HTTP_FORM_MAX 2048 /* bytes */
int http_request_field(const struct http_request *request, const char *name, char *ret, size_t size,
		       size_t *ret_length, struct error *err);

#endif
