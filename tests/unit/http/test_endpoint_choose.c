/* What an edge asks about a request before it is answered. */
#include "http/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct http_request request;

static void limits_bodies(void **state)
{
	static const struct {
		enum http_method method;
		const char *target;
		size_t limit;
	} cases[] = {
		{ HTTP_POST, "/autodiscover/autodiscover.xml", HTTP_BODY_MAX },
		{ HTTP_POST, "/Autodiscover/Autodiscover.xml?x", HTTP_BODY_MAX },
		{ HTTP_GET, "/autodiscover/autodiscover.xml", 0 },
		{ HTTP_POST, "/autodiscover/autodiscover.json", 0 },
		{ HTTP_POST, "/mail/config-v1.1.xml", 0 },
		{ HTTP_OTHER, "/.well-known/caldav", 0 },
		{ HTTP_POST, "/", HTTP_FORM_MAX },
		{ HTTP_POST, "/?lang=de", HTTP_FORM_MAX },
		{ HTTP_GET, "/", 0 },
		{ HTTP_OTHER, "/", 0 },
		{ HTTP_POST, "/setup", 0 },
		{ HTTP_POST, "/s/x", 0 },
		{ HTTP_POST, "/d/kunde.example", 0 },
		{ HTTP_POST, "/mobileconfig", 0 },
		{ HTTP_POST, "/page.css", 0 },
		{ HTTP_POST, "/nowhere", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;

		request.method = cases[i].method;
		assert_int_equal(http_request_parse_target(&request, cases[i].target, NULL, &err),
				 0);
		endpoint_choose(&request);
		assert_int_equal(endpoint_body_limit(&request), cases[i].limit);
	}
}

/* Which endpoints want to know more of a person, and of which a network may ask for so many. */
static void tells_pages_from_the_rest(void **state)
{
	static const struct {
		enum http_method method;
		const char *target;
		bool page;
		enum endpoint_limit limit;
	} cases[] = {
		{ HTTP_GET, "/", true, LIMIT_NONE },
		{ HTTP_HEAD, "/", true, LIMIT_NONE },
		{ HTTP_POST, "/", true, LIMIT_FORM },
		{ HTTP_POST, "/?x", true, LIMIT_FORM },
		{ HTTP_OTHER, "/", true, LIMIT_NONE },
		{ HTTP_GET, "/setup", true, LIMIT_NONE },
		{ HTTP_POST, "/setup", true, LIMIT_NONE },
		{ HTTP_GET, "/s/", true, LIMIT_PAGE },
		{ HTTP_HEAD, "/s/x", true, LIMIT_PAGE },
		{ HTTP_POST, "/s/x", true, LIMIT_NONE },
		{ HTTP_GET, "/s/x/qr.svg", true, LIMIT_PAGE },
		{ HTTP_GET, "/d/kunde.example/print", true, LIMIT_PAGE },
		{ HTTP_GET, "/d/kunde.example?x=/mail.mobileconfig", true, LIMIT_PAGE },
		{ HTTP_GET, "/d/kunde.example/mail.mobileconfig", true, LIMIT_PROFILE },
		{ HTTP_HEAD, "/s/x/mail.mobileconfig?content=all", true, LIMIT_PROFILE },
		{ HTTP_GET, "/s/x%2Fmail%2emobileconfig", true, LIMIT_PROFILE },
		{ HTTP_GET, "/s//mail.mobileconfig", true, LIMIT_PROFILE },
		{ HTTP_GET, "/s/x/y/mail.mobileconfig", true, LIMIT_PAGE },
		{ HTTP_GET, "/s/x/Mail.mobileconfig", true, LIMIT_PAGE },
		{ HTTP_POST, "/s/x/mail.mobileconfig", true, LIMIT_NONE },
		{ HTTP_GET, "/mobileconfig", true, LIMIT_PROFILE },
		{ HTTP_HEAD, "/mobileconfig?emailaddress=a@b.example", true, LIMIT_PROFILE },
		{ HTTP_POST, "/mobileconfig", true, LIMIT_NONE },
		{ HTTP_GET, "/page.css", false, LIMIT_NONE },
		{ HTTP_GET, "/page.js", false, LIMIT_NONE },
		{ HTTP_GET, "/logo", false, LIMIT_NONE },
		/* one cloud asks for the customers of many hosts: programs have no limit */
		{ HTTP_POST, "/autodiscover/autodiscover.xml", false, LIMIT_NONE },
		{ HTTP_GET, "/autodiscover/autodiscover.json", false, LIMIT_NONE },
		{ HTTP_GET, "/mail/config-v1.1.xml", false, LIMIT_NONE },
		{ HTTP_GET, "/.well-known/user-agent-configuration.json", false, LIMIT_NONE },
		{ HTTP_GET, "/.well-known/mta-sts.txt", false, LIMIT_NONE },
		{ HTTP_GET, "/.well-known/acme-challenge/x", false, LIMIT_NONE },
		{ HTTP_GET, "/-/ready", false, LIMIT_NONE },
		{ HTTP_POST, "/nowhere", false, LIMIT_NONE },
		{ HTTP_POST, "//", false, LIMIT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;

		request.method = cases[i].method;
		assert_int_equal(http_request_parse_target(&request, cases[i].target, NULL, &err),
				 0);
		endpoint_choose(&request);
		assert_int_equal(endpoint_is_page(&request), cases[i].page);
		assert_int_equal(endpoint_limit(&request), cases[i].limit);
	}
}

#define CHALLENGE "/.well-known/acme-challenge/"
#define SIXTEEN "0123456789abcdef"

/* The name goes into a path: no other file than one in the webroot can ever be meant. */
static void names_challenges(void **state)
{
	static const struct {
		const char *target, *name; /* NULL: none */
	} cases[] = {
		{ CHALLENGE "x", "x" },
		{ CHALLENGE "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0?x=1",
		  "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0" },
		{ "http://x.example" CHALLENGE "a-b_C%39", "a-b_C9" },
		{ CHALLENGE SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN,
		  SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN },
		{ CHALLENGE SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN "0",
		  NULL },
		{ CHALLENGE, NULL },
		{ CHALLENGE ".", NULL },
		{ CHALLENGE "..", NULL },
		{ CHALLENGE "%2e%2e", NULL },
		{ CHALLENGE "../../../etc/passwd", NULL },
		{ CHALLENGE "%2e%2e%2fpasswd", NULL },
		{ CHALLENGE "..%5cpasswd", NULL },
		{ CHALLENGE "a/b", NULL },
		{ CHALLENGE "a%2fb", NULL },
		{ CHALLENGE "/a", NULL },
		{ CHALLENGE "%252e", NULL },
		{ CHALLENGE "a.txt", NULL },
		{ CHALLENGE "a~", NULL },
		{ CHALLENGE "a%20b", NULL },
		{ CHALLENGE "%ef%bc%8e", NULL }, /* a full stop, but a wide one */
		{ "/.well-known/acme-challenge", NULL },
		{ "/.well-known/ACME-challenge/x", NULL },
		{ "/.well-known/../.well-known/acme-challenge/x", NULL },
		{ "/d/x", NULL },
		{ "/-/metrics", NULL },
		{ "/", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;

		request.method = HTTP_GET;
		request.operations = false;
		assert_int_equal(http_request_parse_target(&request, cases[i].target, NULL, &err),
				 0);
		endpoint_choose(&request);
		if (cases[i].name) {
			assert_string_equal(endpoint_acme_name(&request), cases[i].name);
			assert_int_equal(endpoint_want(&request), WANT_ACME_FILE);
		} else {
			assert_null(endpoint_acme_name(&request));
			assert_int_equal(endpoint_want(&request), WANT_NOTHING);
		}
	}
	/* what cannot be a target at all does not come so far */
	request.endpoint = NULL;
	assert_null(endpoint_acme_name(&request));
	assert_int_equal(endpoint_want(&request), WANT_NOTHING);
}

static void wants_what_it_may_show(void **state)
{
	static const struct {
		enum http_method method;
		const char *target;
		bool operations;
		enum endpoint_want want;
	} cases[] = {
		{ HTTP_GET, "/-/metrics", true, WANT_METRICS },
		{ HTTP_HEAD, "/-/metrics?x", true, WANT_METRICS },
		{ HTTP_GET, "/-/metrics", false, WANT_NOTHING },
		{ HTTP_POST, "/-/metrics", true, WANT_NOTHING },
		{ HTTP_GET, "/-/ready", true, WANT_NOTHING },
		{ HTTP_GET, "/-/tls-allowed?domain=kunde.example", true, WANT_NOTHING },
		{ HTTP_HEAD, CHALLENGE "x", false, WANT_ACME_FILE },
		{ HTTP_POST, CHALLENGE "x", false, WANT_NOTHING },
		{ HTTP_GET, "/mail/config-v1.1.xml", true, WANT_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;

		request.method = cases[i].method;
		request.operations = cases[i].operations;
		assert_int_equal(http_request_parse_target(&request, cases[i].target, NULL, &err),
				 0);
		endpoint_choose(&request);
		assert_int_equal(endpoint_want(&request), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_bodies),
		cmocka_unit_test(tells_pages_from_the_rest),
		cmocka_unit_test(names_challenges),
		cmocka_unit_test(wants_what_it_may_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
