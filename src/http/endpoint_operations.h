/* What those who run the service ask for, and what proves a name to a certificate authority. */
#ifndef HTTP_ENDPOINT_OPERATIONS_H
#define HTTP_ENDPOINT_OPERATIONS_H

#include "http/answer.h"

/* request->given as it is, under the name in question->rest; 404 without it. */
void serve_acme_file(struct question *question, struct http_response *response);

void serve_health(struct question *question, struct http_response *response);
void serve_ready(struct question *question, struct http_response *response);
void serve_metrics(struct question *question, struct http_response *response);

/*
 * Whether a certificate may be had for the name in the parameter domain: 200 for names of this
 * service, of a domain in the store, and for those under which programs ask for its settings; else
 * 404. 400 without a readable parameter. As Caddy asks before it gets one.
 */
void serve_tls_allowed(struct question *question, struct http_response *response);

#endif
