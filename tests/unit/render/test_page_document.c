/* The document that stylesheets get, as a stylesheet that prints it sees it. */
#include "render/page_document.h"

#include "page_site.h"

#define HEAD(kind, view, language, device, cannot, share, chosen, standalone)                      \
	"page kind=[" kind "] view=[" view "] language=[" language "] device=[" device             \
	"] cannot-install=[" cannot "] share=[" share "] language-chosen=[" chosen                 \
	"] standalone=[" standalone "]\n"
#define VALUES                                                                                     \
	"site name=[H & Sons] phone=[+1 2] hours=[9-5] email=[help@h.example] support=[Ask us.] "  \
	"help=[https://h.example/help] welcome=[Hello] "
/* SHA-256 of ":root{--accent:#1a5fb4;--accent-dark:#99c1f1}\nx", and of "y" */
#define VERSIONS "css=[/page.css?f85babc693fd3a90] script=[/page.js?a1fce4363854ff88]\n"
#define SITE_LINE VALUES "action=[/] " VERSIONS
#define LANGUAGES(en, de)                                                                          \
	"languages\nlanguage tag=[en] name=[English] href=[?lang=en] current=[" en "]\n"           \
	"language tag=[de] name=[Deutsch] href=[?lang=de] current=[" de "]\n"
#define REST "programs urn:signpost:page\ntexts urn:signpost:page\n"
#define FOR_ANNA                                                                                   \
	"for address=[Anna@kunde.example] local=[Anna] host=[kunde.example] "                      \
	"domain=[kunde.example]\n"
#define SERVERS(imap, pop3, smtp)                                                                  \
	"server type=[imap] hostname=[mail.h.example] port=[993] security=[SSL] "                  \
	"authentication=[password-cleartext]" imap "\n"                                            \
	"server type=[pop3] hostname=[pop.kunde.example] port=[110] security=[STARTTLS] "          \
	"authentication=[password-cleartext]" pop3 "\n"                                            \
	"server type=[smtp] hostname=[mail.h.example] port=[465] security=[SSL] "                  \
	"authentication=[password-cleartext]" smtp "\n"
#define WEBS(webmail)                                                                              \
	webmail "web type=[caldav] url=[https://mail.h.example/dav/kunde.example/]\n"              \
		"web type=[carddav] url=[https://mail.h.example/dav/]\n"                           \
		"web type=[activesync] url=[https://mail.h.example/Microsoft]\n"
#define WEBMAIL "web type=[webmail] url=[https://web.h.example/?a=1&b=Anna@kunde.example]\n"
#define PROFILE_LINES(path, query, more)                                                           \
	"profile content=[mail] href=[" path "/mail.mobileconfig" query "]\n"                      \
	"profile content=[all] href=[" path "/mail.mobileconfig?" more "content=all]\n"            \
	"profile content=[activesync] href=[" path "/mail.mobileconfig?" more                      \
	"content=activesync]\n"
#define LINKS(path, query, more)                                                                   \
	"link href=[https://setup.h.example" path query "] path=[" path "] page=[" path query      \
	"] print=[" path "/print" query "] text=[" path "?" more "format=text]"
#define QR_OF(path, query)                                                                         \
	"qr for=[page] text=[https://setup.h.example" path query "] src=[" path "/qr.svg" query    \
	"]\n"
#define QR_THUNDERBIRD(path, query) "qr for=[thunderbird] src=[" path "/thunderbird.svg" query "]\n"

