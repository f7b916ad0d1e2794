/* What the endpoints have in common: whom a request asks for, and how a response is put together.
 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "http/endpoint.h"
#include "render/document.h"

/* A request on its way to an answer. */
struct question {
	const struct http_request *request;
	const struct settings *settings;
	const struct endpoint_state *state;
	/* of the path, what is behind the endpoint's prefix; "" for an endpoint without one */
	const char *rest;
	size_t rest_length;
	const struct email_address *address; /* that is asked for, or NULL */
	struct email_address address_read;   /* where address points if it was in the target */
	/* of the domain that is in response->domain; NULL: none of ours */
	const struct provider_answers *answers;
};

/* Reads text as the address that is asked for, if it is one. */
void question_take_address(struct question *question, const char *text, size_t size);

/*
 * Takes the address from the query: the parameter emailaddress, else email. What is no address
 * counts as none. Returns -1 for a parameter that cannot be read.
 */
int question_read_address(struct question *question);

/*
 * Sets question->answers and response->domain: those of the domain if it is ours, else none.
 * Returns whether it is.
 */
bool question_find_domain(struct question *question, const struct domain_name *domain,
			  struct http_response *response);

/*
 * The same for whom the request asks: the domain of the address if there is one, known or not; else
 * the Host, first without the prefix of a service (autoconfig.), then as it is.
 */
bool question_find(struct question *question, struct http_response *response);

/* Which profile is asked for, by the parameter content; -1: one that does not exist. */
int question_content(const struct http_request *request);

/* A status with its sentence as the body. */
void answer_status(struct http_response *response, unsigned int status);

/* text is a constant, or lives as long as the settings. */
void answer_text(struct http_response *response, unsigned int status, const char *media_type,
		 const char *text);

/*
 * The document for whom question_find() found, with the address if there is one. Returns 0, or -1
 * with response untouched and *ret_status set: 404 if the provider has no such document.
 */
int answer_document(struct http_response *response, const struct question *question,
		    enum document_format format, const struct document_choice *choice,
		    unsigned int *ret_status);

#endif
