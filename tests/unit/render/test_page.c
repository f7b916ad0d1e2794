#include "render/page.h"

#include "page_site.h"
#include "render/qr_code.h"

#include <stdlib.h>

/* With the stylesheets that are built in. */
static struct site site_of(const char *configuration, const char *provider)
{
	return site_with(configuration, provider, NULL, 0, NULL);
}

static size_t count(const char *text, const char *what)
{
	size_t number = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		number++;
	return number;
}

/* What somebody typed is text in a page, and nothing else; a plain text has it as it is. */
static void takes_an_address_as_text(void **state)
{
	static const struct {
		const char *address, *html; /* NULL: the same */
	} cases[] = {
		{ "anna@kunde.example", NULL },
		{ "o'x&y=`{}|~#?/$%^*!@kunde.example",
		  "o&#39;x&amp;y=`{}|~#?/$%^*!@kunde.example" },
		/* it looks like a hole, or like the pieces of one */
		{ "%EMAILADDRESS%@kunde.example", NULL },
		{ "%EMAILDOMAIN%@kunde.example", NULL },
		{ "%EMAILADDRESS@kunde.example", NULL },
		{ "&ampb@kunde.example", "&amp;ampb@kunde.example" },
		{ "\xd7\x90\xd7\x91@kunde.example", NULL },
		{ "an\xf0\x9f\x98\x80na@kunde.example", NULL },
		{ "anna@M\xc3\x9cLLER.example", NULL },
		{ "1234567890123456789012345678901234567890123456789012345678901234"
		  "@kunde.example",
		  NULL },
	};
	CLEANUP(site_clear) struct site printing = printing_site(SITE PROFILES, FULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *html = cases[i].html ? cases[i].html : cases[i].address;
		CLEANUP(freep) char *screen = NULL, *text = NULL;
		char wanted[400];
		struct asked asked;

		ask(&asked, &printing, cases[i].address);
		screen = make(&printing, &asked.request);
		snprintf(wanted, sizeof(wanted), "\nfor address=[%s] local=[%.*s] host=[%s] ", html,
			 (int)(strrchr(html, '@') - html), html, strrchr(html, '@') + 1);
		assert_non_null(strstr(screen, wanted));
		asked.request.view = PAGE_TEXT;
		text = make(&printing, &asked.request);
		snprintf(wanted, sizeof(wanted), "\nfor address=[%s] ", cases[i].address);
		assert_non_null(strstr(text, wanted));
	}
}

/* The same in the pages that there are: no byte of markup more than for anybody else. */
static void shows_an_address_as_text(void **state)
{
	CLEANUP(site_clear) struct site site = site_of(SITE PROFILES, FULL);

	(void)state;
	for (unsigned int view = PAGE_SCREEN; view <= PAGE_PRINT; view++) {
		CLEANUP(freep) char *usual = NULL, *page = NULL;
		struct asked asked;

		ask(&asked, &site, "anna@kunde.example");
		asked.request.view = view;
		asked.request.share = true;
		usual = make(&site, &asked.request);
		assert_true(count(usual, "anna") > 2);
		assert_null(strstr(usual, "%EMAIL"));
		assert_null(strstr(usual, "%PAGE"));
		ask(&asked, &site, "'&%PAGE=`/$@kunde.example");
		asked.request.view = view;
		asked.request.share = true;
		page = make(&site, &asked.request);
		assert_null(strstr(page, "'&%PAGE"));
		assert_int_equal(count(page, "&#39;&amp;%PAGE=`/$"), count(usual, "anna"));
		for (const char *c = "<>\"'"; *c; c++)
			assert_int_equal(count(page, (char[]){ *c, '\0' }),
					 count(usual, (char[]){ *c, '\0' }));
	}
}

/*
 * A text of the configuration may look like a hole. Where there is no such value, nothing comes of
 * it; a value that is there is filled in, and escaped as everywhere.
 */
static void fills_what_looks_like_a_hole(void **state)
{
	static const struct {
		enum page_kind kind;
		const char *whom, *name;
	} cases[] = {
		{ PAGE_SETTINGS, "o'x@kunde.example", "100o&#39;x@kunde.example %PROFILE:ID% %" },
		{ PAGE_SETTINGS, "kunde.example", "100 %PROFILE:ID% %" },
		{ PAGE_FORM, "o'x@kunde.example", "100 %PROFILE:ID% %" },
	};
	CLEANUP(site_clear)
	struct site site = printing_site("[site]\nlanguages = en\n"
					 "name = 100%EMAILADDRESS% %PROFILE:ID% %\n",
					 FULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *text = NULL;
		char wanted[100];
		struct asked asked;

		ask(&asked, &site, cases[i].whom);
		asked.request.kind = cases[i].kind;
		text = make(&site, &asked.request);
		snprintf(wanted, sizeof(wanted), "\nsite name=[%s] action", cases[i].name);
		assert_non_null(strstr(text, wanted));
	}
}

