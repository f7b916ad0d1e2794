/* What people ask for: settings pages, the form, profiles, and what belongs to them. */
#ifndef HTTP_ENDPOINT_PAGE_H
#define HTTP_ENDPOINT_PAGE_H

#include "http/answer.h"

/* The form, and what it sends. On a customer's own name: the way to the page of that domain. */
void serve_root(struct question *question, struct http_response *response);

/* question->rest is TOKEN or DOMAIN, alone or with "/print" or one of the files behind it. */
void serve_link(struct question *question, struct http_response *response);
void serve_domain_page(struct question *question, struct http_response *response);

/* Whether rest, as above, is that of a profile. */
bool page_is_profile(const char *rest);

/* The page that asks for patience, 429, for a request->retry_after that is not 0. */
void serve_limited(struct question *question, struct http_response *response);

void serve_css(struct question *question, struct http_response *response);
void serve_script(struct question *question, struct http_response *response);
void serve_logo(struct question *question, struct http_response *response);

/* The number of the language for the request: ?lang=, else token_language, else the browser's. */
size_t question_language(const struct question *question, const char *token_language,
			 bool *ret_chosen);

/* The page that says why there is no other one. */
void serve_refusal(const struct http_request *request, const struct settings *settings,
		   unsigned int status, struct http_response *response);

#endif
