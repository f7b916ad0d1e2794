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

/* Which endpoints want to know more of a person, and which of them a network may ask so often. */
static void tells_pages_from_the_rest(void **state)
{
	static const struct {
		enum http_method method;
		const char *target;
		bool page, limited;
	} cases[] = {
		{ HTTP_GET, "/", true, false },
		{ HTTP_HEAD, "/", true, false },
		{ HTTP_POST, "/", true, true },
		{ HTTP_POST, "/?x", true, true },
		{ HTTP_OTHER, "/", true, false },
		{ HTTP_GET, "/setup", true, false },
		{ HTTP_POST, "/setup", true, false },
		{ HTTP_GET, "/s/", true, false },
		{ HTTP_POST, "/s/x", true, false },
		{ HTTP_GET, "/d/kunde.example/print", true, false },
		{ HTTP_GET, "/mobileconfig", true, false },
		{ HTTP_GET, "/page.css", false, false },
		{ HTTP_GET, "/page.js", false, false },
		{ HTTP_GET, "/logo", false, false },
		{ HTTP_POST, "/autodiscover/autodiscover.xml", false, false },
		{ HTTP_GET, "/mail/config-v1.1.xml", false, false },
		{ HTTP_GET, "/-/ready", false, false },
		{ HTTP_POST, "/nowhere", false, false },
		{ HTTP_POST, "//", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;

		request.method = cases[i].method;
		assert_int_equal(http_request_parse_target(&request, cases[i].target, NULL, &err),
				 0);
		endpoint_choose(&request);
		assert_int_equal(endpoint_is_page(&request), cases[i].page);
		assert_int_equal(endpoint_is_limited(&request), cases[i].limited);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_bodies),
		cmocka_unit_test(tells_pages_from_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
