#include "render/document.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PROVIDER                                                                                   \
	"<clientConfig><emailProvider id=\"h.example\"><domain>h.example</domain>"                 \
	"<incomingServer type=\"imap\"><hostname>mail.h.example</hostname><port>993</port>"        \
	"<socketType>SSL</socketType><authentication>password-cleartext</authentication>"          \
	"<username>%EMAILADDRESS%</username></incomingServer>"                                     \
	"<outgoingServer type=\"smtp\"><hostname>mail.h.example</hostname><port>465</port>"        \
	"<socketType>SSL</socketType><authentication>password-cleartext</authentication>"          \
	"<username>%EMAILADDRESS%</username></outgoingServer>"                                     \
	"<s:mtaSts xmlns:s=\"" EMAIL_PROVIDER_NAMESPACE "\"><s:mx>mx.h.example</s:mx></s:mtaSts>"  \
	"</emailProvider></clientConfig>"
#define CONFIGURATION                                                                              \
	"[site]\nurl = https://setup.h.example\n"                                                  \
	"[profile]\nnamespace = 6ba7b811-9dad-11d1-80b4-00c04fd430c8\nidentifier = example.h\n"

/* One provider "plain", one domain kunde.example of it and one of a provider that is not loaded. */
static struct settings *make_settings(void)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(provider_set_unrefp) struct provider_set *set = NULL;
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;
	struct domain_table_builder *builder = NULL;
	struct configuration *configuration = NULL;
	struct provider_answers *answers = NULL;
	struct email_provider *provider = NULL;
	struct settings *settings = NULL;
	struct error err = { 0 };

	assert_int_equal(configuration_parse(CONFIGURATION, strlen(CONFIGURATION), "c", "/",
					     &configuration, &findings, &err),
			 0);
	assert_int_equal(
		email_provider_parse(PROVIDER, strlen(PROVIDER), "p", &provider, &findings, &err),
		0);
	assert_int_equal(provider_set_new(configuration, NULL, &set, &err), 0);
	assert_int_equal(provider_answers_make("plain", provider, configuration, &answers, &err),
			 0);
	assert_int_equal(provider_set_add(set, answers, &err), 0);
	assert_int_equal(domain_table_builder_new(NULL, 1, &builder, &err), 0);
	assert_int_equal(domain_table_builder_set(builder, "kunde.example", 13, "plain", &err), 0);
	assert_int_equal(domain_table_builder_set(builder, "lost.example", 12, "gone", &err), 0);
	assert_int_equal(domain_table_builder_finish(&builder, &table, &err), 0);
	assert_int_equal(settings_new(set, table, &settings, &err), 0);
	return settings;
}

static struct domain_name domain_of(const char *text)
{
	struct domain_name domain;
	struct error err;

	assert_int_equal(domain_name_parse(text, strlen(text), &domain, &err), 0);
	return domain;
}

static void finds_the_provider(void **state)
{
	CLEANUP(settings_unrefp) struct settings *settings = make_settings();
	struct domain_name ours = domain_of("KUNDE.example."), lost = domain_of("lost.example"),
			   foreign = domain_of("foreign.example");

	(void)state;
	assert_non_null(settings_find(settings, &ours));
	assert_string_equal(settings_find(settings, &ours)->id, "plain");
	assert_null(settings_find(settings, &lost)); /* as unknown: there is nothing to answer */
	assert_null(settings_find(settings, &foreign));
}

