#include "render/autoconfig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DOCUMENT(inside)                                                                           \
	"<clientConfig version=\"1.1\"><emailProvider id=\"hosting.example\">"                     \
	"<domain>hosting.example</domain><domain>other-customer.example</domain>" inside           \
	"</emailProvider></clientConfig>"
#define SERVER(kind, type, host, port, socket)                                                     \
	"<" kind " type=\"" type "\"><hostname>" host "</hostname><port>" port "</port>"           \
	"<socketType>" socket "</socketType><username>%EMAILADDRESS%</username>"                   \
	"<authentication>password-cleartext</authentication></" kind ">"

static char *render(const char *xml)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
	CLEANUP(template_freep) struct template *template = NULL;
	struct template_values values = { 0 };
	struct error err = { 0 };
	char *result = NULL;
	size_t size = 0;

	values.hole[HOLE_EMAILDOMAIN].text = "kunde.example";
	values.hole[HOLE_EMAILDOMAIN].size = strlen("kunde.example");
	assert_int_equal(
		email_provider_parse(xml, strlen(xml), "p.xml", &provider, &findings, &err), 0);
	assert_int_equal(autoconfig_compile(provider, &template, &err), 0);
	/* the answer is one for all addresses of a domain */
	assert_int_equal(template_holes(template), TEMPLATE_HOLES_DOMAIN);
	assert_int_equal(template_fill(template, &values, &result, &size, &err), 0);
	return result;
}

/* id and domain are the asked domain alone, displayName is never missing ("undefined" else). */
static void writes_the_least(void **state)
{
	CLEANUP(freep)
	char *xml = render(DOCUMENT(
		SERVER("incomingServer", "imap", "mail.hosting.example", "993", "SSL")
			SERVER("outgoingServer", "smtp", "mail.%EMAILDOMAIN%", "587", "STARTTLS")));

	(void)state;
	assert_string_equal(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				 "<clientConfig version=\"1.1\">\n"
				 "  <emailProvider id=\"kunde.example\">\n"
				 "    <domain>kunde.example</domain>\n"
				 "    <displayName>kunde.example</displayName>\n"
				 "    <displayShortName>kunde.example</displayShortName>\n"
				 "    <incomingServer type=\"imap\">\n"
				 "      <hostname>mail.hosting.example</hostname>\n"
				 "      <port>993</port>\n"
				 "      <socketType>SSL</socketType>\n"
				 "      <authentication>password-cleartext</authentication>\n"
				 "      <username>%EMAILADDRESS%</username>\n"
				 "    </incomingServer>\n"
				 "    <outgoingServer type=\"smtp\">\n"
				 "      <hostname>mail.kunde.example</hostname>\n"
				 "      <port>587</port>\n"
				 "      <socketType>STARTTLS</socketType>\n"
				 "      <authentication>password-cleartext</authentication>\n"
				 "      <username>%EMAILADDRESS%</username>\n"
				 "    </outgoingServer>\n"
				 "  </emailProvider>\n"
				 "</clientConfig>\n");
}

/*
 * IMAP first (Geary refuses all else), one server a type (Evolution takes the last), Exchange
 * behind them (in front Thunderbird recommends it), owa never (it breaks Thunderbird's account
 * hub), names and pages after what programs read, DAV under the root.
 */
static void orders_and_leaves_out(void **state)
{
	static const char *const order[] = {
		"<displayName>Mail &amp; More</displayName>",
		"type=\"imap\"",
		"<hostname>imap.hosting.example</hostname>",
		"type=\"pop3\"",
		"<leaveMessagesOnServer>true</leaveMessagesOnServer>",
		"type=\"ews\"",
		"<url>https://mail.hosting.example/EWS/Exchange.asmx</url>",
		"type=\"smtp\"",
		"<documentation url=\"https://help.hosting.example/\">",
		"<descr lang=\"de\">Hilfe</descr>",
		"</emailProvider>",
		"<calendar type=\"caldav\">",
		"<url>https://mail.hosting.example/WebDAV/</url>",
		"<webMail>",
		"<loginPage url=\"https://mail.hosting.example/\"/>",
	};
	CLEANUP(freep)
	char *xml = render(DOCUMENT(
		"<displayName>Mail &amp; More</displayName>"
		"<documentation url=\"https://help.hosting.example/\"><descr "
		"lang=\"de\">Hilfe</descr>"
		"</documentation>"
		"<incomingServer type=\"owa\"><url>https://mail.hosting.example/owa</url>"
		"<authentication>password-cleartext</authentication>"
		"<username>%EMAILADDRESS%</username></incomingServer>"
		"<incomingServer "
		"type=\"ews\"><url>https://mail.hosting.example/EWS/Exchange.asmx</url>"
		"<authentication>password-cleartext</authentication>"
		"<username>%EMAILADDRESS%</username></incomingServer>"
		"<incomingServer "
		"type=\"pop3\"><hostname>pop.hosting.example</hostname><port>995</port>"
		"<socketType>SSL</socketType><username>%EMAILADDRESS%</username>"
		"<authentication>password-cleartext</authentication>"
		"<pop3><leaveMessagesOnServer>true</leaveMessagesOnServer></pop3></incomingServer>"
		"<calendar type=\"caldav\"><url>https://mail.hosting.example/WebDAV/</url>"
		"<username>%EMAILADDRESS%</username></calendar>"
		"<webMail><loginPage url=\"https://mail.hosting.example/\"/></webMail>" SERVER(
			"incomingServer", "imap", "imap.hosting.example", "993", "SSL")
			SERVER("incomingServer", "imap", "second.hosting.example", "143",
			       "STARTTLS") SERVER("outgoingServer", "smtp", "smtp.hosting.example",
						  "465", "SSL")));
	const char *position = xml;

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		position = strstr(position, order[i]);
		if (!position)
			fail_msg("\"%s\" is missing or out of order in %s", order[i], xml);
	}
	assert_null(strstr(xml, "owa"));
	assert_null(strstr(xml, "second.hosting.example"));
	assert_null(strstr(xml, "other-customer.example"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_least),
		cmocka_unit_test(orders_and_leaves_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
