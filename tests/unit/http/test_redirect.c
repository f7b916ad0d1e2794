/* What plain HTTP is answered where https is offered, seen from outside. */
#include "http/redirect.h"

#include "page_visit.h"

#define SITE SAMPLE_CONFIGURATION "[site]\nurl = "
#define SERVICE "\n[dns]\nservice = autoconfig.hosting.example\n"
#define POX "/autodiscover/autodiscover.xml"
#define V2 "/autodiscover/autodiscover.json"
#define ADDRESS "emailaddress=anna%40kunde.example"

enum site { WITH_SITE, WITH_PORT, WITH_PATH, WITH_SERVICE, WITH_NOTHING, WITHOUT_TLS, SITE_COUNT };

static const char *const configurations[SITE_COUNT] = {
	[WITH_SITE] = SITE "https://setup.hosting.example" SERVICE,
	[WITH_PORT] = SITE "https://Setup.hosting.example:8443" SERVICE,
	[WITH_PATH] = SITE "https://www.hosting.example/mail" SERVICE,
	[WITH_SERVICE] = SAMPLE_CONFIGURATION SERVICE,
	[WITH_NOTHING] = SAMPLE_CONFIGURATION,
	[WITHOUT_TLS] = SITE "http://setup.hosting.example\n",
};

static struct settings *sites[SITE_COUNT];

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < SITE_COUNT; i++)
		sites[i] = pages_of(configurations[i], "1 " KEY_0 "\n", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	forget();
	for (size_t i = 0; i < SITE_COUNT; i++)
		settings_unref(sites[i]);
	return 0;
}

static void ask(enum site site, enum http_method method, const char *target, const char *host)
{
	visit(sites[site], target,
	      &(struct sent){ .method = method,
			      .host = host,
			      .transport = HTTP_TRANSPORT_PLAIN,
			      .body = method == HTTP_POST ? "address=zzz%40kunde.example" : NULL,
			      .content_type = FORM_TYPE });
}

struct redirection {
	enum site site;
	enum http_method method;
	const char *target, *host;
	unsigned int status;
	const char *location; /* "" if there is none */
};

