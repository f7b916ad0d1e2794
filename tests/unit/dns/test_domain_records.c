#include "dns/domain_records.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SERVER(element, type, port)                                                                \
	"<" element "Server type=\"" type                                                          \
	"\"><hostname>mail.hosting.example</hostname><port>" port                                  \
	"</port><socketType>SSL</socketType><authentication>password-cleartext"                    \
	"</authentication><username>%EMAILADDRESS%</username></" element "Server>"
#define XML(extra)                                                                                 \
	"<clientConfig version=\"1.1\"><emailProvider id=\"x\"><domain>x.example</domain>"         \
	"<displayName>X</displayName>" SERVER("incoming", "imap", "993")                           \
		SERVER("outgoing", "smtp", "465") extra "</emailProvider></clientConfig>"
#define STS(mode)                                                                                  \
	"<s:mtaSts xmlns:s=\"" EMAIL_PROVIDER_NAMESPACE "\" mode=\"" mode                          \
	"\"><s:mx>mail.hosting.example</s:mx></s:mtaSts>"
#define SERVICE "[dns]\nservice = autoconfig.hosting.example\n"

/*
 * Of {"protocols":{"imap":{"host":"mail.hosting.example"},"smtp":{"host":"mail.hosting.example"},
 * "submit":{"host":"mail.hosting.example"}},"authentication":{"password":true},
 * "info":{"provider":{"name":"X"}}} without the line ends.
 */
#define DIGEST "qDX00c0OggEBj+STbmKd7fq8/jFEoOzDu8qkr4jO7ZQ="

static const struct domain_name kunde = { 13, "kunde.example" };

/* A provider "p", its zone file and withdraw.zone, NULL for none. */
struct site {
	struct provider_set *providers;
	struct zone_set zones;
	struct zone_set_entry entries[2];
};

static void add_zone(struct site *site, const char *id, const char *text)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct zone_set_entry *entry = &site->entries[site->zones.count];
	struct error err = { 0 };

	if (!text)
		return;
	entry->id = (char *)(uintptr_t)id;
	if (zone_file_parse(text, strlen(text), id, &entry->file, &findings, &err) < 0)
		fail_msg("%s", err.text);
	site->zones.list = site->entries;
	site->zones.count++;
}

static void make_site(struct site *site, const char *configuration_text, const char *xml,
		      const char *zone, const char *withdraw)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct provider_answers *answers = NULL;
	struct email_provider *provider = NULL;
	struct error err = { 0 };

	*site = (struct site){ 0 };
	if (configuration_parse(configuration_text, strlen(configuration_text), "c", "/",
				&configuration, &findings, &err) < 0 ||
	    provider_set_new(configuration, NULL, &site->providers, &err) < 0 ||
	    email_provider_parse(xml, strlen(xml), "p", &provider, &findings, &err) < 0 ||
	    provider_answers_make("p", provider, configuration, &answers, &err) < 0 ||
	    provider_set_add(site->providers, answers, &err) < 0)
		fail_msg("%s", err.text);
	add_zone(site, "p", zone);
	add_zone(site, ZONE_SET_WITHDRAW, withdraw);
}

static void clear_site(struct site *site)
{
	for (size_t i = 0; i < site->zones.count; i++)
		zone_file_free(site->entries[i].file);
	provider_set_unref(site->providers);
}

static int make(const struct site *site, struct domain_records *ret, struct error *err)
{
	return domain_records_make(site->providers, provider_set_find(site->providers, "p"),
				   &site->zones, &kunde, ret, err);
}

static void append_list(struct bytes *bytes, const char *sign, const struct dns_record_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		bytes_append_text(bytes, sign);
		dns_record_append(bytes, list->list[i]);
		bytes_append_text(bytes, "\n");
	}
}

#define K "kunde.example. 3600 IN "
#define MAIL                                                                                       \
	"_imap._tcp." K "SRV 0 0 0 .\n"                                                            \
	"_imaps._tcp." K "SRV 0 1 993 mail.hosting.example.\n"                                     \
	"_pop3._tcp." K "SRV 0 0 0 .\n"                                                            \
	"_pop3s._tcp." K "SRV 0 0 0 .\n"                                                           \
	"_submission._tcp." K "SRV 0 0 0 .\n"                                                      \
	"_submissions._tcp." K "SRV 0 1 465 mail.hosting.example.\n"
#define AUTOCONFIG "autoconfig." K "CNAME autoconfig.hosting.example.\n"
#define AUTODISCOVER "autodiscover." K "CNAME autoconfig.hosting.example.\n"

