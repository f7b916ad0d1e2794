/* The reader of zone files: what it understands, what it refuses with which words, and patterns. */
#include "dns/zone_file.h"

#include "zone_words.h"

#define LABEL63 "a23456789-123456789-123456789-123456789-123456789-123456789-123"
#define LONG_NAME LABEL63 "." LABEL63 "." LABEL63

/* The records that a text makes for kunde.example with TTL 3600, or the findings. */
static char *read_all(const char *text, size_t size)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
	CLEANUP(zone_file_freep) struct zone_file *file = NULL;
	struct domain_name domain = domain_of("kunde.example");
	struct error err = { 0 };
	int result = zone_file_parse(text, size, "p.zone", &file, &findings, &err);

	assert_int_equal(result<0, findings.errors> 0);
	assert_int_equal(result < 0, file == NULL);
	if (result < 0)
		assert_int_not_equal(err.code, ERROR_NONE);
	if (findings.count > 0)
		return findings_of(&findings);
	if (zone_file_make(file, &domain, 3600, &list, &err) < 0)
		fail_msg("%s", err.text);
	return lines_of(&list);
}

static void check(const char *text, size_t size, const char *wanted)
{
	CLEANUP(freep) char *got = read_all(text, size);

	if (strcmp(got, wanted) != 0)
		fail_msg("%s\nis read as\n%s\nnot as\n%s", text, got, wanted);
}