static void assert_redirections(const struct redirection *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ask(list[i].site, list[i].method, list[i].target, list[i].host);
		assert_string_equal(response.location, list[i].location);
		assert_int_equal(response.status, list[i].status);
		assert_null(response.provider);
		assert_false(response.secure_host);
		assert_false(response.sign);
		if (*list[i].location)
			assert_null(response.owned);
	}
}

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void leads_autodiscover(void **state)
{
	static const struct redirection list[] = {
		/* with an address in the target nothing has to be added */
		{ WITH_SITE, HTTP_GET, POX "?" ADDRESS, "autodiscover.kunde.example", 302,
		  "https://setup.hosting.example" POX "?" ADDRESS },
		{ WITH_SITE, HTTP_HEAD, POX "?" ADDRESS, "x.example", 302,
		  "https://setup.hosting.example" POX "?" ADDRESS },
		{ WITH_SITE, HTTP_GET, V2 "/v1.0/a@kunde.example?Protocol=Ews", "x.example", 302,
		  "https://setup.hosting.example" V2 "/v1.0/a@kunde.example?Protocol=Ews" },
		{ WITH_SITE, HTTP_GET, V2 "?Email=a@kunde.example&Protocol=Ews", NULL, 302,
		  "https://setup.hosting.example" V2 "?Email=a@kunde.example&Protocol=Ews" },
		/* else the domain, since it is another Host there; a POST may become a GET */
		{ WITH_SITE, HTTP_GET, POX, "autodiscover.kunde.example", 302,
		  "https://setup.hosting.example" POX "?domain=kunde.example" },
		{ WITH_SITE, HTTP_POST, POX, "autodiscover.kunde.example:80", 302,
		  "https://setup.hosting.example" POX "?domain=kunde.example" },
		{ WITH_SITE, HTTP_GET, POX "?x", "autodiscover.kunde.example", 302,
		  "https://setup.hosting.example" POX "?x&domain=kunde.example" },
		{ WITH_SITE, HTTP_GET, POX, "autodiscover.m\xc3\xbcller.example", 302,
		  "https://setup.hosting.example" POX "?domain=xn--mller-kva.example" },
		{ WITH_SITE, HTTP_POST, "http://autodiscover.kunde.example" POX, "x.example", 302,
		  "https://setup.hosting.example" POX "?domain=kunde.example" },
		/* as it is written, whatever the letter case */
		{ WITH_SITE, HTTP_POST, "/AutoDiscover/AutoDiscover.XML", "kunde.example", 302,
		  "https://setup.hosting.example/AutoDiscover/AutoDiscover.XML"
		  "?domain=kunde.example" },
		/* where to */
		{ WITH_PORT, HTTP_GET, POX "?" ADDRESS, NULL, 302,
		  "https://Setup.hosting.example:8443" POX "?" ADDRESS },
		{ WITH_PATH, HTTP_GET, POX "?" ADDRESS, NULL, 302,
		  "https://autoconfig.hosting.example" POX "?" ADDRESS },
		{ WITH_SERVICE, HTTP_POST, POX, "autodiscover.kunde.example", 302,
		  "https://autoconfig.hosting.example" POX "?domain=kunde.example" },
		{ WITH_NOTHING, HTTP_POST, POX, "autodiscover.kunde.example", 302,
		  "https://autodiscover.kunde.example" POX },
		{ WITH_NOTHING, HTTP_GET, POX "?" ADDRESS, "x.example", 302,
		  "https://autodiscover.kunde.example" POX "?" ADDRESS },
		{ WITHOUT_TLS, HTTP_GET, POX, "autodiscover.kunde.example", 302,
		  "https://autodiscover.kunde.example" POX },
		/* at a name of the service the body may tell whom it is for */
		{ WITH_SITE, HTTP_POST, POX, "setup.hosting.example", 302,
		  "https://setup.hosting.example" POX },
		{ WITH_SERVICE, HTTP_POST, POX, "autoconfig.hosting.example", 302,
		  "https://autoconfig.hosting.example" POX },
		/* nobody else's customers are led here, where their passwords would follow */
		{ WITH_SITE, HTTP_POST, POX, "autodiscover.x.example", 404, "" },
		{ WITH_SITE, HTTP_POST, POX, "autodiscover.example", 404, "" },
		{ WITH_SITE, HTTP_POST, POX, "127.0.0.1", 404, "" },
		{ WITH_SITE, HTTP_POST, POX, NULL, 404, "" },
		{ WITH_SITE, HTTP_GET, POX "?emailaddress=a@x.example", "kunde.example", 404, "" },
		{ WITH_SITE, HTTP_GET, V2 "/v1.0/a@x.example", "kunde.example", 404, "" },
		{ WITH_NOTHING, HTTP_GET, POX, "setup.hosting.example", 404, "" },
	};

	(void)state;
	assert_redirections(list, COUNT(list));
}

static void leads_people(void **state)
{
	static const struct redirection list[] = {
		{ WITH_SITE, HTTP_GET, "/", "setup.hosting.example", 302,
		  "https://setup.hosting.example/" },
		{ WITH_SITE, HTTP_GET, "/setup?lang=de", "x.example", 302,
		  "https://setup.hosting.example/setup?lang=de" },
		{ WITH_SITE, HTTP_HEAD, "/s/abc?share=1", "kunde.example", 302,
		  "https://setup.hosting.example/s/abc?share=1" },
		{ WITH_SITE, HTTP_GET, "/d/kunde.example/qr.svg", NULL, 302,
		  "https://setup.hosting.example/d/kunde.example/qr.svg" },
		{ WITH_PORT, HTTP_GET, "/d/x.example/mail.mobileconfig?content=all", NULL, 302,
		  "https://Setup.hosting.example:8443/d/x.example/mail.mobileconfig?content=all" },
		{ WITH_PATH, HTTP_GET, "/mobileconfig?" ADDRESS, "kunde.example", 302,
		  "https://www.hosting.example/mail/mobileconfig?" ADDRESS },
		/* a customer's own name leads to the page of that domain, in one step */
		{ WITH_SITE, HTTP_GET, "/", "autoconfig.kunde.example", 302,
		  "https://setup.hosting.example/d/kunde.example" },
		/* what was sent in the clear is not sent again */
		{ WITH_SITE, HTTP_POST, "/?lang=de", "setup.hosting.example", 303,
		  "https://setup.hosting.example/?lang=de" },
		{ WITH_SITE, HTTP_POST, "/", "autoconfig.kunde.example", 303,
		  "https://setup.hosting.example/" },
		/* a Host is never the host */
		{ WITH_SITE, HTTP_GET, "http://evil.example/s/x", "evil.example", 302,
		  "https://setup.hosting.example/s/x" },
		{ WITH_SITE, HTTP_GET, "/s//evil.example", NULL, 302,
		  "https://setup.hosting.example/s//evil.example" },
		{ WITH_SITE, HTTP_GET, "/s/@evil.example", NULL, 302,
		  "https://setup.hosting.example/s/@evil.example" },
	};

	(void)state;
	assert_redirections(list, COUNT(list));
}

