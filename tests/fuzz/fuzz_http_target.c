/*
 * A whole request: a line with the target, a line with the Host, a body. It is read, and answered
 * from sample settings by each method.
 */
#include "fuzz.h"

#include "../unit/http/sample_settings.h"
#include "http/endpoint.h"

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

static void promise_response(const struct http_response *response, const struct settings *settings)
{
	static const unsigned int statuses[] = { 200, 301, 302, 400, 404, 405, 415 };
	bool known = false;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		known = known || response->status == statuses[i];
	PROMISE(known);
	PROMISE(response->media_type && response->kind && response->body);
	PROMISE(!response->owned || response->owned == response->body);
	/* errors for programs are constants */
	PROMISE(!response->owned || response->status == 200 || response->page);
	PROMISE(strlen(response->body) == response->body_size);
	PROMISE(text_is_utf8(response->body, response->body_size));
	PROMISE((response->status == 405) == (response->allow != 0));
	PROMISE((response->status == 301 || response->status == 302) ==
		(response->location[0] != '\0'));
	promise_text(response->location, strlen(response->location));
	promise_text(response->file_name, strlen(response->file_name));
	/* nothing of a domain that is not ours goes anywhere, into the log neither */
	if (response->domain.length)
		PROMISE(settings_find(settings, &response->domain));
	PROMISE(response->domain.length == strlen(response->domain.text));
	PROMISE(!response->owned || response->domain.length || response->page);
}

static void answer(struct http_request *request, const struct settings *settings)
{
	static const struct endpoint_state state = { .ready = true, .text = "ready\n" };
	struct http_response *response = malloc(sizeof(*response));

	PROMISE(response);
	for (unsigned int method = HTTP_GET; method <= HTTP_OTHER; method *= 2) {
		request->method = method;
		PROMISE(endpoint_body_limit(request) <= HTTP_BODY_MAX);
		endpoint_serve(request, settings, &state, response);
		promise_response(response, settings);
		free(response->owned);
	}
	free(response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings *settings;
	struct http_request *request = malloc(sizeof(*request));
	struct error err = { 0 };
	size_t length;
	char *target = fuzz_piece(&data, &size, '\n', &length);
	char *host = fuzz_piece(&data, &size, '\n', &length);
	char *body = fuzz_piece(&data, &size, '\0', &length);

	if (!settings)
		settings = sample_settings(&err);
	PROMISE(request && settings);
	if (http_request_parse_target(request, target, *host ? host : NULL, &err) < 0) {
		promise_failure(&err);
		PROMISE(err.code == ERROR_INVALID || err.code == ERROR_TOO_LARGE);
	} else {
		request->client = client_kind_of(body);
		PROMISE(client_kind_name(request->client));
		promise_request(request, host);
		request->body = body;
		request->body_size = length;
		request->operations = false;
		request->accept_language = request->platform = NULL;
		request->user_agent = request->content_type = NULL;
		request->now = 0;
		request->has_nonce = false;
		request->retry_after = 0;
		endpoint_choose(request);
		answer(request, settings);
	}
	free(body);
	free(host);
	free(target);
	free(request);
	return 0;
}