/* Texts of the configuration are text in every page. */
static void escapes_the_configuration(void **state)
{
	CLEANUP(site_clear)
	struct site site = site_of("[site]\nurl = https://setup.h.example\nname = <b>\"&'x\n"
				   "phone = <i>1\nhours = <i>2\nsupport = <i>3\nwelcome = <i>4\n",
				   FULL);
	CLEANUP(freep) char *page = NULL, *text = NULL;
	struct asked asked;

	(void)state;
	ask(&asked, &site, "anna@kunde.example");
	page = make(&site, &asked.request);
	assert_null(strstr(page, "<b>\""));
	assert_null(strstr(page, "<i>"));
	assert_non_null(strstr(page, "&lt;b&gt;\"&amp;'x"));
	for (const char *number = "1234"; *number; number++) {
		char wanted[] = "&lt;i&gt;?";

		wanted[sizeof(wanted) - 2] = *number;
		assert_non_null(strstr(page, wanted));
	}
	asked.request.view = PAGE_TEXT;
	text = make(&site, &asked.request);
	assert_non_null(strstr(text, "<i>1"));
}

static void refers_to_its_own_parts(void **state)
{
	static const struct {
		const char *whom;
		bool chosen;
		const char *holds[6];
	} cases[] = {
		{ "anna@kunde.example",
		  false,
		  { "\"/s/TOKEN/mail.mobileconfig\"", "\"/s/TOKEN/mail.mobileconfig?content=all\"",
		    "\"/s/TOKEN/qr.svg\"", "\"/s/TOKEN/thunderbird.svg\"", "\"/s/TOKEN/print\"",
		    "31 December 2026" } },
		{ "anna@kunde.example",
		  true,
		  { "\"/s/TOKEN/mail.mobileconfig?lang=en\"",
		    "\"/s/TOKEN/mail.mobileconfig?lang=en&amp;content=all\"",
		    "\"/s/TOKEN/qr.svg?lang=en\"", "\"/s/TOKEN/thunderbird.svg?lang=en\"",
		    "\"/s/TOKEN/print?lang=en\"", "?lang=de" } },
		{ "kunde.example",
		  false,
		  { "\"/d/kunde.example/mail.mobileconfig\"", "\"/d/kunde.example/qr.svg\"",
		    "\"/d/kunde.example/print\"", "<form method=\"post\" action=\"/\">",
		    "\"?lang=de\"", "<title>E-mail settings \xc2\xb7 H &amp; Sons</title>" } },
	};
	CLEANUP(site_clear) struct site site = site_of(SITE PROFILES, FULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *page = NULL;
		struct asked asked;

		ask(&asked, &site, cases[i].whom);
		asked.request.language_chosen = cases[i].chosen;
		page = make(&site, &asked.request);
		for (size_t j = 0; j < 6; j++) {
			if (!strstr(page, cases[i].holds[j]))
				fail_msg("%s: no %s in it", cases[i].whom, cases[i].holds[j]);
		}
		/* nothing from elsewhere, and no script or style in the page itself */
		assert_null(strstr(page, "style="));
		assert_null(strstr(page, "<style"));
		assert_null(strstr(page, "src=\"http"));
		assert_int_equal(count(page, "<script"), 1);
	}
}

static void next_variant(struct page_request *request, unsigned int number)
{
	request->view = number % 4;
	request->language = number / 4 % 2;
	request->device = number / 8 % PAGE_DEVICE_COUNT;
	request->share = number / 48 % 2;
	request->cannot_install = number / 96 % 2;
	request->language_chosen = number / 192 % 2;
}

/* A page out of the cache has the bytes of one that was made for this person alone. */
static void keeps_pages_that_are_the_same(void **state)
{
	static const char *const people[] = { "anna@kunde.example", "kunde.example",
					      "b\xc3\xb6@m\xc3\xbcller.example",
					      "xn--mller-kva.example" };
	CLEANUP(site_clear) struct site kept = printing_site(SITE PROFILES, FULL);

	(void)state;
	for (unsigned int variant = 0; variant < 384; variant += 41) {
		for (size_t i = 0; i < 8; i++) {
			CLEANUP(site_clear) struct site fresh = printing_site(SITE PROFILES, FULL);
			CLEANUP(freep) char *one = NULL, *other = NULL;
			struct asked asked;

			ask(&asked, &kept, people[i % 4]);
			next_variant(&asked.request, variant);
			if (i >= 4)
				asked.request.expires = 0;
			one = make(&kept, &asked.request);
			asked.request.answers = fresh.answers;
			other = make(&fresh, &asked.request);
			assert_string_equal(one, other);
		}
	}
}

