/*
 * A page says the same of every local part: whether a mailbox exists is not known here, and would
 * not be told. What a person typed is never in a URL: the form's answer leads to a link.
 */
#include "http/endpoint_page.h"

#include "base/bytes.h"
#include "base/text.h"
#include "http/accept_language.h"
#include "http/device.h"
#include "http/redirect.h"
#include "http/site_host.h"
#include "model/settings_link.h"
#include "render/page.h"
#include "render/qr_code.h"

#include <stdio.h>
#include <string.h>

#define PROFILE_PART "/mail.mobileconfig"
#define DAY 86400	/* seconds */
#define ADDRESS_MAX 254 /* bytes, RFC 5321 4.5.3.1.3: a path of 256 has brackets around it */

/* A page on its way: whose it is, and which part of it. */
struct visit {
	struct question *question;
	struct http_response *response;
	struct page_request page;
	struct settings_link link; /* what the token held */
	char token[SETTINGS_LINK_TOKEN_SIZE];
	const char *part; /* behind token or domain: "", "/print", "/qr.svg", ... */
};

size_t question_language(const struct question *question, const char *token_language,
			 bool *ret_chosen)
{
	const struct page_set *set = question->settings->providers->pages;
	char tag[LANGUAGE_TAG_SIZE];
	struct error ignored;
	size_t size;
	int language = -1;

	if (http_request_parameter(question->request, "lang", tag, sizeof(tag), &size, &ignored) >
	    0)
		language = page_set_find_language(set, tag, size);
	*ret_chosen = language >= 0;
	if (language < 0 && token_language && *token_language)
		language = page_set_find_language(set, token_language, strlen(token_language));
	return language >= 0 ? (size_t)language
			     : accept_language_choose(set, question->request->accept_language);
}

static bool parameter_is(const struct question *question, const char *name, const char *value)
{
	char text[16];
	struct error ignored;
	size_t size;

	return http_request_parameter(question->request, name, text, sizeof(text), &size,
				      &ignored) > 0 &&
	       strcmp(text, value) == 0;
}

static const struct configuration *configuration_of(const struct question *question)
{
	return question->settings->providers->configuration;
}

static bool is_own_host(const struct question *question)
{
	return question->request->has_host &&
	       site_host_is(configuration_of(question), &question->request->host);
}

/* Browsers are told to come back over https alone, on the site's own host and nowhere else. */
static bool is_secure_host(const struct question *question)
{
	return question->request->transport != HTTP_TRANSPORT_PLAIN && is_own_host(question) &&
	       site_host_is_secure(configuration_of(question));
}

static void begin_visit(struct visit *visit, struct question *question,
			struct http_response *response, const char *token_language)
{
	const struct http_request *request = question->request;

	visit->question = question;
	visit->response = response;
	visit->page = (struct page_request){
		.kind = PAGE_FORM,
		.device = device_of(request->platform, request->user_agent),
		.cannot_install = device_cannot_install(request->user_agent),
	};
	visit->page.language =
		question_language(question, token_language, &visit->page.language_chosen);
	response->page = true;
	response->no_store = true;
	response->secure_host = is_secure_host(question);
}

/* Sends the page as it stands in the visit. */
static void answer_page(struct visit *visit, unsigned int status)
{
	struct http_response *response = visit->response;
	struct document document;
	struct error err;

	if (page_make(visit->question->settings->providers, &visit->page, &document, &err) < 0) {
		answer_status(response, 500);
		return;
	}
	response->status = status;
	response->media_type = document.media_type;
	response->owned = document.bytes;
	response->body = document.bytes;
	response->body_size = document.size;
}

static void answer_notice(struct visit *visit, enum page_kind kind, unsigned int status)
{
	visit->page.kind = kind;
	visit->page.view = PAGE_SCREEN;
	answer_page(visit, status);
}

/* The parts of a settings page. */

