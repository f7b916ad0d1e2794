/* The service without sockets: a request and the settings in, a response out. */
#ifndef HTTP_ENDPOINT_H
#define HTTP_ENDPOINT_H

#include "http/http_request.h"
#include "http/http_response.h"
#include "render/settings.h"

/* What /-/ready tells; made by the edge that loads settings. */
struct endpoint_state {
	bool ready;	  /* settings are loaded */
	const char *text; /* lines for people, never NULL */
};

/*
 * Finds the endpoint that target and method of the request name, for all functions here. To be
 * called when the target has been read.
 */
void endpoint_choose(struct http_request *request);

/* Whether it is one for people, which wants more to be known (see struct http_request). */
bool endpoint_is_page(const struct http_request *request);

/* What a network may have only so much of in a minute. */
enum endpoint_limit {
	LIMIT_NONE,
	LIMIT_FORM,    /* an address in the form of settings pages */
	LIMIT_PAGE,    /* a settings page, a QR code */
	LIMIT_PROFILE, /* an Apple profile, which has to be signed */
	LIMIT_COUNT,
};

/* Of which kind the request is; what is over the limit has request->retry_after set, and is 429. */
enum endpoint_limit endpoint_limit(const struct http_request *request);

/* What only the edge has: it goes into request->given, and lives until endpoint_serve() is over. */
enum endpoint_want {
	WANT_NOTHING,
	WANT_ACME_FILE, /* the file of this name in the webroot: see endpoint_acme_name() */
	WANT_METRICS,	/* the figures, in Prometheus' text form */
};
enum endpoint_want endpoint_want(const struct http_request *request);

/*
 * The name of the challenge's file: 1 to 128 letters, digits, '-' and '_' (RFC 8555 8.3), of
 * request->path, so that no other path can be made of it; NULL: the target has no such name.
 */
const char *endpoint_acme_name(const struct http_request *request);

/*
 * Answers request. Never fails: what goes wrong becomes a status. The caller frees ret->owned.
 * A request whose target could not be read gets endpoint_refuse() instead.
 */
void endpoint_serve(const struct http_request *request, const struct settings *settings,
		    const struct endpoint_state *state, struct http_response *ret);

/* Whether a body may come with the request, and how long: 0 is none at all. */
size_t endpoint_body_limit(const struct http_request *request);

/* A response of a status alone, with a short text that repeats nothing of the request. */
void endpoint_refuse(unsigned int status, struct http_response *ret);

/* The same for a request whose endpoint has been chosen: people get a page. */
void endpoint_refuse_request(const struct http_request *request, const struct settings *settings,
			     unsigned int status, struct http_response *ret);

#endif
