#include "render/autodiscover.h"

#include "../sample_provider.h"
#include "render/xml_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
	"<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/"                \
	"responseschema/2006\">\n"
#define OUTLOOK                                                                                    \
	HEAD "  <Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/"     \
	     "responseschema/2006a\">\n"
#define MOBILESYNC                                                                                 \
	HEAD "  <Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/mobilesync/"  \
	     "responseschema/2006\">\n"
#define USER(name)                                                                                 \
	"    <User>\n"                                                                             \
	"      <DisplayName>" name "</DisplayName>\n"                                              \
	"      <AutoDiscoverSMTPAddress>" name "</AutoDiscoverSMTPAddress>\n"                      \
	"    </User>\n"
#define NOBODY(domain)                                                                             \
	"    <User>\n"                                                                             \
	"      <DisplayName>" domain "</DisplayName>\n"                                            \
	"    </User>\n"
#define ACCOUNT(action)                                                                            \
	"    <Account>\n"                                                                          \
	"      <AccountType>email</AccountType>\n"                                                 \
	"      <Action>" action "</Action>\n"
#define TAIL                                                                                       \
	"    </Account>\n"                                                                         \
	"  </Response>\n"                                                                          \
	"</Autodiscover>\n"
#define LOGIN(name) "        <LoginName>" name "</LoginName>\n"
#define PROTOCOL(type, server, port, login, ssl, encryption, auth, more)                           \
	"      <Protocol>\n"                                                                       \
	"        <Type>" type "</Type>\n"                                                          \
	"        <TTL>1</TTL>\n"                                                                   \
	"        <Server>" server "</Server>\n"                                                    \
	"        <Port>" port "</Port>\n" login "        <DomainRequired>off</DomainRequired>\n"   \
	"        <SPA>off</SPA>\n"                                                                 \
	"        <SSL>" ssl "</SSL>\n"                                                             \
	"        <Encryption>" encryption "</Encryption>\n"                                        \
	"        <AuthRequired>" auth "</AuthRequired>\n" more "      </Protocol>\n"
#define SENDING(pop_auth, last)                                                                    \
	"        <UsePOPAuth>" pop_auth "</UsePOPAuth>\n"                                          \
	"        <SMTPLast>" last "</SMTPLast>\n"
#define DAV(type, url, login)                                                                      \
	"      <Protocol>\n"                                                                       \
	"        <Type>" type "</Type>\n"                                                          \
	"        <Server>" url "</Server>\n" login                                                 \
	"        <DomainRequired>off</DomainRequired>\n"                                           \
	"      </Protocol>\n"

#define HOST "mail.hosting.example"
#define FULL(login)                                                                                \
	PROTOCOL("IMAP", HOST, "993", login, "on", "SSL", "on", "")                                \
	PROTOCOL("POP3", HOST, "995", login, "on", "SSL", "on", "")                                \
	PROTOCOL("SMTP", HOST, "465", login, "on", "SSL", "on", SENDING("on", "off"))              \
	DAV("CalDAV", "https://mail.hosting.example/WebDAV/", login)                               \
	DAV("CardDAV", "https://mail.hosting.example/WebDAV/", login)

static struct mail_server pop_first_smtp = { MAIL(SERVER_SMTP, "smtp.hosting.example", 587,
						  SOCKET_STARTTLS),
					     .auth = { AUTH_SMTP_AFTER_POP }, .auth_count = 1 };
static struct mail_server ntlm_imap = { MAIL(SERVER_IMAP, "10.0.0.1", 993, SOCKET_SSL),
					.auth = { AUTH_GSSAPI, AUTH_NTLM }, .auth_count = 2,
					.username = TEXT("%EMAILDOMAIN%+%EMAILLOCALPART%") };
static struct mail_server personal_dav = { WEB(SERVER_CALDAV,
					       "https://dav.hosting.example/%EMAILADDRESS%/"),
					   PASSWORD, .username = TEXT("customer") };
static struct mail_server plain_dav = { WEB(SERVER_CARDDAV, "http://dav.hosting.example/"),
					PASSWORD, ADDRESS };
static const struct email_provider mixed_provider = {
	.imap = &ntlm_imap, .smtp = &pop_first_smtp, .caldav = &personal_dav, .carddav = &plain_dav
};

