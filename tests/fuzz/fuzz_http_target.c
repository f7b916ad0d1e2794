/*
 * A whole request: a line with the target, a line with the Host, a body. It is read, and answered
 * from sample settings by each method, over each transport, with and without a site of its own.
 */
#include "fuzz.h"

#include "../unit/http/sample_settings.h"
#include "http/endpoint.h"

#define SITE "https://setup.hosting.example"
#define CONFIGURATION                                                                              \
	SAMPLE_CONFIGURATION "[site]\nurl = " SITE "\n"                                            \
			     "[dns]\nservice = autoconfig.hosting.example\n"
#define GIVEN "given"

static void promise_request(const struct http_request *request, const char *host)
{
	struct http_request *again = malloc(sizeof(*again));
	struct error err;

	PROMISE(again);
	promise_text(request->path, request->path_length);
	PROMISE(request->path[0] == '/');
	PROMISE(request->raw[0] == '/');
	PROMISE(strlen(request->raw) <= HTTP_TARGET_MAX);
	if (request->query) {
		PROMISE(request->query > request->raw && request->query[-1] == '?');
		PROMISE(strlen(request->query) == request->query_length);
	} else {
		PROMISE(request->query_length == 0 && !strchr(request->raw, '?'));
	}
	if (request->has_host)
		promise_text(request->host.text, request->host.length);

	/* the origin form reads as the same */
	PROMISE(http_request_parse_target(again, request->raw, host, &err) == 0);
	PROMISE(strcmp(again->path, request->path) == 0 && strcmp(again->raw, request->raw) == 0);
	PROMISE(again->query_length == request->query_length);
	free(again);
}

/* Whether text begins with "https://PREFIX.DOMAIN/" of the domain that was found. */
static bool leads_to_domain(const char *text, const char *prefix,
			    const struct http_response *response)
{
	char begin[sizeof("https://autodiscover./") + DOMAIN_NAME_SIZE];

	snprintf(begin, sizeof(begin), "https://%s.%s/", prefix, response->domain.text);
	return response->domain.length && strncmp(text, begin, strlen(begin)) == 0;
}

/* Nobody is led to where the request says, nor is a header made of what it says. */
static void promise_location(const struct http_request *request,
			     const struct http_response *response, bool site)
{
	const char *location = response->location;
	bool plain = request->transport == HTTP_TRANSPORT_PLAIN;

	PROMISE(strlen(location) <= HTTP_LOCATION_MAX);
	for (const char *at = location; *at; at++)
		PROMISE(*at > ' ' && *at < 0x7f && !strchr("\"<>\\^`{|}", *at));
	if (!*location || response->kind == KIND_DAV) /* which is the provider's */
		return;
	PROMISE(!strchr(location, '#'));
	if (leads_to_domain(location, "mta-sts", response))
		PROMISE(plain && response->kind == KIND_MTA_STS);
	else if (leads_to_domain(location, "ua-auto-config", response))
		PROMISE(plain && response->kind == KIND_PACC);
	else if (leads_to_domain(location, "autodiscover", response))
		PROMISE(plain && !site && !endpoint_is_page(request));
	else if (site)
		PROMISE(strncmp(location, SITE "/", strlen(SITE "/")) == 0 &&
			(plain || strncmp(location, SITE "/d/", strlen(SITE "/d/")) == 0));
	else
		PROMISE(strncmp(location, "/d/", 3) == 0);
}

/* What is answered by https alone. */
static bool is_secret(enum request_kind kind)
{
	return kind == KIND_AUTODISCOVER || kind == KIND_ACTIVESYNC ||
	       kind == KIND_AUTODISCOVER_JSON || kind == KIND_PACC || kind == KIND_MTA_STS;
}

static void promise_given(const struct http_request *request, const struct http_response *response)
{
	enum endpoint_want want = endpoint_want(request);
	const char *name = endpoint_acme_name(request);

	PROMISE(want != WANT_ACME_FILE || name);
	if (name)
		PROMISE(strlen(name) >= 1 && strlen(name) <= 128 && !strchr(name, '/') &&
			!strchr(name, '.') && strlen(name) == strcspn(name, "%\\ :~"));
	if (strcmp(response->body, GIVEN) == 0)
		PROMISE(want != WANT_NOTHING && response->status == 200 && response->no_store);
	PROMISE(want != WANT_METRICS || request->operations);
}

