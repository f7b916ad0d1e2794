/*
 * Settings as they would be loaded: provider "full" has everything, "mail" has IMAP and SMTP,
 * "handed" hands Exchange over to the mail server, "policy" has an MTA-STS policy, "odd" and
 * "long" have DAV URLs that are hard to redirect to.
 */
#ifndef TESTS_SAMPLE_SETTINGS_H
#define TESTS_SAMPLE_SETTINGS_H

#include "render/settings.h"

#include <stdlib.h>
#include <string.h>

#define SERVER(element, type, port)                                                                \
	"<" element " type=\"" type "\"><hostname>mail.hosting.example</hostname><port>" port      \
	"</port><socketType>SSL</socketType><authentication>password-cleartext</authentication>"   \
	"<username>%EMAILADDRESS%</username></" element ">"
#define WEB(element, type, address)                                                                \
	"<" element " type=\"" type "\"><url>" address "</url>"                                    \
	"<authentication system=\"http\">Basic</authentication>"                                   \
	"<username>%EMAILADDRESS%</username></" element ">"
#define TEN(text) text text text text text text text text text text
#define CONFIG(provider, root)                                                                     \
	"<clientConfig version=\"1.2\" xmlns:sp=\"urn:signpost:provider\">"                        \
	"<emailProvider id=\"hosting.example\"><domain>hosting.example</domain>" SERVER(           \
		"incomingServer", "imap", "993") SERVER("outgoingServer", "smtp", "465") provider  \
		"</emailProvider>" root "</clientConfig>"

static const struct {
	const char *id, *xml;
} sample_providers[] = {
	{ "full",
	  CONFIG(WEB("incomingServer", "activeSync",
		     "https://mail.hosting.example/Microsoft-Server-ActiveSync")
			 WEB("incomingServer", "ews",
			     "https://mail.hosting.example/EWS/Exchange.asmx"),
		 WEB("calendar", "caldav", "https://dav.%EMAILDOMAIN%/WebDAV/")
			 WEB("addressbook", "carddav", "https://mail.hosting.example/WebDAV/")) },
	{ "mail", CONFIG("", "") },
	{ "policy", CONFIG("<sp:mtaSts mode=\"enforce\"><sp:mx>mx.hosting.example</sp:mx>"
			   "</sp:mtaSts>",
			   "") },
	{ "handed", CONFIG("<sp:autodiscover>https://mail.hosting.example/autodiscover/"
			   "autodiscover.xml</sp:autodiscover>",
			   "") },
	{ "odd", CONFIG("", WEB("calendar", "caldav", "https://dav.example/%EMAILADDRESS%/")
				    WEB("addressbook", "carddav",
					"https://%EMAILDOMAIN%/%41/%EMAILDOMAIN%?x="
					"%EMAILDOMAIN%")) },
	{ "long", CONFIG("", WEB("calendar", "caldav",
				 "https://dav.example/" TEN(TEN("123456789/")) "12345")) },
};

/* 240 bytes */
#define SAMPLE_LONG_DOMAIN                                                                         \
	TEN("aaaaaa") "." TEN("bbbbbb") "." TEN("cccccc") "." TEN("dddd") "ddddddddd.example"

static const struct {
	const char *name, *provider;
} sample_domains[] = {
	{ "kunde.example", "full" },
	{ "xn--mller-kva.example", "full" },
	{ "mail.example", "mail" },
	{ "handed.example", "handed" },
	{ "odd.example", "odd" },
	{ "long.example", "long" },
	/* its own domain begins with a prefix; the second, without it, is ours too */
	{ "autoconfig.alone.example", "mail" },
	{ "autodiscover.mail.example", "full" },
	{ "policy.example", "policy" },
	{ "mta-sts.alone.example", "policy" },
	{ "mta-sts.example", "policy" },
	{ SAMPLE_LONG_DOMAIN, "mail" },
};

static int sample_add_provider(struct provider_set *set, const char *id, const char *xml,
			       struct error *err)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct provider_answers *answers = NULL;
	struct email_provider *provider = NULL;

	if (email_provider_parse(xml, strlen(xml), id, &provider, &findings, err) < 0 ||
	    provider_answers_make(id, provider, set->configuration, &answers, err) < 0)
		return -1;
	return provider_set_add(set, answers, err);
}

#define SAMPLE_CONFIGURATION                                                                       \
	"[profile]\nnamespace = 6ba7b811-9dad-11d1-80b4-00c04fd430c8\n"                            \
	"identifier = example.hosting\n"

/*
 * With that configuration, own files of settings pages and a logo (NULL: none). The caller gives
 * the one reference back. NULL: *err says why.
 */
static inline struct settings *sample_settings_of(const char *text, const struct page_file *own,
						  size_t own_count, const struct page_file *logo,
						  struct error *err)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(page_set_unrefp) struct page_set *pages = NULL;
	CLEANUP(provider_set_unrefp) struct provider_set *set = NULL;
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;
	CLEANUP(domain_table_builder_freep) struct domain_table_builder *builder = NULL;
	struct configuration *configuration = NULL;
	struct settings *settings = NULL;

	if (configuration_parse(text, strlen(text), "c", "/", &configuration, &findings, err) < 0 ||
	    page_set_make(configuration, own, own_count, logo, &pages, &findings, err) < 0 ||
	    provider_set_new(configuration, pages, &set, err) < 0 ||
	    domain_table_builder_new(NULL, 1, &builder, err) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(sample_providers) / sizeof(*sample_providers); i++) {
		if (sample_add_provider(set, sample_providers[i].id, sample_providers[i].xml, err) <
		    0)
			return NULL;
	}
	for (size_t i = 0; i < sizeof(sample_domains) / sizeof(*sample_domains); i++) {
		if (domain_table_builder_set(builder, sample_domains[i].name,
					     strlen(sample_domains[i].name),
					     sample_domains[i].provider, err) < 0)
			return NULL;
	}
	if (domain_table_builder_finish(&builder, &table, err) < 0 ||
	    settings_new(set, table, &settings, err) < 0)
		return NULL;
	return settings;
}

static inline struct settings *sample_settings(struct error *err)
{
	return sample_settings_of(SAMPLE_CONFIGURATION, NULL, 0, NULL, err);
}

#endif