static void outlook(void **state)
{
	static const struct {
		const struct email_provider *provider;
		const char *address; /* begins with @: none */
		const char *xml;
	} cases[] = {
		{ &full_provider, "anna@kunde.example",
		  OUTLOOK USER("anna@kunde.example") ACCOUNT("settings")
			  FULL(LOGIN("anna@kunde.example")) TAIL },
		/* GET: the login is the address that the program knows and we do not */
		{ &full_provider, "@kunde.example",
		  OUTLOOK NOBODY("kunde.example") ACCOUNT("settings") FULL("") TAIL },
		/* a name is data, whatever is in it */
		{ &redirecting_provider, "a&'b<c>@kunde.example",
		  OUTLOOK USER("a&amp;&#39;b&lt;c&gt;@kunde.example")
			  ACCOUNT("redirectUrl") "      "
						 "<RedirectUrl>https://mail.hosting.example/"
						 "autodiscover/autodiscover.xml"
						 "</RedirectUrl>\n" TAIL },
		/* STARTTLS is SSL on with Encryption TLS; plain is the only one with SSL off; who
		 * is known by the IP address logs in with nothing */
		{ &odd_provider, "Anna.Berg@kunde.example",
		  OUTLOOK USER("Anna.Berg@kunde.example") ACCOUNT("settings") PROTOCOL(
			  "POP3", "pop.kunde.example", "110", LOGIN("Anna.Berg"), "on", "TLS", "on",
			  "") PROTOCOL("SMTP", "smtp.kunde.example", "2525", "", "off", "None",
				       "off", SENDING("off", "off")) TAIL },
		/* SMTPLast where reading mail is the login; SPA off for NTLM too; DAV over https
		   only */
		{ &mixed_provider, "anna@kunde.example",
		  OUTLOOK USER("anna@kunde.example") ACCOUNT("settings") PROTOCOL(
			  "IMAP", "10.0.0.1", "993", LOGIN("kunde.example+anna"), "on", "SSL", "on",
			  "") PROTOCOL("SMTP", "smtp.hosting.example", "587", "", "on", "TLS",
				       "off", SENDING("off", "on"))
			  DAV("CalDAV", "https://dav.hosting.example/anna@kunde.example/",
			      LOGIN("customer")) TAIL },
		/* without a person: neither a login nor a URL that has one in it */
		{ &mixed_provider, "@kunde.example",
		  OUTLOOK NOBODY("kunde.example") ACCOUNT("settings")
			  PROTOCOL("IMAP", "10.0.0.1", "993", "", "on", "SSL", "on", "")
				  PROTOCOL("SMTP", "smtp.hosting.example", "587", "", "on", "TLS",
					   "off", SENDING("off", "on")) TAIL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(template_freep) struct template *template = NULL;
		CLEANUP(freep) char *xml = NULL;
		struct error err = { 0 };

		assert_int_equal(autodiscover_outlook_compile(cases[i].provider,
							      cases[i].address[0] != '@', &template,
							      &err),
				 0);
		xml = sample_fill(template, cases[i].address);
		assert_non_null(xml);
		assert_string_equal(xml, cases[i].xml);
	}
}

/* A provider of EWS alone: Outlook gets an error instead of an empty account. */
static void outlook_has_nothing_to_say(void **state)
{
	static const struct email_provider provider = { .caldav = &personal_dav };
	struct template *template = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(autodiscover_outlook_compile(&provider, true, &template, &err), 0);
	assert_null(template);
}

static void mobilesync(void **state)
{
	CLEANUP(template_freep) struct template *template = NULL;
	CLEANUP(freep) char *xml = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(autodiscover_mobilesync_compile(&full_provider, &template, &err), 0);
	assert_int_equal(template_holes(template), TEMPLATE_HOLE(HOLE_EMAILADDRESS));
	xml = sample_fill(template, "anna+x@kunde.example");
	assert_string_equal(
		xml, MOBILESYNC
		"    <Culture>en:us</Culture>\n"
		"    <User>\n"
		"      <DisplayName>anna+x@kunde.example</DisplayName>\n"
		"      <EMailAddress>anna+x@kunde.example</EMailAddress>\n"
		"    </User>\n"
		"    <Action>\n"
		"      <Settings>\n"
		"        <Server>\n"
		"          <Type>MobileSync</Type>\n"
		"          <Url>https://mail.hosting.example/Microsoft-Server-ActiveSync</Url>\n"
		"          <Name>https://mail.hosting.example/Microsoft-Server-ActiveSync</Name>\n"
		"        </Server>\n"
		"      </Settings>\n"
		"    </Action>\n"
		"  </Response>\n"
		"</Autodiscover>\n");
}

/* The constants are what the writer would have written. */
static void errors(void **state)
{
	static const struct {
		enum autodiscover_error code;
		const char *message;
	} cases[] = {
		{ AUTODISCOVER_ADDRESS_UNKNOWN, "The email address can't be found." },
		{ AUTODISCOVER_BAD_REQUEST, "Invalid Request" },
		{ AUTODISCOVER_NO_PROVIDER, "Provider is not available" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(xml_out_freep) struct xml_out *out = xml_out_new();
		CLEANUP(freep) char *xml = NULL;
		struct error err = { 0 };
		size_t size;

		xml_out_open(out, "Autodiscover");
		xml_out_attribute(
			out, "xmlns",
			"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006");
		xml_out_open(out, "Response"); /* in the outer namespace, unlike settings */
		xml_out_open(out, "Error");
		xml_out_element_number(out, "ErrorCode", cases[i].code);
		xml_out_element(out, "Message", cases[i].message);
		xml_out_open(out, "DebugData");
		for (int open = 0; open < 4; open++)
			xml_out_close(out);
		assert_int_equal(xml_out_finish(&out, &xml, &size, &err), 0);
		assert_string_equal(autodiscover_error_document(cases[i].code), xml);
	}
}

static void json(void **state)
{
	static const struct {
		const char *protocol, *url, *json;
	} cases[] = {
		{ "ActiveSync", "https://h/?who=%EMAILLOCALPART%",
		  "{\"Protocol\":\"ActiveSync\",\"Url\":\"https://h/?who=anna\"}" },
		{ "AutodiscoverV1",
		  "https://autodiscover.%EMAILDOMAIN%/autodiscover/autodiscover.xml",
		  "{\"Protocol\":\"AutodiscoverV1\",\"Url\":\"https://autodiscover.kunde.example/"
		  "autodiscover/autodiscover.xml\"}" },
		{ "ActiveSync", "https://h/\"\\\xc3\xb6",
		  "{\"Protocol\":\"ActiveSync\",\"Url\":\"https://h/\\\"\\\\\xc3\xb6\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(template_freep) struct template *template = NULL;
		CLEANUP(freep) char *text = NULL;
		struct error err = { 0 };

		assert_int_equal(
			autodiscover_json_compile(cases[i].protocol, cases[i].url, &template, &err),
			0);
		text = sample_fill(template, "anna@kunde.example");
		assert_string_equal(text, cases[i].json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outlook),    cmocka_unit_test(outlook_has_nothing_to_say),
		cmocka_unit_test(mobilesync), cmocka_unit_test(errors),
		cmocka_unit_test(json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
