/*
 * Paths of settings pages: a line with the target, in which "$" stands for the token of a person, a
 * line each of Host, Accept-Language and User-Agent.
 */
#include "fuzz.h"

#include "../unit/http/sample_settings.h"
#include "http/endpoint.h"
#include "model/settings_link.h"

#define CONFIGURATION SAMPLE_CONFIGURATION "[site]\nurl = https://setup.hosting.example\n"
#define KEY                                                                                        \
	"1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                       \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\n"
#define TODAY 20780 /* 2026-11-23, days since 1970 */
#define ADDRESS "o'x&y@kunde.example"

/* What is made once. */
struct site {
	struct settings *settings;
	char token[SETTINGS_LINK_TOKEN_SIZE];
};

static void make_site(struct site *site)
{
	struct settings_link link = { .last_day = TODAY };
	struct link_keys *keys;
	struct error err;

	site->settings = sample_settings_of(CONFIGURATION, NULL, 0, NULL, &err);
	PROMISE(site->settings);
	keys = &site->settings->providers->link_keys;
	PROMISE(link_keys_parse(KEY, strlen(KEY), "k", keys, &err) == 0);
	PROMISE(email_address_parse(ADDRESS, strlen(ADDRESS), &link.address, &err) == 0);
	PROMISE(settings_link_seal(keys, &link, site->token, &err) == 0);
}

static size_t count(const char *text, const char *what)
{
	size_t number = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		number++;
	return number;
}

/* A page has the script that it refers to, and no other; an address is text in it. */
static void promise_page(const struct http_response *response)
{
	PROMISE(count(response->body, "<script") <= 1);
	PROMISE(count(response->body, "<script>") == 0);
	PROMISE(count(response->body, "o'x&y") == 0);
	PROMISE(count(response->body, "javascript:") == 0);
	PROMISE(count(response->body, " style=") == 0);
	PROMISE(count(response->body, "%PAGE:") == 0);
	PROMISE(count(response->body, "%EMAIL") == 0);
}

static void promise_response(const struct http_request *request,
			     const struct http_response *response, const struct settings *settings)
{
	static const unsigned int statuses[] = { 200, 302, 400, 404, 405, 410, 414 };
	bool plain = request->transport == HTTP_TRANSPORT_PLAIN;
	bool known = false;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		known = known || response->status == statuses[i];
	PROMISE(known);
	PROMISE(strlen(response->body) == response->body_size);
	PROMISE(text_is_utf8(response->body, response->body_size));
	PROMISE((response->status == 302) == (response->location[0] != '\0'));
	if (response->location[0] && response->kind != KIND_DAV)
		PROMISE(strncmp(response->location, "https://setup.hosting.example/d/",
				plain ? 30 : 32) == 0);
	if (plain && (response->kind == KIND_PAGE || response->kind == KIND_MOBILECONFIG))
		PROMISE(response->status != 200); /* a token is not used in the clear */
	if (response->domain.length)
		PROMISE(settings_find(settings, &response->domain));
	PROMISE(!response->sign || response->file_name[0]);
	PROMISE(!endpoint_is_page(request) || response->status == 405 || response->no_store ||
		response->kind == KIND_MOBILECONFIG);
	if (strcmp(response->media_type, "text/html; charset=utf-8") == 0)
		promise_page(response);
}

/* The target with the token put in. The caller frees it. */
static char *put_token(const char *target, const char *token)
{
	size_t length = strcspn(target, "$");
	char *ret = NULL;

	PROMISE(asprintf(&ret, "%.*s%s%s", (int)length, target, target[length] ? token : "",
			 target[length] ? target + length + 1 : "") >= 0);
	return ret;
}

static void ask(struct http_request *request, const struct settings *settings)
{
	static const struct endpoint_state state = { .ready = true, .text = "ready\n" };
	struct http_response *response = malloc(sizeof(*response));

	PROMISE(response);
	endpoint_choose(request);
	for (unsigned int transport = 0; transport <= HTTP_TRANSPORT_SECURE; transport++) {
		request->method = transport == HTTP_TRANSPORT_ANY ? HTTP_HEAD : HTTP_GET;
		request->transport = transport;
		endpoint_serve(request, settings, &state, response);
		promise_response(request, response, settings);
		free(response->owned);
	}
	endpoint_refuse_request(request, settings, 400, response);
	PROMISE(response->status == 400 && response->location[0] == '\0');
	free(response->owned);
	free(response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct site site;
	struct http_request *request = calloc(1, sizeof(*request));
	struct error err = { 0 };
	size_t length;
	char *pattern = fuzz_piece(&data, &size, '\n', &length);
	char *host = fuzz_piece(&data, &size, '\n', &length);
	char *languages = fuzz_piece(&data, &size, '\n', &length);
	char *user_agent = fuzz_piece(&data, &size, '\n', &length);
	char *target;

	if (!site.settings)
		make_site(&site);
	PROMISE(request);
	target = put_token(pattern, site.token);
	if (http_request_parse_target(request, target, *host ? host : NULL, &err) == 0) {
		request->accept_language = *languages ? languages : NULL;
		request->user_agent = *user_agent ? user_agent : NULL;
		request->now = INT64_C(86400) * TODAY;
		request->has_nonce = true;
		ask(request, site.settings);
	}
	free(target);
	free(user_agent);
	free(languages);
	free(host);
	free(pattern);
	free(request);
	return 0;
}
