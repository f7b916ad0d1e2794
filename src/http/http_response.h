/* What goes back, for an edge to send. */
#ifndef HTTP_HTTP_RESPONSE_H
#define HTTP_HTTP_RESPONSE_H

#include "base/cleanup.h"
#include "http/request_kind.h"
#include "model/domain_name.h"

#include <stdbool.h>
#include <stddef.h>

#define HTTP_LOCATION_MAX 1024 /* bytes */

struct http_response {
	unsigned int status;
	const char *media_type; /* a constant */
	char *owned;	  /* the body if it was made for this request; the receiver frees it */
	const char *body; /* owned, or a constant */
	size_t body_size;
	unsigned int allow; /* of 405: enum http_method bits */
	bool no_store;	    /* names a person */
	bool any_origin;    /* Access-Control-Allow-Origin: * */
	bool page;	    /* for people: nothing from elsewhere, no trace left elsewhere */
	bool immutable;	    /* the same bytes under this target for ever */
	bool sign;	    /* an Apple profile: the edge signs it if it can */
	bool secure_host;   /* asked at the host of an https site.url: browsers are to remember */
	unsigned int retry_after;					 /* seconds, 0: none */
	char file_name[sizeof("mail-.mobileconfig") + DOMAIN_NAME_SIZE]; /* "": no attachment */
	char location[HTTP_LOCATION_MAX + 1];				 /* "": none */
	/* for the log: */
	enum request_kind kind;
	struct domain_name domain; /* length 0: none, or not ours */
	const char *provider;	   /* whose settings were given out, an id; NULL: none were */
};

#endif
