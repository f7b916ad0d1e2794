/* The form of the settings pages: what people type, and what others send. */
#include "page_visit.h"

#define NO_ADDRESS "no-address"
#define UNREADABLE "unreadable"
#define ELSEWHERE "elsewhere"

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

/* The token of a location "/s/TOKEN?...": its length, behind "/s/". */
static size_t token_length(const char *location)
{
	assert_memory_equal(location, "/s/", 3);
	return strcspn(location + 3, "?");
}

/* The answer leads to the page of the address, by a link that is good for 30 days. */
static void assert_leads_to(const struct settings *settings, const char *address, const char *query)
{
	struct settings_link link;
	struct error err;
	size_t length;

	assert_int_equal(response.status, 303);
	assert_string_equal(response.media_type, PLAIN);
	assert_string_equal(response.body, "It is at another address.\n");
	assert_true(response.page);
	assert_true(response.no_store);
	length = token_length(response.location);
	assert_string_equal(response.location + 3 + length, query);
	assert_int_equal(settings_link_open(&settings->providers->link_keys, response.location + 3,
					    length, &link, &err),
			 0);
	assert_string_equal(link.address.text, address);
	assert_string_equal(link.language, "");
	assert_int_equal(link.last_day, TODAY + 30);
	assert_string_equal(response.domain.text, link.address.domain.text);
	assert_string_equal(request_kind_name(response.kind), "form");
}

