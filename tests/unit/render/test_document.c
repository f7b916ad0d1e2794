#include "render/document.h"

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
	assert_int_equal(provider_set_new(configuration, &set, &err), 0);
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
		cmocka_unit_test(knows_its_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
