/*
 * The table below says what there is. A path is found by its length and its bytes; the method is
 * judged next, before anything else of the request is looked at.
 */
#include "http/endpoint.h"

#include "base/text.h"
#include "http/answer.h"
#include "http/endpoint_autodiscover.h"
#include "http/endpoint_operations.h"
#include "http/endpoint_page.h"
#include "http/redirect.h"

#include <string.h>

enum endpoint_flags {
	ANY_CASE = 1,	 /* letters of the path */
	PREFIX = 2,	 /* the path goes on */
	ANY_ORIGIN = 4,	 /* web programs on other sites may read the answer */
	OPERATIONS = 8,	 /* only for those who may ask */
	PAGE = 16,	 /* for people */
	TO_SITE = 32,	 /* answered by https alone, where it is offered: at the site's host, */
	TO_SERVICE = 64, /* at a name of the service */
};

struct endpoint {
	const char *path;
	size_t length;
	unsigned int methods, flags;
	size_t body; /* bytes of a POST that are read */
	enum request_kind kind;
	void (*serve)(struct question *question, struct http_response *response);
	enum endpoint_limit limit;
	enum endpoint_want want;
};

static const struct document_choice no_choice;

static void answer_format(struct http_response *response, const struct question *question,
			  enum document_format format, const struct document_choice *choice)
{
	unsigned int status;

	if (answer_document(response, question, format, choice, &status) < 0)
		answer_status(response, status);
}

/* A document that is the same for all addresses of a domain. */
static void serve_domain_document(struct question *question, enum document_format format,
				  struct http_response *response)
{
	if (question_read_address(question) < 0)
		answer_status(response, 400);
	else if (!question_find(question, response))
		answer_status(response, 404);
	else
		answer_format(response, question, format, &no_choice);
}

static void serve_autoconfig(struct question *question, struct http_response *response)
{
	serve_domain_document(question, DOCUMENT_AUTOCONFIG, response);
}

/* As a mirror of Mozilla's database is asked: the domain is the last part of the path. */
static void serve_autoconfig_of_path(struct question *question, struct http_response *response)
{
	struct domain_name domain;
	struct error ignored;

	if (domain_name_parse(question->rest, question->rest_length, &domain, &ignored) < 0 ||
	    !question_find_domain(question, &domain, response))
		answer_status(response, 404);
	else
		answer_format(response, question, DOCUMENT_AUTOCONFIG, &no_choice);
}

/* By https alone, as its draft wants it. */
static void serve_pacc(struct question *question, struct http_response *response)
{
	if (question->request->transport != HTTP_TRANSPORT_PLAIN)
		serve_domain_document(question, DOCUMENT_PACC, response);
	else if (question_read_address(question) < 0)
		answer_status(response, 400);
	else if (question_find(question, response))
		redirect_to_prefix(question, "ua-auto-config.", response);
	else
		answer_status(response, 404);
}

/* A profile is one person's: without an address there is none, whatever the Host. */
static void serve_mobileconfig(struct question *question, struct http_response *response)
{
	int content = question_content(question->request);
	struct document_choice choice = { 0 };
	bool chosen;

	if (question_read_address(question) < 0 || !question->address || content < 0) {
		answer_status(response, 400);
		return;
	}
	if (!question_find(question, response)) {
		answer_status(response, 404);
		return;
	}
	response->no_store = true;
	choice.content = (enum mobileconfig_content)content;
	choice.language = question_language(question, NULL, &chosen);
	answer_format(response, question, DOCUMENT_MOBILECONFIG, &choice);
	response->sign = response->status == 200;
}

/*
 * Copies url, which is printable ASCII, with the domain filled in. False if it has no room, or if
 * the URL wants to know who asks: a redirection is the same for all.
 */