/* What a URL must not have in it is encoded, and what cannot be a target never comes so far. */
static void keeps_targets_harmless(void **state)
{
	static const struct redirection list[] = {
		{ WITH_SITE, HTTP_GET, "/s/a b\"<>\\^`{|}[]#c?d e#f", NULL, 302,
		  "https://setup.hosting.example/s/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D%23c?"
		  "d%20e%23f" },
		{ WITH_SITE, HTTP_GET, "/s/m\xc3\xbcller?\xc3\xbc", NULL, 302,
		  "https://setup.hosting.example/s/m%C3%BCller?%C3%BC" },
		{ WITH_SITE, HTTP_GET, "/s/%2F%2e%c3%bc?%26%23", NULL, 302,
		  "https://setup.hosting.example/s/%2F%2e%c3%bc?%26%23" },
		{ WITH_SITE, HTTP_GET, "/s/-._~!$&'()*+,;=:@?-._~!$&'()*+,;=:@/?", NULL, 302,
		  "https://setup.hosting.example/s/-._~!$&'()*+,;=:@?-._~!$&'()*+,;=:@/?" },
	};
	static const char *const refused[] = {
		"/s/a\r\nSet-Cookie: x",
		"/s/%0d%0aSet-Cookie:%20x",
		"/s/x?%0D%0A",
		"/s/x?\n",
		"/s/%00",
		"/s/x?%00",
		"/s/%c2%85",
		"/s/x?%7f",
		"/s/%",
		"/s/x?%0",
		"/s/%e2%80",
	};

	(void)state;
	assert_redirections(list, COUNT(list));
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct error err;

		assert_int_equal(http_request_parse_target(&request, refused[i], NULL, &err), -1);
	}
}

/* Up to the last byte that a Location has room for; the rest is not cut off, but refused. */
static void refuses_what_has_no_room(void **state)
{
	static const char site[] = "https://setup.hosting.example", end[] = "?domain=kunde.example";
	char target[HTTP_TARGET_MAX + 1];
	size_t fits = HTTP_LOCATION_MAX - strlen(site);

	(void)state;
	memset(target, 'a', sizeof(target));
	memcpy(target, "/s/", 3);
	target[fits] = '\0';
	ask(WITH_SITE, HTTP_GET, target, NULL);
	assert_int_equal(response.status, 302);
	assert_int_equal(strlen(response.location), HTTP_LOCATION_MAX);
	target[fits] = 'a';
	target[fits + 1] = '\0';
	ask(WITH_SITE, HTTP_GET, target, NULL);
	assert_int_equal(response.status, 414);
	assert_string_equal(response.location, "");
	target[fits - 1] = ' '; /* three bytes, of which one has room */
	target[fits] = '\0';
	ask(WITH_SITE, HTTP_GET, target, NULL);
	assert_int_equal(response.status, 414);

	memcpy(target, POX "?", strlen(POX) + 1);
	memset(target + strlen(POX) + 1, 'a', sizeof(target) - strlen(POX) - 1);
	target[fits - strlen(end)] = '\0';
	ask(WITH_SITE, HTTP_GET, target, "kunde.example");
	assert_int_equal(response.status, 302);
	assert_int_equal(strlen(response.location), HTTP_LOCATION_MAX);
	target[fits - strlen(end)] = 'a';
	target[fits - strlen(end) + 1] = '\0';
	ask(WITH_SITE, HTTP_GET, target, "kunde.example");
	assert_int_equal(response.status, 414);
	assert_string_equal(response.location, "");
}

/* What its specification wants by https alone, at the domain's own name. */
static void leads_to_names_of_the_domain(void **state)
{
	static const char pacc[] = "/.well-known/user-agent-configuration.json";
	static const struct redirection list[] = {
		{ WITH_SITE, HTTP_GET, "/.well-known/mta-sts.txt?x", "mta-sts.policy.example", 302,
		  "https://mta-sts.policy.example/.well-known/mta-sts.txt?x" },
		{ WITH_SITE, HTTP_GET, "/.well-known/mta-sts.txt", "mta-sts.kunde.example", 404,
		  "" },
		{ WITH_SITE, HTTP_GET, "/.well-known/mta-sts.txt", "mta-sts.x.example", 404, "" },
		{ WITH_SITE, HTTP_GET, pacc, "ua-auto-config.kunde.example", 302,
		  "https://ua-auto-config.kunde.example/.well-known/"
		  "user-agent-configuration.json" },
		{ WITH_SITE, HTTP_GET, pacc, "kunde.example", 302,
		  "https://ua-auto-config.kunde.example/.well-known/"
		  "user-agent-configuration.json" },
		{ WITH_SITE, HTTP_GET, pacc, "x.example", 404, "" },
	};

	(void)state;
	assert_redirections(list, COUNT(list));
}

