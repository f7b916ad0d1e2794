/* Somebody asks for settings pages: requests as a browser sends them, and what comes back. */
#ifndef TESTS_UNIT_HTTP_PAGE_VISIT_H
#define TESTS_UNIT_HTTP_PAGE_VISIT_H

#include "http/endpoint.h"
#include "model/settings_link.h"
#include "sample_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TODAY 20780 /* 2026-11-23, days since 1970 */
#define NOON (INT64_C(86400) * TODAY + 43200)
#define FORM_TYPE "application/x-www-form-urlencoded"
#define HTML "text/html; charset=utf-8"
#define PLAIN "text/plain; charset=utf-8"
#define PAGES SAMPLE_CONFIGURATION "[site]\nurl = https://setup.hosting.example\nname = Hosting\n"
#define KEY_0                                                                                      \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define KEY_1                                                                                      \
	"f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

/* What is sent besides the target. All zero is a browser that says nothing of itself. */
struct sent {
	enum http_method method; /* 0: GET */
	const char *host, *body, *content_type;
	const char *accept_language, *user_agent, *platform;
	int64_t now; /* 0: NOON */
	unsigned int retry_after;
	bool no_nonce;
	enum http_transport transport;
};

static struct http_request request;
static struct http_response response;

static inline void read_keys(const char *text, struct link_keys *ret)
{
	struct error err;

	if (link_keys_parse(text, strlen(text), "k", ret, &err) < 0)
		fail_msg("%s", err.text);
}

/* Settings whose first key is KEY_0 with the id 1; "": without keys. */
static inline struct settings *pages_of(const char *configuration, const char *keys,
					const struct page_file *logo)
{
	struct error err;
	struct settings *settings = sample_settings_of(configuration, NULL, 0, logo, &err);

	if (!settings)
		fail_msg("%s", err.text);
	if (*keys)
		read_keys(keys, &settings->providers->link_keys);
	return settings;
}

/* The token of an address, made with the first of keys. */
static inline void seal(const char *keys_text, const char *address, const char *language,
			int last_day, char ret[SETTINGS_LINK_TOKEN_SIZE])
{
	struct settings_link link = { .last_day = (uint16_t)last_day };
	struct link_keys keys;
	struct error err;

	read_keys(keys_text, &keys);
	strcpy(link.language, language);
	if (email_address_parse(address, strlen(address), &link.address, &err) < 0 ||
	    settings_link_seal(&keys, &link, ret, &err) < 0)
		fail_msg("%s", err.text);
}

/* Frees the answer before, so that a table need not. */
static inline void forget(void)
{
	free(response.owned);
	response.owned = NULL;
}

/* Asks. The arrays are filled with what is nowhere a value, for the callee to overwrite. */
static inline void visit(const struct settings *settings, const char *target,
			 const struct sent *sent)
{
	static const struct endpoint_state ready = { .ready = true, .text = "ready\n" };
	struct error err = { 0 };

	forget();
	memset(&request, 1, sizeof(request));
	memset(&response, 1, sizeof(response));
	request.method = sent->method ? sent->method : HTTP_GET;
	request.body = sent->body;
	request.body_size = sent->body ? strlen(sent->body) : 0;
	request.client = CLIENT_NONE;
	request.operations = false;
	request.transport = sent->transport;
	request.given = NULL;
	request.given_size = 0;
	if (http_request_parse_target(&request, target, sent->host, &err) < 0)
		fail_msg("%s: %s", target, err.text);
	endpoint_choose(&request);
	if (endpoint_is_page(&request)) {
		request.accept_language = sent->accept_language;
		request.platform = sent->platform;
		request.user_agent = sent->user_agent;
		request.content_type = sent->content_type;
		request.now = sent->now ? sent->now : NOON;
		request.has_nonce = !sent->no_nonce;
		request.retry_after = sent->retry_after;
	}
	endpoint_serve(&request, settings, &ready, &response);
	assert_non_null(response.media_type);
	if (response.owned)
		assert_ptr_equal(response.owned, response.body);
	if (strncmp(response.media_type, "text/", 5) == 0)
		assert_int_equal(response.body_size, strlen(response.body));
}

/* Posts the form as a browser does. */
static inline void post(const struct settings *settings, const char *target, const char *body)
{
	visit(settings, target,
	      &(struct sent){ .method = HTTP_POST,
			      .host = "setup.hosting.example",
			      .body = body,
			      .content_type = FORM_TYPE });
}

static inline void assert_holds(const char *text)
{
	if (!strstr(response.body, text))
		fail_msg("\"%s\" is not in it", text);
}

/* The body is a page of that kind. */
static inline void assert_page(unsigned int status, const char *kind)
{
	char class[60];

	assert_int_equal(response.status, status);
	assert_string_equal(response.media_type, HTML);
	snprintf(class, sizeof(class), "<body class=\"screen %s\">", kind);
	assert_holds(class);
	assert_true(response.page);
	assert_true(response.no_store);
	assert_false(response.immutable);
	assert_false(response.sign);
	assert_string_equal(response.location, "");
	assert_string_equal(response.file_name, "");
	assert_int_equal(response.allow, 0);
}

static inline void assert_language(const char *tag)
{
	char html[60];

	snprintf(html, sizeof(html), "<html lang=\"%s\" dir=\"ltr\">", tag);
	assert_holds(html);
}

/* The sentence that a profile describes itself with, up to its first value. */
static inline void assert_profile_language(const struct settings *settings, const char *tag)
{
	const struct page_set *set = settings->providers->pages;
	const char *phrase = page_set_phrase(
		set, (size_t)page_set_find_language(set, tag, strlen(tag)), PHRASE_PROFILE_MAIL);
	char begin[200];

	snprintf(begin, sizeof(begin), "<string>%.*s", (int)strcspn(phrase, "%"), phrase);
	assert_holds(begin);
}

/* Nothing of what was sent is in what comes back. */
static inline void assert_silent_of(const char *text)
{
	if (strstr(response.body, text))
		fail_msg("\"%s\" is in it", text);
	assert_null(strstr(response.location, text));
	assert_null(strstr(response.file_name, text));
	assert_null(strstr(response.domain.text, text));
}

#endif