static void leads_to_the_page(void **state)
{
#define LOCAL_64 "1234567890123456789012345678901234567890123456789012345678901234"
	static const struct {
		const char *target, *body, *address, *query;
	} cases[] = {
		{ "/", "address=anna%40kunde.example", "anna@kunde.example", "?share=1" },
		{ "/", "address=anna@kunde.example", "anna@kunde.example", "?share=1" },
		{ "/?x=y", "Address=Anna%40KUNDE.Example", "Anna@KUNDE.Example", "?share=1" },
		{ "/", "address=anna%40kunde.example.", "anna@kunde.example", "?share=1" },
		/* blanks from the clipboard */
		{ "/", "address=++anna%40kunde.example+%20", "anna@kunde.example", "?share=1" },
		{ "/", "address=++++++++anna%40kunde.example++++++++", "anna@kunde.example",
		  "?share=1" },
		{ "/", "address=anna%2Bshop%40kunde.example", "anna+shop@kunde.example",
		  "?share=1" },
		{ "/", "address=o%27x%26%7B%7D%60%23%3F%2F%24%40kunde.example",
		  "o'x&{}`#?/$@kunde.example", "?share=1" },
		{ "/", "address=%25EMAILADDRESS%25%40kunde.example", "%EMAILADDRESS%@kunde.example",
		  "?share=1" },
		{ "/", "address=anna%40m%C3%BCller.example", "anna@m\xc3\xbcller.example",
		  "?share=1" },
		{ "/", "address=anna%40M%C3%9CLLER.example", "anna@M\xc3\x9cLLER.example",
		  "?share=1" },
		{ "/", "address=anna@m\xc3\xbcller.example", "anna@m\xc3\xbcller.example",
		  "?share=1" },
		{ "/", "address=anna%40xn--mller-kva.example", "anna@xn--mller-kva.example",
		  "?share=1" },
		{ "/", "address=%C3%A4%40kunde.example", "\xc3\xa4@kunde.example", "?share=1" },
		{ "/", "address=" LOCAL_64 "%40kunde.example", LOCAL_64 "@kunde.example",
		  "?share=1" },
		/* the first of two, and whatever else there is */
		{ "/", "x=%00%&address=anna%40kunde.example&address=b%40kunde.example&y",
		  "anna@kunde.example", "?share=1" },
		/* a language that was chosen stays; the link has none, so its reader's counts */
		{ "/", "address=anna%40kunde.example&lang=de", "anna@kunde.example",
		  "?share=1&lang=de" },
		{ "/?lang=fr", "address=anna%40kunde.example", "anna@kunde.example",
		  "?share=1&lang=fr" },
		{ "/?lang=fr", "lang=de&address=anna%40kunde.example", "anna@kunde.example",
		  "?share=1&lang=de" },
		{ "/", "lang=DE-at&address=anna%40kunde.example", "anna@kunde.example",
		  "?share=1&lang=de" },
		{ "/", "lang=sv&address=anna%40kunde.example", "anna@kunde.example", "?share=1" },
		{ "/", "lang=%0d%0aSet-Cookie:x&address=anna%40kunde.example", "anna@kunde.example",
		  "?share=1" },
		{ "/", "lang=dededededededededededede&address=anna%40kunde.example",
		  "anna@kunde.example", "?share=1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		post(*state, cases[i].target, cases[i].body);
		assert_leads_to(*state, cases[i].address, cases[i].query);
	}
}

/* The same answer for every local part, and the same link all day. */
static void knows_no_mailboxes(void **state)
{
	char location[HTTP_LOCATION_MAX + 1];

	post(*state, "/", "address=anna%40kunde.example");
	strcpy(location, response.location);
	post(*state, "/", "address=anna%40kunde.example");
	assert_string_equal(response.location, location);
	post(*state, "/", "address=nobody%40kunde.example");
	assert_leads_to(*state, "nobody@kunde.example", "?share=1");
}

static void refuses_what_is_no_address(void **state)
{
	static const struct {
		const char *body, *kind;
		unsigned int status;
		const char *silent_of;
	} cases[] = {
		{ "", UNREADABLE, 400, NULL },
		{ "zzz", UNREADABLE, 400, "zzz" },
		{ "addres=zzz%40kunde.example", UNREADABLE, 400, "zzz" },
		{ "address%3Dzzz%40kunde.example", UNREADABLE, 400, "zzz" },
		{ "{\"address\":\"zzz@kunde.example\"}", UNREADABLE, 400, "zzz" },
		{ "address", NO_ADDRESS, 422, NULL },
		{ "address=", NO_ADDRESS, 422, NULL },
		{ "address=+", NO_ADDRESS, 422, NULL },
		{ "address=zzz", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40", NO_ADDRESS, 422, "zzz" },
		{ "address=%40kunde.example", NO_ADDRESS, 422, NULL },
		{ "address=zzz%40kunde", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40127.0.0.1", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40%5B127.0.0.1%5D", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40zzz%40kunde.example", NO_ADDRESS, 422, "zzz" },
		/* markup, quotes */
		{ "address=%3Cscript%3Ealert(1)%3C%2Fscript%3E%40kunde.example", NO_ADDRESS, 422,
		  "alert" },
		{ "address=zzz%22onfocus%3D%22%40kunde.example", NO_ADDRESS, 422, "onfocus" },
		{ "address=%22zzz+zzz%22%40kunde.example", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40kunde.example%3Cb%3E", NO_ADDRESS, 422, "zzz" },
		/* lines, as header injection has them */
		{ "address=zzz%0d%0aLocation:%20x%40kunde.example", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40kunde.example%0a", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40kunde.example\r\n", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%00%40kunde.example", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40kunde.example%00", NO_ADDRESS, 422, "zzz" },
		{ "address=%ff%40kunde.example", NO_ADDRESS, 422, NULL },
		{ "address=zzz%E2%80%A8%40kunde.example%85", NO_ADDRESS, 422, "zzz" },
		{ "address=%", NO_ADDRESS, 422, NULL },
		{ "address=a%20b%40kunde.example", NO_ADDRESS, 422, NULL },
		{ "address=a+b%40kunde.example", NO_ADDRESS, 422, NULL },
		/* right-to-left marks */
		{ "address=%E2%80%AEzzz%40kunde.example", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%E2%80%8F%40kunde.example", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%40kunde%E2%80%AE.example", NO_ADDRESS, 422, "zzz" },
		{ "address=zzz%E2%81%A6%40kunde.example", NO_ADDRESS, 422, "zzz" },
		/* a byte too long */
		{ "address=5" LOCAL_64 "%40kunde.example", NO_ADDRESS, 422, LOCAL_64 },
		/* what nobody sees */
		{ "address=zz%C2%ADz%40kunde.example", NO_ADDRESS, 422, "zz" },
		{ "address=zzz%40kun%E2%80%8Bde.example", NO_ADDRESS, 422, "zz" },
		/* not ours */
		{ "address=zzz%40foreign.example", ELSEWHERE, 404, "zzz" },
		{ "address=zzz%40foreign.example", ELSEWHERE, 404, "foreign" },
		{ "address=zzz%40sub.kunde.example", ELSEWHERE, 404, "kunde" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		post(*state, "/", cases[i].body);
		assert_page(cases[i].status, cases[i].kind);
		assert_holds("<form method=\"post\" action=\"/\">");
		assert_int_equal(response.domain.length, 0);
		assert_string_equal(request_kind_name(response.kind), "form");
		if (cases[i].silent_of)
			assert_silent_of(cases[i].silent_of);
	}
}

/* The name in letters of full width, which are three bytes each and mean the same. */
static void append_wide(char *to, const char *name)
{
	for (to += strlen(to); *name; name++) {
		const char wide[] = { '\xef', '\xbd', (char)(*name - 'a' + 0x81) };
		size_t length = *name == '.' ? 1 : sizeof(wide);

		memcpy(to, *name == '.' ? "." : wide, length);
		to += length;
	}
	*to = '\0';
}

/* An address is as long as SMTP has it at most: no link and no code of one is too long. */
static void limits_an_address(void **state)
{
	const size_t longest = 254 - 1 - strlen(SAMPLE_LONG_DOMAIN);
	char body[1100];

	assert_in_range(longest, 1, 63);
	for (size_t length = 1; length <= 64; length++) {
		snprintf(body, sizeof(body), "address=%.*s@" SAMPLE_LONG_DOMAIN, (int)length,
			 LOCAL_64);
		post(*state, "/", body);
		if (length <= longest)
			assert_leads_to(*state, body + 8, "?share=1");
		else
			assert_page(422, NO_ADDRESS);
	}
	snprintf(body, sizeof(body), "address=" LOCAL_64 "@");
	append_wide(body, SAMPLE_LONG_DOMAIN);
	assert_in_range(strlen(body), 700, sizeof(body));
	post(*state, "/", body);
	assert_page(422, NO_ADDRESS);
	snprintf(body, sizeof(body), "address=a@");
	append_wide(body, "kunde.example");
	post(*state, "/", body);
	assert_leads_to(*state, body + 8, "?share=1");
}

static void wants_a_form(void **state)
{
	static const struct {
		const char *type;
		bool good;
	} cases[] = {
		{ FORM_TYPE, true },
		{ "Application/X-WWW-Form-Urlencoded", true },
		{ FORM_TYPE ";charset=UTF-8", true },
		{ FORM_TYPE " ; charset=iso-8859-1", true }, /* what is not UTF-8 is refused */
		{ FORM_TYPE "; boundary=x", true },
		{ FORM_TYPE ";", true },
		{ NULL, false },
		{ "", false },
		{ ";" FORM_TYPE, false },
		{ "text/plain", false },
		{ "multipart/form-data; boundary=x", false },
		{ "application/json", false },
		{ "application/x-www-form-urlencode", false },
		{ FORM_TYPE "ed", false },
		{ FORM_TYPE ",text/plain", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		visit(*state, "/",
		      &(struct sent){ .method = HTTP_POST,
				      .body = "address=zzz%40kunde.example",
				      .content_type = cases[i].type });
		if (cases[i].good) {
			assert_leads_to(*state, "zzz@kunde.example", "?share=1");
			continue;
		}
		assert_page(415, UNREADABLE);
		assert_silent_of("zzz");
	}
	visit(*state, "/", &(struct sent){ .method = HTTP_POST, .content_type = FORM_TYPE });
	assert_page(400, UNREADABLE); /* no body at all */
}

static void limits_the_body(void **state)
{
	char body[HTTP_FORM_MAX + 2];

	memset(body, 'x', sizeof(body));
	memcpy(body, "address=anna%40kunde.example&", 29);
	body[HTTP_FORM_MAX] = '\0';
	post(*state, "/", body);
	assert_leads_to(*state, "anna@kunde.example", "?share=1");
	body[HTTP_FORM_MAX] = 'x'; /* the edge does not let it through */
	body[HTTP_FORM_MAX + 1] = '\0';
	post(*state, "/", body);
	assert_page(422, NO_ADDRESS);
}

static void takes_no_more_than_it_should(void **state)
{
	static const unsigned int waits[] = { 1, 60 };

	for (size_t i = 0; i < 2; i++) {
		visit(*state, "/?lang=de",
		      &(struct sent){ .method = HTTP_POST,
				      .host = "setup.hosting.example",
				      .body = "address=zzz%40kunde.example",
				      .content_type = FORM_TYPE,
				      .retry_after = waits[i] });
		assert_page(429, "limited");
		assert_language("de");
		assert_int_equal(response.retry_after, waits[i]);
		assert_silent_of("zzz");
		assert_int_equal(response.domain.length, 0);
	}
	/* whoever only looks is not held back */
	visit(*state, "/", &(struct sent){ .host = "setup.hosting.example", .retry_after = 9 });
	assert_page(200, "form");
	assert_int_equal(response.retry_after, 0);
}

/* The form at a customer's own name is one as well, and its answer stays there. */
static void is_served_at_any_name(void **state)
{
	visit(*state, "/",
	      &(struct sent){ .method = HTTP_POST,
			      .host = "autoconfig.kunde.example",
			      .body = "address=anna%40mail.example",
			      .content_type = FORM_TYPE });
	assert_leads_to(*state, "anna@mail.example", "?share=1");
	assert_false(response.secure_host);
}

/* Without keys there are no links to persons: the page of the domain is what there is. */
static void leads_to_the_domain_without_keys(void **state)
{
	static const struct {
		const char *body, *location;
	} cases[] = {
		{ "address=anna%40kunde.example", "/d/kunde.example?share=1" },
		{ "address=anna%40M%C3%BCller.example&lang=de",
		  "/d/xn--mller-kva.example?share=1&lang=de" },
	};
	CLEANUP(settings_unrefp) struct settings *settings = pages_of(PAGES, "", NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		post(settings, "/", cases[i].body);
		assert_int_equal(response.status, 303);
		assert_string_equal(response.location, cases[i].location);
	}
	forget();
}

static void makes_links_for_so_many_days(void **state)
{
	CLEANUP(settings_unrefp)
	struct settings *settings = pages_of(PAGES "[links]\ndays = 3650\n", "1 " KEY_0, NULL);
	struct settings_link link;
	struct error err;

	(void)state;
	for (int day = 1; day <= UINT16_MAX + 10; day += 5000) {
		int wanted = day + 3650 > UINT16_MAX ? UINT16_MAX : day + 3650;

		visit(settings, "/",
		      &(struct sent){ .method = HTTP_POST,
				      .body = "address=anna%40kunde.example",
				      .content_type = FORM_TYPE,
				      .now = INT64_C(86400) * day });
		assert_int_equal(response.status, 303);
		assert_int_equal(settings_link_open(&settings->providers->link_keys,
						    response.location + 3,
						    token_length(response.location), &link, &err),
				 0);
		assert_int_equal(link.last_day, wanted);
	}
	forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leads_to_the_page),
		cmocka_unit_test(knows_no_mailboxes),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(limits_an_address),
		cmocka_unit_test(wants_a_form),
		cmocka_unit_test(limits_the_body),
		cmocka_unit_test(takes_no_more_than_it_should),
		cmocka_unit_test(is_served_at_any_name),
		cmocka_unit_test(leads_to_the_domain_without_keys),
		cmocka_unit_test(makes_links_for_so_many_days),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
