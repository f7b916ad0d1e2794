#include "http/endpoint_page.h"

#include "page_visit.h"

#define SETTINGS "settings"
#define ANNA "<span>Anna</span><span>@kunde.example"
#define NOWHERE "<body class=\"screen nothing\">"

static const struct sent nothing_special = { .host = "setup.hosting.example" };

static int set_up(void **state)
{
	*state = pages_of(PAGES, "1 " KEY_0 "\n", NULL);
	return 0;
}

static int tear_down(void **state)
{
	forget();
	settings_unref(*state);
	return 0;
}

/* Anna's token, good for some days. */
static const char *annas_token(void)
{
	static char token[SETTINGS_LINK_TOKEN_SIZE];

	if (!token[0])
		seal("1 " KEY_0, "Anna@kunde.example", "", TODAY + 30, token);
	return token;
}

/* The target with the token in the place of "$". */
static const char *target_of(const char *pattern, const char *token)
{
	static char target[HTTP_TARGET_MAX + 1];
	size_t length = strcspn(pattern, "$");

	snprintf(target, sizeof(target), "%.*s%s%s", (int)length, pattern,
		 pattern[length] ? token : "", pattern[length] ? pattern + length + 1 : "");
	return target;
}

/* Every part of a person's page and of a domain's. */
static void serves_every_part(void **state)
{
	static const struct {
		const char *target;
		unsigned int status;
		const char *media_type, *kind, *holds;
	} cases[] = {
		{ "/s/$", 200, HTML, "page", ANNA },
		{ "/s/$?", 200, HTML, "page", ANNA },
		{ "/s/$?format=html", 200, HTML, "page", "<body class=\"screen settings\">" },
		{ "/s/$?format=text", 200, PLAIN, "page", "Anna@kunde.example" },
		{ "/s/$?FORMAT=text", 200, PLAIN, "page", "Anna@kunde.example" },
		{ "/s/$?format=text&lang=de", 200, PLAIN, "page", "Anna@kunde.example" },
		{ "/s/$?share=1", 200, HTML, "page", "<details class=\"share\">" },
		{ "/s/$/print", 200, HTML, "page", "<body class=\"print settings\">" },
		{ "/s/$%2Fprint", 200, HTML, "page", "<body class=\"print settings\">" },
		{ "/s/$/mail.mobileconfig", 200, "application/x-apple-aspen-config", "mobileconfig",
		  "<string>Anna@kunde.example</string>" },
		{ "/s/$/mail.mobileconfig?content=all", 200, "application/x-apple-aspen-config",
		  "mobileconfig", "com.apple.caldav.account" },
		{ "/s/$/mail.mobileconfig?content=activesync", 200,
		  "application/x-apple-aspen-config", "mobileconfig", "com.apple.eas.account" },
		{ "/s/$/mail.mobileconfig?lang=de", 200, "application/x-apple-aspen-config",
		  "mobileconfig", "<string>Anna@kunde.example</string>" },
		{ "/s/$/qr.svg", 200, "image/svg+xml", "page", "<svg xmlns=" },
		{ "/s/$/thunderbird.svg", 200, "image/svg+xml", "page", "<svg xmlns=" },
		{ "/d/kunde.example", 200, HTML, "page",
		  "<span class=\"v\">kunde.example</span></h1>" },
		{ "/d/KUNDE.example.", 200, HTML, "page",
		  "<span class=\"v\">kunde.example</span></h1>" },
		{ "/d/m%C3%BCller.example", 200, HTML, "page",
		  "<span class=\"v\">m\xc3\xbcller.example</span></h1>" },
		{ "/d/xn--mller-kva.example", 200, HTML, "page",
		  "<span class=\"v\">m\xc3\xbcller.example</span></h1>" },
		{ "/d/kunde.example/print", 200, HTML, "page", "<body class=\"print settings\">" },
		{ "/d/kunde.example?format=text", 200, PLAIN, "page", "kunde.example\n" },
		{ "/d/kunde.example/mail.mobileconfig", 200, "application/x-apple-aspen-config",
		  "mobileconfig", "com.apple.mail.managed" },
		{ "/d/kunde.example/qr.svg", 200, "image/svg+xml", "page", "<svg xmlns=" },
		/* what there is not */
		{ "/d/kunde.example/thunderbird.svg", 404, HTML, "page", NOWHERE },
		{ "/d/mail.example/mail.mobileconfig?content=all", 404, HTML, "page", NOWHERE },
		{ "/s/$/mail.mobileconfig?content=", 404, HTML, "page", NOWHERE },
		{ "/s/$/mail.mobileconfig?content=<b>", 404, HTML, "page", NOWHERE },
		{ "/s/$/mail.mobileconfig?content=mailmailmailmailmail", 404, HTML, "page",
		  NOWHERE },
		{ "/s/$/", 404, HTML, "page", NOWHERE },
		{ "/s/$/Print", 404, HTML, "page", NOWHERE },
		{ "/s/$/print/", 404, HTML, "page", NOWHERE },
		{ "/s/$/../print", 404, HTML, "page", NOWHERE },
		{ "/d/kunde.example/<script>", 404, HTML, "page", NOWHERE },
		{ "/d/kunde.example//print", 404, HTML, "page", NOWHERE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (unsigned int method = HTTP_GET; method <= HTTP_HEAD; method++) {
			struct sent sent = nothing_special;
			bool profile = strcmp(cases[i].kind, "mobileconfig") == 0;

			sent.method = method;
			visit(*state, target_of(cases[i].target, annas_token()), &sent);
			assert_int_equal(response.status, cases[i].status);
			assert_string_equal(response.media_type, cases[i].media_type);
			assert_string_equal(request_kind_name(response.kind), cases[i].kind);
			assert_holds(cases[i].holds);
			assert_true(response.no_store);
			assert_true(response.page);
			assert_int_equal(response.sign, profile);
			assert_true(response.secure_host);
			assert_false(response.immutable);
			assert_string_equal(response.location, "");
			assert_int_equal(response.retry_after, 0);
			assert_string_equal(response.file_name,
					    profile ? "mail-kunde.example.mobileconfig" : "");
			assert_true(response.domain.length > 0); /* for the log */
			if (response.status != 200)
				assert_null(response.provider);
			else
				assert_string_equal(response.provider, "full");
		}
	}
}

/* A file's name is of the domain, in letters that every system takes, and of no person. */
static void names_a_profile_by_its_domain(void **state)
{
	char token[SETTINGS_LINK_TOKEN_SIZE];

	seal("1 " KEY_0, "anna@m\xc3\xbcller.example", "", TODAY, token);
	visit(*state, target_of("/s/$/mail.mobileconfig", token), &nothing_special);
	assert_int_equal(response.status, 200);
	assert_string_equal(response.file_name, "mail-xn--mller-kva.example.mobileconfig");
	assert_string_equal(response.domain.text, "xn--mller-kva.example");
}

/* Good until the end of the last day, in UTC; one that is made tomorrow is good today as well. */
static void knows_how_long_a_token_is_good(void **state)
{
	static const struct {
		int last_day;
		int64_t now;
		bool good;
	} cases[] = {
		{ TODAY, NOON, true },
		{ TODAY, INT64_C(86400) * (TODAY + 1) - 1, true },
		{ TODAY, INT64_C(86400) * (TODAY + 1), false },
		{ TODAY - 1, NOON, false },
		{ TODAY + 1, NOON, true },
		{ TODAY + 31, NOON, true }, /* from a clock that is a day ahead */
		{ UINT16_MAX, NOON, true },
		{ 0, NOON, false },
		{ 0, 1, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		static const char *const parts[] = {
			"",	   "/print", "/qr.svg", "/thunderbird.svg", "/mail.mobileconfig",
			"/nowhere"
		};

		for (size_t j = 0; j < sizeof(parts) / sizeof(*parts); j++) {
			char token[SETTINGS_LINK_TOKEN_SIZE], target[HTTP_TARGET_MAX];

			seal("1 " KEY_0, "anna@kunde.example", "", cases[i].last_day, token);
			snprintf(target, sizeof(target), "/s/%s%s", token, parts[j]);
			visit(*state, target,
			      &(struct sent){ .host = "setup.hosting.example",
					      .now = cases[i].now });
			if (cases[i].good)
				assert_int_equal(response.status, j == 5 ? 404 : 200);
			else
				assert_page(410, "expired");
			if (!cases[i].good)
				assert_silent_of("anna");
		}
	}
}

/* Whatever is wrong with a token: the same page, byte for byte. */
static void says_the_same_of_every_bad_token(void **state)
{
	const char *good = annas_token();
	char tokens[16][SETTINGS_LINK_TOKEN_SIZE + 8];
	size_t length = strlen(good), count = 0;
	CLEANUP(freep) char *first = NULL;

	snprintf(tokens[count++], sizeof(*tokens), "%.*s", (int)length - 1, good);
	snprintf(tokens[count++], sizeof(*tokens), "%.*s", (int)length / 2, good);
	snprintf(tokens[count++], sizeof(*tokens), "%sA", good);
	snprintf(tokens[count++], sizeof(*tokens), "%sAAAA", good);
	snprintf(tokens[count++], sizeof(*tokens), "%s=", good);
	snprintf(tokens[count++], sizeof(*tokens), "A%s", good);
	snprintf(tokens[count++], sizeof(*tokens), "%s", good);
	tokens[count - 1][length / 2] ^= 1;
	snprintf(tokens[count++], sizeof(*tokens), "%s", good);
	tokens[count - 1][length - 1] ^= 4;
	snprintf(tokens[count++], sizeof(*tokens), "zzzz");
	tokens[count++][0] = '\0';
	/* another site's, with the same id; one with an id that nobody has */
	seal("1 " KEY_1, "anna@kunde.example", "", TODAY + 30, tokens[count++]);
	seal("2 " KEY_0, "anna@kunde.example", "", TODAY + 30, tokens[count++]);
	/* a bad one that had expired, too, and one of a domain that is not ours */
	seal("1 " KEY_1, "anna@kunde.example", "", TODAY - 30, tokens[count++]);
	seal("1 " KEY_1, "anna@foreign.example", "", TODAY + 30, tokens[count++]);
	assert_in_range(count, 12, 16);
	for (size_t i = 0; i < count; i++) {
		visit(*state, target_of("/s/$", tokens[i]), &nothing_special);
		assert_page(404, "invalid");
		assert_int_equal(response.domain.length, 0);
		if (!first)
			first = strdup(response.body);
		assert_string_equal(response.body, first);
		visit(*state, target_of("/s/$/mail.mobileconfig?content=all", tokens[i]),
		      &nothing_special);
		assert_page(404, "invalid");
		assert_string_equal(response.body, first);
	}
}

static void takes_a_token_of_an_older_key(void **state)
{
	CLEANUP(settings_unrefp)
	struct settings *settings = pages_of(PAGES, "7 " KEY_1 "\n1 " KEY_0 "\n", NULL);

	(void)state;
	visit(settings, target_of("/s/$", annas_token()), &nothing_special);
	assert_page(200, SETTINGS);
	post(settings, "/", "address=anna%40kunde.example");
	assert_int_equal(response.status, 303);
	assert_memory_equal(response.location, "/s/B", 4); /* the id 7 */
	forget();
}

/* What is wrong with a domain is told to whoever has a good token for it, and to nobody else. */
static void tells_that_a_domain_is_gone(void **state)
{
	char token[SETTINGS_LINK_TOKEN_SIZE];

	seal("1 " KEY_0, "anna@gone.example", "", TODAY, token);
	visit(*state, target_of("/s/$", token), &nothing_special);
	assert_page(410, "elsewhere");
	assert_silent_of("anna");
	assert_silent_of("gone.example");
	seal("1 " KEY_0, "anna@gone.example", "", TODAY - 1, token);
	visit(*state, target_of("/s/$", token), &nothing_special);
	assert_page(410, "expired");
}

static void knows_no_foreign_domain(void **state)
{
	static const char *const targets[] = {
		"/d/",
		"/d/foreign.example",
		"/d/sub.kunde.example",
		"/d/example",
		"/d/%20",
		"/d/anna@kunde.example",
		"/d//kunde.example",
		"/d/kunde..example",
		"/d/<script>alert(1)</script>",
		"/d/127.0.0.1",
		"/d/foreign.example/print",
		"/d/foreign.example/mail.mobileconfig",
	};
	CLEANUP(freep) char *first = NULL;

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		visit(*state, targets[i], &nothing_special);
		assert_page(404, "elsewhere");
		assert_int_equal(response.domain.length, 0);
		if (!first)
			first = strdup(response.body);
		assert_string_equal(response.body, first);
	}
}

static void serves_the_form(void **state)
{
	static const struct {
		const char *target, *host, *location; /* NULL: the form itself */
		const char *domain;
	} cases[] = {
		{ "/", "setup.hosting.example", NULL, "" },
		{ "/setup", "setup.hosting.example", NULL, "" },
		{ "/", "SETUP.hosting.example.:443", NULL, "" },
		{ "/", NULL, NULL, "" },
		{ "/", "127.0.0.1:8080", NULL, "" },
		{ "/", "foreign.example", NULL, "" },
		{ "/", "autoconfig.foreign.example", NULL, "" },
		{ "/", "kunde.example", NULL, "" }, /* a web server's name, hardly ours */
		{ "/", "autoconfig.example", NULL, "" },
		/* a customer's own name leads to the page of the domain, at the site's */
		{ "/", "autoconfig.kunde.example", "https://setup.hosting.example/d/kunde.example",
		  "kunde.example" },
		{ "/setup", "autodiscover.KUNDE.example:443",
		  "https://setup.hosting.example/d/kunde.example", "kunde.example" },
		{ "/", "autoconfig.m\xc3\xbcller.example",
		  "https://setup.hosting.example/d/xn--mller-kva.example",
		  "xn--mller-kva.example" },
		{ "https://autoconfig.kunde.example/?lang=de", "x.example",
		  "https://setup.hosting.example/d/kunde.example", "kunde.example" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		visit(*state, cases[i].target, &(struct sent){ .host = cases[i].host });
		assert_string_equal(request_kind_name(response.kind), "form");
		assert_string_equal(response.domain.text, cases[i].domain);
		if (!cases[i].location) {
			assert_page(200, "form");
			continue;
		}
		assert_int_equal(response.status, 302);
		assert_string_equal(response.location, cases[i].location);
		assert_string_equal(response.media_type, PLAIN);
		assert_string_equal(response.body, "It is at another address.\n");
	}
}

/* A name that is the site's own and a customer's at once leads nowhere: the form is there. */
static void serves_the_form_at_its_own_name(void **state)
{
	static const struct {
		const char *url, *host;
		bool own;
	} cases[] = {
		{ "https://autoconfig.kunde.example", "autoconfig.kunde.example", true },
		{ "https://AUTOCONFIG.kunde.example:8443/x", "autoconfig.kunde.example:80", true },
		{ "http://autoconfig.kunde.example/x", "autoconfig.kunde.example", true },
		{ "https://autoconfig.kunde.example", "autodiscover.kunde.example", false },
		{ "https://autoconfig.kunde.example.org", "autoconfig.kunde.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char configuration[300];
		CLEANUP(settings_unrefp) struct settings *settings = NULL;

		snprintf(configuration, sizeof(configuration), "[site]\nurl = %s\n", cases[i].url);
		settings = pages_of(configuration, "", NULL);
		visit(settings, "/", &(struct sent){ .host = cases[i].host });
		assert_int_equal(response.status, cases[i].own ? 200 : 302);
		forget();
	}
}

static void leads_on_the_same_host_without_a_url(void **state)
{
	CLEANUP(settings_unrefp)
	struct settings *settings = pages_of(SAMPLE_CONFIGURATION, "", NULL);

	(void)state;
	visit(settings, "/", &(struct sent){ .host = "autoconfig.kunde.example" });
	assert_int_equal(response.status, 302);
	assert_string_equal(response.location, "/d/kunde.example");
	assert_false(response.secure_host);
	visit(settings, "/d/kunde.example", &nothing_special);
	assert_page(200, SETTINGS);
	assert_null(strstr(response.body, "qr.svg"));
	visit(settings, "/d/kunde.example/qr.svg", &nothing_special);
	assert_page(404, "nothing");
	forget();
}

/* ?lang=, else the token's, else the browser's, else the first. */
static void chooses_the_language(void **state)
{
	static const struct {
		const char *query, *token_language, *accept_language;
		const char *language;
		bool chosen; /* and kept by the links of the page */
	} cases[] = {
		{ "", "", NULL, "en", false },
		{ "", "", "de", "de", false },
		{ "", "", "xx, de;q=0.5", "de", false },
		{ "", "", "\xff;;=,q", "en", false },
		{ "", "fr", "de", "fr", false },
		{ "", "sv", "de", "de", false }, /* one that the site has no longer */
		{ "?lang=es", "fr", "de", "es", true },
		{ "?LANG=ES", "fr", "de", "es", true },
		{ "?lang=es-MX", "fr", "de", "es", true },
		{ "?lang=en", "fr", "de", "en", true },
		{ "?lang=%65%73", "fr", "de", "es", true },
		/* what is none of ours counts as none */
		{ "?lang=sv", "fr", "de", "fr", false },
		{ "?lang=", "fr", "de", "fr", false },
		{ "?lang", "", "de", "de", false },
		{ "?lang=<script>", "fr", "de", "fr", false },
		{ "?lang=esesesesesesesesesesesesesesesesesesesesesesesesesesesesesesesesesesesese",
		  "", "de", "de", false },
		{ "?lang=../../es", "", "", "en", false },
		{ "?lang=de&lang=es", "", "", "de", true },
		{ "?x=1&lang=es&format=x&share=2&content=%F0%9F%98%80", "", "", "es", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char token[SETTINGS_LINK_TOKEN_SIZE], target[HTTP_TARGET_MAX], wanted[40];

		seal("1 " KEY_0, "anna@kunde.example", cases[i].token_language, TODAY, token);
		snprintf(target, sizeof(target), "/s/%s%s", token, cases[i].query);
		visit(*state, target,
		      &(struct sent){ .host = "setup.hosting.example",
				      .accept_language = cases[i].accept_language });
		assert_int_equal(response.status, 200);
		assert_language(cases[i].language);
		snprintf(wanted, sizeof(wanted), "/mail.mobileconfig%s%s\"",
			 cases[i].chosen ? "?lang=" : "", cases[i].chosen ? cases[i].language : "");
		assert_holds(wanted);
		assert_null(strstr(response.body, "<script>"));
	}
}

/* The device only changes the order: nothing is left out for any. */
static void tells_the_device(void **state)
{
	static const struct {
		const char *platform, *user_agent;
		const char *first; /* the section that is open */
		bool safari;
	} cases[] = {
		{ NULL, NULL, NULL, false },
		{ NULL, "\xff<script>", NULL, false },
		{ "\"Windows\"", NULL, "windows", false },
		{ NULL, "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "windows", false },
		{ NULL, "Mozilla/5.0 (Linux; Android 14; Pixel 8)", "android", false },
		{ NULL,
		  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
		  "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
		  "iphone", false },
		{ NULL,
		  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
		  "(KHTML, like Gecko) FxiOS/131.0 Mobile/15E148 Safari/605.1.15",
		  "iphone", true },
	};
	static const char *const devices[] = { "iphone", "mac", "android", "windows", "linux" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		visit(*state, target_of("/s/$", annas_token()),
		      &(struct sent){ .host = "setup.hosting.example",
				      .platform = cases[i].platform,
				      .user_agent = cases[i].user_agent });
		assert_page(200, SETTINGS);
		for (size_t j = 0; j < sizeof(devices) / sizeof(*devices); j++) {
			bool first = cases[i].first && strcmp(cases[i].first, devices[j]) == 0;
			char wanted[60];

			snprintf(wanted, sizeof(wanted), "<%s class=\"%s\" id=\"%s\"",
				 first ? "section" : "details", first ? "here" : "device",
				 devices[j]);
			assert_holds(wanted);
		}
		assert_int_equal(strstr(response.body, "id=\"safari\"") != NULL, cases[i].safari);
		assert_null(strstr(response.body, "<script>"));
	}
}

/* Only over https, and at the site's own host: customers' names are not ours to pin. */
static void asks_for_https_at_its_own_host(void **state)
{
	static const struct {
		const char *url, *host;
		bool secure;
	} cases[] = {
		{ "https://setup.hosting.example", "setup.hosting.example", true },
		{ "https://setup.hosting.example", "Setup.Hosting.Example.:443", true },
		{ "https://setup.hosting.example:8443", "setup.hosting.example", true },
		{ "https://setup.hosting.example/x", "setup.hosting.example", true },
		{ "HTTPS://SETUP.hosting.example", "setup.hosting.example", true },
		{ "http://setup.hosting.example", "setup.hosting.example", false },
		{ "https://setup.hosting.example", "hosting.example", false },
		{ "https://setup.hosting.example", "setup.hosting.exampl", false },
		{ "https://setup.hosting.example", "autoconfig.kunde.example", false },
		{ "https://setup.hosting.example", "x.setup.hosting.example", false },
		{ "https://setup.hosting.example", "127.0.0.1", false },
		{ "https://setup.hosting.example", NULL, false },
		{ "https://setup.hosting.example.org", "setup.hosting.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char configuration[200];
		CLEANUP(settings_unrefp) struct settings *settings = NULL;

		snprintf(configuration, sizeof(configuration), "[site]\nurl = %s\n", cases[i].url);
		settings = pages_of(configuration, "", NULL);
		visit(settings, "/d/kunde.example", &(struct sent){ .host = cases[i].host });
		assert_int_equal(response.status, 200);
		assert_int_equal(response.secure_host, cases[i].secure);
		forget();
	}
}

static void refuses_with_a_page(void **state)
{
	static const struct {
		const char *target;
		enum http_method method;
		bool page;
		const char *kind;
	} cases[] = {
		{ "/?lang=<b>&x=zzz", HTTP_POST, true, "form" },
		{ "/s/zzz", HTTP_GET, true, "page" },
		{ "/d/zzz.example", HTTP_GET, true, "page" },
		{ "/zzz", HTTP_GET, false, "-" },
		{ "/autodiscover/autodiscover.xml", HTTP_POST, false, "-" },
		{ "/page.css", HTTP_GET, false, "-" },
	};
	static const unsigned int statuses[] = { 400, 413 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t j = 0; j < 2; j++) {
			visit(*state, cases[i].target,
			      &(struct sent){ .method = cases[i].method,
					      .host = "setup.hosting.example",
					      .accept_language = "de" });
			forget();
			memset(&response, 1, sizeof(response));
			endpoint_refuse_request(&request, *state, statuses[j], &response);
			assert_int_equal(response.status, statuses[j]);
			assert_string_equal(request_kind_name(response.kind), cases[i].kind);
			assert_silent_of("zzz");
			if (!cases[i].page) {
				assert_string_equal(response.media_type, PLAIN);
				continue;
			}
			assert_page(statuses[j], "unreadable");
			assert_language("de");
		}
	}
}

/* As much of one as is looked at. */
#define PNG                                                                                        \
	"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"                                                            \
	"\0\0\0\0IEND\xae\x42\x60\x82"

static void serves_what_belongs_to_pages(void **state)
{
	const struct page_file logo = {
		.name = "logo", .path = "logo", .bytes = PNG, .size = sizeof(PNG) - 1
	};
	CLEANUP(settings_unrefp) struct settings *settings = pages_of(PAGES, "", &logo);
	static const struct {
		enum page_asset_kind kind;
		const char *path, *media_type;
	} cases[] = {
		{ PAGE_CSS, "/page.css", "text/css; charset=utf-8" },
		{ PAGE_SCRIPT, "/page.js", "text/javascript; charset=utf-8" },
		{ PAGE_LOGO, "/logo", "image/png" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct page_asset *asset =
			page_set_asset(settings->providers->pages, cases[i].kind);
		char targets[5][64];

		snprintf(targets[0], sizeof(*targets), "%s?%s", cases[i].path, asset->version);
		snprintf(targets[1], sizeof(*targets), "%s", cases[i].path);
		snprintf(targets[2], sizeof(*targets), "%s?", cases[i].path);
		snprintf(targets[3], sizeof(*targets), "%s?%s0", cases[i].path, asset->version);
		snprintf(targets[4], sizeof(*targets), "%s?0123456789abcdef", cases[i].path);
		for (size_t j = 0; j < 5; j++) {
			visit(settings, targets[j], &nothing_special);
			assert_int_equal(response.status, 200);
			assert_string_equal(response.media_type, cases[i].media_type);
			assert_string_equal(request_kind_name(response.kind), "asset");
			assert_null(response.owned);
			assert_int_equal(response.body_size, asset->size);
			assert_memory_equal(response.body, asset->bytes, asset->size);
			assert_true(response.page);
			assert_int_equal(response.immutable, j == 0);
			assert_int_equal(response.no_store, j != 0);
			assert_int_equal(response.domain.length, 0);
		}
		/* a page names this very version */
		visit(settings, "/", &nothing_special);
		assert_holds(targets[0]);
	}
	forget();
}

static void serves_no_logo_where_there_is_none(void **state)
{
	visit(*state, "/logo", &nothing_special);
	assert_int_equal(response.status, 404);
	assert_string_equal(response.body, "There is nothing here.\n");
	visit(*state, "/", &nothing_special);
	assert_null(strstr(response.body, "/logo"));
}

/* A provider without profiles, a site without a namespace, a server without random bytes. */
static void offers_no_profile_where_there_is_none(void **state)
{
	CLEANUP(settings_unrefp)
	struct settings *settings =
		pages_of("[site]\nurl = https://setup.hosting.example\n", "1 " KEY_0, NULL);

	visit(settings, target_of("/s/$", annas_token()), &nothing_special);
	assert_page(200, SETTINGS);
	assert_null(strstr(response.body, "mobileconfig"));
	visit(settings, target_of("/s/$/mail.mobileconfig", annas_token()), &nothing_special);
	assert_page(404, "nothing");
	visit(*state, "/d/kunde.example/mail.mobileconfig",
	      &(struct sent){ .host = "setup.hosting.example", .no_nonce = true });
	assert_page(500, "failed");
}

static void says_profiles_in_a_language(void **state)
{
	static const struct {
		const char *target, *accept_language, *language;
	} cases[] = {
		{ "/mobileconfig?emailaddress=anna@kunde.example", NULL, "en" },
		{ "/mobileconfig?emailaddress=anna@kunde.example", "de", "de" },
		{ "/mobileconfig?emailaddress=anna@kunde.example&lang=de", "en", "de" },
		{ "/s/$/mail.mobileconfig", "fr", "fr" },
		{ "/s/$/mail.mobileconfig?lang=de", "fr", "de" },
		{ "/d/kunde.example/mail.mobileconfig?lang=es", "fr", "es" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		visit(*state, target_of(cases[i].target, annas_token()),
		      &(struct sent){ .accept_language = cases[i].accept_language });
		assert_int_equal(response.status, 200);
		assert_true(response.sign);
		assert_profile_language(*state, cases[i].language);
	}
	visit(*state, "/mobileconfig?emailaddress=anna@foreign.example", &nothing_special);
	assert_int_equal(response.status, 404);
	assert_false(response.sign);
}

/* Whoever asks too often gets a page that costs less than what was asked for. */
static void asks_for_patience(void **state)
{
	static const struct {
		const char *target, *kind;
		bool limited;
	} cases[] = {
		{ "/s/$", "page", true },
		{ "/s/$/print", "page", true },
		{ "/s/$/qr.svg", "page", true },
		{ "/s/$/thunderbird.svg", "page", true },
		{ "/s/$/mail.mobileconfig", "mobileconfig", true },
		{ "/s/x", "page", true },
		{ "/d/kunde.example", "page", true },
		{ "/d/kunde.example/mail.mobileconfig?content=all", "mobileconfig", true },
		{ "/mobileconfig?emailaddress=Anna%40kunde.example", "mobileconfig", true },
		{ "/mobileconfig", "mobileconfig", true },
		{ "/", "form", false },
		{ "/setup", "form", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (unsigned int transport = 0; transport < 3; transport++) {
			visit(*state, target_of(cases[i].target, annas_token()),
			      &(struct sent){ .retry_after = 17, .transport = transport });
			assert_string_equal(request_kind_name(response.kind), cases[i].kind);
			if (!cases[i].limited) {
				assert_true(response.status == 200 || response.status == 302);
				assert_int_equal(response.retry_after, 0);
				continue;
			}
			assert_page(429, "limited");
			assert_int_equal(response.retry_after, 17);
			assert_int_equal(response.domain.length, 0);
			assert_null(response.provider);
			assert_silent_of("Anna");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_every_part),
		cmocka_unit_test(names_a_profile_by_its_domain),
		cmocka_unit_test(knows_how_long_a_token_is_good),
		cmocka_unit_test(says_the_same_of_every_bad_token),
		cmocka_unit_test(takes_a_token_of_an_older_key),
		cmocka_unit_test(tells_that_a_domain_is_gone),
		cmocka_unit_test(knows_no_foreign_domain),
		cmocka_unit_test(serves_the_form),
		cmocka_unit_test(serves_the_form_at_its_own_name),
		cmocka_unit_test(leads_on_the_same_host_without_a_url),
		cmocka_unit_test(chooses_the_language),
		cmocka_unit_test(tells_the_device),
		cmocka_unit_test(asks_for_https_at_its_own_host),
		cmocka_unit_test(refuses_with_a_page),
		cmocka_unit_test(serves_what_belongs_to_pages),
		cmocka_unit_test(serves_no_logo_where_there_is_none),
		cmocka_unit_test(offers_no_profile_where_there_is_none),
		cmocka_unit_test(says_profiles_in_a_language),
		cmocka_unit_test(asks_for_patience),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