/* Whatever was asked for before, a page is the one that is asked for now. */
static void keeps_pages_apart(void **state)
{
	static const char *const views[] = { "screen", "print", "text", "share" };
	CLEANUP(site_clear) struct site site = printing_site(SITE PROFILES, FULL);

	(void)state;
	for (unsigned int variant = 0; variant < 384; variant += 41) { /* slow under valgrind */
		for (size_t i = 0; i < 4; i++) {
			CLEANUP(freep) char *text = NULL;
			char head[300];
			struct asked asked;
			bool screen;

			ask(&asked, &site, i % 2 ? "anna@kunde.example" : "kunde.example");
			next_variant(&asked.request, variant);
			if (i >= 2)
				asked.request.kind = PAGE_INVALID;
			/* nothing else has an order of devices and a text to be passed on */
			screen = i < 2 && asked.request.view == PAGE_SCREEN;
			text = make(&site, &asked.request);
			snprintf(head, sizeof(head),
				 "page kind=[%s] view=[%s] language=[%s] device=[%s] "
				 "cannot-install=[%s] share=[%s] language-chosen=[%s] "
				 "standalone=[no]\n",
				 i >= 2 ? "invalid" : "settings", views[asked.request.view],
				 asked.request.language ? "de" : "en",
				 page_device_name(screen ? asked.request.device : DEVICE_OTHER),
				 screen && asked.request.device == DEVICE_IPHONE &&
						 asked.request.cannot_install
					 ? "yes"
					 : "no",
				 screen && asked.request.share ? "yes" : "no",
				 asked.request.language_chosen ? "yes" : "no");
			assert_memory_equal(text, head, strlen(head));
			assert_int_equal(strstr(text, "for address=") != NULL, i == 1);
		}
	}
}

/* Two providers share the cache of a site, and none of its pages. */
static void keeps_the_pages_of_providers_apart(void **state)
{
	CLEANUP(site_clear) struct site site = printing_site(SITE PROFILES, FULL);
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct email_provider *provider = NULL;
	struct provider_answers *answers = NULL;
	CLEANUP(freep) char *one = NULL, *other = NULL;
	struct asked asked;
	struct error err;

	(void)state;
	assert_int_equal(
		email_provider_parse(PLAIN, strlen(PLAIN), "a", &provider, &findings, &err), 0);
	assert_int_equal(
		provider_answers_make("a", provider, site.providers->configuration, &answers, &err),
		0);
	assert_int_equal(provider_set_add(site.providers, answers, &err), 0);
	ask(&asked, &site, "anna@kunde.example");
	one = make(&site, &asked.request);
	asked.request.answers = answers;
	other = make(&site, &asked.request);
	assert_non_null(strstr(one, "hostname=[mail.h.example]"));
	assert_non_null(strstr(other, "hostname=[h.example]"));
}

/* A code is there if it can be scanned, whoever asked for the page before. */
static void leaves_out_a_code_that_is_too_fine(void **state)
{
	CLEANUP(site_clear) struct site site = printing_site(SITE PROFILES, FULL);
	char token[QR_CODE_SIZE_MAX + 1];

	(void)state;
	memset(token, 'T', sizeof(token));
	token[QR_CODE_SIZE_MAX] = '\0';
	for (size_t i = 0; i < 4; i++) {
		bool fine = i % 2 == 0;
		CLEANUP(freep) char *text = NULL;
		struct asked asked;

		ask(&asked, &site, "anna@kunde.example");
		asked.request.token = fine ? token : "T";
		text = make(&site, &asked.request);
		assert_non_null(strstr(text, "\nlink href=[https://setup.h.example/s/T"));
		assert_int_equal(strstr(text, "\nqr for=[page] ") == NULL, fine);
	}
}

static void does_without_a_stylesheet_that_fails(void **state)
{
	const struct page_file own = sample_file(
		"page.xsl",
		XSL "<xsl:template match=\"/\"><xsl:message terminate=\"yes\">no</xsl:message>"
		    "</xsl:template></xsl:stylesheet>");
	CLEANUP(site_clear) struct site site = site_with(SITE, FULL, &own, 1, NULL);
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(freep) char *page = NULL, *text = NULL;
	struct asked asked;

	(void)state;
	ask(&asked, &site, "anna@kunde.example");
	page = make(&site, &asked.request);
	assert_non_null(strstr(page, "<!DOCTYPE html")); /* the built-in one's */
	asked.request.view = PAGE_TEXT;
	text = make(&site, &asked.request);
	assert_non_null(strstr(text, "anna@kunde.example"));
	page_try(site.providers, &findings);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.list[0].text, "[site] pages: page.xsl: the page cannot be "
						   "made: no; the built-in one is used");
}

