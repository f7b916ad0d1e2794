/* A site with one provider, and somebody who asks for a page of it. */
#ifndef TESTS_UNIT_RENDER_PAGE_SITE_H
#define TESTS_UNIT_RENDER_PAGE_SITE_H

#include "page_sample.h"
#include "render/page.h"

#define SERVER(element, type, host, port, socket, user)                                            \
	"<" element " type=\"" type "\"><hostname>" host "</hostname><port>" port "</port>"        \
	"<socketType>" socket "</socketType><authentication>password-cleartext</authentication>"   \
	"<username>" user "</username></" element ">"
#define WEB(element, type, address)                                                                \
	"<" element " type=\"" type "\"><url>" address "</url>"                                    \
	"<authentication system=\"http\">Basic</authentication>"                                   \
	"<username>%EMAILADDRESS%</username></" element ">"
#define PROVIDER(servers, root)                                                                    \
	"<clientConfig version=\"1.2\" xmlns:sp=\"urn:signpost:provider\">"                        \
	"<emailProvider id=\"h.example\"><domain>h.example</domain>" servers                       \
	"</emailProvider>" root "</clientConfig>"
/* Everything that a page can show. */
#define FULL                                                                                       \
	PROVIDER(SERVER("incomingServer", "imap", "mail.h.example", "993", "SSL",                  \
			"%EMAILADDRESS%") SERVER("incomingServer", "pop3", "pop.%EMAILDOMAIN%",    \
						 "110", "STARTTLS", "%EMAILLOCALPART%")            \
			 SERVER("outgoingServer", "smtp", "mail.h.example", "465", "SSL",          \
				"%EMAILADDRESS%") WEB("incomingServer", "activeSync",              \
						      "https://mail.h.example/Microsoft"),         \
		 WEB("calendar", "caldav", "https://mail.h.example/dav/%EMAILDOMAIN%/")            \
			 WEB("addressbook", "carddav",                                             \
			     "https://mail.h.example/dav/") "<webMail><loginPage "                 \
							    "url=\"https://web.h.example/"         \
							    "?a=1&amp;b=%EMAILADDRESS%\"/>"        \
							    "</webMail>")
#define PLAIN                                                                                      \
	PROVIDER(SERVER("incomingServer", "pop3", "h.example", "110", "plain", "%EMAILDOMAIN%")    \
			 SERVER("outgoingServer", "smtp", "h.example", "25", "plain",              \
				"%EMAILADDRESS%"),                                                 \
		 "")
#define HANDED                                                                                     \
	PROVIDER(SERVER("incomingServer", "imap", "h.example", "993", "SSL", "%EMAILADDRESS%")     \
			 SERVER("outgoingServer", "smtp", "h.example", "465", "SSL",               \
				"%EMAILADDRESS%") "<sp:autodiscover>https://h.example/"            \
						  "autodiscover/autodiscover.xml"                  \
						  "</sp:autodiscover>",                            \
		 "")
#define PROFILES "[profile]\nnamespace = 6ba7b811-9dad-11d1-80b4-00c04fd430c8\nidentifier = h\n"
#define SITE                                                                                       \
	"[site]\nurl = https://setup.h.example\nname = H & Sons\nphone = +1 2\nhours = 9-5\n"      \
	"email = help@h.example\nsupport = Ask us.\nhelp = https://h.example/help\n"               \
	"welcome = Hello\nlanguages = en de\n"

/* Prints the document: every element and attribute of it, but of programs and texts only that. */
#define XSL                                                                                        \
	"<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" "      \
	"xmlns:p=\"urn:signpost:page\">"
#define PRINT                                                                                      \
	XSL "<xsl:output method=\"text\"/>"                                                        \
	    "<xsl:template match=\"*\">"                                                           \
	    "<xsl:value-of select=\"name()\"/>"                                                    \
	    "<xsl:for-each select=\"@*\"><xsl:text> </xsl:text><xsl:value-of "                     \
	    "select=\"concat(name(), '=[', ., ']')\"/>"                                            \
	    "</xsl:for-each><xsl:text>&#10;</xsl:text><xsl:apply-templates select=\"*\"/>"         \
	    "</xsl:template>"                                                                      \
	    "<xsl:template match=\"p:programs | p:texts | p:style | p:script | "                   \
	    "*[namespace-uri() != 'urn:signpost:page']\">"                                         \
	    "<xsl:value-of select=\"concat(name(), ' ', namespace-uri())\"/>"                      \
	    "<xsl:text>&#10;</xsl:text></xsl:template>"                                            \
	    "</xsl:stylesheet>"

struct site {
	struct provider_set *providers;
	const struct provider_answers *answers;
};

static inline void site_clear(struct site *site)
{
	provider_set_unref(site->providers);
}

static inline struct site site_with(const char *configuration_text, const char *provider_xml,
				    const struct page_file *own, size_t own_count,
				    const struct page_file *logo)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(page_set_unrefp) struct page_set *pages = NULL;
	struct configuration *configuration = sample_configuration(configuration_text);
	struct email_provider *provider = NULL;
	struct provider_answers *answers = NULL;
	struct site site = { NULL, NULL };
	struct error err;

	if (page_set_make(configuration, own, own_count, logo, &pages, &findings, &err) < 0 ||
	    email_provider_parse(provider_xml, strlen(provider_xml), "p", &provider, &findings,
				 &err) < 0 ||
	    provider_set_new(configuration, pages, &site.providers, &err) < 0 ||
	    provider_answers_make("p", provider, configuration, &answers, &err) < 0 ||
	    provider_set_add(site.providers, answers, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(findings.errors, 0);
	site.answers = provider_set_find(site.providers, "p");
	return site;
}

/* With the stylesheet that prints what it is given. */
static inline struct site printing_site(const char *configuration, const char *provider)
{
	const struct page_file own[] = { sample_file("page.xsl", PRINT),
					 sample_file("text.xsl", PRINT),
					 sample_file("page.css", "x"),
					 sample_file("page.js", "y") };

	return site_with(configuration, provider, own, sizeof(own) / sizeof(*own), NULL);
}

/* For an address or, without an "@", a domain. */
struct asked {
	struct page_request request;
	struct email_address address;
	struct domain_name domain;
};

static inline void ask(struct asked *ret, const struct site *site, const char *whom)
{
	struct error err;

	*ret = (struct asked){
		.request = {
			.kind = PAGE_SETTINGS,
			.answers = site->answers,
			.subject = { .domain = &ret->domain },
		},
	};
	if (!strchr(whom, '@')) {
		if (domain_name_parse(whom, strlen(whom), &ret->domain, &err) < 0)
			fail_msg("%s", err.text);
		return;
	}
	if (email_address_parse(whom, strlen(whom), &ret->address, &err) < 0)
		fail_msg("%s", err.text);
	ret->domain = ret->address.domain;
	ret->request.subject.address = &ret->address;
	ret->request.token = "TOKEN";
	ret->request.expires = INT64_C(1798761599); /* 2026-12-31 */
}

/* The caller frees it. */
static inline char *make(const struct site *site, const struct page_request *request)
{
	struct document document = { 0 };
	struct error err;

	if (page_make(site->providers, request, &document, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(strlen(document.bytes), document.size);
	assert_string_equal(document.file_name, "");
	assert_string_equal(document.media_type,
			    request->view == PAGE_TEXT || request->view == PAGE_SHARE
				    ? "text/plain; charset=utf-8"
				    : "text/html; charset=utf-8");
	return document.bytes;
}

#endif
