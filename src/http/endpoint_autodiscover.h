/* Microsoft's protocols. The response has its endpoint's kind already. */
#ifndef HTTP_ENDPOINT_AUTODISCOVER_H
#define HTTP_ENDPOINT_AUTODISCOVER_H

#include "http/answer.h"

void serve_autodiscover(struct question *question, struct http_response *response);

/* question->rest is the address of the path's form /v1.0/ADDRESS, "" for the other form. */
void serve_autodiscover_json(struct question *question, struct http_response *response);

#endif