static void understands(void **state)
{
	static const struct {
		const char *text, *records;
	} cases[] = {
		{ "", "" },
		{ "\n\n; nothing\n \t\n", "" },
		/* owners */
		{ "@ A 192.0.2.1\n", "kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "mail A 192.0.2.1", "mail.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "MAIL A 192.0.2.1", "mail.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "* A 192.0.2.1", "*.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "m\\097il A 192.0.2.1", "mail.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "m\\ail A 192.0.2.1", "mail.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "a\\.b A 192.0.2.1", "a\\046b.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "_imaps._tcp SRV 0 1 993 mail.hosting.example.",
		  "_imaps._tcp.kunde.example. 3600 IN SRV 0 1 993 mail.hosting.example.\n" },
		{ "mail A 192.0.2.1\n AAAA 2001:db8::1\n\tTXT x\n",
		  "mail.kunde.example. 3600 IN A 192.0.2.1\n"
		  "mail.kunde.example. 3600 IN AAAA 2001:db8::1\n"
		  "mail.kunde.example. 3600 IN TXT \"x\"\n" },
		{ "mail A 192.0.2.1\n\n; between\n  \n AAAA 2001:db8::1\n",
		  "mail.kunde.example. 3600 IN A 192.0.2.1\n"
		  "mail.kunde.example. 3600 IN AAAA 2001:db8::1\n" },
		/* names that look like a class or type */
		{ "in A 192.0.2.1", "in.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "mx MX 10 mx", "mx.kunde.example. 3600 IN MX 10 mx.kunde.example.\n" },
		{ "300 A 192.0.2.1", "300.kunde.example. 3600 IN A 192.0.2.1\n" },
		/* TTL and class */
		{ "x 300 IN A 192.0.2.1", "x.kunde.example. 300 IN A 192.0.2.1\n" },
		{ "x IN 300 A 192.0.2.1", "x.kunde.example. 300 IN A 192.0.2.1\n" },
		{ "x in a 192.0.2.1", "x.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "x CLASS1 a 192.0.2.1", "x.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "x 0 A 192.0.2.1", "x.kunde.example. 0 IN A 192.0.2.1\n" },
		{ "x 2147483647 A 192.0.2.1", "x.kunde.example. 2147483647 IN A 192.0.2.1\n" },
		{ "x 1h30m A 192.0.2.1", "x.kunde.example. 5400 IN A 192.0.2.1\n" },
		{ "x 1W1D1H1M1S A 192.0.2.1", "x.kunde.example. 694861 IN A 192.0.2.1\n" },
		{ "$TTL 5m\nx A 192.0.2.1\ny 60 A 192.0.2.1\nz A 192.0.2.1\n$ttl 7\nw A 192.0.2.1",
		  "x.kunde.example. 300 IN A 192.0.2.1\ny.kunde.example. 60 IN A 192.0.2.1\n"
		  "z.kunde.example. 300 IN A 192.0.2.1\nw.kunde.example. 7 IN A 192.0.2.1\n" },
		/* origins */
		{ "$ORIGIN _tcp.%EMAILDOMAIN%.\n_imaps SRV 0 1 993 @\n"
		  "$ORIGIN %EMAILDOMAIN%.\nx CNAME @\n",
		  "_imaps._tcp.kunde.example. 3600 IN SRV 0 1 993 _tcp.kunde.example.\n"
		  "x.kunde.example. 3600 IN CNAME kunde.example.\n" },
		{ "$ORIGIN hosting.example.\nx.%EMAILDOMAIN%. CNAME mail\n",
		  "x.kunde.example. 3600 IN CNAME mail.hosting.example.\n" },
		/* the domain in names and strings */
		{ "%EMAILDOMAIN%. MX 10 mail.%EMAILDOMAIN%.",
		  "kunde.example. 3600 IN MX 10 mail.kunde.example.\n" },
		{ "s1._domainkey CNAME s1.%EMAILDOMAIN%.dkim.hosting.example.",
		  "s1._domainkey.kunde.example. 3600 IN CNAME "
		  "s1.kunde.example.dkim.hosting.example.\n" },
		{ "s1._domainkey.%EMAILDOMAIN%. CNAME s1.%EMAILDOMAIN%.dkim.hosting.example.",
		  "s1._domainkey.kunde.example. 3600 IN CNAME "
		  "s1.kunde.example.dkim.hosting.example.\n" },
		{ "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:d@%EMAILDOMAIN%\"",
		  "_dmarc.kunde.example. 3600 IN TXT "
		  "\"v=DMARC1; p=none; rua=mailto:d@kunde.example\"\n" },
		{ "x TXT \"\\%EMAILDOMAIN% %%EMAILDOMAIN%%\"",
		  "x.kunde.example. 3600 IN TXT \"%EMAILDOMAIN% %kunde.example%\"\n" },
		{ "%EMAILDOMAIN%._report._dmarc TXT \"v=DMARC1\"",
		  "kunde.example._report._dmarc.kunde.example. 3600 IN TXT \"v=DMARC1\"\n" },
		/* macros of SPF, escapes of URLs and a lone sign are no placeholders */
		{ "@ TXT \"v=spf1 exists:%{i}._spf.%{d2} exp=%_%-%%x 50% -all\"",
		  "kunde.example. 3600 IN TXT \"v=spf1 exists:%{i}._spf.%{d2} exp=%_%-%%x 50% "
		  "-all\"\n" },
		{ "x TXT path=/%C3%A4%AF%20 ", "x.kunde.example. 3600 IN TXT "
					       "\"path=/%C3%A4%AF%20\"\n" },
		/* strings */
		{ "x TXT \"v=STSv1; id=1\"", "x.kunde.example. 3600 IN TXT \"v=STSv1; id=1\"\n" },
		{ "x TXT \"v=STSv1; id=1\";comment",
		  "x.kunde.example. 3600 IN TXT \"v=STSv1; id=1\" ; comment\n" },
		{ "x TXT \"a\" \"b c\"", "x.kunde.example. 3600 IN TXT \"a\" \"b c\"\n" },
		{ "x TXT \"a\"\"b\"", "x.kunde.example. 3600 IN TXT \"a\" \"b\"\n" },
		{ "x TXT \"(\" \")\"", "x.kunde.example. 3600 IN TXT \"(\" \")\"\n" },
		{ "x TXT \"\\\"\\\\\\;\\009\\255\"",
		  "x.kunde.example. 3600 IN TXT \"\\\"\\\\;\\009\\255\"\n" },
		{ "x TXT \\;\\ \\\"\\(", "x.kunde.example. 3600 IN TXT \"; \\\"(\"\n" },
		{ "x TXT a\\;b", "x.kunde.example. 3600 IN TXT \"a;b\"\n" },
		/* parentheses */
		{ "x MX ( 10\n mail )", "x.kunde.example. 3600 IN MX 10 mail.kunde.example.\n" },
		{ "x (MX 10 mail)", "x.kunde.example. 3600 IN MX 10 mail.kunde.example.\n" },
		{ "x MX (10)(mail)", "x.kunde.example. 3600 IN MX 10 mail.kunde.example.\n" },
		{ "x TXT ( \"a\" ; one\n\"b\" ; two\n)\ny A 192.0.2.1",
		  "x.kunde.example. 3600 IN TXT \"a\" \"b\"\n"
		  "y.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "@ IN SOA ns1.hosting.example. hostmaster.hosting.example. (\n"
		  "\t2026080101 ; serial\n\t2h;refresh\n\t15m ; retry\n\t2w ; expire\n"
		  "\t900 ) ; Where the zone begins.\n",
		  "kunde.example. 3600 IN SOA ns1.hosting.example. hostmaster.hosting.example. "
		  "2026080101 7200 900 1209600 900 ; Where the zone begins.\n" },
		/* reasons */
		{ "x A 192.0.2.1 ; Because.", "x.kunde.example. 3600 IN A 192.0.2.1 ; Because.\n" },
		{ "x A 192.0.2.1 ;;\t two\ttabs \r\n",
		  "x.kunde.example. 3600 IN A 192.0.2.1 ; ;  two tabs\n" },
		{ "x A 192.0.2.1 ; \xc3\xa4 \xe2\x82\xac",
		  "x.kunde.example. 3600 IN A 192.0.2.1 ; \xc3\xa4 \xe2\x82\xac\n" },
		{ "x A 192.0.2.1 ;", "x.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "; not its reason\nx A 192.0.2.1\n; nor this",
		  "x.kunde.example. 3600 IN A 192.0.2.1\n" },
		/* what editors make */
		{ "x A 192.0.2.1\r\n\r\ny A 192.0.2.1\r\n",
		  "x.kunde.example. 3600 IN A 192.0.2.1\n"
		  "y.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "\xef\xbb\xbf"
		  "x A 192.0.2.1",
		  "x.kunde.example. 3600 IN A 192.0.2.1\n" },
		{ "\xef\xbb\xbf$TTL 60\nx A 192.0.2.1", "x.kunde.example. 60 IN A 192.0.2.1\n" },
		/* values that one name may have several of */
		{ "x MX 10 a\nx MX 20 b\n", "x.kunde.example. 3600 IN MX 10 a.kunde.example.\n"
					    "x.kunde.example. 3600 IN MX 20 b.kunde.example.\n" },
		/* one TTL a type: others may have another one */
		{ "x 60 A 192.0.2.1\nx 70 TXT x", "x.kunde.example. 60 IN A 192.0.2.1\n"
						  "x.kunde.example. 70 IN TXT \"x\"\n" },
		{ "x TYPE65280 \\# 2 AbCd", "x.kunde.example. 3600 IN TYPE65280 \\# 2 abcd\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cases[i].text, strlen(cases[i].text), cases[i].records);
}

#define AT_1(text) "p.zone:1: " text "\n"

/* What other readers take for something else, or break on, is told with its line. */
static void refuses(void **state)
{
	static const struct {
		const char *text, *findings;
	} cases[] = {
		/* bytes */
		{ "x A 192.0.2.1\nb\xc3\xa4r A 192.0.2.1\n",
		  "p.zone:2: byte 0xc3 is not ASCII: an international name is written in its xn-- "
		  "form, a byte of a string as \\195\n" },
		{ "x TXT \"\xff\"",
		  AT_1("byte 0xff is not ASCII: an international name is written in its xn-- form, "
		       "a byte of a string as \\255") },
		{ "x\xef\xbb\xbf A 192.0.2.1",
		  AT_1("byte 0xef is not ASCII: an international name is written in its xn-- form, "
		       "a byte of a string as \\239") },
		{ "x A 192.0.2.1\ry A 192.0.2.1", AT_1("control character 0x0d") },
		{ "x TXT \"a\tb\"", AT_1("control character 0x09") },
		{ "x TXT a\\\tb", AT_1("control character 0x09") },
		{ "x TXT \"a\x7f\"", AT_1("control character 0x7f") },
		{ "x A 192.0.2.1 ; \xe4",
		  AT_1("a comment that is not UTF-8, or has control characters") },
		{ "; a\n; \x1b[31m\n",
		  "p.zone:2: a comment that is not UTF-8, or has control characters\n" },
		/* escapes */
		{ "x TXT \"a\\", AT_1("a backslash at the end of the line") },
		{ "x TXT a\\\r\n", AT_1("a backslash at the end of the line") },
		{ "x TXT \"\\1\"", AT_1("\"\\1\" is not an escape: three digits, such as \\046") },
		{ "x TXT \\25x", AT_1("\"\\2\" is not an escape: three digits, such as \\046") },
		{ "x TXT \\256", AT_1("\"\\256\" is more than a byte") },
		/* quotes */
		{ "x TXT \"a\ny TXT \"b\"", AT_1("the quote before \"a\" is not closed") },
		{ "x TXT \"a", AT_1("the quote before \"a\" is not closed") },
		{ "x TXT \"", AT_1("the quote before \"\" is not closed") },
		{ "x TXT a\"b\"", AT_1("a quote inside of the word a\": put the whole of it in "
				       "quotes") },
		{ "x TXT \"a\"b\"", AT_1("a quote inside of the word b\": put the whole of it in "
					 "quotes") },
		{ "\"x\" A 192.0.2.1", AT_1("the owner \"x\" is in quotes") },
		{ "x \"A\" 192.0.2.1", AT_1("\"A\" where a type belongs") },
		/* parentheses */
		{ "x A (192.0.2.1\n\ny A 192.0.2.1\n", AT_1("the \"(\" is not closed") },
		{ "x A 192.0.2.1)", AT_1("a \")\" without a \"(\"") },
		{ "x TXT (\n (\n \"a\"))", "p.zone:2: a \"(\" inside of the one in line 1\n" },
		{ "x TXT (\"a\n  \"b\"\n  )\ny A 192.0.2\n",
		  "p.zone:1: the quote before \"a\" is not closed\n"
		  "p.zone:4: A: \"192.0.2\" is not an IPv4 address\n" },
		{ "x TXT (\"a\n  \"b\"\ny A 192.0.2\n",
		  "p.zone:1: the quote before \"a\" is not closed\n"
		  "p.zone:3: A: \"192.0.2\" is not an IPv4 address\n" },
		/* directives */
		{ "$INCLUDE other.zone",
		  AT_1("$INCLUDE is not read here: write the records out, with $ORIGIN and $TTL at "
		       "most") },
		{ "$GENERATE 1-9 x$ A 192.0.2.$",
		  AT_1("$GENERATE is not read here: write the records out, with $ORIGIN and $TTL "
		       "at most") },
		{ "$ORIGIN sub\nx A 192.0.2.1",
		  AT_1("$ORIGIN \"sub\" has no final dot: servers read such a name in different "
		       "ways") },
		{ "$ORIGIN sub\\.\n",
		  AT_1("$ORIGIN \"sub\\.\" has no final dot: servers read such a name in different "
		       "ways") },
		{ "$ORIGIN\n", AT_1("$ORIGIN with 0 values, it has one") },
		{ "$TTL 1 2\n", AT_1("$TTL with 2 values, it has one") },
		{ "$TTL x\n", AT_1("TTL \"x\" is not a time of 0..2147483647 seconds, such as 3600 "
				   "or 1h30m") },
		{ "x A 192.0.2.1\n$ORIGIN a.%EMAILDOMAIN%.\n  TXT x\n",
		  "p.zone:3: the line begins with a blank, so it has no owner of its own, and "
		  "there is none before it behind $ORIGIN\n" },
		{ " A 192.0.2.1",
		  AT_1("the line begins with a blank, so it has no owner of its own, and there is "
		       "none before it") },
		/* TTL, class, type */
		{ "x 2147483648 A 192.0.2.1",
		  AT_1("TTL \"2147483648\" is not a time of 0..2147483647 seconds, such as 3600 or "
		       "1h30m") },
		{ "x 4294967296 A 192.0.2.1",
		  AT_1("TTL \"4294967296\" is not a time of 0..2147483647 seconds, such as 3600 or "
		       "1h30m") },
		{ "x 3551w A 192.0.2.1",
		  AT_1("TTL \"3551w\" is not a time of 0..2147483647 seconds, such as 3600 or "
		       "1h30m") },
		{ "x 1h30 A 192.0.2.1",
		  AT_1("TTL \"1h30\" is not a time of 0..2147483647 seconds, such as 3600 or "
		       "1h30m") },
		{ "x 0h5 A 192.0.2.1",
		  AT_1("TTL \"0h5\" is not a time of 0..2147483647 seconds, such as 3600 or "
		       "1h30m") },
		{ "x 1hh A 192.0.2.1",
		  AT_1("TTL \"1hh\" is not a time of 0..2147483647 seconds, such as 3600 or "
		       "1h30m") },
		{ "x 1y A 192.0.2.1", AT_1("TTL \"1y\" is not a time of 0..2147483647 seconds, "
					   "such as 3600 or 1h30m") },
		{ "x 60 60 A 192.0.2.1", AT_1("60: \"60\" is no type of record") },
		{ "x IN IN A 192.0.2.1", AT_1("IN: \"IN\" is no type of record") },
		{ "x CH A 192.0.2.1", AT_1("class CH, only IN is read") },
		{ "x ANY A 192.0.2.1", AT_1("class ANY, only IN is read") },
		{ "x CLASS254 A 192.0.2.1", AT_1("class CLASS254, only IN is read") },
		{ "x", AT_1("the type is missing") },
		{ "x 60 IN", AT_1("the type is missing") },
		{ "x 60 IN A ; 192.0.2.1", AT_1("A without a value") },
		{ "x ALIAS y", AT_1("ALIAS: \"ALIAS\" is no type of record") },
		{ "x ANY2 y", AT_1("ANY2: \"ANY2\" is no type of record") },
		/* values */
		{ "x SRV 0 1 70000 y", AT_1("SRV: \"70000\" is not 0..65535") },
		{ "x SRV -1 1 993 y", AT_1("SRV: \"-1\" is not 0..65535") },
		{ "x SRV 0 1 993", AT_1("SRV: a name is missing") },
		{ "x SRV 0 1 993 y z", AT_1("SRV: \"z\" is more than the record has") },
		{ "x SRV 0 1 993 192.0.2.1",
		  AT_1("SRV: \"192.0.2.1\" is an address where a host name belongs") },
		{ "x MX 10 192.0.2.1.",
		  AT_1("MX: \"192.0.2.1.\" is an address where a host name belongs") },
		{ "x CNAME 2001:db8::1",
		  AT_1("CNAME: \"2001:db8::1\" is an address where a host name belongs") },
		{ "x TLSA 3 1 1 abc", AT_1("TLSA: an odd number of hexadecimal digits") },
		{ "x CAA 0 issue", AT_1("CAA: a word is missing") },
		{ "a..b A 192.0.2.1", AT_1("A: name \"a..b.example.com.\" is not one: labels of 1 "
					   "to 63 bytes, 255 in all") },
		{ LABEL63 "x A 192.0.2.1",
		  AT_1("A: name \"" LABEL63 "x.example.com.\" is not one: labels of 1 to 63 bytes, "
		       "255 in all") },
		/* what is cut or joined in silence elsewhere */
		{ "x TXT v=STSv1;id=1",
		  AT_1("the \";\" behind \"v=STSv1\" begins a comment: put the text in quotes") },
		{ "x CAA 0 issue ca.example;policy=ev",
		  AT_1("the \";\" behind \"ca.example\" begins a comment: put the text in "
		       "quotes") },
		{ "x TXT v=spf1 mx -all",
		  AT_1("TXT with 3 words, which are joined without blanks: put the text in "
		       "quotes") },
		{ "x TXT \"v=spf1\" mx",
		  AT_1("TXT with 2 words, which are joined without blanks: put the text in "
		       "quotes") },
		/* outside of the domain */
		{ "www.hosting.example. A 192.0.2.1",
		  AT_1("www.hosting.example. lies outside of the customer's domain") },
		{ "www.example.com. A 192.0.2.1",
		  AT_1("www.example.com. lies outside of the customer's domain") },
		{ "xexample.com. A 192.0.2.1",
		  AT_1("xexample.com. lies outside of the customer's domain") },
		{ "www\\.%EMAILDOMAIN%. A 192.0.2.1",
		  AT_1("www\\046example.com. lies outside of the customer's domain") },
		{ "$ORIGIN hosting.example.\n@ A 192.0.2.1",
		  "p.zone:2: hosting.example. lies outside of the customer's domain\n" },
		/* placeholders */
		{ "x TXT \"%EMAILADDRESS%\"",
		  AT_1("\"%EMAILADDRESS%\" is no placeholder here, only %EMAILDOMAIN% is") },
		{ "%EMAILLOCALPART% A 192.0.2.1",
		  AT_1("\"%EMAILLOCALPART%\" is no placeholder here, only %EMAILDOMAIN% is") },
		{ "x TXT %EMAILDOMAIN", AT_1("\"%EMAILDOMAIN\" is no placeholder here, only "
					     "%EMAILDOMAIN% is") },
		{ "x TXT %emaildomain%", AT_1("\"%emaildomain%\" is no placeholder here, only "
					      "%EMAILDOMAIN% is") },
		{ "$ORIGIN %ZONE%.\nx A 192.0.2.1",
		  "p.zone:2: \"%ZONE%\" is no placeholder here, only %EMAILDOMAIN% is\n" },
		{ "x CNAME y.%EMAILDOMAIN%",
		  "warning: p.zone:1: CNAME: \"y.%EMAILDOMAIN%\" has no final dot, so the domain "
		  "is put behind it\n" AT_1("a name ends in the domain twice: put a final dot "
					    "behind %EMAILDOMAIN%") },
		{ "_dmarc.%EMAILDOMAIN% TXT \"v=DMARC1\"",
		  AT_1("a name ends in the domain twice: put a final dot behind "
		       "%EMAILDOMAIN%") },
		/* records together */
		{ "x 60 MX 10 a\ny 70 MX 10 a\nX 61 MX 20 b\n",
		  "p.zone:3: TTL 61, but that of line 1 is 60: records of one name and type have "
		  "one TTL\n" },
		{ "x MX 20 a\nx 61 MX 10 b\n",
		  "p.zone:2: TTL 61, but that of line 1 is none: records of one name and type have "
		  "one TTL\n" },
		{ "@ SOA a b 1 2 3 4 5\n@ SOA a b 2 2 3 4 5\n",
		  "p.zone:2: a second SOA record, the first is in line 1\n" },
		{ "sub SOA a b 1 2 3 4 5\n",
		  AT_1("an SOA record is that of the domain itself: its owner is @") },
		{ "@ SOA a b 4294967296 2 3 4 5\n",
		  AT_1("SOA: \"4294967296\" is not 0..4294967295") },
		/* all of them, and what comes after them */
		{ "x A 1\ny B 2\nz A 192.0.2.1\n$TTL z\n",
		  "p.zone:4: TTL \"z\" is not a time of 0..2147483647 seconds, such as 3600 or "
		  "1h30m\np.zone:1: A: \"1\" is not an IPv4 address\n"
		  "p.zone:2: B: \"B\" is no type of record\n" },
		/* warnings */
		{ "x A 192.0.2.1\nX IN A 192.0.2.1\n",
		  "warning: p.zone:2: the same record is in line 1\n" },
		{ "x MX 10 mail.hosting.example",
		  "warning: p.zone:1: MX: \"mail.hosting.example\" has no final dot, so the domain "
		  "is put behind it\n" },
		{ "@ SOA ns.hosting.example host.hosting.example. 1 2 3 4 5",
		  "warning: p.zone:1: SOA: \"ns.hosting.example\" has no final dot, so the domain "
		  "is put behind it\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cases[i].text, strlen(cases[i].text), cases[i].findings);
	check("x\0y A 192.0.2.1", 15, "p.zone:1: control character 0x00\n");
	check("x TXT \"\0\"", 9, "p.zone:1: control character 0x00\n");
	/* relative names that end in a label as those of services are meant so */
	check("s1._domainkey CNAME s2._domainkey", 33,
	      "s1._domainkey.kunde.example. 3600 IN CNAME s2._domainkey.kunde.example.\n");
}

/* The first of a file's faults is the error, whatever stood among the findings before. */
static void tells_the_first_of_its_own_faults(void **state)
{
	static const char text[] = "x A 1\ny A 2\n";
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct zone_file *file = NULL;
	struct error err = { 0 };

	(void)state;
	findings_add(&findings, FINDING_ERROR, "earlier");
	assert_int_equal(zone_file_parse(text, strlen(text), "p", &file, &findings, &err), -1);
	assert_string_equal(err.text, "p:1: A: \"1\" is not an IPv4 address");
	assert_int_equal(err.code, ERROR_INVALID);
	assert_int_equal(findings.errors, 3);
	assert_null(file);
}

static void has_limits(void **state)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	CLEANUP(freep) char *large = calloc(1, ZONE_FILE_SIZE_MAX + 1);
	CLEANUP(zone_file_freep) struct zone_file *file = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < ZONE_FILE_RECORDS_MAX; i++)
		bytes_append_format(&text, "x%d A 192.0.2.1\n", i);
	if (zone_file_parse(text.data, text.size, "p", &file, &findings, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(file->count, ZONE_FILE_RECORDS_MAX);
	bytes_append_text(&text, "y A 192.0.2.1\nz A 192.0.2.1\n");
	zone_file_free(file);
	file = NULL;
	assert_int_equal(zone_file_parse(text.data, text.size, "p", &file, &findings, &err), -1);
	assert_string_equal(err.text, "p:10001: more than 10000 records");
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_int_equal(findings.count, 1);

	assert_non_null(large);
	memset(large, '\n', ZONE_FILE_SIZE_MAX + 1);
	assert_int_equal(
		zone_file_parse(large, ZONE_FILE_SIZE_MAX + 1, "p", &file, &findings, &err), -1);
	assert_string_equal(err.text, "p:1: 1048577 bytes are more than 1048576");
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	if (zone_file_parse(large, ZONE_FILE_SIZE_MAX, "p", &file, &findings, &err) < 0)
		fail_msg("%s", err.text);
}

static struct zone_file *parse(const char *text)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct zone_file *file = NULL;
	struct error err = { 0 };

	if (zone_file_parse(text, strlen(text), "p.zone", &file, &findings, &err) < 0)
		fail_msg("%s", err.text);
	return file;
}

/* Records that are prepared and records that are not come out as if each were read alone. */
static void makes_the_same_for_every_domain(void **state)
{
	static const char *const domains[] = {
		"a.de",	     "kunde.example",	    "example.com",
		"b.example", "x.y.z.kunde.example", "xn--mnchen-3ya.example"
	};
	static const struct {
		const char *owner, *type, *rdata; /* with %s for the domain */
	} entries[] = {
		{ "%s.", "MX", "10 mx.hosting.example." },
		{ "_imaps._tcp.%s.", "SRV", "0 1 993 mail.hosting.example." },
		{ "a\\046b.%s.", "A", "192.0.2.1" },
		{ "*.%s.", "CNAME", "%s." },
		{ "www.%s.", "CNAME", "web.%s." },
		{ "www.%s.", "MX", "10 a\\046b.%s." },
		{ "_pop3s._tcp.%s.", "SRV", "20 1 995 mail.%s." },
		{ "x.%s.", "CNAME", "%s.dkim.%s." },
		{ "y.%s.", "CNAME", "s.%s.dkim.hosting.example." },
		{ "%s.", "SOA", "ns.%s. host.%s. 1 2 3 4 5" },
		{ "_dmarc.%s.", "TXT", "\"v=DMARC1; rua=mailto:x@%s\"" },
		{ "%s._report.%s.", "TXT", "\"v=DMARC1\"" },
	};
	CLEANUP(zone_file_freep)
	struct zone_file *file = parse("@ MX 10 mx.hosting.example. ; Mail.\n"
				       "_imaps._tcp SRV 0 1 993 mail.hosting.example.\n"
				       "a\\.b A 192.0.2.1\n"
				       "* CNAME @\n"
				       "www CNAME web\n"
				       "www MX 10 a\\.b\n"
				       "_pop3s._tcp SRV 20 1 995 mail\n"
				       "x CNAME %EMAILDOMAIN%.dkim\n"
				       "y CNAME s.%EMAILDOMAIN%.dkim.hosting.example.\n"
				       "@ SOA ns host 1 2 3 4 5\n"
				       "_dmarc TXT \"v=DMARC1; rua=mailto:x@%EMAILDOMAIN%\"\n"
				       "%EMAILDOMAIN%._report TXT \"v=DMARC1\"\n");

	(void)state;
	for (size_t i = 0; i < sizeof(domains) / sizeof(*domains); i++) {
		CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
		struct domain_name domain = domain_of(domains[i]);
		struct error err = { 0 };

		if (zone_file_make(file, &domain, 77, &list, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(list.count, sizeof(entries) / sizeof(*entries));
		for (size_t j = 0; j < list.count; j++) {
			CLEANUP(freep) struct dns_record *wanted = NULL;
			const struct dns_record *got = list.list[j];
			char owner[600], rdata[600];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(owner, sizeof(owner), entries[j].owner, domains[i], domains[i]);
			snprintf(rdata, sizeof(rdata), entries[j].rdata, domains[i], domains[i]);
#pragma GCC diagnostic pop
			assert_int_equal(dns_record_parse(owner, 77, entries[j].type, rdata, ".",
							  j ? "" : "Mail.", &wanted, &err),
					 0);
			assert_string_equal(got->owner, wanted->owner);
			assert_string_equal(got->rdata, wanted->rdata);
			assert_string_equal(got->reason, wanted->reason);
			assert_int_equal(got->ttl, wanted->ttl);
			assert_int_equal(dns_record_compare(got, wanted), 0);
			assert_int_equal(got->owner_size, wanted->owner_size);
			assert_memory_equal(got->owner_wire, wanted->owner_wire, got->owner_size);
		}
	}
}

/* 253 bytes at most, with this domain; the line is told. */
static void tells_what_is_too_long(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "a.b A 192.0.2.1", "" },
		{ "\nab.b A 192.0.2.1",
		  "p.zone:2: A: name \"ab.b." LABEL63
		  ".a23456789-1\" is not one: labels of 1 to 63 bytes, 255 in all" },
		{ "x CNAME a.b", "" },
		{ "x CNAME ab.b",
		  "p.zone:1: CNAME: name \"ab.b." LABEL63
		  ".a23456789-1\" is not one: labels of 1 to 63 bytes, 255 in all" },
	};
	struct domain_name domain =
		domain_of(LONG_NAME ".a23456789-123456789-123456789-123456789-123456789-1234.de");

	(void)state;
	assert_true(domain.length == 249);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
		CLEANUP(zone_file_freep) struct zone_file *file = NULL;
		struct error err = { 0 };

		file = parse(cases[i].text);
		assert_int_equal(zone_file_make(file, &domain, 60, &list, &err),
				 *cases[i].error ? -1 : 0);
		assert_string_equal(err.text, cases[i].error);
	}
}

/* The file of one domain is no pattern. */
static void reads_the_file_of_one_domain(void **state)
{
	static const struct {
		const char *text, *records, *error;
	} cases[] = {
		{ "", "", "" },
		{ "www.kunde.example. 60 IN A 192.0.2.1 ; Web.\nx 70 A 192.0.2.2\n",
		  "www.kunde.example. 60 IN A 192.0.2.1 ; Web.\n"
		  "x.kunde.example. 70 IN A 192.0.2.2\n",
		  "" },
		{ "$TTL 60\nx TXT \"%EMAILADDRESS% %EMAILDOMAIN%\"\n",
		  "x.kunde.example. 60 IN TXT \"%EMAILADDRESS% %EMAILDOMAIN%\"\n", "" },
		{ "$ORIGIN b.kunde.example.\nx 60 CNAME y\n",
		  "x.b.kunde.example. 60 IN CNAME y.b.kunde.example.\n", "" },
		{ "$ORIGIN .\nkunde.example 60 MX 10 mail.hosting.example\n",
		  "kunde.example. 60 IN MX 10 mail.hosting.example.\n", "" },
		{ "x A 192.0.2.2\n", "", "f:1: A without a TTL: give it one, or the file $TTL" },
		{ "\nx 60 A 192.0.2\ny 60 A 1\n", "",
		  "f:2: A: \"192.0.2\" is not an IPv4 address" },
		{ "x 60 A 192.0.2.1 (\n", "", "f:1: the \"(\" is not closed" },
		{ "kunde.test. 60 A 192.0.2.1\n", "",
		  "f:1: kunde.test. lies outside of "
		  "kunde.example" },
		{ "x 60 A 192.0.2.1\nx 61 A 192.0.2.2\n", "",
		  "f:2: TTL 61, but that of line 1 is 60: records of one name and type have one "
		  "TTL" },
	};
	struct domain_name domain = domain_of("kunde.example");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
		CLEANUP(freep) char *lines = NULL;
		struct error err = { 0 };

		assert_int_equal(zone_file_records(cases[i].text, strlen(cases[i].text), "f",
						   &domain, &list, &err),
				 *cases[i].error ? -1 : 0);
		lines = lines_of(&list);
		assert_string_equal(lines, cases[i].records);
		assert_string_equal(err.text, cases[i].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(refuses),
		cmocka_unit_test(tells_the_first_of_its_own_faults),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(makes_the_same_for_every_domain),
		cmocka_unit_test(tells_what_is_too_long),
		cmocka_unit_test(reads_the_file_of_one_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