static void serve_page(struct visit *visit)
{
	visit->page.share = parameter_is(visit->question, "share", "1");
	if (parameter_is(visit->question, "format", "text"))
		visit->page.view = PAGE_TEXT;
	answer_page(visit, 200);
}

static void serve_print(struct visit *visit)
{
	visit->page.view = PAGE_PRINT;
	answer_page(visit, 200);
}

static void serve_profile(struct visit *visit)
{
	struct question *question = visit->question;
	struct document_choice choice = {
		.language = visit->page.language,
		.nonce = question->request->has_nonce ? question->request->nonce : NULL,
	};
	int content = question_content(question->request);
	unsigned int status = 404;

	choice.content = (enum mobileconfig_content)content;
	question->address = visit->page.subject.address;
	if (content < 0 || answer_document(visit->response, question, DOCUMENT_MOBILECONFIG,
					   &choice, &status) < 0) {
		bool absent = status == 404; /* else it is our fault: no memory, no nonce */

		answer_notice(visit, absent ? PAGE_NOTHING : PAGE_FAILED, absent ? 404 : 500);
		return;
	}
	visit->response->sign = true;
	visit->response->kind = KIND_MOBILECONFIG;
}

/* Takes payload over; NULL: there is none. */
static void answer_qr(struct visit *visit, char *payload, size_t size)
{
	struct http_response *response = visit->response;
	char *svg = NULL;
	size_t svg_size = 0;
	struct error err;

	if (!payload || qr_code_svg(payload, size, &svg, &svg_size, &err) < 0) {
		free(payload);
		answer_notice(visit, PAGE_NOTHING, 404);
		return;
	}
	free(payload);
	response->status = 200;
	response->media_type = "image/svg+xml";
	response->owned = svg;
	response->body = svg;
	response->body_size = svg_size;
}

static void serve_page_qr(struct visit *visit)
{
	const struct provider_set *providers = visit->question->settings->providers;
	char *link = NULL;
	struct error ignored;

	if (page_request_link(providers, &visit->page, &link, &ignored) < 0)
		link = NULL;
	answer_qr(visit, link, link ? strlen(link) : 0);
}

static void serve_thunderbird_qr(struct visit *visit)
{
	char *payload = NULL;
	size_t size = 0;
	struct error ignored;

	if (page_thunderbird_qr(visit->question->settings->providers, &visit->page, &payload, &size,
				&ignored) < 0)
		payload = NULL;
	answer_qr(visit, payload, size);
}

static const struct {
	const char *name;
	void (*serve)(struct visit *visit);
} parts[] = {
	{ "", serve_page },
	{ "/print", serve_print },
	{ PROFILE_PART, serve_profile },
	{ "/qr.svg", serve_page_qr },
	{ "/thunderbird.svg", serve_thunderbird_qr },
};

static void serve_part(struct visit *visit)
{
	visit->page.kind = PAGE_SETTINGS;
	visit->page.answers = visit->question->answers;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (strcmp(visit->part, parts[i].name) == 0) {
			parts[i].serve(visit);
			if (visit->response->status == 200)
				visit->response->provider = visit->question->answers->id;
			return;
		}
	}
	answer_notice(visit, PAGE_NOTHING, 404);
}

bool page_is_profile(const char *rest)
{
	const char *slash = strchr(rest, '/');

	return slash && strcmp(slash, PROFILE_PART) == 0;
}

/* The length of what is in front of the part. */
static size_t split_part(struct visit *visit)
{
	const struct question *question = visit->question;
	const char *slash = memchr(question->rest, '/', question->rest_length);

	visit->part = slash ? slash : question->rest + question->rest_length;
	return (size_t)(visit->part - question->rest);
}