/* Every attribute of the contract, of a person and of a domain. */
static void gives_the_stylesheet_what_it_promises(void **state)
{
	static const struct {
		const char *whom;
		struct page_request request; /* besides whom */
		const char *document;
	} cases[] = {
		{ "Anna@kunde.example",
		  { .view = PAGE_SCREEN },
		  HEAD("settings", "screen", "en", "other", "no", "no", "no",
		       "no") SITE_LINE LANGUAGES("yes", "no")
			  FOR_ANNA LINKS("/s/TOKEN", "", "") " until=[31 December 2026]\n" SERVERS(
				  " username=[Anna@kunde.example]", " username=[Anna]",
				  " username=[Anna@kunde.example]") WEBS(WEBMAIL)
				  PROFILE_LINES("/s/TOKEN", "", "") QR_OF("/s/TOKEN", "")
					  QR_THUNDERBIRD("/s/TOKEN", "") REST },
		{ "Anna@kunde.example",
		  { .view = PAGE_SCREEN,
		    .language = 1,
		    .language_chosen = true,
		    .device = DEVICE_IPHONE,
		    .cannot_install = true,
		    .share = true },
		  HEAD("settings", "screen", "de", "iphone", "yes", "yes", "yes",
		       "no") SITE_LINE LANGUAGES("no", "yes") FOR_ANNA
			  LINKS("/s/TOKEN", "?lang=de",
				"lang=de&amp;") " until=[31. Dezember 2026]\n" SERVERS(" username=["
										       "Anna@kunde."
										       "example]",
										       " username=["
										       "Anna]",
										       " username=["
										       "Anna@kunde."
										       "example]")
				  WEBS(WEBMAIL) PROFILE_LINES("/s/TOKEN", "?lang=de",
							      "lang=de&amp;")
					  QR_OF("/s/TOKEN", "?lang=de")
						  QR_THUNDERBIRD("/s/TOKEN", "?lang=de") REST },
		/* what depends on the person is left out; only a screen has an order of devices */
		{ "kunde.example",
		  { .view = PAGE_TEXT, .device = DEVICE_LINUX },
		  HEAD("settings", "text", "en", "other", "no", "no", "no", "no")
			  SITE_LINE LANGUAGES("yes", "no") "for domain=[kunde.example]\n" LINKS(
				  "/d/kunde.example", "", "") "\n" SERVERS("", "", "")
				  WEBS("web type=[webmail]\n")
					  PROFILE_LINES("/d/kunde.example", "", "")
						  QR_OF("/d/kunde.example", "") REST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(site_clear) struct site site = printing_site(SITE PROFILES, FULL);
		CLEANUP(freep) char *text = NULL;
		struct asked asked;

		ask(&asked, &site, cases[i].whom);
		asked.request.view = cases[i].request.view;
		asked.request.language = cases[i].request.language;
		asked.request.language_chosen = cases[i].request.language_chosen;
		asked.request.device = cases[i].request.device;
		asked.request.cannot_install = cases[i].request.cannot_install;
		asked.request.share = cases[i].request.share;
		text = make(&site, &asked.request);
		assert_string_equal(text, cases[i].document);
	}
}

/* A provider whose servers are the customer's own, without profiles, links and codes. */
static void leaves_out_what_there_is_not(void **state)
{
	static const struct {
		const char *whom, *configuration, *provider, *document;
	} cases[] = {
		{ "anna@m\xc3\xbcller.example", "[site]\nlanguages = en\n", PLAIN,
		  HEAD("settings", "screen", "en", "other", "no", "no", "no",
		       "no") "site action=[/] " VERSIONS
			     "languages\nlanguage tag=[en] name=[English] href=[?lang=en] "
			     "current=[yes]\n"
			     "for address=[anna@m\xc3\xbcller.example] local=[anna] "
			     "host=[m\xc3\xbcller.example] "
			     "domain=[m\xc3\xbcller.example]\n"
			     "link path=[/s/TOKEN] page=[/s/TOKEN] print=[/s/TOKEN/print] "
			     "text=[/s/TOKEN?format=text] until=[31 December 2026]\n"
			     "server type=[pop3] hostname=[h.example] port=[110] security=[plain] "
			     "authentication=[password-cleartext] "
			     "username=[xn--mller-kva.example]\n"
			     "server type=[smtp] hostname=[h.example] port=[25] security=[plain] "
			     "authentication=[password-cleartext] "
			     "username=[anna@m\xc3\xbcller.example]\n"
			     "qr for=[thunderbird] src=[/s/TOKEN/thunderbird.svg]\n" REST },
		/* people read letters, not A-labels; references keep them */
		{ "xn--mller-kva.example", "[site]\nlanguages = en\nurl = http://h.example:81/x\n",
		  PLAIN,
		  HEAD("settings", "screen", "en", "other", "no", "no", "no",
		       "no") "site action=[/] " VERSIONS
			     "languages\nlanguage tag=[en] name=[English] href=[?lang=en] "
			     "current=[yes]\n"
			     "for domain=[m\xc3\xbcller.example]\n"
			     "link href=[http://h.example:81/x/d/xn--mller-kva.example] "
			     "path=[/d/xn--mller-kva.example] page=[/d/xn--mller-kva.example] "
			     "print=[/d/xn--mller-kva.example/print] "
			     "text=[/d/xn--mller-kva.example?format=text]\n"
			     "server type=[pop3] hostname=[h.example] port=[110] security=[plain] "
			     "authentication=[password-cleartext] "
			     "username=[xn--mller-kva.example]\n"
			     "server type=[smtp] hostname=[h.example] port=[25] security=[plain] "
			     "authentication=[password-cleartext]\n"
			     "qr for=[page] text=[http://h.example:81/x/d/xn--mller-kva.example] "
			     "src=[/d/xn--mller-kva.example/qr.svg]\n" REST },
		{ "kunde.example", "[site]\nlanguages = en\n" PROFILES, HANDED,
		  HEAD("settings", "screen", "en", "other", "no", "no", "no",
		       "no") "site action=[/] " VERSIONS
			     "languages\nlanguage tag=[en] name=[English] href=[?lang=en] "
			     "current=[yes]\n"
			     "for domain=[kunde.example]\n"
			     "link path=[/d/kunde.example] page=[/d/kunde.example] "
			     "print=[/d/kunde.example/print] text=[/d/kunde.example?format=text]\n"
			     "server type=[imap] hostname=[h.example] port=[993] security=[SSL] "
			     "authentication=[password-cleartext]\n"
			     "server type=[smtp] hostname=[h.example] port=[465] security=[SSL] "
			     "authentication=[password-cleartext]\n"
			     "web type=[exchange] "
			     "url=[https://h.example/autodiscover/autodiscover.xml]\n"
			     "profile content=[mail] "
			     "href=[/d/kunde.example/mail.mobileconfig]\n" REST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(site_clear)
		struct site site = printing_site(cases[i].configuration, cases[i].provider);
		CLEANUP(freep) char *text = NULL;
		struct asked asked;

		ask(&asked, &site, cases[i].whom);
		text = make(&site, &asked.request);
		assert_string_equal(text, cases[i].document);
	}
}

/* Without settings there is the form alone, whatever else the request holds. */
static void gives_every_kind(void **state)
{
	static const struct {
		enum page_kind kind;
		const char *document;
	} cases[] = {
#define NOTICE(name)                                                                               \
	HEAD(name, "screen", "de", "other", "no", "no", "yes", "no")                               \
	SITE_LINE LANGUAGES("no", "yes") REST
		{ PAGE_FORM, NOTICE("form") },
		{ PAGE_EXPIRED, NOTICE("expired") },
		{ PAGE_INVALID, NOTICE("invalid") },
		{ PAGE_ELSEWHERE, NOTICE("elsewhere") },
		{ PAGE_NO_ADDRESS, NOTICE("no-address") },
		{ PAGE_UNREADABLE, NOTICE("unreadable") },
		{ PAGE_LIMITED, NOTICE("limited") },
		{ PAGE_NOTHING, NOTICE("nothing") },
		{ PAGE_FAILED, NOTICE("failed") },
	};
	CLEANUP(site_clear) struct site site = printing_site(SITE PROFILES, FULL);

	(void)state;
	assert_int_equal(sizeof(cases) / sizeof(*cases) + 1, PAGE_KIND_COUNT);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *text = NULL;
		CLEANUP(freep) char *again = NULL;
		struct asked asked;

		ask(&asked, &site, "anna@kunde.example");
		asked.request.kind = cases[i].kind;
		asked.request.language = 1;
		asked.request.language_chosen = true;
		asked.request.device = DEVICE_ANDROID;
		text = make(&site, &asked.request);
		assert_string_equal(text, cases[i].document);
		/* nothing of settings is needed */
		asked.request.subject = (struct document_subject){ NULL, NULL };
		asked.request.answers = NULL;
		asked.request.token = NULL;
		asked.request.expires = 0;
		again = make(&site, &asked.request);
		assert_string_equal(again, text);
	}
}

#define SVG "svg http://www.w3.org/2000/svg\n"

/* One file: nothing in it is asked for elsewhere, and links are whole. */
static void makes_a_page_of_one_file(void **state)
{
	const struct page_file logo =
		sample_file("logo", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
	const struct page_file own[] = { sample_file("page.xsl", PRINT),
					 sample_file("page.css", "a>b{c:\"</style>&\"}"),
					 sample_file("page.js", "y") };
	CLEANUP(site_clear) struct site site = site_with(SITE PROFILES, FULL, own, 3, &logo);
	CLEANUP(freep) char *text = NULL, *form = NULL;
	struct asked asked;

	(void)state;
	ask(&asked, &site, "Anna@kunde.example");
	asked.request.standalone = true;
	asked.request.language_chosen = true;
	text = make(&site, &asked.request);
#define WHOLE "https://setup.h.example/s/TOKEN"
	assert_string_equal(
		text, HEAD("settings", "screen", "en", "other", "no", "no", "yes", "yes") VALUES
		"action=[https://setup.h.example/] logo=[data:image/svg+xml;base64,"
		"PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=]\n"
		"style urn:signpost:page\nscript urn:signpost:page\n"
		"languages\n"
		"language tag=[en] name=[English] href=[" WHOLE "?lang=en] current=[yes]\n"
		"language tag=[de] name=[Deutsch] href=[" WHOLE "?lang=de] current=[no]\n" FOR_ANNA
		"link href=[" WHOLE "?lang=en] path=[" WHOLE "] page=[" WHOLE
		"?lang=en] print=[" WHOLE "/print?lang=en] text=[" WHOLE
		"?lang=en&amp;format=text] "
		"until=[31 December 2026]\n" SERVERS(" username=[Anna@kunde.example]",
						     " username=[Anna]",
						     " username=[Anna@kunde.example]") WEBS(WEBMAIL)
			PROFILE_LINES(WHOLE, "?lang=en",
				      "lang=en&amp;") "qr for=[page] text=[" WHOLE "?lang=en]\n" SVG
						      "qr for=[thunderbird]\n" SVG REST);
	/* never kept: the codes are this person's */
	asked.request.token = "OTHER";
	form = make(&site, &asked.request);
	assert_null(strstr(form, "TOKEN"));
}

/* In one file without a URL to come back to, links are as they are in the service. */
static void makes_one_file_without_a_url(void **state)
{
	CLEANUP(site_clear) struct site site = printing_site("[site]\nlanguages = en\n", FULL);
	CLEANUP(freep) char *text = NULL;
	struct asked asked;

	(void)state;
	ask(&asked, &site, "kunde.example");
	asked.request.standalone = true;
	text = make(&site, &asked.request);
	assert_non_null(strstr(text, "\nsite action=[/]\nstyle "));
	assert_non_null(strstr(text, " href=[?lang=en] "));
	assert_non_null(strstr(text, "\nlink path=[/d/kunde.example] "));
	assert_null(strstr(text, "\nqr "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_stylesheet_what_it_promises),
		cmocka_unit_test(leaves_out_what_there_is_not),
		cmocka_unit_test(gives_every_kind),
		cmocka_unit_test(makes_a_page_of_one_file),
		cmocka_unit_test(makes_one_file_without_a_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
