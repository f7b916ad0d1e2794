/*
 * Ways from plain HTTP to https. No Location is made of a Host that is not ours: it begins with a
 * name of the configuration, or with one of a domain in the store. What follows is the target as it
 * was sent, with everything encoded that a URL must not have.
 */
#ifndef HTTP_REDIRECT_H
#define HTTP_REDIRECT_H

#include "http/answer.h"

/* Answers status with a Location; 500 for one that has no room. */
void redirect_to(struct http_response *response, unsigned int status, const char *location);

/*
 * For people: if the request came by plain HTTP and site.url is https, answers with the same target
 * there, 302 (303 for a POST), or 414 if that is too long. Returns whether it has answered.
 */
bool redirect_to_site(const struct question *question, struct http_response *response);

/*
 * For autodiscover, of a domain that is ours: 302 to the same target at a name that has a
 * certificate, as far as anybody knows: the host of an https site.url without a path, dns.service,
 * or else autodiscover.DOMAIN. Only the host tells the domain if there is no address in the target;
 * there the parameter REDIRECT_DOMAIN does. 404: neither domain nor host is ours. 400, 414.
 */
#define REDIRECT_DOMAIN "domain"
void redirect_to_service(struct question *question, struct http_response *response);

/* The same target at https://PREFIX.DOMAIN, of the domain that was found; 302, 414. */
void redirect_to_prefix(const struct question *question, const char *prefix,
			struct http_response *response);

#endif