static void makes_every_format(void **state)
{
	static const struct {
		enum document_format format;
		bool with_address;
		int result;
		const char *says; /* the media type, or the error */
		const char *file_name, *holds;
	} cases[] = {
		{ DOCUMENT_AUTOCONFIG, true, 0, "text/xml; charset=utf-8", "",
		  "<domain>kunde.example</domain>" },
		{ DOCUMENT_AUTOCONFIG, false, 0, "text/xml; charset=utf-8", "",
		  "<username>%EMAILADDRESS%</username>" },
		{ DOCUMENT_AUTODISCOVER, true, 0, "text/xml; charset=utf-8", "",
		  "<LoginName>o&#39;x@KUNDE.example</LoginName>" },
		{ DOCUMENT_AUTODISCOVER, false, 0, "text/xml; charset=utf-8", "",
		  "<DisplayName>kunde.example</DisplayName>" },
		{ DOCUMENT_ACTIVESYNC, true, -1,
		  "provider plain has no answer in format activesync", "", "" },
		{ DOCUMENT_AUTODISCOVER_JSON, true, 0, "application/json; charset=utf-8", "",
		  "https://setup.h.example/autodiscover/autodiscover.xml" },
		{ DOCUMENT_MOBILECONFIG, true, 0, "application/x-apple-aspen-config",
		  "mail-kunde.example.mobileconfig", "<string>o&#39;x@KUNDE.example</string>" },
		{ DOCUMENT_MOBILECONFIG, false, -1, "format mobileconfig needs an e-mail address",
		  "", "" },
		{ DOCUMENT_PACC, false, 0, "application/json", "", "mail.h.example" },
		{ DOCUMENT_MTA_STS, true, 0, "text/plain", "",
		  "version: STSv1\r\nmode: testing\r\nmx: mx.h.example\r\nmax_age: 604800\r\n" },
		{ DOCUMENT_MTA_STS, false, 0, "text/plain", "", "mx: mx.h.example\r\n" },
		{ DOCUMENT_QR, true, 0, "application/json", "",
		  "[1,[1,1],[0,\"mail.h.example\",993,3,1,\"o'x@KUNDE.example\"]," },
		{ DOCUMENT_QR, false, -1, "format qr needs an e-mail address", "", "" },
	};
	CLEANUP(settings_unrefp) struct settings *settings = make_settings();
	struct document_choice choice = { 0 };
	struct email_address address;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(email_address_parse("o'x@KUNDE.example", 17, &address, &err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct document_subject subject = {
			.domain = &address.domain,
			.address = cases[i].with_address ? &address : NULL,
		};
		struct document document = { 0 };
		int result =
			document_make(settings->providers, settings_find(settings, &address.domain),
				      cases[i].format, &choice, &subject, &document, &err);

		assert_int_equal(result, cases[i].result);
		assert_string_equal(result == 0 ? document.media_type : err.text, cases[i].says);
		if (result < 0)
			continue;
		assert_string_equal(document.file_name, cases[i].file_name);
		assert_int_equal(document.size, strlen(document.bytes));
		if (!strstr(document.bytes, cases[i].holds))
			fail_msg("\"%s\" is not in %s", cases[i].holds, document.bytes);
		free(document.bytes);
	}
}

/* The code is for a program that takes ASCII alone. */
static void makes_qr_for_ascii(void **state)
{
	static const struct {
		const char *address, *json; /* NULL: there is none */
	} cases[] = {
		{ "anna@m\xc3\xbcller.example",
		  "[1,[1,1],[0,\"mail.h.example\",993,3,1,\"anna@xn--mller-kva.example\"],"
		  "[[[0,\"mail.h.example\",465,3,1,\"anna@xn--mller-kva.example\"],"
		  "[\"anna@xn--mller-kva.example\",\"anna@xn--mller-kva.example\"]]]]" },
		{ "j\xc3\xbcrgen@kunde.example", NULL },
		{ "anna.@kunde.example", NULL },
	};
	CLEANUP(settings_unrefp) struct settings *settings = make_settings();
	const struct provider_answers *answers = provider_set_find(settings->providers, "plain");
	struct document_choice choice = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct email_address address;
		struct document_subject subject = { &address.domain, &address };
		struct document document = { 0 };
		struct error err = { 0 };
		int result;

		assert_int_equal(email_address_parse(cases[i].address, strlen(cases[i].address),
						     &address, &err),
				 0);
		result = document_make(settings->providers, answers, DOCUMENT_QR, &choice, &subject,
				       &document, &err);
		assert_int_equal(result, cases[i].json ? 0 : -1);
		if (cases[i].json) {
			assert_string_equal(document.bytes, cases[i].json);
		} else {
			assert_int_equal(err.code, ERROR_NOT_FOUND);
			assert_string_equal(err.text,
					    "provider plain has no answer in format qr for this "
					    "address: only for ASCII, with single dots between "
					    "other letters");
		}
		free(document.bytes);
	}
}