static void promise_response(const struct http_request *request,
			     const struct http_response *response, const struct settings *settings,
			     bool site)
{
	static const unsigned int statuses[] = { 200, 301, 302, 303, 400, 404, 405, 414, 415, 429 };
	bool known = false, person = endpoint_limit(request) != LIMIT_NONE;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		known = known || response->status == statuses[i];
	PROMISE(known);
	PROMISE(response->media_type && response->kind < KIND_COUNT && response->body);
	PROMISE(!response->owned || response->owned == response->body);
	/* errors for programs are constants */
	PROMISE(!response->owned || response->status == 200 || response->page);
	PROMISE(strlen(response->body) == response->body_size);
	PROMISE(text_is_utf8(response->body, response->body_size));
	PROMISE((response->status == 405) == (response->allow != 0));
	PROMISE((response->status / 100 == 3) == (response->location[0] != '\0'));
	promise_text(response->location, strlen(response->location));
	promise_location(request, response, site);
	promise_text(response->file_name, strlen(response->file_name));
	PROMISE((response->status == 429) == (response->retry_after != 0));
	PROMISE(response->status != 429 || person);
	PROMISE(!(request->retry_after && person) || response->status == 429);
	if (request->transport == HTTP_TRANSPORT_PLAIN)
		PROMISE(!response->secure_host &&
			!(response->provider && is_secret(response->kind)));
	/* nothing of a domain that is not ours goes anywhere, into the log neither */
	if (response->domain.length)
		PROMISE(settings_find(settings, &response->domain));
	if (response->provider)
		PROMISE(provider_set_find(settings->providers, response->provider));
	PROMISE(response->domain.length == strlen(response->domain.text));
	PROMISE(!response->owned || response->domain.length || response->page ||
		endpoint_want(request));
	promise_given(request, response);
}

static void answer(struct http_request *request, const struct settings *settings, bool site)
{
	static const struct endpoint_state state = { .ready = true, .text = "ready\n" };
	struct http_response *response = malloc(sizeof(*response));

	PROMISE(response);
	for (unsigned int method = HTTP_GET; method <= HTTP_OTHER; method *= 2) {
		for (unsigned int transport = 0; transport <= HTTP_TRANSPORT_SECURE; transport++) {
			request->method = method;
			request->transport = transport;
			request->operations = request->path_length % 2;
			request->given = request->operations ? GIVEN : NULL;
			request->given_size = request->given ? strlen(GIVEN) : 0;
			request->retry_after = request->body_size == 7 ? 7 : 0;
			PROMISE(endpoint_body_limit(request) <= HTTP_BODY_MAX);
			endpoint_serve(request, settings, &state, response);
			promise_response(request, response, settings, site);
			free(response->owned);
		}
	}
	free(response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings *settings, *with_site;
	struct http_request *request = malloc(sizeof(*request));
	struct error err = { 0 };
	size_t length;
	char *target = fuzz_piece(&data, &size, '\n', &length);
	char *host = fuzz_piece(&data, &size, '\n', &length);
	char *body = fuzz_piece(&data, &size, '\0', &length);

	if (!settings) {
		settings = sample_settings(&err);
		with_site = sample_settings_of(CONFIGURATION, NULL, 0, NULL, &err);
	}
	PROMISE(request && settings && with_site);
	if (http_request_parse_target(request, target, *host ? host : NULL, &err) < 0) {
		promise_failure(&err);
		PROMISE(err.code == ERROR_INVALID || err.code == ERROR_TOO_LARGE);
	} else {
		request->client = client_kind_of(body);
		PROMISE(client_kind_name(request->client));
		promise_request(request, host);
		request->body = body;
		request->body_size = length;
		request->accept_language = request->platform = NULL;
		request->user_agent = request->content_type = NULL;
		request->now = 0;
		request->has_nonce = false;
		endpoint_choose(request);
		answer(request, settings, false);
		answer(request, with_site, true);
	}
	free(body);
	free(host);
	free(target);
	free(request);
	return 0;
}
