#include "render/pacc.h"

#include "../sample_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char *render(const struct email_provider *provider)
{
	CLEANUP(template_freep) struct template *template = NULL;
	struct error err = { 0 };

	assert_int_equal(pacc_compile(provider, &template, &err), 0);
	if (!template)
		return NULL;
	assert_int_equal(template_holes(template) & ~TEMPLATE_HOLES_DOMAIN, 0);
	return sample_fill(template, "@kunde.example");
}

static struct mail_server servers[] = {
	/* the chosen one of its type is not what the format can say; a later one is */
	{ MAIL(SERVER_IMAP, "imap.%EMAILDOMAIN%", 143, SOCKET_STARTTLS), PASSWORD, ADDRESS },
	{ MAIL(SERVER_IMAP, "imap.%EMAILDOMAIN%", 9993, SOCKET_SSL), PASSWORD, ADDRESS },
	{ MAIL(SERVER_IMAP, "imaps.%EMAILDOMAIN%", 993, SOCKET_SSL), PASSWORD,
	  .username = TEXT("%EMAILLOCALPART%@%EMAILDOMAIN%") },
	/* a login that is not the address cannot be said */
	{ MAIL(SERVER_POP3, "pop.hosting.example", 995, SOCKET_SSL), PASSWORD,
	  .username = TEXT("%EMAILLOCALPART%") },
	{ MAIL(SERVER_SMTP, "smtp.hosting.example", 587, SOCKET_STARTTLS), PASSWORD, ADDRESS },
	{ WEB(SERVER_CALDAV, "https://dav.%EMAILDOMAIN%"), PASSWORD, ADDRESS },
	{ WEB(SERVER_CARDDAV, "https://dav.hosting.example:443/"), PASSWORD, ADDRESS },
	{ WEB(SERVER_WEBDAV, "https://dav.hosting.example/%EMAILADDRESS%/"), PASSWORD, ADDRESS },
	{ WEB(SERVER_JMAP, "http://jmap.hosting.example/"), PASSWORD, ADDRESS },
};
static const struct email_provider mixed_provider = {
	.imap = &servers[0],
	.pop3 = &servers[3],
	.smtp = &servers[4],
	.caldav = &servers[5],
	.carddav = &servers[6],
	.webdav = &servers[7],
	.jmap = &servers[8],
	.servers = servers,
	.server_count = sizeof(servers) / sizeof(*servers),
};

static void documents(void **state)
{
	static const struct {
		const struct email_provider *provider;
		const char *json; /* NULL: nothing to say */
	} cases[] = {
		{ &full_provider,
		  "{\"protocols\":{\"imap\":{\"host\":\"mail.hosting.example\"},"
		  "\"pop3\":{\"host\":\"mail.hosting.example\"},"
		  "\"smtp\":{\"host\":\"mail.hosting.example\"},"
		  "\"submit\":{\"host\":\"mail.hosting.example\"},"
		  "\"jmap\":{\"url\":\"https://jmap.hosting.example/\"},"
		  "\"caldav\":{\"url\":\"https://mail.hosting.example/WebDAV/\"},"
		  "\"carddav\":{\"url\":\"https://mail.hosting.example/WebDAV/\"}},"
		  "\"authentication\":{\"password\":true},"
		  "\"info\":{\"provider\":{\"name\":\"Example & Sons\",\"shortName\":\"Example\"},"
		  "\"help\":{\"documentation\":\"https://help.hosting.example/mail\"}}}" },
		{ &mixed_provider, "{\"protocols\":{\"imap\":{\"host\":\"imaps.kunde.example\"},"
				   "\"caldav\":{\"url\":\"https://dav.kunde.example/\"}},"
				   "\"authentication\":{\"password\":true},"
				   "\"info\":{\"provider\":{\"name\":\"kunde.example\"}}}" },
		{ &odd_provider, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *json = render(cases[i].provider);

		if (cases[i].json)
			assert_string_equal(json, cases[i].json);
		else
			assert_null(json);
	}
}

#define TEN "1234567890"
#define TEN_WIDE "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6"
#define FIFTY TEN TEN TEN TEN TEN

/* 60 and 20 characters are allowed, not bytes. */
static void cuts_long_names(void **state)
{
	const struct {
		char *name;
		const char *cut;
	} cases[] = {
		{ TEXT(FIFTY TEN), FIFTY TEN },
		{ TEXT(FIFTY TEN "x"), FIFTY TEN },
		{ TEXT(FIFTY TEN_WIDE "\xc3\xb6"), FIFTY TEN_WIDE },
		{ TEXT(FIFTY "x%EMAILDOMAIN%"), FIFTY "x" }, /* a placeholder stays whole or goes */
		{ TEXT("Mail of %EMAILDOMAIN%"), "Mail of kunde.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct localized_text name = { .text = cases[i].name };
		struct email_provider provider = full_provider;
		CLEANUP(freep) char *json = NULL;
		const char *begin;

		provider.display_names = &name;
		provider.display_name_count = 1;
		provider.display_short_name = TEXT(TEN TEN "x");
		json = render(&provider);
		assert_non_null(strstr(json, ",\"shortName\":\"" TEN TEN "\"}"));
		begin = strstr(json, "{\"name\":\"");
		assert_non_null(begin);
		begin += strlen("{\"name\":\"");
		assert_int_equal(strcspn(begin, "\""), strlen(cases[i].cut));
		assert_memory_equal(begin, cases[i].cut, strlen(cases[i].cut));
	}
}

/* Only what takes a password says so. */
static void authentication(void **state)
{
	struct mail_server server = { MAIL(SERVER_IMAP, "imap.hosting.example", 993, SOCKET_SSL),
				      .auth = { AUTH_OAUTH2 }, .auth_count = 1, ADDRESS };
	struct email_provider provider = { .imap = &server, .servers = &server, .server_count = 1 };
	CLEANUP(freep) char *json = render(&provider);

	(void)state;
	assert_string_equal(json, "{\"protocols\":{\"imap\":{\"host\":\"imap.hosting.example\"}},"
				  "\"authentication\":{},"
				  "\"info\":{\"provider\":{\"name\":\"kunde.example\"}}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(cuts_long_names),
		cmocka_unit_test(authentication),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