/* Which form a choice is answered with, told by what is in it. */
static void chooses_the_form(void **state)
{
	static const unsigned char nonce[MOBILECONFIG_NONCE_BYTES] = { 7 };
	static const struct {
		struct document_choice choice;
		bool person;
		const char *holds, *lacks;
	} cases[] = {
		{ { .login = "" },
		  true,
		  "<string>anna@kunde.example</string>",
		  "EmailAccountName" },
		{ { .full_name = "Anna & <B>" },
		  true,
		  "<key>EmailAccountName</key>\n\t\t\t<string>Anna &amp; &lt;B&gt;</string>",
		  "kunde\\a" },
		{ { .full_name = "", .login = "kunde\\a" },
		  true,
		  "<key>IncomingMailServerUsername</key>\n\t\t\t<string>kunde\\a</string>",
		  "EmailAccountName" },
		{ { .full_name = "Anna", .login = "l" }, true, "<string>Anna</string>", "%" },
		{ { .nonce = nonce }, false, "<string>kunde.example</string>", "EmailAddress" },
		/* a name is nobody's there */
		{ { .nonce = nonce, .full_name = "Anna", .login = "l" },
		  false,
		  "<string>kunde.example</string>",
		  "Anna" },
	};
	CLEANUP(settings_unrefp) struct settings *settings = make_settings();
	struct email_address address;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(email_address_parse("anna@kunde.example", 18, &address, &err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct document_subject subject = {
			.domain = &address.domain,
			.address = cases[i].person ? &address : NULL,
		};
		struct document document;

		assert_int_equal(document_make(settings->providers,
					       settings_find(settings, &address.domain),
					       DOCUMENT_MOBILECONFIG, &cases[i].choice, &subject,
					       &document, &err),
				 0);
		assert_string_equal(document.file_name, "mail-kunde.example.mobileconfig");
		assert_non_null(strstr(document.bytes, cases[i].holds));
		assert_null(strstr(document.bytes, cases[i].lacks));
		free(document.bytes);
	}
}

/*
 * A text of the configuration, or a URL, may hold what looks like a placeholder: it is filled in
 * where it is known and empty where not, and nothing of it is ever read from somewhere else.
 */
static void fills_placeholders_of_the_configuration(void **state)
{
	static const char text[] = "[site]\nname = A %EMAILADDRESS% %PAGE:LINK% %PROFILE:LOGIN% Z\n"
				   "[profile]\nnamespace = 6ba7b811-9dad-11d1-80b4-00c04fd430c8\n";
	static const char dav[] = "<calendar type=\"caldav\"><url>https://h.example/dav/"
				  "%EMAILADDRESS%/</url><authentication>http-basic"
				  "</authentication><username>%EMAILADDRESS%</username></calendar>"
				  "</clientConfig>";
	static const unsigned char nonce[MOBILECONFIG_NONCE_BYTES];
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(provider_set_unrefp) struct provider_set *set = NULL;
	CLEANUP(bytes_clear) struct bytes xml = { 0 };
	struct configuration *configuration = NULL;
	struct provider_answers *answers = NULL;
	struct email_provider *provider = NULL;
	struct domain_name domain = domain_of("kunde.example");
	struct email_address anna;
	struct error err = { 0 };

	(void)state;
	bytes_append(&xml, PROVIDER, strlen(PROVIDER) - strlen("</clientConfig>"));
	bytes_append_text(&xml, dav);
	assert_int_equal(email_address_parse("a@kunde.example", 15, &anna, &err), 0);
	assert_int_equal(
		configuration_parse(text, strlen(text), "c", "/", &configuration, &findings, &err),
		0);
	assert_int_equal(email_provider_parse(xml.data, xml.size, "p", &provider, &findings, &err),
			 0);
	assert_int_equal(provider_set_new(configuration, NULL, &set, &err), 0);
	assert_int_equal(provider_answers_make("plain", provider, configuration, &answers, &err),
			 0);
	assert_int_equal(provider_set_add(set, answers, &err), 0);
	for (int person = 0; person < 2; person++) {
		const struct document_subject subject = { &domain, person ? &anna : NULL };
		const struct document_choice choice = { .content = MOBILECONFIG_ALL,
							.nonce = nonce };
		struct document document;

		assert_int_equal(document_make(set, answers, DOCUMENT_MOBILECONFIG, &choice,
					       &subject, &document, &err),
				 0);
		assert_non_null(strstr(document.bytes,
				       person ? "<string>A a@kunde.example %PAGE:LINK%  Z</string>"
					      : "<string>A  %PAGE:LINK%  Z</string>"));
		assert_int_equal(strstr(document.bytes, "CalDAVPrincipalURL") != NULL, person);
		free(document.bytes);
	}
}

static void knows_its_formats(void **state)
{
	(void)state;
	for (int i = 0; i < DOCUMENT_FORMAT_COUNT; i++)
		assert_int_equal(document_format_from_name(document_format_name(i)), i);
	assert_int_equal(document_format_from_name("Autoconfig"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_provider),
		cmocka_unit_test(makes_every_format),
		cmocka_unit_test(makes_qr_for_ascii),
		cmocka_unit_test(chooses_the_form),
		cmocka_unit_test(fills_placeholders_of_the_configuration),
		cmocka_unit_test(knows_its_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