static void says_where_a_page_is(void **state)
{
	static const struct {
		const char *token, *configuration, *path, *link; /* NULL: there is none */
	} cases[] = {
		{ "T-_9", "", "/s/T-_9", NULL },
		{ NULL, "", "/d/xn--mller-kva.example", NULL },
		{ "T", "[site]\nurl = https://h.example\n", "/s/T", "https://h.example/s/T" },
		{ NULL, "[site]\nurl = http://[::1]:80/a/b\n", "/d/xn--mller-kva.example",
		  "http://[::1]:80/a/b/d/xn--mller-kva.example" },
	};
	const struct domain_name domain = { 21, "xn--mller-kva.example" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(configuration_freep)
		struct configuration *configuration = sample_configuration(cases[i].configuration);
		CLEANUP(freep) char *path = NULL, *link = (char *)"";
		struct error err;

		assert_int_equal(page_path(cases[i].token, &domain, &path, &err), 0);
		assert_string_equal(path, cases[i].path);
		assert_int_equal(page_link(configuration, cases[i].token, &domain, &link, &err), 0);
		assert_int_equal(link != NULL, cases[i].link != NULL);
		if (link)
			assert_string_equal(link, cases[i].link);
	}
}

/* The whole address keeps a language that was chosen, for whoever it is passed on to. */
static void says_where_the_page_asked_for_is(void **state)
{
	static const struct {
		const char *whom, *configuration;
		bool chosen;
		const char *link; /* NULL: there is none */
	} cases[] = {
		{ "anna@kunde.example", SITE, false, "https://setup.h.example/s/TOKEN" },
		{ "anna@kunde.example", SITE, true, "https://setup.h.example/s/TOKEN?lang=de" },
		{ "kunde.example", SITE, true, "https://setup.h.example/d/kunde.example?lang=de" },
		{ "kunde.example", "", true, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(site_clear) struct site site = site_of(cases[i].configuration, FULL);
		CLEANUP(freep) char *link = NULL;
		struct asked asked;
		struct error err;

		ask(&asked, &site, cases[i].whom);
		asked.request.language = 1;
		asked.request.language_chosen = cases[i].chosen;
		assert_int_equal(page_request_link(site.providers, &asked.request, &link, &err), 0);
		assert_int_equal(link != NULL, cases[i].link != NULL);
		if (link)
			assert_string_equal(link, cases[i].link);
	}
}

static void gives_a_code_to_those_who_can_use_it(void **state)
{
	static const struct {
		const char *whom, *code; /* NULL: there is none */
	} cases[] = {
		{ "Anna@kunde.example",
		  "[1,[1,1],[0,\"mail.h.example\",993,3,1,\"Anna@kunde.example\"],"
		  "[[[0,\"mail.h.example\",465,3,1,\"Anna@kunde.example\"],"
		  "[\"Anna@kunde.example\",\"Anna@kunde.example\"]]]]" },
		{ "\xc3\xa4@kunde.example", NULL },
		{ ".a@kunde.example", NULL },
		{ "kunde.example", NULL },
	};
	CLEANUP(site_clear) struct site site = site_of(SITE, FULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *code = NULL, *page = NULL;
		struct asked asked;
		struct error err;
		size_t size = 0;

		ask(&asked, &site, cases[i].whom);
		assert_int_equal(
			page_thunderbird_qr(site.providers, &asked.request, &code, &size, &err), 0);
		assert_int_equal(code != NULL, cases[i].code != NULL);
		page = make(&site, &asked.request);
		assert_int_equal(strstr(page, "thunderbird.svg") != NULL, code != NULL);
		if (!code)
			continue;
		assert_string_equal(code, cases[i].code);
		assert_int_equal(size, strlen(code));
	}
}

static void names_devices(void **state)
{
	static const char *const names[] = {
		"other", "iphone", "mac", "android", "windows", "linux"
	};

	(void)state;
	assert_int_equal(sizeof(names) / sizeof(*names), PAGE_DEVICE_COUNT);
	for (unsigned int device = 0; device < PAGE_DEVICE_COUNT; device++)
		assert_string_equal(page_device_name(device), names[device]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_an_address_as_text),
		cmocka_unit_test(shows_an_address_as_text),
		cmocka_unit_test(fills_what_looks_like_a_hole),
		cmocka_unit_test(escapes_the_configuration),
		cmocka_unit_test(refers_to_its_own_parts),
		cmocka_unit_test(keeps_pages_that_are_the_same),
		cmocka_unit_test(keeps_pages_apart),
		cmocka_unit_test(keeps_the_pages_of_providers_apart),
		cmocka_unit_test(leaves_out_a_code_that_is_too_fine),
		cmocka_unit_test(does_without_a_stylesheet_that_fails),
		cmocka_unit_test(says_where_a_page_is),
		cmocka_unit_test(says_where_the_page_asked_for_is),
		cmocka_unit_test(gives_a_code_to_those_who_can_use_it),
		cmocka_unit_test(names_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