/* Cut, changed, made with another key: all are the same to whoever asks. */
void serve_link(struct question *question, struct http_response *response)
{
	const struct provider_set *providers = question->settings->providers;
	struct visit visit = { .question = question };
	size_t length = split_part(&visit);
	struct error ignored;
	bool opened = length < sizeof(visit.token) &&
		      settings_link_open(&providers->link_keys, question->rest, length, &visit.link,
					 &ignored) == 0;

	begin_visit(&visit, question, response, opened ? visit.link.language : NULL);
	if (!opened) {
		answer_notice(&visit, PAGE_INVALID, 404);
		return;
	}
	memcpy(visit.token, question->rest, length);
	visit.token[length] = '\0';
	visit.page.token = visit.token;
	visit.page.expires = ((int64_t)visit.link.last_day + 1) * DAY - 1;
	visit.page.subject.address = &visit.link.address;
	visit.page.subject.domain = &visit.link.address.domain;
	if (question->request->now > visit.page.expires)
		answer_notice(&visit, PAGE_EXPIRED, 410);
	else if (!question_find_domain(question, &visit.link.address.domain, response))
		answer_notice(&visit, PAGE_ELSEWHERE, 410);
	else
		serve_part(&visit);
}

void serve_domain_page(struct question *question, struct http_response *response)
{
	struct visit visit = { .question = question };
	size_t length = split_part(&visit);
	struct domain_name domain;
	struct error ignored;

	begin_visit(&visit, question, response, NULL);
	if (domain_name_parse(question->rest, length, &domain, &ignored) < 0 ||
	    !question_find_domain(question, &domain, response)) {
		answer_notice(&visit, PAGE_ELSEWHERE, 404);
		return;
	}
	visit.page.subject.domain = &domain;
	serve_part(&visit);
}

/* The form. */

/* The query that the page behind the form begins with. */
static void append_query(struct bytes *location, const struct visit *visit)
{
	const struct page_set *set = visit->question->settings->providers->pages;

	bytes_append_text(location, "?share=1");
	if (visit->page.language_chosen)
		bytes_append_format(location, "&lang=%s",
				    page_set_language(set, visit->page.language));
}

/* Where the page for an address is: behind a link of its own, or without keys that of the domain.
 */
static int append_page_path(struct bytes *location, const struct visit *visit,
			    const struct email_address *address, struct error *err)
{
	const struct provider_set *providers = visit->question->settings->providers;
	int64_t days = visit->question->request->now / DAY + providers->configuration->links_days;
	struct settings_link link = { .last_day = settings_link_day(days * DAY) };
	char token[SETTINGS_LINK_TOKEN_SIZE];
	CLEANUP(freep) char *path = NULL;

	link.address = *address;
	if (providers->link_keys.count &&
	    settings_link_seal(&providers->link_keys, &link, token, err) < 0)
		return -1;
	if (page_path(providers->link_keys.count ? token : NULL, &address->domain, &path, err) < 0)
		return -1;
	bytes_append_text(location, path);
	return 0;
}

static void lead_to_page(struct visit *visit, const struct email_address *address)
{
	CLEANUP(bytes_clear) struct bytes location = { 0 };
	struct error err;

	if (append_page_path(&location, visit, address, &err) < 0) {
		answer_notice(visit, PAGE_FAILED, 500);
		return;
	}
	append_query(&location, visit);
	if (location.failed)
		answer_status(visit->response, 500);
	else
		redirect_to(visit->response, 303, location.data);
}

/* Parameters of the type, such as a charset, say nothing new: it is UTF-8 or refused. */
static bool is_form(const char *content_type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	size_t length = content_type ? strcspn(content_type, "; \t") : 0;

	return text_equals(content_type, length, form);
}

static void choose_form_language(struct visit *visit)
{
	const struct page_set *set = visit->question->settings->providers->pages;
	char tag[LANGUAGE_TAG_SIZE];
	struct error ignored;
	size_t size;
	int language;

	if (http_request_field(visit->question->request, "lang", tag, sizeof(tag), &size,
			       &ignored) <= 0)
		return;
	language = page_set_find_language(set, tag, size);
	if (language < 0)
		return;
	visit->page.language = (size_t)language;
	visit->page.language_chosen = true;
}

