#include "http/endpoint_operations.h"

#include "base/text.h"
#include "http/site_host.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define TEXT_METRICS "text/plain; version=0.0.4; charset=utf-8" /* Prometheus' text form */

static void answer_operations(struct http_response *response, unsigned int status, const char *text)
{
	answer_text(response, status, TEXT_PLAIN, text);
	response->no_store = true; /* the past helps nobody */
}

void serve_health(struct question *question, struct http_response *response)
{
	(void)question;
	answer_operations(response, 200, "ok\n");
}

void serve_ready(struct question *question, struct http_response *response)
{
	const struct endpoint_state *state = question->state;

	answer_operations(response, state->ready ? 200 : 503, state->text);
}

/* A copy: what was given is the edge's. */
static void answer_given(const struct http_request *request, const char *media_type,
			 struct http_response *response)
{
	char *copy = malloc(request->given_size + 1);

	response->no_store = true;
	if (!copy) {
		answer_status(response, 500);
		return;
	}
	memcpy(copy, request->given, request->given_size);
	copy[request->given_size] = '\0';
	response->status = 200;
	response->media_type = media_type;
	response->owned = copy;
	response->body = copy;
	response->body_size = request->given_size;
}

void serve_metrics(struct question *question, struct http_response *response)
{
	if (question->request->given)
		answer_given(question->request, TEXT_METRICS, response);
	else
		answer_status(response, 500); /* the edge had no memory for them */
}

void serve_acme_file(struct question *question, struct http_response *response)
{
	if (endpoint_acme_name(question->request) && question->request->given)
		answer_given(question->request, "application/octet-stream", response);
	else
		answer_status(response, 404);
}

/* Whether programs come for settings under this name; question->answers is of its domain then. */
static bool is_name_of_domain(struct question *question, const struct domain_name *name,
			      struct http_response *response)
{
	struct domain_name domain = *name;

	if (question_find_domain(question, name, response))
		return true;
	if (!domain_name_strip_service(&domain) ||
	    !question_find_domain(question, &domain, response))
		return false;
	return question->answers->mta_sts || !text_begins(name->text, "mta-sts.");
}

void serve_tls_allowed(struct question *question, struct http_response *response)
{
	const struct configuration *configuration = question->settings->providers->configuration;
	char text[4 * DOMAIN_NAME_SIZE]; /* of a name in UTF-8 */
	struct domain_name name;
	struct error ignored;
	size_t size = 0;
	bool allowed = false;

	if (http_request_parameter(question->request, "domain", text, sizeof(text), &size,
				   &ignored) <= 0 ||
	    size == 0) {
		answer_operations(response, 400, "The parameter domain is missing.\n");
		return;
	}
	if (domain_name_parse(text, size, &name, &ignored) == 0)
		allowed = site_host_is(configuration, &name) ||
			  (configuration->dns_service &&
			   strcmp(configuration->dns_service, name.text) == 0) ||
			  is_name_of_domain(question, &name, response);
	answer_operations(response, allowed ? 200 : 404, allowed ? "yes\n" : "no\n");
}