static bool fill_location(const char *url, const struct domain_name *domain, char *ret, size_t room)
{
	const char *marker = template_hole_marker(HOLE_EMAILDOMAIN);
	size_t marker_length = strlen(marker), length = 0;

	if (strstr(url, template_hole_marker(HOLE_EMAILADDRESS)) ||
	    strstr(url, template_hole_marker(HOLE_EMAILLOCALPART)))
		return false;
	while (*url) {
		const char *next = strstr(url, marker);
		size_t literal = next ? (size_t)(next - url) : strlen(url);
		size_t value = next ? domain->length : 0;

		if (literal + value >= room - length)
			return false;
		memcpy(ret + length, url, literal);
		memcpy(ret + length + literal, domain->text, value);
		length += literal + value;
		url += literal + (next ? marker_length : 0);
	}
	ret[length] = '\0';
	return true;
}

/* RFC 6764 5: any method; the target is on the mail server. */
static void answer_dav(const struct question *question, const struct mail_server *server,
		       struct http_response *response)
{
	if (server && server->url &&
	    fill_location(server->url, &response->domain, response->location,
			  sizeof(response->location))) {
		answer_status(response, 301);
		response->provider = question->answers->id;
		return;
	}
	response->location[0] = '\0';
	answer_status(response, 404);
}

static void serve_caldav(struct question *question, struct http_response *response)
{
	if (question_find(question, response))
		answer_dav(question, question->answers->provider->caldav, response);
	else
		answer_status(response, 404);
}

static void serve_carddav(struct question *question, struct http_response *response)
{
	if (question_find(question, response))
		answer_dav(question, question->answers->provider->carddav, response);
	else
		answer_status(response, 404);
}

/*
 * RFC 8461 3.3: a policy is its domain's only at the domain's own name for it, whatever the query
 * says, and a redirection is not followed. What came by plain HTTP would be anybody's; only people
 * ask so, and are shown where it is.
 */
static void serve_mta_sts(struct question *question, struct http_response *response)
{
	struct domain_name domain = { 0 };

	if (question->request->has_host && text_begins(question->request->host.text, "mta-sts."))
		domain = question->request->host;
	if (!domain_name_strip_service(&domain) ||
	    !question_find_domain(question, &domain, response) || !question->answers->mta_sts)
		answer_status(response, 404);
	else if (question->request->transport == HTTP_TRANSPORT_PLAIN)
		redirect_to_prefix(question, "mta-sts.", response);
	else
		answer_format(response, question, DOCUMENT_MTA_STS, &no_choice);
}

#define PATH(text) .path = (text), .length = sizeof(text) - 1
#define READ (HTTP_GET | HTTP_HEAD)
#define ACME_PATH "/.well-known/acme-challenge/" /* RFC 8555 8.3 */