static void take_form(struct visit *visit)
{
	const struct http_request *request = visit->question->request;
	char text[EMAIL_ADDRESS_SIZE + 16]; /* blanks around it are passed over */
	struct email_address address;
	const char *begin = text;
	struct error ignored;
	size_t size = 0;
	int found;

	if (!is_form(request->content_type)) {
		answer_notice(visit, PAGE_UNREADABLE, 415);
		return;
	}
	choose_form_language(visit);
	found = http_request_field(request, "address", text, sizeof(text), &size, &ignored);
	text_trim(&begin, &size);
	if (found == 0)
		answer_notice(visit, PAGE_UNREADABLE, 400);
	else if (found < 0 || email_address_parse(begin, size, &address, &ignored) < 0 ||
		 address.length > ADDRESS_MAX)
		answer_notice(visit, PAGE_NO_ADDRESS, 422);
	else if (!question_find_domain(visit->question, &address.domain, visit->response))
		answer_notice(visit, PAGE_ELSEWHERE, 404);
	else
		lead_to_page(visit, &address);
}

/*
 * Whether the Host is a name of a customer's domain that leads here for programs; it may be the
 * site's own as well, and the form is there.
 */
static bool is_customers_name(struct question *question, struct http_response *response)
{
	struct domain_name domain;

	if (!question->request->has_host || is_own_host(question))
		return false;
	domain = question->request->host;
	return domain_name_strip_service(&domain) &&
	       question_find_domain(question, &domain, response);
}

static void lead_to_domain(struct visit *visit)
{
	const struct configuration *configuration = configuration_of(visit->question);
	const struct domain_name *domain = &visit->response->domain;
	CLEANUP(freep) char *link = NULL;
	struct error ignored;

	if (page_link(configuration, NULL, domain, &link, &ignored) < 0 ||
	    (!link && page_path(NULL, domain, &link, &ignored) < 0))
		answer_status(visit->response, 500);
	else
		redirect_to(visit->response, 302, link);
}

void serve_root(struct question *question, struct http_response *response)
{
	bool post = question->request->method == HTTP_POST;
	struct visit visit;

	begin_visit(&visit, question, response, NULL);
	if (!post && is_customers_name(question, response))
		lead_to_domain(&visit);
	else if (redirect_to_site(question, response))
		return;
	else if (post)
		take_form(&visit);
	else
		answer_page(&visit, 200);
}

void serve_limited(struct question *question, struct http_response *response)
{
	struct visit visit;

	begin_visit(&visit, question, response, NULL);
	answer_notice(&visit, PAGE_LIMITED, 429);
	response->retry_after = question->request->retry_after;
}

void serve_refusal(const struct http_request *request, const struct settings *settings,
		   unsigned int status, struct http_response *response)
{
	struct question question = { .request = request, .settings = settings };
	struct visit visit;

	begin_visit(&visit, &question, response, NULL);
	answer_notice(&visit, PAGE_UNREADABLE, status);
}

/* What belongs to the pages. The query is the version, which every page names anew. */
static void serve_asset(const struct question *question, enum page_asset_kind kind,
			struct http_response *response)
{
	const struct page_asset *asset = page_set_asset(question->settings->providers->pages, kind);
	const struct http_request *request = question->request;
	size_t length = strlen(asset ? asset->version : "");

	if (!asset) {
		answer_status(response, 404);
		return;
	}
	response->status = 200;
	response->media_type = asset->media_type;
	response->body = asset->bytes;
	response->body_size = asset->size;
	response->page = true;
	response->immutable = request->query && request->query_length == length &&
			      memcmp(request->query, asset->version, length) == 0;
	response->no_store = !response->immutable;
}

void serve_css(struct question *question, struct http_response *response)
{
	serve_asset(question, PAGE_CSS, response);
}

void serve_script(struct question *question, struct http_response *response)
{
	serve_asset(question, PAGE_SCRIPT, response);
}

void serve_logo(struct question *question, struct http_response *response)
{
	serve_asset(question, PAGE_LOGO, response);
}
