/*
 * The form of the settings pages: a line with the target behind "/", a line each of Content-Type
 * and Accept-Language, a body. Whatever it is, it leads to the page of the address that was typed,
 * or to a page that is the same for everybody.
 */
#include "fuzz.h"

#include "../unit/http/sample_settings.h"
#include "http/endpoint.h"
#include "model/settings_link.h"

#define CONFIGURATION SAMPLE_CONFIGURATION "[site]\nurl = https://setup.hosting.example\n"
#define KEY                                                                                        \
	"1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                       \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\n"
#define NOW INT64_C(1795435200) /* 2026-11-23 */
#define LANGUAGES 4

static struct settings *make_settings(void)
{
	struct error err;
	struct settings *settings = sample_settings_of(CONFIGURATION, NULL, 0, NULL, &err);

	PROMISE(settings);
	PROMISE(link_keys_parse(KEY, strlen(KEY), "k", &settings->providers->link_keys, &err) == 0);
	return settings;
}

/* The first page of a status and a language is kept, and every later one is the same. */
static void promise_silent(const struct http_response *response)
{
	static const unsigned int statuses[] = { 400, 404, 415, 422 };
	static const char *const tags[LANGUAGES] = { "en", "de", "fr", "es" };
	static char *pages[4][LANGUAGES][2];
	bool chosen = strstr(response->body, "name=\"lang\"") != NULL;
	bool known = false;

	for (size_t status = 0; status < 4; status++) {
		for (size_t language = 0; language < LANGUAGES; language++) {
			char **page = &pages[status][language][chosen];
			char html[sizeof("<html lang=\"en\"")];

			snprintf(html, sizeof(html), "<html lang=\"%s\"", tags[language]);
			if (response->status != statuses[status] || !strstr(response->body, html))
				continue;
			known = true;
			if (!*page)
				*page = strdup(response->body);
			PROMISE(*page && strcmp(*page, response->body) == 0);
		}
	}
	PROMISE(known);
	PROMISE(response->location[0] == '\0' && response->domain.length == 0);
	PROMISE(strcmp(response->media_type, "text/html; charset=utf-8") == 0);
}

/* "/s/TOKEN?share=1", the token of what was typed. */
static void promise_link(const struct http_request *request, const struct http_response *response,
			 const struct settings *settings)
{
	const char *token = response->location + 3;
	size_t length = strcspn(token, "?"), size = 0;
	char text[HTTP_FORM_MAX];
	struct settings_link link;
	struct email_address address;
	const char *typed = text;
	struct error err;

	PROMISE(strncmp(response->location, "/s/", 3) == 0);
	PROMISE(strncmp(token + length, "?share=1", 8) == 0);
	PROMISE(token[length + 8] == '\0' || strncmp(token + length + 8, "&lang=", 6) == 0);
	PROMISE(strcmp(response->body, "It is at another address.\n") == 0);
	PROMISE(settings_link_open(&settings->providers->link_keys, token, length, &link, &err) ==
		0);
	PROMISE(http_request_field(request, "address", text, sizeof(text), &size, &err) == 1);
	text_trim(&typed, &size);
	PROMISE(email_address_parse(typed, size, &address, &err) == 0);
	PROMISE(strcmp(address.text, link.address.text) == 0);
	PROMISE(settings_find(settings, &address.domain));
	PROMISE(strcmp(response->domain.text, address.domain.text) == 0);
}

static void post(const struct http_request *request, const struct settings *settings)
{
	static const struct endpoint_state state = { .ready = true, .text = "ready\n" };
	struct http_response *response = malloc(sizeof(*response));

	PROMISE(response);
	endpoint_serve(request, settings, &state, response);
	PROMISE(strlen(response->body) == response->body_size);
	PROMISE(response->page && response->no_store && !response->sign);
	PROMISE(response->retry_after == 0 && response->file_name[0] == '\0');
	if (response->status == 303)
		promise_link(request, response, settings);
	else
		promise_silent(response);
	free(response->owned);
	free(response);
}

/* By plain HTTP: to the form by https, with nothing of what was typed. */
static void post_plain(struct http_request *request, const struct settings *settings)
{
	static const struct endpoint_state state = { .ready = true, .text = "ready\n" };
	static const char form[] = "https://setup.hosting.example/?";
	struct http_response *response = malloc(sizeof(*response));

	PROMISE(response);
	request->transport = HTTP_TRANSPORT_PLAIN;
	endpoint_serve(request, settings, &state, response);
	PROMISE(response->status == 303 || response->status == 414);
	PROMISE(!response->owned && response->domain.length == 0);
	if (response->status == 303)
		PROMISE(strncmp(response->location, form, strlen(form)) == 0);
	free(response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings *settings;
	struct http_request *request = calloc(1, sizeof(*request));
	char target[HTTP_TARGET_MAX + 1];
	struct error err = { 0 };
	size_t length;
	char *query = fuzz_piece(&data, &size, '\n', &length);
	char *type = fuzz_piece(&data, &size, '\n', &length);
	char *languages = fuzz_piece(&data, &size, '\n', &length);

	if (!settings)
		settings = make_settings();
	PROMISE(request);
	snprintf(target, sizeof(target), "/?%s", query);
	if (size <= HTTP_FORM_MAX + 1 &&
	    http_request_parse_target(request, target, "setup.hosting.example", &err) == 0) {
		request->method = HTTP_POST;
		request->body = size ? memcpy(malloc(size), data, size) : NULL;
		request->body_size = size;
		request->content_type = *type ? type : NULL;
		request->accept_language = *languages ? languages : NULL;
		request->now = NOW;
		endpoint_choose(request);
		PROMISE(endpoint_limit(request) == LIMIT_FORM);
		post(request, settings);
		post_plain(request, settings);
		free((char *)request->body);
	}
	free(languages);
	free(type);
	free(query);
	free(request);
	return 0;
}
