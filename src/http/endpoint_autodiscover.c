/*
 * POX and version 2 (JSON), which share no more than their name.
 *
 * By POST, a POX error is an XML document with HTTP status 200: with any other status a program
 * tries its next URL instead (Microsoft, "Handling Autodiscover error messages"). By GET it is the
 * same document with 404: Delta Chat, which asks so, ends its search at any 200, and Thunderbird,
 * whose POST has become a GET on its way over a redirection, posts again after an error.
 */
#include "http/endpoint_autodiscover.h"

#include "base/text.h"
#include "http/autodiscover_request.h"
#include "http/redirect.h"
#include "render/autodiscover.h"

#include <string.h>

static const struct document_choice no_choice;

static void answer_error(struct http_response *response, unsigned int status,
			 enum autodiscover_error code)
{
	answer_text(response, status, document_media_type(DOCUMENT_AUTODISCOVER),
		    autodiscover_error_document(code));
}

/* Who has no address may come from plain HTTP, see redirect_to_service(). */
static bool find(struct question *question, struct http_response *response)
{
	char text[DOMAIN_NAME_SIZE];
	struct domain_name domain;
	struct error ignored;
	size_t size;

	if (question->address ||
	    http_request_parameter(question->request, REDIRECT_DOMAIN, text, sizeof(text), &size,
				   &ignored) <= 0 ||
	    domain_name_parse(text, size, &domain, &ignored) < 0)
		return question_find(question, response);
	return question_find_domain(question, &domain, response);
}

/* Without a body: the domain's settings, for the address if one is in the query. */
static void serve_get(struct question *question, struct http_response *response)
{
	unsigned int status;

	if (question_read_address(question) < 0) {
		answer_status(response, 400);
		return;
	}
	response->no_store = question->address != NULL;
	if (!find(question, response))
		answer_error(response, 404,
			     question->address || question->request->has_host
				     ? AUTODISCOVER_ADDRESS_UNKNOWN
				     : AUTODISCOVER_BAD_REQUEST);
	else if (answer_document(response, question, DOCUMENT_AUTODISCOVER, &no_choice, &status) <
		 0)
		answer_status(response, status);
}

/*
 * The schema decides, never the User-Agent. A program that takes both gets what Outlook gets: it
 * names all that is there.
 */
static void answer_post(struct question *question, const struct autodiscover_request *parsed,
			struct http_response *response)
{
	enum document_format format =
		parsed->accepts_outlook ? DOCUMENT_AUTODISCOVER : DOCUMENT_ACTIVESYNC;
	unsigned int status;

	if (format == DOCUMENT_ACTIVESYNC && parsed->accepts_mobilesync)
		response->kind = KIND_ACTIVESYNC;
	if (!question_find(question, response)) {
		answer_error(response, 200, AUTODISCOVER_ADDRESS_UNKNOWN);
		return;
	}
	if (!parsed->accepts_outlook && !parsed->accepts_mobilesync) {
		answer_error(response, 200, AUTODISCOVER_NO_PROVIDER);
		return;
	}
	if (answer_document(response, question, format, &no_choice, &status) == 0)
		return;
	if (status == 404)
		answer_error(response, 200, AUTODISCOVER_NO_PROVIDER);
	else
		answer_status(response, status);
}

void serve_autodiscover(struct question *question, struct http_response *response)
{
	const struct http_request *request = question->request;
	struct autodiscover_request parsed;
	struct error err;

	if (request->method != HTTP_POST) {
		serve_get(question, response);
		return;
	}
	response->no_store = true;
	if (autodiscover_request_parse(request->body, request->body_size, &parsed, &err) < 0) {
		if (err.code == ERROR_NO_MEMORY)
			answer_status(response, 500);
		else
			answer_error(response, 200, AUTODISCOVER_BAD_REQUEST);
		return;
	}
	question->address = &parsed.address;
	answer_post(question, &parsed, response);
}

/* Errors of version 2. They repeat nothing of the request. */
#define JSON_ERROR(code, message) "{\"ErrorCode\":\"" code "\",\"ErrorMessage\":\"" message "\"}"
#define EMAIL_MISSING JSON_ERROR("MandatoryParameterMissing", "The parameter 'Email' is missing.")
#define INVALID_PROTOCOL(supported)                                                                \
	JSON_ERROR("InvalidProtocol", "The protocol value is not supported here. Supported "       \
				      "values are '" supported "'")

static const struct {
	const char *name;
	struct document_choice choice;
} protocols[] = {
	{ "AutodiscoverV1", { .json = JSON_AUTODISCOVER } },
	{ "ActiveSync", { .json = JSON_ACTIVESYNC } },
	{ "Ews", { .json = JSON_EWS } },
};
#define PROTOCOL_COUNT (sizeof(protocols) / sizeof(*protocols))

/* By what there is: 1 AutodiscoverV1, 2 ActiveSync, 4 Ews. */
static const char *const invalid_protocol[1 << PROTOCOL_COUNT] = {
	INVALID_PROTOCOL(""),
	INVALID_PROTOCOL("AutodiscoverV1"),
	INVALID_PROTOCOL("ActiveSync"),
	INVALID_PROTOCOL("ActiveSync,AutodiscoverV1"),
	INVALID_PROTOCOL("Ews"),
	INVALID_PROTOCOL("AutodiscoverV1,Ews"),
	INVALID_PROTOCOL("ActiveSync,Ews"),
	INVALID_PROTOCOL("ActiveSync,AutodiscoverV1,Ews"),
};

static void answer_json_error(struct http_response *response, unsigned int status, const char *json)
{
	answer_text(response, status, document_media_type(DOCUMENT_AUTODISCOVER_JSON), json);
}

static void answer_protocol(struct question *question, const char *name, size_t size,
			    struct http_response *response)
{
	const struct provider_answers *answers = question->answers;
	unsigned int status = 404, supported = (answers->json_autodiscover ? 1 : 0) |
					       (answers->json_activesync ? 2 : 0) |
					       (answers->json_ews ? 4 : 0);

	for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
		if (text_equals(name, size, protocols[i].name) &&
		    answer_document(response, question, DOCUMENT_AUTODISCOVER_JSON,
				    &protocols[i].choice, &status) == 0)
			return;
	}
	if (status == 404)
		answer_json_error(response, 400, invalid_protocol[supported]);
	else if (status == 400) /* a URL with the person's name in it */
		answer_json_error(response, 400, EMAIL_MISSING);
	else
		answer_status(response, status);
}

void serve_autodiscover_json(struct question *question, struct http_response *response)
{
	char protocol[sizeof("AutodiscoverV1")]; /* a longer one is none of ours */
	size_t size = 0;
	struct error ignored;
	int found = http_request_parameter(question->request, "Protocol", protocol,
					   sizeof(protocol), &size, &ignored);

	question_take_address(question, question->rest, question->rest_length);
	if (question_read_address(question) < 0)
		answer_status(response, 400);
	else if (!found || (found > 0 && size == 0))
		answer_json_error(response, 400,
				  JSON_ERROR("MandatoryParameterMissing",
					     "The parameter 'Protocol' is missing."));
	else if (find(question, response))
		answer_protocol(question, protocol, found < 0 ? 0 : size, response);
	else if (question->address || question->request->has_host)
		answer_json_error(response, 404,
				  JSON_ERROR("UserNotFound", "The domain is not known here."));
	else
		answer_json_error(response, 400, EMAIL_MISSING);
}