/* The first that matches counts; those that are asked most often stand first. */
static const struct endpoint endpoints[] = {
	{ PATH("/mail/config-v1.1.xml"), READ, 0, 0, KIND_AUTOCONFIG, serve_autoconfig },
	{ PATH("/autodiscover/autodiscover.xml"), READ | HTTP_POST, ANY_CASE | TO_SERVICE,
	  HTTP_BODY_MAX, KIND_AUTODISCOVER, serve_autodiscover },
	{ PATH("/.well-known/autoconfig/mail/config-v1.1.xml"), READ, ANY_ORIGIN, 0,
	  KIND_AUTOCONFIG, serve_autoconfig },
	{ PATH("/.well-known/mail-v1.xml"), READ, ANY_ORIGIN, 0, KIND_AUTOCONFIG,
	  serve_autoconfig },
	/* Nine for Android */
	{ PATH("/v1.1/mail/config-v1.1.xml"), READ, 0, 0, KIND_AUTOCONFIG, serve_autoconfig },
	{ PATH("/v1.1/"), READ, PREFIX, 0, KIND_AUTOCONFIG, serve_autoconfig_of_path },
	{ PATH("/autodiscover/autodiscover.json"), READ, ANY_CASE | TO_SERVICE, 0,
	  KIND_AUTODISCOVER_JSON, serve_autodiscover_json },
	{ PATH("/autodiscover/autodiscover.json/v1.0/"), READ, ANY_CASE | PREFIX | TO_SERVICE, 0,
	  KIND_AUTODISCOVER_JSON, serve_autodiscover_json },
	{ PATH("/.well-known/user-agent-configuration.json"), READ, ANY_ORIGIN, 0, KIND_PACC,
	  serve_pacc },
	{ PATH("/.well-known/caldav"), HTTP_ANY, 0, 0, KIND_DAV, serve_caldav },
	{ PATH("/.well-known/carddav"), HTTP_ANY, 0, 0, KIND_DAV, serve_carddav },
	{ PATH("/.well-known/mta-sts.txt"), READ, 0, 0, KIND_MTA_STS, serve_mta_sts },
	{ PATH("/mobileconfig"), READ, PAGE | TO_SITE, 0, KIND_MOBILECONFIG, serve_mobileconfig,
	  .limit = LIMIT_PROFILE },
	{ PATH("/s/"), READ, PREFIX | PAGE | TO_SITE, 0, KIND_PAGE, serve_link,
	  .limit = LIMIT_PAGE },
	{ PATH("/d/"), READ, PREFIX | PAGE | TO_SITE, 0, KIND_PAGE, serve_domain_page,
	  .limit = LIMIT_PAGE },
	{ PATH("/"), READ | HTTP_POST, PAGE, HTTP_FORM_MAX, KIND_FORM, serve_root,
	  .limit = LIMIT_FORM },
	{ PATH("/setup"), READ, PAGE, 0, KIND_FORM, serve_root },
	{ PATH("/page.css"), READ, 0, 0, KIND_ASSET, serve_css },
	{ PATH("/page.js"), READ, 0, 0, KIND_ASSET, serve_script },
	{ PATH("/logo"), READ, 0, 0, KIND_ASSET, serve_logo },
	{ PATH(ACME_PATH), READ, PREFIX, 0, KIND_ACME, serve_acme_file, .want = WANT_ACME_FILE },
	{ PATH("/-/health"), READ, OPERATIONS, 0, KIND_OPERATIONS, serve_health },
	{ PATH("/-/ready"), READ, OPERATIONS, 0, KIND_OPERATIONS, serve_ready },
	{ PATH("/-/metrics"), READ, OPERATIONS, 0, KIND_OPERATIONS, serve_metrics,
	  .want = WANT_METRICS },
	{ PATH("/-/tls-allowed"), READ, OPERATIONS, 0, KIND_OPERATIONS, serve_tls_allowed },
};

/* Letters are first compared as they are: programs write paths as their documentation does. */
static bool endpoint_matches(const struct endpoint *endpoint, const struct http_request *request)
{
	size_t length = endpoint->length;

	if (endpoint->flags & PREFIX ? request->path_length < length
				     : request->path_length != length)
		return false;
	if (memcmp(request->path, endpoint->path, length) == 0)
		return true;
	return (endpoint->flags & ANY_CASE) && text_equals(request->path, length, endpoint->path);
}

void endpoint_choose(struct http_request *request)
{
	request->endpoint = NULL;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
		if (endpoint_matches(&endpoints[i], request)) {
			request->endpoint = &endpoints[i];
			return;
		}
	}
}

bool endpoint_is_page(const struct http_request *request)
{
	return request->endpoint && (request->endpoint->flags & PAGE);
}

/* What is refused costs nothing, and the empty form no more than the page that would refuse it. */
enum endpoint_limit endpoint_limit(const struct http_request *request)
{
	const struct endpoint *endpoint = request->endpoint;

	if (!endpoint || !(request->method & endpoint->methods))
		return LIMIT_NONE;
	if (endpoint->limit == LIMIT_FORM)
		return request->method == HTTP_POST ? LIMIT_FORM : LIMIT_NONE;
	if (endpoint->limit == LIMIT_PAGE && page_is_profile(request->path + endpoint->length))
		return LIMIT_PROFILE;
	return endpoint->limit;
}

