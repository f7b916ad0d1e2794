/* The parts of a URL of a provider document, as DNS records and Apple profiles want them. */
#ifndef RENDER_PROVIDER_URL_H
#define RENDER_PROVIDER_URL_H

#include "base/error.h"
#include "model/domain_name.h"

#include <stdbool.h>
#include <stdint.h>

#define PROVIDER_URL_PORT 443 /* of https, where the URL names none */

struct provider_url {
	char host[DOMAIN_NAME_SIZE]; /* lower case; may hold %EMAILDOMAIN% */
	uint16_t port;
	bool has_port;	  /* the URL names one */
	const char *path; /* begins with '/'; points into the URL, or is the constant "/" */
};

/*
 * Takes an https URL apart. ERROR_INVALID for another scheme, a user name, a query, a fragment, a
 * host that is no server's name, a port outside 1..65535. *ret points into url.
 */
int provider_url_parse(const char *url, struct provider_url *ret, struct error *err);

#endif