/* Desired, "F " frame, "E " expected, "# " notes. */
static void makes(void **state)
{
	static const struct {
		const char *configuration, *xml, *zone, *withdraw, *text;
	} cases[] = {
		{ SERVICE, XML(""), NULL, NULL, MAIL AUTOCONFIG AUTODISCOVER },
		{ SERVICE, XML(""),
		  "@ MX 10 mail.hosting.example.\n"
		  "@ 300 TXT \"v=spf1 include:%EMAILDOMAIN%.spf.hosting.example -all\"\n"
		  "@ SOA ns1.hosting.example. hostmaster.hosting.example. 1 7200 3600 1209600 "
		  "3600\n"
		  "@ NS ns2.hosting.example.\n"
		  "@ NS ns1.hosting.example.\n"
		  "sub NS ns.elsewhere.example.\n",
		  "mail A 192.0.2.1\n"
		  "autodiscover 86400 A 192.0.2.1\n",
		  K "MX 10 mail.hosting.example.\n"
		    "kunde.example. 300 IN TXT \"v=spf1 include:kunde.example.spf.hosting.example "
		    "-all\"\n" MAIL AUTOCONFIG AUTODISCOVER "F " K "NS ns1.hosting.example.\n"
		    "F " K "NS ns2.hosting.example.\n"
		    "F " K "SOA ns1.hosting.example. hostmaster.hosting.example. 1 7200 3600 "
		    "1209600 3600\n"
		    "F sub." K "NS ns.elsewhere.example.\n"
		    "E autodiscover.kunde.example. 86400 IN A 192.0.2.1\n"
		    "E mail." K "A 192.0.2.1\n" },
		/* the zone file has the last word: same type, a CNAME over others, others over a
		 * CNAME */
		{ "[dns]\nservice = autoconfig.hosting.example\nautodiscover = both\nttl = 300\n",
		  XML(""),
		  "_imaps._tcp SRV 0 1 993 imap.hosting.example.\n"
		  "_imaps._tcp SRV 5 1 993 imap2.hosting.example.\n"
		  "_submissions._tcp CNAME _submissions._tcp.hosting.example.\n"
		  "autodiscover A 192.0.2.7\n"
		  "_pop3._tcp TXT \"x\"\n",
		  NULL,
		  "_autodiscover._tcp.kunde.example. 300 IN SRV 0 0 443 "
		  "autoconfig.hosting.example.\n"
		  "_imap._tcp.kunde.example. 300 IN SRV 0 0 0 .\n"
		  "_imaps._tcp.kunde.example. 300 IN SRV 0 1 993 imap.hosting.example.\n"
		  "_imaps._tcp.kunde.example. 300 IN SRV 5 1 993 imap2.hosting.example.\n"
		  "_pop3._tcp.kunde.example. 300 IN TXT \"x\"\n"
		  "_pop3._tcp.kunde.example. 300 IN SRV 0 0 0 .\n"
		  "_pop3s._tcp.kunde.example. 300 IN SRV 0 0 0 .\n"
		  "_submission._tcp.kunde.example. 300 IN SRV 0 0 0 .\n"
		  "_submissions._tcp.kunde.example. 300 IN CNAME "
		  "_submissions._tcp.hosting.example.\n"
		  "autoconfig.kunde.example. 300 IN CNAME autoconfig.hosting.example.\n"
		  "autodiscover.kunde.example. 300 IN A 192.0.2.7\n"
		  "# _imaps._tcp.kunde.example. SRV: what stands in p.zone replaces what is "
		  "derived.\n"
		  "# _submissions._tcp.kunde.example. SRV: what stands in p.zone replaces what is "
		  "derived.\n"
		  "# autodiscover.kunde.example. CNAME: what stands in p.zone replaces what is "
		  "derived.\n" },
		/* the digest is that of the answer at ua-auto-config.kunde.example */
		{ SERVICE "pacc = yes\n", XML(""), NULL, NULL,
		  MAIL "_ua-auto-config." K "TXT \"v=UAAC1; a=sha256; d=" DIGEST
		       "\"\n" AUTOCONFIG AUTODISCOVER "ua-auto-config." K
		       "CNAME autoconfig.hosting.example.\n" },
		{ SERVICE, XML(STS("enforce")), "@ MX 10 mail.hosting.example.\n", NULL,
		  K "MX 10 mail.hosting.example.\n"
		    "_mta-sts." K
		    "TXT \"v=STSv1; id=e8048f5e715de61a71d3cf2e1e108bf0;\"\n" MAIL AUTOCONFIG
			    AUTODISCOVER "mta-sts." K "CNAME autoconfig.hosting.example.\n" },
		{ SERVICE, XML(STS("testing")),
		  "mta-sts A 192.0.2.1\n"
		  "_mta-sts TXT \"v=STSv1; id=1\"\n",
		  NULL,
		  "_mta-sts." K "TXT \"v=STSv1; id=1\"\n" MAIL AUTOCONFIG AUTODISCOVER "mta-sts." K
		  "A 192.0.2.1\n"
		  "# _mta-sts.kunde.example. TXT: what stands in p.zone replaces what is "
		  "derived.\n" },
		{ "", XML(STS("testing")), NULL, NULL,
		  MAIL
		  "# No name of the settings service is configured: autoconfig. and "
		  "autodiscover. are left out.\n"
		  "# No name of the settings service is configured: mta-sts. and _mta-sts. are "
		  "left out.\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(domain_records_clear) struct domain_records records = { 0 };
		CLEANUP(bytes_clear) struct bytes bytes = { 0 };
		CLEANUP(clear_site) struct site site;
		struct error err = { 0 };

		make_site(&site, cases[i].configuration, cases[i].xml, cases[i].zone,
			  cases[i].withdraw);
		assert_int_equal(make(&site, &records, &err), 0);
		append_list(&bytes, "", &records.desired);
		append_list(&bytes, "F ", &records.frame);
		append_list(&bytes, "E ", &records.expected);
		for (size_t j = 0; j < records.note_count; j++)
			bytes_append_format(&bytes, "# %s\n", records.notes[j]);
		assert_string_equal(bytes.data, cases[i].text);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *xml, *zone, *withdraw, *error;
	} cases[] = {
		{ XML(""), "@ TXT \"v=spf1 mx\" \"-all\"\n", NULL,
		  "kunde.example. TXT: SPF string: \"mx-all\" is none of all, "
		  "include, a, mx, ip4, ip6, exists, ptr, redirect=, exp=" },
		/* together with what is derived */
		{ XML(""), "x A 192.0.2.1\nautoconfig._tcp 20 A 192.0.2.1\n", NULL,
		  "autoconfig._tcp.kunde.example. A: TTL 20 is not 30..86400 "
		  "seconds" },
		{ XML(STS("enforce")), "@ MX 10 mx.hosting.example.\n", NULL,
		  "kunde.example. MX: \"mx.hosting.example\" is not in the "
		  "provider's sp:mtaSts (mail.hosting.example): other mail servers do not deliver "
		  "to it" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(domain_records_clear) struct domain_records records = { 0 };
		CLEANUP(clear_site) struct site site;
		struct error err = { 0 };

		make_site(&site, SERVICE, cases[i].xml, cases[i].zone, cases[i].withdraw);
		assert_int_equal(make(&site, &records, &err), -1);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_string_equal(err.text, cases[i].error);
		assert_true(records.desired.count > 0); /* whoever wants all findings goes on */
	}
}

/* Names that come out too long with one customer's domain, in either file. */
static void refuses_long_names(void **state)
{
#define LABEL50 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"
	static const struct domain_name domain = { 219, LABEL50 "." LABEL50 "." LABEL50 "." LABEL50
								".abcd.example.co" };
	static const char zone[] = "; the first line\n" LABEL50 " A 192.0.2.1\n";
	static const struct {
		const char *zone, *withdraw, *error;
	} cases[] = {
		{ zone, NULL, "p:2: " },
		{ NULL, zone, "withdraw:2: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(domain_records_clear) struct domain_records records = { 0 };
		CLEANUP(clear_site) struct site site;
		struct error err = { 0 };

		make_site(&site, SERVICE, XML(""), cases[i].zone, cases[i].withdraw);
		assert_int_equal(domain_records_make(site.providers,
						     provider_set_find(site.providers, "p"),
						     &site.zones, &domain, &records, &err),
				 -1);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_memory_equal(err.text, cases[i].error, strlen(cases[i].error));
	}
}

static void text(void **state)
{
	static const char wanted[] =
		"; Records of kunde.example that lead mail programs to their settings and "
		"servers.\n"
		"; Note: _imap._tcp.kunde.example. SRV: what stands in p.zone replaces what is "
		"derived.\n"
		"\n"
		"; Mail is delivered here\\194\\176.\n" K "MX 10 mail.hosting.example.\n"
		"\n"
		"_imap._tcp." K "SRV 0 0 0 .\n"
		"\n"
		"; IMAP with TLS from the start.\n"
		"_imaps._tcp." K "SRV 0 1 993 mail.hosting.example.\n";
	CLEANUP(domain_records_clear) struct domain_records records = { 0 };
	CLEANUP(clear_site) struct site site;
	CLEANUP(freep) char *zone = NULL;
	struct error err = { 0 };
	size_t size = 0;

	(void)state;
	make_site(&site, SERVICE, XML(""),
		  "@ MX 10 mail.hosting.example. ; Mail is delivered here\xc2\xb0.\n"
		  "_imap._tcp SRV 0 0 0 .\n",
		  NULL);
	assert_int_equal(make(&site, &records, &err), 0);
	for (size_t i = 3; i < records.desired.count; i++)
		free(records.desired.list[i]);
	records.desired.count = 3;
	assert_int_equal(domain_records_text(&records, &kunde, &zone, &size, &err), 0);
	assert_string_equal(zone, wanted);
	assert_int_equal(size, strlen(wanted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_long_names),
		cmocka_unit_test(text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
