#include "dns/record_rules.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define K "kunde.example. 3600 IN "
#define MX K "MX 10 mail.hosting.example.\n"
#define TCP "_tcp." K "SRV "
#define SOA K "SOA ns.hosting.example. h.hosting.example. 1 7200 3600 1209600 3600\n"
#define E "error: "
#define W "warning: "

static void read_list(const char *text, struct dns_record_list *ret)
{
	struct error err = { 0 };

	if (dns_record_list_parse(text, strlen(text), ret, &err) < 0)
		fail_msg("%s: %s", text, err.text);
}

/* Every finding in a line. The caller frees it. */
static char *judge(const char *ours_text, const char *others_text, bool whole)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list ours = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list others = { 0 };
	CLEANUP(findings_clear) struct findings findings = { 0 };
	static const struct domain_name domain = { 13, "kunde.example" };
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err = { 0 };
	char *ret = NULL;

	read_list(ours_text, &ours);
	read_list(others_text, &others);
	assert_int_equal(record_rules_check(&domain, &ours, &others, whole, &findings, &err), 0);
	for (size_t i = 0; i < findings.count; i++)
		bytes_append_format(&bytes, "%s%s\n",
				    findings.list[i].severity == FINDING_ERROR ? E : W,
				    findings.list[i].text);
	bytes_append_text(&bytes, "");
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

struct judged {
	const char *ours, *others;
	bool whole;
	const char *findings;
};

static void judge_all(const struct judged *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(freep)
		char *text = judge(cases[i].ours, cases[i].others ? cases[i].others : "",
				   cases[i].whole);

		assert_string_equal(text, cases[i].findings);
	}
}

#define JUDGE_ALL(cases) judge_all(cases, sizeof(cases) / sizeof(*(cases)))