/* Whether request may have an answer at all, as far as its endpoint goes. */
static bool is_open(const struct http_request *request)
{
	return request->endpoint &&
	       (!(request->endpoint->flags & OPERATIONS) || request->operations);
}

enum endpoint_want endpoint_want(const struct http_request *request)
{
	if (!is_open(request) || !(request->method & request->endpoint->methods) ||
	    (request->endpoint->want == WANT_ACME_FILE && !endpoint_acme_name(request)))
		return WANT_NOTHING;
	return request->endpoint->want;
}

const char *endpoint_acme_name(const struct http_request *request)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-_";
	const char *name = request->path + strlen(ACME_PATH);
	size_t length;

	if (!request->endpoint || request->endpoint->want != WANT_ACME_FILE)
		return NULL;
	length = request->path_length - strlen(ACME_PATH);
	return length >= 1 && length <= 128 && strspn(name, characters) == length ? name : NULL;
}

/* One by one: the struct's arrays are large, and all but their first bytes are never looked at. */
static void response_begin(struct http_response *response)
{
	response->status = 0;
	response->media_type = NULL;
	response->owned = NULL;
	response->body = "";
	response->body_size = 0;
	response->allow = 0;
	response->no_store = false;
	response->any_origin = false;
	response->page = false;
	response->immutable = false;
	response->sign = false;
	response->secure_host = false;
	response->retry_after = 0;
	response->file_name[0] = '\0';
	response->location[0] = '\0';
	response->kind = KIND_NONE;
	response->domain.length = 0;
	response->domain.text[0] = '\0';
	response->provider = NULL;
}

/* Answers what is asked of the wrong door, or too often. Returns whether it did. */
static bool turn_away(struct question *question, struct http_response *response)
{
	const struct http_request *request = question->request;
	unsigned int flags = request->endpoint->flags;
	enum endpoint_limit limit = endpoint_limit(request);

	if (limit != LIMIT_NONE && request->retry_after) {
		if (limit == LIMIT_PROFILE)
			response->kind = KIND_MOBILECONFIG;
		serve_limited(question, response);
		return true;
	}
	if (request->transport != HTTP_TRANSPORT_PLAIN)
		return false;
	if (flags & TO_SERVICE) {
		redirect_to_service(question, response);
		return true;
	}
	return (flags & TO_SITE) && redirect_to_site(question, response);
}

void endpoint_serve(const struct http_request *request, const struct settings *settings,
		    const struct endpoint_state *state, struct http_response *ret)
{
	const struct endpoint *endpoint = request->endpoint;
	struct question question;

	response_begin(ret);
	if (!is_open(request)) {
		answer_status(ret, 404);
		return;
	}
	ret->kind = endpoint->kind;
	ret->any_origin = endpoint->flags & ANY_ORIGIN;
	ret->page = ret->no_store = endpoint->flags & PAGE;
	if (!(request->method & endpoint->methods)) {
		answer_status(ret, 405);
		ret->allow = endpoint->methods;
		return;
	}
	question.request = request;
	question.settings = settings;
	question.state = state;
	question.rest = request->path + endpoint->length;
	question.rest_length = request->path_length - endpoint->length;
	question.address = NULL;
	question.answers = NULL;
	if ((endpoint->flags & (PAGE | TO_SERVICE)) && turn_away(&question, ret))
		return;
	endpoint->serve(&question, ret);
}

size_t endpoint_body_limit(const struct http_request *request)
{
	return request->method == HTTP_POST && request->endpoint ? request->endpoint->body : 0;
}

void endpoint_refuse(unsigned int status, struct http_response *ret)
{
	response_begin(ret);
	answer_status(ret, status);
}

void endpoint_refuse_request(const struct http_request *request, const struct settings *settings,
			     unsigned int status, struct http_response *ret)
{
	response_begin(ret);
	if (!endpoint_is_page(request)) {
		answer_status(ret, status);
		return;
	}
	ret->kind = request->endpoint->kind;
	serve_refusal(request, settings, status, ret);
}