/* What is answered over plain HTTP all the same, to the byte. */
static void answers_the_rest(void **state)
{
	static const struct {
		enum site site;
		const char *target, *host;
		unsigned int status;
	} cases[] = {
		{ WITH_SITE, "/mail/config-v1.1.xml", "autoconfig.kunde.example", 200 },
		{ WITH_SITE, "/mail/config-v1.1.xml?" ADDRESS, "x.example", 200 },
		{ WITH_SITE, "/.well-known/autoconfig/mail/config-v1.1.xml", "kunde.example", 200 },
		{ WITH_SITE, "/.well-known/mail-v1.xml", "kunde.example", 200 },
		{ WITH_SITE, "/v1.1/mail/config-v1.1.xml?" ADDRESS, "x.example", 200 },
		{ WITH_SITE, "/v1.1/kunde.example", "x.example", 200 },
		{ WITH_SITE, "/mail/config-v1.1.xml", "x.example", 404 },
		{ WITH_SITE, "/.well-known/caldav", "kunde.example", 301 },
		{ WITH_SITE, "/page.css", "x.example", 200 },
		{ WITH_SITE, "/nowhere", "kunde.example", 404 },
		/* there is no other place for pages */
		{ WITH_SERVICE, "/d/kunde.example", "x.example", 200 },
		{ WITH_NOTHING, "/", "x.example", 200 },
		{ WITHOUT_TLS, "/d/kunde.example", "setup.hosting.example", 200 },
	};
	static char body[100000];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t size;

		visit(sites[cases[i].site], cases[i].target,
		      &(struct sent){ .host = cases[i].host });
		size = response.body_size;
		assert_true(size < sizeof(body));
		memcpy(body, response.body, size);
		ask(cases[i].site, HTTP_GET, cases[i].target, cases[i].host);
		assert_int_equal(response.status, cases[i].status);
		assert_int_equal(response.body_size, size);
		assert_memory_equal(response.body, body, size);
	}
}

/* By https, and where nobody knows, nothing is led anywhere. */
static void leads_nobody_from_https(void **state)
{
	static const char *const targets[] = {
		"/", "/d/kunde.example", "/mobileconfig?" ADDRESS,
		POX, V2 "?Protocol=Ews", "/.well-known/user-agent-configuration.json"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		for (unsigned int j = 0; j < 2; j++) {
			visit(sites[WITH_SITE], targets[i],
			      &(struct sent){ .host = "kunde.example",
					      .transport = j ? HTTP_TRANSPORT_SECURE
							     : HTTP_TRANSPORT_ANY });
			assert_int_equal(response.status, 200);
			assert_string_equal(response.location, "");
		}
	}
}

/* The end of the way: the domain that the redirection has put into the query is answered. */
static void answers_for_the_domain(void **state)
{
	static const struct {
		const char *target;
		unsigned int status;
		const char *domain;
	} cases[] = {
		{ POX "?domain=kunde.example", 200, "kunde.example" },
		{ POX "?x&Domain=m%C3%BCller.example.", 200, "xn--mller-kva.example" },
		{ V2 "?Protocol=AutodiscoverV1&domain=kunde.example", 200, "kunde.example" },
		{ POX "?emailaddress=a@kunde.example&domain=policy.example", 200, "kunde.example" },
		{ POX "?domain=x.example", 404, "" },
		{ POX "?domain=", 200, "mail.example" }, /* what is no domain is not there */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		visit(sites[WITH_SITE], cases[i].target,
		      &(struct sent){ .host = "mail.example", .transport = HTTP_TRANSPORT_SECURE });
		assert_int_equal(response.status, cases[i].status);
		assert_string_equal(response.domain.text, cases[i].domain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leads_autodiscover),
		cmocka_unit_test(leads_people),
		cmocka_unit_test(keeps_targets_harmless),
		cmocka_unit_test(refuses_what_has_no_room),
		cmocka_unit_test(leads_to_names_of_the_domain),
		cmocka_unit_test(answers_the_rest),
		cmocka_unit_test(leads_nobody_from_https),
		cmocka_unit_test(answers_for_the_domain),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