static void what_is_right(void **state)
{
	static const struct judged cases[] = {
		{ "", "", false, "" },
		{ MX K "TXT \"v=spf1 mx -all\"\n" K "TXT \"google-site-verification=x\"\n"
		       "_dmarc." K "TXT \"v=DMARC1; p=none\"\n"
		       "s1._domainkey." K "CNAME s1.kunde.example.dkim.hosting.example.\n"
		       "_imaps." TCP "0 1 993 mail.hosting.example.\n"
		       "_imap." TCP "10 1 143 mail.hosting.example.\n"
		       "_pop3s." TCP "0 0 0 .\n"
		       "_pop3." TCP "0 0 0 .\n"
		       "_autodiscover." TCP "0 0 443 autoconfig.hosting.example.\n"
		       "autoconfig." K "CNAME autoconfig.hosting.example.\n",
		  SOA K "NS ns.hosting.example.\n" K "A 192.0.2.1\n"
			"www." K "A 192.0.2.1\n",
		  true, "" },
		/* two of one preference; the null MX */
		{ MX K "MX 10 mail2.hosting.example.\n", NULL, false, "" },
		{ K "MX 0 .\n", NULL, false, "" },
		/* what is known of the target, or not */
		{ K "MX 10 mail.kunde.example.\n", NULL, false, "" },
		{ K "MX 10 mail.kunde.example.\nmail." K "AAAA 2001:db8::1\n", SOA, true, "" },
		{ K "MX 10 kunde.example.\n", SOA K "A 192.0.2.1\n", true, "" },
		{ K "MX 10 mail.kunde.example.\n",
		  SOA "*." K "A 192.0.2.1\n"
		      "autoconfig." K "A 192.0.2.1\n"
		      "autodiscover." K "A 192.0.2.1\n",
		  true, "" },
		{ K "MX 10 mail.sub.kunde.example.\n", SOA "sub." K "NS ns.other.example.\n", true,
		  "" },
		/* others' faults alone are theirs */
		{ MX,
		  K "TXT \"v=spf1 -all\"\n" K "TXT \"v=spf1 ~all\"\n"
		    "_dmarc." K "TXT \"v=DMARC1\"\n"
		    "x." K "CNAME y.kunde.example.\n"
		    "x." K "TXT \"a\"\n"
		    "_sip." TCP "0 0 0 .\n"
		    "_sip." TCP "0 1 5060 192.0.2.1.\n"
		    "other.example. 5 IN A 192.0.2.1\n",
		  false, "" },
		/* what is there already is no second one; TTLs of others are theirs */
		{ K "TXT \"v=spf1 -all\"\n", "kunde.example. 300 IN TXT \"v=spf1 -all\"\n", false,
		  "" },
		/* signatures stand beside a CNAME; DS beside a delegation is not below it */
		{ "autoconfig." K "CNAME autoconfig.hosting.example.\n",
		  "autoconfig." K "TYPE46 \\# 4 00000000\n"
		  "autoconfig." K "TYPE47 \\# 4 00000000\n",
		  false, "" },
		/* a DNAME hides what is below it, not what is beside it */
		{ "x." K "TXT \"a\"\n", "x." K "DNAME y.example.\n", false, "" },
		/* other types at a name of ours are theirs, too */
		{ K "TXT \"x\"\n", K "MX 10 a.example.\n" K "MX 20 b.example.\n", false, "" },
		{ "*." K "TXT \"x\"\n*.sub." K "A 192.0.2.1\n", NULL, false, "" },
		/* two digests of PACC while the document changes */
		{ "_ua-auto-config." K
		  "TXT \"v=UAAC1; a=sha256; d=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"\n"
		  "_ua-auto-config." K
		  "TXT \"v=UAAC1; a=sha256; d=57DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"\n",
		  NULL, false, "" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

static void places_and_ttls(void **state)
{
	static const struct judged cases[] = {
		{ "mail.hosting.example. 3600 IN A 192.0.2.1\n"
		  "xkunde.example. 3600 IN A 192.0.2.1\n",
		  NULL, false,
		  E
		  "mail.hosting.example. A: does not lie in kunde.example, and a zone holds names "
		  "of its own alone\n" E "xkunde.example. A: does not lie in kunde.example, and a "
		  "zone holds names of its own alone\n" },
		{ "kunde.example. 29 IN MX 10 mail.hosting.example.\n"
		  "a.kunde.example. 30 IN TXT \"x\"\n"
		  "b.kunde.example. 86400 IN TXT \"x\"\n"
		  "c.kunde.example. 86401 IN TXT \"x\"\n",
		  NULL, false,
		  E "kunde.example. MX: TTL 29 is not 30..86400 seconds\n" E
		    "c.kunde.example. TXT: TTL 86401 is not 30..86400 seconds\n" },
		{ MX "kunde.example. 300 IN MX 10 mail2.hosting.example.\n", NULL, false,
		  E "kunde.example. MX: TTL 300, and 3600 in the same set; give all the same (RFC "
		    "2181 5.2)\n" },
		{ "my_host." K "A 192.0.2.1\nmy_host." K "AAAA 2001:db8::1\n", NULL, false,
		  E "my_host.kunde.example. A: a host is called by letters, digits and "
		    "hyphens\n" E "my_host.kunde.example. AAAA: a host is called by letters, "
		    "digits and hyphens\n" },
		{ K "TYPE99 \\# 8 07763d7370663120\n", NULL, false,
		  E "kunde.example. SPF: nobody reads this type any more (RFC 7208 3.1); write it "
		    "as TXT\n" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

static void aliases(void **state)
{
	static const struct judged cases[] = {
		{ K "CNAME x.hosting.example.\n", NULL, false,
		  E
		  "kunde.example. CNAME: the domain itself is never a CNAME: SOA, NS and MX stand "
		  "there\n" },
		{ "autoconfig." K "CNAME x.hosting.example.\n"
		  "autoconfig." K "TXT \"x\"\n",
		  NULL, false,
		  E "autoconfig.kunde.example. CNAME: a CNAME is alone at its name, and TXT \"x\" "
		    "stands beside it; take one of them away\n" },
		{ "autoconfig." K "CNAME x.hosting.example.\n", "autoconfig." K "A 192.0.2.1\n",
		  false,
		  E
		  "autoconfig.kunde.example. CNAME: a CNAME is alone at its name, and A 192.0.2.1 "
		  "stands beside it; take one of them away\n" },
		{ "_imaps." TCP "0 1 993 mail.hosting.example.\n",
		  "_imaps._tcp." K "CNAME x.hosting.example.\n", false,
		  E "_imaps._tcp.kunde.example. CNAME: a CNAME is alone at its name, and SRV 0 1 "
		    "993 mail.hosting.example. stands beside it; take one of them away\n" },
		{ "s1._domainkey." K "CNAME a.hosting.example.\n"
		  "s1._domainkey." K "CNAME b.hosting.example.\n",
		  NULL, false,
		  E "s1._domainkey.kunde.example. CNAME: a CNAME is alone at its name, and CNAME "
		    "b.hosting.example. stands beside it; take one of them away\n" },
		{ "a." K "CNAME b.hosting.example.\n", "a." K "CNAME a.hosting.example.\n", false,
		  E "a.kunde.example. CNAME: a CNAME is alone at its name, and CNAME "
		    "b.hosting.example. stands beside it; take one of them away\n" },
		{ "a." K "CNAME a.kunde.example.\n", NULL, false,
		  E
		  "a.kunde.example. CNAME: \"a.kunde.example.\" leads back to where it came from, "
		  "or too far\n" },
		{ "a." K "CNAME b.kunde.example.\n", "b." K "CNAME a.kunde.example.\n", false,
		  E
		  "a.kunde.example. CNAME: \"b.kunde.example.\" leads back to where it came from, "
		  "or too far\n" },
		{ "a." K "CNAME 192.0.2.1.\n", NULL, false,
		  E
		  "a.kunde.example. CNAME: \"192.0.2.1.\" is an IP address; write an A record\n" },
		{ "a." K "CNAME b.kunde.example.\n", SOA, true,
		  E "a.kunde.example. CNAME: \"b.kunde.example.\" has no record in the zone; add "
		    "one, or name another host\n" },
		{ "a." K "CNAME b.kunde.example.\n", SOA "c.b." K "A 192.0.2.1\n", true, "" },
		{ "autoconfig." K "CNAME autoconfig.hosting.example.kunde.example.\n", NULL, false,
		  W
		  "autoconfig.kunde.example. CNAME: "
		  "\"autoconfig.hosting.example.kunde.example.\" lies in kunde.example itself; if "
		  "\"autoconfig.hosting.example.\" is meant, its final dot is missing\n" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

static void hidden_names(void **state)
{
	static const struct judged cases[] = {
		{ "a.sub." K "TXT \"x\"\n", "sub." K "NS ns.other.example.\n", false,
		  E "a.sub.kunde.example. TXT: nobody sees it, since sub.kunde.example. NS "
		    "ns.other.example. hands the names there to others; it belongs into their "
		    "zone\n" },
		{ "sub." K "TXT \"x\"\n", "sub." K "NS ns.other.example.\n", false,
		  E "sub.kunde.example. TXT: nobody sees it, since sub.kunde.example. NS "
		    "ns.other.example. hands the names there to others; it belongs into their "
		    "zone\n" },
		{ "_imaps." TCP "0 1 993 mail.hosting.example.\n",
		  "_tcp." K "NS ns.other.example.\n", false,
		  E "_imaps._tcp.kunde.example. SRV: nobody sees it, since _tcp.kunde.example. NS "
		    "ns.other.example. hands the names there to others; it belongs into their "
		    "zone\n" },
		{ "a." K "TXT \"x\"\n", K "DNAME other.example.\n", false,
		  E "a.kunde.example. TXT: nobody sees it, since kunde.example. DNAME "
		    "other.example. hands the names there to others; it belongs into their "
		    "zone\n" },
		/* the zone's own name servers hand nothing on, wherever the zone begins */
		{ MX, K "NS ns.other.example.\n", false, "" },
		{ K "TXT \"x\"\n",
		  "example. 3600 IN SOA a. b. 1 2 3 4 5\n" K "NS ns.other.example.\n", true,
		  E "kunde.example. TXT: nobody sees it, since kunde.example. NS ns.other.example. "
		    "hands the names there to others; it belongs into their zone\n" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

static void targets(void **state)
{
	static const struct judged cases[] = {
		{ K "MX 10 192.0.2.1.\n", NULL, false,
		  E "kunde.example. MX: \"192.0.2.1.\" is an IP address; the record needs the name "
		    "of a host that has it\n" },
		{ "_imaps." TCP "0 1 993 192.0.2.1.kunde.example.\n", NULL, false,
		  E
		  "_imaps._tcp.kunde.example. SRV: \"192.0.2.1.kunde.example.\" is an IP address; "
		  "the record needs the name of a host that has it\n" },
		{ K "MX 10 my_mail.hosting.example.\n", NULL, false,
		  E
		  "kunde.example. MX: \"my_mail.hosting.example.\" is no name of a host: letters, "
		  "digits and hyphens\n" },
		{ K "MX 10 mail.\n", NULL, false,
		  E
		  "kunde.example. MX: \"mail.\" has one label, which means nothing outside; write "
		  "the whole name\n" },
		{ K "MX 10 mail.kunde.example.\n", "mail." K "CNAME www.kunde.example.\n", false,
		  E "kunde.example. MX: \"mail.kunde.example.\" is a CNAME, where no such record "
		    "may lead (RFC 2181 10.3); name \"www.kunde.example.\" instead\n" },
		{ "_imaps." TCP "0 1 993 autoconfig.kunde.example.\n"
		  "autoconfig." K "CNAME autoconfig.hosting.example.\n",
		  NULL, false,
		  E "_imaps._tcp.kunde.example. SRV: \"autoconfig.kunde.example.\" is a CNAME, "
		    "where no such record may lead (RFC 2181 10.3); name "
		    "\"autoconfig.hosting.example.\" instead\n" },
		{ K "MX 10 mail.kunde.example.\n", SOA, true,
		  E "kunde.example. MX: \"mail.kunde.example.\" has no address (A, AAAA) in the "
		    "zone; add one, or name another host\n" },
		{ K "MX 10 mail.kunde.example.\n", SOA "mail." K "TXT \"x\"\n", true,
		  E "kunde.example. MX: \"mail.kunde.example.\" has no address (A, AAAA) in the "
		    "zone; add one, or name another host\n" },
		/* a wildcard does not answer for a name that is there */
		{ K "MX 10 mail.kunde.example.\n",
		  SOA "mail." K "TXT \"x\"\n"
		      "*.mail." K "A 192.0.2.1\n",
		  true,
		  E "kunde.example. MX: \"mail.kunde.example.\" has no address (A, AAAA) in the "
		    "zone; add one, or name another host\n" },
		{ K "MX 10 mail.hosting.example.kunde.example.\n", NULL, false,
		  W "kunde.example. MX: \"mail.hosting.example.kunde.example.\" lies in "
		    "kunde.example itself; if \"mail.hosting.example.\" is meant, its final dot is "
		    "missing\n" },
		{ K "MX 10 mail.hosting.example.kunde.example.\n", SOA, true,
		  E "kunde.example. MX: \"mail.hosting.example.kunde.example.\" lies in "
		    "kunde.example itself and has no address (A, AAAA); if "
		    "\"mail.hosting.example.\" is meant, its final dot is missing\n" },
		/* the zone begins above the domain */
		{ K "MX 10 mail.example.\n", "example. 3600 IN SOA a. b. 1 2 3 4 5\n", true,
		  E
		  "kunde.example. MX: \"mail.example.\" has no address (A, AAAA) in the zone; add "
		  "one, or name another host\n" },
		{ K "MX 10 mail.example.\n", SOA, true, "" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

static void services(void **state)
{
	static const struct judged cases[] = {
		{ "_imaps." TCP "0 0 0 .\n"
		  "_imaps." TCP "0 1 993 mail.hosting.example.\n",
		  NULL, false,
		  E "_imaps._tcp.kunde.example. SRV: the target \".\" says that there is no such "
		    "service, and \"mail.hosting.example.\" stands beside it; take one of them "
		    "away\n" },
		{ "_imaps." TCP "0 0 0 .\n", "_imaps." TCP "0 1 993 mail.old.example.\n", false,
		  E "_imaps._tcp.kunde.example. SRV: the target \".\" says that there is no such "
		    "service, and \"mail.old.example.\" stands beside it; take one of them "
		    "away\n" },
		{ MX, K "MX 0 .\n", false,
		  E "kunde.example. MX: the target \".\" says that there is no such service, and "
		    "\"mail.hosting.example.\" stands beside it; take one of them away\n" },
		{ K "MX 10 .\n", NULL, false,
		  E "kunde.example. MX: \"no mail\" is 0 . and not 10 . (RFC 7505 3)\n" },
		{ MX, K "MX 20 mail.old.example.\n", false,
		  W "kunde.example. MX: several preferences; Thunderbird, which finds settings by "
		    "the best MX, may take any of them: give all the same\n" },
		{ "_imaps." TCP "0 1 0 mail.hosting.example.\n", NULL, false,
		  E
		  "_imaps._tcp.kunde.example. SRV: port 0 leads nowhere; \"not offered\" is 0 0 0 "
		  ".\n" },
		{ "imaps." TCP "0 1 993 mail.hosting.example.\n", NULL, false,
		  W "imaps._tcp.kunde.example. SRV: programs ask at _SERVICE._tcp and the domain; "
		    "nobody asks here\n" },
		{ K "SRV 0 1 993 mail.hosting.example.\n", NULL, false,
		  W "kunde.example. SRV: programs ask at _SERVICE._tcp and the domain; nobody asks "
		    "here\n" },
		{ "_imaps." TCP "10 1 993 mail.hosting.example.\n"
		  "_imap." TCP "0 1 143 mail.hosting.example.\n",
		  NULL, false,
		  W "_imaps._tcp.kunde.example. SRV: priority 10 is behind that of _imap._tcp, 0; "
		    "programs should prefer TLS from the start (RFC 8314 3)\n" },
		{ "_submissions." TCP "5 1 465 mail.hosting.example.\n",
		  "_submission." TCP "9 1 587 mail.old.example.\n"
		  "_submission." TCP "4 1 587 mail.old.example.\n",
		  false,
		  W "_submissions._tcp.kunde.example. SRV: priority 5 is behind that of "
		    "_submission._tcp, 4; programs should prefer TLS from the start (RFC 8314 "
		    "3)\n" },
		/* equal, or not offered, or others' alone */
		{ "_imaps." TCP "10 1 993 mail.hosting.example.\n"
		  "_imap." TCP "10 1 143 mail.hosting.example.\n"
		  "_pop3s." TCP "10 1 995 mail.hosting.example.\n"
		  "_pop3." TCP "0 0 0 .\n",
		  NULL, false, "" },
		{ MX,
		  "_imaps." TCP "10 1 993 mail.old.example.\n"
		  "_imap." TCP "0 1 143 mail.old.example.\n",
		  false, "" },
		{ "_autodiscover." TCP "0 0 8443 autoconfig.hosting.example.\n", NULL, false,
		  E "_autodiscover._tcp.kunde.example. SRV: port 8443: programs pass over it and "
		    "ask port 443\n" },
		{ "_autodiscover." TCP "0 0 0 .\n", NULL, false,
		  E
		  "_autodiscover._tcp.kunde.example. SRV: some programs take the target \".\" for "
		  "a host; leave the record out\n" },
		{ "_autodiscover." TCP "0 0 443 autoconfig.hosting.example.\n",
		  "_autodiscover." TCP "0 0 443 cpanelemaildiscovery.cpanel.net.\n", false,
		  E "_autodiscover._tcp.kunde.example. SRV: 2 records, of which programs take any; "
		    "leave one\n" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

static void strings(void **state)
{
	static const struct judged cases[] = {
		{ K "TXT \"v=spf1 mx -all\"\n" K "TXT \"v=spf1 a -all\"\n", NULL, false,
		  E
		  "kunde.example. TXT: SPF string: there is a second one, \"v=spf1 mx -all\", and "
		  "receivers take none of them (permerror, RFC 7208 4.5); leave one of "
		  "them\n" },
		{ K "TXT \"v=spf1 mx -all\"\n", K "TXT \"V=SPF1 include:old.example \" \"-all\"\n",
		  false,
		  E "kunde.example. TXT: SPF string: there is a second one, \"V=SPF1 "
		    "include:old.example \" \"-all\", and receivers take none of them (permerror, "
		    "RFC 7208 4.5); leave one of them\n" },
		/* what is live already is judged as ours */
		{ K "TXT \"v=spf1 mx +all\"\n", K "TXT \"v=spf1 mx +all\"\n", false,
		  W "kunde.example. TXT: SPF string: \"+all\" lets everybody send; -all or ~all is "
		    "meant\n" },
		/* pieces are joined without a blank */
		{ K "TXT \"v=spf1 a\" \"mx -all\"\n", NULL, false,
		  E "kunde.example. TXT: SPF string: \"amx\" is none of all, include, a, mx, ip4, "
		    "ip6, exists, ptr, redirect=, exp=\n" },
		{ K "TXT \"v=spf1 mx +all\"\n", NULL, false,
		  W "kunde.example. TXT: SPF string: \"+all\" lets everybody send; -all or ~all is "
		    "meant\n" },
		{ "_dmarc." K "TXT \"v=DMARC1; p=none\"\n",
		  "_dmarc." K "TXT \"v=DMARC1; p=reject\"\n"
		  "_dmarc." K "TXT \"google-site-verification=x\"\n",
		  false,
		  E "_dmarc.kunde.example. TXT: DMARC policy: there is a second one, \"v=DMARC1; "
		    "p=reject\", and receivers take none of them (RFC 7489 6.6.3); leave one of "
		    "them\n" },
		{ "_dmarc." K "TXT \"v=DMARC1; p=none\"\n",
		  "_dmarc." K "TXT \"google-site-verification=x\"\n", false, "" },
		/* a ";" outside of quotes ends the record */
		{ "_mta-sts." K "TXT \"v=STSv1\"\n", NULL, false,
		  E "_mta-sts.kunde.example. TXT: MTA-STS id: the tag id is missing, which changes "
		    "with the policy\n" },
		{ "s1._domainkey." K "TXT \"k=rsa\"\n", "s1._domainkey." K "TXT \"x\"\n", false,
		  E "s1._domainkey.kunde.example. TXT: DKIM key: the tag p is missing, the key "
		    "itself\n" E "s1._domainkey.kunde.example. TXT: DKIM key: there is a second "
		    "one, \"x\", and receivers take any of them (RFC 6376 3.6.2.2); leave one of "
		    "them\n" },
		{ "_carddavs._tcp." K "TXT \"path=/a\"\n"
		  "_carddavs._tcp." K "TXT \"path=/b\"\n"
		  "_carddavs._tcp." K "TXT \"path=/c\"\n",
		  NULL, false,
		  E "_carddavs._tcp.kunde.example. TXT: path: there is a second one, \"path=/b\", "
		    "and programs take any of them; leave one of them\n" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

static void wildcards(void **state)
{
#define HOSTS                                                                                      \
	"autoconfig." K "CNAME autoconfig.hosting.example.\n"                                      \
	"autodiscover." K "CNAME autoconfig.hosting.example.\n"
	static const struct judged cases[] = {
		{ HOSTS, "*." K "A 192.0.2.1\n", false, "" },
		{ "autoconfig." K "CNAME autoconfig.hosting.example.\n", "*." K "A 192.0.2.1\n",
		  false,
		  W "*.kunde.example. A: answers for autodiscover.kunde.example, too, and leads "
		    "mail programs to 192.0.2.1; give that name a record of its own, or take the "
		    "wildcard away\n" },
		{ MX, "*." K "AAAA 2001:db8::1\n", false,
		  W "*.kunde.example. AAAA: answers for autoconfig.kunde.example, too, and leads "
		    "mail programs to 2001:db8::1; give that name a record of its own, or take the "
		    "wildcard away\n" W
		    "*.kunde.example. AAAA: answers for autodiscover.kunde.example, too, and leads "
		    "mail programs to 2001:db8::1; give that name a record of its own, or take the "
		    "wildcard away\n" },
		{ MX, "*." K "MX 10 x.example.\n*.sub." K "A 192.0.2.1\n", false, "" },
		{ HOSTS, "*." K "CNAME www.kunde.example.\n", false,
		  W "*.kunde.example. CNAME: answers every question for every name that is not "
		    "there, those of mail programs and mail servers, too; write the names that are "
		    "meant instead\n" },
	};

	(void)state;
	JUDGE_ALL(cases);
}

/* Names that would come out too long below the domain are passed over. */
static void long_domain(void **state)
{
#define LABEL61 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz123456789"
#define LONG LABEL61 "." LABEL61 "." LABEL61 "." LABEL61 ".x1"
	static const struct domain_name domain = { 250, LONG };
	CLEANUP(dns_record_list_clear) struct dns_record_list ours = { 0 };
	CLEANUP(findings_clear) struct findings findings = { 0 };
	static const struct dns_record_list none;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(strlen(LONG), domain.length);
	read_list("*." LONG ". 3600 IN CNAME x.example.\n", &ours);
	assert_int_equal(record_rules_check(&domain, &ours, &none, true, &findings, &err), 0);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.warnings, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right), cmocka_unit_test(places_and_ttls),
		cmocka_unit_test(aliases),	 cmocka_unit_test(hidden_names),
		cmocka_unit_test(targets),	 cmocka_unit_test(services),
		cmocka_unit_test(strings),	 cmocka_unit_test(wildcards),
		cmocka_unit_test(long_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
