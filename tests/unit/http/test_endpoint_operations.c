#include "http/endpoint.h"

#include "sample_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CONFIGURATION                                                                              \
	SAMPLE_CONFIGURATION "[site]\nurl = https://Setup.hosting.example:8443/mail\n"             \
			     "[dns]\nservice = autoconfig.hosting.example\n"
#define TEXT "text/plain; charset=utf-8"
#define CHALLENGE "/.well-known/acme-challenge/"
#define TOKEN "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"

static struct http_request request;
static struct http_response response;

static int set_up(void **state)
{
	struct error err;

	*state = sample_settings_of(CONFIGURATION, NULL, 0, NULL, &err);
	if (!*state)
		print_error("sample settings: %s\n", err.text);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	settings_unref(*state);
	return 0;
}

static void ask(const struct settings *settings, enum http_method method, const char *target,
		const char *host, const char *given)
{
	static const struct endpoint_state ready = { .ready = true, .text = "ready\n" };
	struct error err;

	memset(&request, 1, sizeof(request));
	memset(&response, 1, sizeof(response));
	request.method = method;
	request.body = NULL;
	request.body_size = 0;
	request.operations = true;
	request.transport = HTTP_TRANSPORT_PLAIN; /* all here is answered there as well */
	request.given = given;
	request.given_size = given ? strlen(given) : 0;
	assert_int_equal(http_request_parse_target(&request, target, host, &err), 0);
	endpoint_choose(&request);
	endpoint_serve(&request, settings, &ready, &response);
}

/* Asserts the answer, and frees it. */
static void assert_answer(unsigned int status, const char *media_type, const char *kind,
			  const char *body)
{
	assert_string_equal(response.body, body);
	assert_int_equal(response.body_size, strlen(body));
	assert_int_equal(response.status, status);
	assert_string_equal(response.media_type, media_type);
	assert_string_equal(request_kind_name(response.kind), kind);
	assert_string_equal(response.location, "");
	assert_null(response.provider);
	free(response.owned);
}

static void hands_out_proofs(void **state)
{
	static const char *const hosts[] = { "kunde.example", "x.example", "127.0.0.1", NULL };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		for (unsigned int method = HTTP_GET; method <= HTTP_HEAD; method++) {
			ask(*state, method, CHALLENGE TOKEN, hosts[i], TOKEN ".x");
			assert_ptr_not_equal(response.body, request.given);
			assert_true(response.no_store);
			assert_answer(200, "application/octet-stream", "acme", TOKEN ".x");
		}
	}
	ask(*state, HTTP_GET, CHALLENGE TOKEN, NULL, "");
	assert_answer(200, "application/octet-stream", "acme", "");
	ask(*state, HTTP_GET, CHALLENGE TOKEN, NULL, NULL);
	assert_answer(404, TEXT, "acme", "There is nothing here.\n");
	ask(*state, HTTP_POST, CHALLENGE TOKEN, NULL, TOKEN ".x");
	assert_answer(405, TEXT, "acme", "This method has no meaning here.\n");
	/* what is no name gets nothing, whatever the edge hands in */
	ask(*state, HTTP_GET, CHALLENGE "%2e%2e/" TOKEN, NULL, TOKEN ".x");
	assert_answer(404, TEXT, "acme", "There is nothing here.\n");
}

static void hands_out_figures(void **state)
{
	ask(*state, HTTP_GET, "/-/metrics", NULL, "signpost_up 1\n");
	assert_true(response.no_store);
	assert_answer(200, "text/plain; version=0.0.4; charset=utf-8", "operations",
		      "signpost_up 1\n");
	ask(*state, HTTP_GET, "/-/metrics", NULL, NULL);
	assert_answer(500, TEXT, "operations", "The answer could not be made.\n");
}

static void allows_certificates(void **state)
{
	static const struct {
		const char *query;
		unsigned int status;
	} cases[] = {
		{ "domain=kunde.example", 200 },
		{ "DOMAIN=KUNDE.Example.", 200 },
		{ "x=y&domain=kunde.example", 200 },
		{ "domain=autoconfig.kunde.example", 200 },
		{ "domain=autodiscover.kunde.example", 200 },
		{ "domain=AutoDiscover.kunde.example.", 200 },
		{ "domain=ua-auto-config.kunde.example", 200 },
		{ "domain=xn--mller-kva.example", 200 },
		{ "domain=autoconfig.m%C3%BCller.example", 200 },
		{ "domain=autoconfig.autoconfig.alone.example", 200 },
		{ "domain=autoconfig.alone.example", 200 },
		{ "domain=mta-sts.policy.example", 200 },
		{ "domain=mta-sts.mta-sts.alone.example", 200 },
		{ "domain=mta-sts.alone.example", 200 }, /* a domain of its own */
		{ "domain=setup.hosting.example", 200 },
		{ "domain=SETUP.hosting.example.", 200 },
		{ "domain=autoconfig.hosting.example", 200 },
		{ "domain=mta-sts.kunde.example", 404 }, /* it has no policy */
		{ "domain=hosting.example", 404 },
		{ "domain=autodiscover.hosting.example", 404 },
		{ "domain=hosting.example:8443", 404 },
		{ "domain=x.example", 404 },
		{ "domain=www.kunde.example", 404 },
		{ "domain=x.autoconfig.kunde.example", 404 },
		{ "domain=autoconfig.autodiscover.kunde.example", 404 },
		{ "domain=kunde.example.x.example", 404 },
		{ "domain=*.kunde.example", 404 },
		{ "domain=example", 404 },
		{ "domain=autoconfig.example", 404 },
		{ "domain=127.0.0.1", 404 },
		{ "domain=kunde.example/", 404 },
		{ "domain=kunde.example%20", 404 },
		{ "domain=%00kunde.example", 0 },
		{ "domain=", 400 },
		{ "domain", 400 },
		{ "", 400 },
		{ "name=kunde.example", 400 },
	};
	char target[1200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned int status = cases[i].status;
		struct error err;

		snprintf(target, sizeof(target), "/-/tls-allowed?%s", cases[i].query);
		if (status == 0) {
			assert_int_equal(http_request_parse_target(&request, target, NULL, &err),
					 -1);
			continue;
		}
		ask(*state, HTTP_GET, target, "kunde.example", NULL);
		assert_true(response.no_store);
		assert_answer(status, TEXT, "operations",
			      status == 200   ? "yes\n"
			      : status == 404 ? "no\n"
					      : "The parameter domain is missing.\n");
	}
	memset(target, 'a', sizeof(target)); /* longer than any name */
	memcpy(target, "/-/tls-allowed?domain=", 22);
	target[1199] = '\0';
	ask(*state, HTTP_GET, target, NULL, NULL);
	assert_answer(400, TEXT, "operations", "The parameter domain is missing.\n");
}

/* To strangers there is none of it. */
static void tells_strangers_nothing(void **state)
{
	static const char *const targets[] = { "/-/health", "/-/ready", "/-/metrics",
					       "/-/tls-allowed?domain=kunde.example" };

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		static const struct endpoint_state ready = { .ready = true, .text = "ready\n" };

		ask(*state, HTTP_GET, targets[i], NULL, "given");
		free(response.owned);
		request.operations = false;
		endpoint_serve(&request, *state, &ready, &response);
		assert_answer(404, TEXT, "-", "There is nothing here.\n");
		assert_int_equal(response.domain.length, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_proofs),
		cmocka_unit_test(hands_out_figures),
		cmocka_unit_test(allows_certificates),
		cmocka_unit_test(tells_strangers_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
