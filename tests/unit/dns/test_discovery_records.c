#include "dns/discovery_records.h"

#include "../sample_provider.h"
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct domain_name domain_of(const char *text)
{
	struct domain_name domain = { .length = strlen(text) };

	memcpy(domain.text, text, domain.length + 1);
	return domain;
}

#define SERVICE "autoconfig.hosting.example"
#define K ".kunde.example. 3600 IN "

/* All records without their reasons, then all notes, a line each. The caller frees it. */
static char *flat(const struct email_provider *provider, const char *name, const char *service,
		  enum autodiscover_record autodiscover, const char *digest)
{
	const struct discovery_policy policy = { service, autodiscover, 3600, digest };
	CLEANUP(discovery_records_clear) struct discovery_records made = { 0 };
	struct domain_name domain = domain_of(name);
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err = { 0 };
	char *ret = NULL;

	assert_int_equal(discovery_records_make(provider, &domain, &policy, &made, &err), 0);
	for (size_t i = 0; i < made.records.count; i++) {
		assert_true(*made.records.list[i]->reason);
		dns_record_append(&bytes, made.records.list[i]);
		bytes_append_text(&bytes, "\n");
	}
	for (size_t i = 0; i < made.note_count; i++)
		bytes_append_format(&bytes, "# %s\n", made.notes[i]);
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

#define FULL_MAIL                                                                                  \
	"_imap._tcp" K "SRV 10 1 143 mail.hosting.example.\n"                                      \
	"_imaps._tcp" K "SRV 0 1 993 mail.hosting.example.\n"
#define FULL_POP_SMTP                                                                              \
	"_pop3._tcp" K "SRV 0 0 0 .\n"                                                             \
	"_pop3s._tcp" K "SRV 20 1 995 mail.hosting.example.\n"                                     \
	"_submission._tcp" K "SRV 10 1 587 mail.hosting.example.\n"                                \
	"_submissions._tcp" K "SRV 0 1 465 mail.hosting.example.\n"
#define FULL_DAV                                                                                   \
	"_caldav._tcp" K "SRV 0 0 0 .\n"                                                           \
	"_caldavs._tcp" K "TXT \"path=/WebDAV/\"\n"                                                \
	"_caldavs._tcp" K "SRV 0 1 443 mail.hosting.example.\n"                                    \
	"_carddav._tcp" K "SRV 0 0 0 .\n"                                                          \
	"_carddavs._tcp" K "TXT \"path=/WebDAV/\"\n"                                               \
	"_carddavs._tcp" K "SRV 0 1 443 mail.hosting.example.\n"
#define FULL_NOTE                                                                                  \
	"# carddav: some versions of Thunderbird look for the path at "                            \
	"_carddavs._tcp.mail.hosting.example.: put "                                               \
	"TXT \"path=/WebDAV/\" there, once for all domains.\n"
#define AUTODISCOVER_SRV_RECORD "_autodiscover._tcp" K "SRV 0 0 443 " SERVICE ".\n"
#define HOSTS                                                                                      \
	"autoconfig" K "CNAME " SERVICE ".\n"                                                      \
	"autodiscover" K "CNAME " SERVICE ".\n"

static struct mail_server servers[] = {
	/* STARTTLS comes first in the document, so it is preferred */
	{ MAIL(SERVER_IMAP, "mail.%EMAILDOMAIN%", 143, SOCKET_STARTTLS), PASSWORD, ADDRESS },
	{ MAIL(SERVER_IMAP, "mail.%EMAILDOMAIN%", 993, SOCKET_SSL), PASSWORD, ADDRESS },
	/* an IP address is no target, and its service no less offered */
	{ MAIL(SERVER_POP3, "192.0.2.1", 995, SOCKET_SSL), PASSWORD, ADDRESS },
	{ MAIL(SERVER_SMTP, "autodiscover.%EMAILDOMAIN%", 465, SOCKET_SSL), PASSWORD, ADDRESS },
	{ WEB(SERVER_CALDAV, "https://dav.%EMAILDOMAIN%:8443/%EMAILADDRESS%/"), PASSWORD, ADDRESS },
	{ WEB(SERVER_CARDDAV, "https://dav.%EMAILDOMAIN%:8443/dav/%EMAILDOMAIN%"), PASSWORD,
	  ADDRESS },
	{ WEB(SERVER_JMAP, "http://jmap.hosting.example/"), PASSWORD, ADDRESS },
	{ MAIL(SERVER_SMTP, "mailhost", 587, SOCKET_STARTTLS), PASSWORD, ADDRESS },
};
static const struct email_provider mixed_provider = {
	.imap = &servers[0],
	.pop3 = &servers[2],
	.smtp = &servers[3],
	.caldav = &servers[4],
	.carddav = &servers[5],
	.jmap = &servers[6],
	.servers = servers,
	.server_count = sizeof(servers) / sizeof(*servers),
};
static const struct email_provider imap_provider = { .imap = &full_servers[0],
						     .servers = full_servers,
						     .server_count = 1 };

static void records(void **state)
{
	static const struct {
		const struct email_provider *provider;
		const char *domain, *service;
		enum autodiscover_record autodiscover;
		const char *text;
	} cases[] = {
		{ &full_provider, "kunde.example", SERVICE, AUTODISCOVER_BOTH,
		  AUTODISCOVER_SRV_RECORD FULL_DAV FULL_MAIL
		  "_jmap._tcp" K
		  "SRV 0 1 443 jmap.hosting.example.\n" FULL_POP_SMTP HOSTS FULL_NOTE },
		{ &imap_provider, "kunde.example", SERVICE, AUTODISCOVER_HOST,
		  /* "not offered" beside IMAP, and for what there really is not */
		  "_imap._tcp" K "SRV 0 0 0 .\n"
		  "_imaps._tcp" K "SRV 0 1 993 mail.hosting.example.\n"
		  "_pop3._tcp" K "SRV 0 0 0 .\n"
		  "_pop3s._tcp" K "SRV 0 0 0 .\n"
		  "_submission._tcp" K "SRV 0 0 0 .\n"
		  "_submissions._tcp" K "SRV 0 0 0 .\n" HOSTS },
		/* without a name of ours nothing is said of autodiscover, not even "not offered" */
		{ &imap_provider, "kunde.example", "", AUTODISCOVER_SRV,
		  "_imap._tcp" K "SRV 0 0 0 .\n"
		  "_imaps._tcp" K "SRV 0 1 993 mail.hosting.example.\n"
		  "_pop3._tcp" K "SRV 0 0 0 .\n"
		  "_pop3s._tcp" K "SRV 0 0 0 .\n"
		  "_submission._tcp" K "SRV 0 0 0 .\n"
		  "_submissions._tcp" K "SRV 0 0 0 .\n"
		  "# No name of the settings service is configured: autoconfig. and autodiscover. "
		  "are left out.\n" },
		{ &mixed_provider, "kunde.example", SERVICE, AUTODISCOVER_BOTH,
		  AUTODISCOVER_SRV_RECORD
		  "_carddav._tcp" K "SRV 0 0 0 .\n"
		  "_carddavs._tcp" K "TXT \"path=/dav/kunde.example\"\n"
		  "_carddavs._tcp" K "SRV 0 1 8443 dav.kunde.example.\n"
		  "_imap._tcp" K "SRV 0 1 143 mail.kunde.example.\n"
		  "_imaps._tcp" K "SRV 10 1 993 mail.kunde.example.\n" HOSTS "_carddavs._tcp.dav" K
		  "TXT \"path=/dav/kunde.example\"\n"
		  "# pop3: no SRV record: \"192.0.2.1\" is an IP address, and an SRV record needs "
		  "a "
		  "name.\n"
		  "# smtp: no SRV record: \"autodiscover.kunde.example\" is a CNAME to the "
		  "settings "
		  "service, where no SRV record may lead.\n"
		  "# smtp: no SRV record: \"mailhost\" is a name of one label, which means nothing "
		  "outside its network.\n"
		  "# caldav: no SRV record: the path \"/%EMAILADDRESS%/\" cannot stand in a TXT "
		  "record.\n"
		  "# jmap: no SRV record: \"http://jmap.hosting.example/\" does not begin with "
		  "https://.\n" },
		/* where autodiscover. is no CNAME of ours it is a name like others */
		{ &mixed_provider, "kunde.example", SERVICE, AUTODISCOVER_SRV,
		  AUTODISCOVER_SRV_RECORD
		  "_carddav._tcp" K "SRV 0 0 0 .\n"
		  "_carddavs._tcp" K "TXT \"path=/dav/kunde.example\"\n"
		  "_carddavs._tcp" K "SRV 0 1 8443 dav.kunde.example.\n"
		  "_imap._tcp" K "SRV 0 1 143 mail.kunde.example.\n"
		  "_imaps._tcp" K "SRV 10 1 993 mail.kunde.example.\n"
		  "_submissions._tcp" K "SRV 0 1 465 autodiscover.kunde.example.\n"
		  "autoconfig" K "CNAME " SERVICE ".\n"
		  "_carddavs._tcp.dav" K "TXT \"path=/dav/kunde.example\"\n"
		  "# pop3: no SRV record: \"192.0.2.1\" is an IP address, and an SRV record needs "
		  "a "
		  "name.\n"
		  "# smtp: no SRV record: \"mailhost\" is a name of one label, which means nothing "
		  "outside its network.\n"
		  "# caldav: no SRV record: the path \"/%EMAILADDRESS%/\" cannot stand in a TXT "
		  "record.\n"
		  "# jmap: no SRV record: \"http://jmap.hosting.example/\" does not begin with "
		  "https://.\n" },
		/* plain text alone: no record, and no "not offered" either */
		{ &odd_provider, "kunde.example", SERVICE, AUTODISCOVER_SRV,
		  AUTODISCOVER_SRV_RECORD
		  "_imap._tcp" K "SRV 0 0 0 .\n"
		  "_imaps._tcp" K "SRV 0 0 0 .\n"
		  "_pop3._tcp" K "SRV 20 1 110 pop.kunde.example.\n"
		  "_pop3s._tcp" K "SRV 0 0 0 .\n"
		  "autoconfig" K "CNAME " SERVICE ".\n"
		  "# pop3: the user name is %EMAILLOCALPART%; programs that go by SRV records try "
		  "the whole address.\n"
		  "# smtp: no SRV record: \"smtp.%EMAILDOMAIN%\" speaks plain text only.\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep)
		char *text = flat(cases[i].provider, cases[i].domain, cases[i].service,
				  cases[i].autodiscover, NULL);

		assert_string_equal(text, cases[i].text);
	}
}

/* The host's own domain: its autoconfig. name is the service, and no CNAME to itself. */
static void service_in_its_own_domain(void **state)
{
	static const struct email_provider provider = { .imap = &full_servers[0],
							.servers = full_servers,
							.server_count = 1 };
	CLEANUP(freep)
	char *text = flat(&provider, "hosting.example", SERVICE, AUTODISCOVER_HOST, NULL);

	(void)state;
	assert_null(strstr(text, "\nautoconfig."));
	assert_non_null(
		strstr(text, "\nautodiscover.hosting.example. 3600 IN CNAME " SERVICE ".\n"));
	assert_non_null(strstr(text, "\n# " SERVICE " is the settings service itself: it needs its "
				     "address records (A, AAAA).\n"));
}

static void too_long_names(void **state)
{
#define LABEL50 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"
	static const char name[] = LABEL50 "." LABEL50 "." LABEL50 "." LABEL50 ".abcdefghijklmnopq"
					   "rstuvwxyz.example";
	const struct discovery_policy policy = { SERVICE, AUTODISCOVER_HOST, 3600, NULL };
	struct domain_name domain = domain_of(name);
	struct discovery_records ret = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(domain.length, 238);
	assert_int_equal(discovery_records_make(&full_provider, &domain, &policy, &ret, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text,
			    "name \"_submissions._tcp." LABEL50 "." LABEL50 "." LABEL50 "." LABEL50
			    ".abcdefghijklmnopqrstuvwxyz.example\" is longer than 253 "
			    "bytes");
	assert_null(ret.records.list); /* nothing is written on failure */
}

static void pacc(void **state)
{
	struct mail_server server = { MAIL(SERVER_IMAP, "ua-auto-config.%EMAILDOMAIN%", 993,
					   SOCKET_SSL),
				      PASSWORD, ADDRESS };
	const struct email_provider provider = { .imap = &server,
						 .servers = &server,
						 .server_count = 1 };
	static const struct {
		const char *domain, *service, *digest, *text;
	} cases[] = {
		{ "kunde.example", SERVICE, "AAAA",
		  "_pop3._tcp" K "SRV 0 0 0 .\n"
		  "_pop3s._tcp" K "SRV 0 0 0 .\n"
		  "_submission._tcp" K "SRV 0 0 0 .\n"
		  "_submissions._tcp" K "SRV 0 0 0 .\n"
		  "_ua-auto-config" K "TXT \"v=UAAC1; a=sha256; d=AAAA\"\n" HOSTS "ua-auto-config" K
		  "CNAME " SERVICE ".\n"
		  "# imap: no SRV record: \"ua-auto-config.kunde.example\" is a CNAME to the "
		  "settings service, where no SRV record may lead.\n" },
		{ "kunde.example", NULL, "AAAA",
		  "_imap._tcp" K "SRV 0 0 0 .\n"
		  "_imaps._tcp" K "SRV 0 1 993 ua-auto-config.kunde.example.\n"
		  "_pop3._tcp" K "SRV 0 0 0 .\n"
		  "_pop3s._tcp" K "SRV 0 0 0 .\n"
		  "_submission._tcp" K "SRV 0 0 0 .\n"
		  "_submissions._tcp" K "SRV 0 0 0 .\n"
		  "# No name of the settings service is configured: autoconfig. and autodiscover. "
		  "are left out.\n"
		  "# No name of the settings service is configured: ua-auto-config. is left "
		  "out.\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep)
		char *text = flat(&provider, cases[i].domain, cases[i].service, AUTODISCOVER_HOST,
				  cases[i].digest);

		assert_string_equal(text, cases[i].text);
	}
}

static void autodiscover_names(void **state)
{
	(void)state;
	assert_int_equal(autodiscover_record_from_name("host"), AUTODISCOVER_HOST);
	assert_int_equal(autodiscover_record_from_name("srv"), AUTODISCOVER_SRV);
	assert_int_equal(autodiscover_record_from_name("both"), AUTODISCOVER_BOTH);
	assert_int_equal(autodiscover_record_from_name("Both"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(service_in_its_own_domain),
		cmocka_unit_test(too_long_names),
		cmocka_unit_test(pacc),
		cmocka_unit_test(autodiscover_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
