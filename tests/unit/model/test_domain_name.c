#include "model/domain_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define T(text) text, sizeof(text) - 1

#define L9 "abcdefghi"
#define L63 L9 L9 L9 L9 L9 L9 L9
#define L64 L63 "j"
#define N253 L63 "." L63 "." L63 "." L9 L9 L9 L9 L9 L9 "abcdefg" /* 3 * 64 + 61 bytes */

#define EMPTY "domain name is empty"
#define LONG "domain name has more than 253 bytes"
#define EMPTY_LABEL "domain name has an empty label"
#define LONG_LABEL "domain name has a label of more than 63 bytes"
#define HYPHEN "domain name has a label with a hyphen at its end"
#define CHARACTER "domain name has a character other than letters, digits, hyphens and dots"
#define ONE_LABEL "domain name has one label only"
#define NUMBER "domain name ends in a number, as an IP address does"
#define NOT_UTF8 "domain name is not UTF-8 or has control characters"

/* name is what comes out, or NULL and the error says text. */
struct parse_case {
	const char *input;
	size_t size;
	const char *name, *text;
};

static void check(const struct parse_case *c,
		  int (*parse)(const char *, size_t, struct domain_name *, struct error *))
{
	struct domain_name name = { .length = 3, .text = "old" };
	struct error err = { 0 };
	int result = parse(c->input, c->size, &name, &err);

	assert_string_equal(err.text, c->name ? "" : c->text);
	assert_int_equal(result, c->name ? 0 : -1);
	assert_int_equal(err.code, c->name ? ERROR_NONE : ERROR_INVALID);
	assert_string_equal(name.text, c->name ? c->name : "old"); /* a failure writes nothing */
	assert_int_equal(name.length, strlen(name.text));
}

static void test_parse(void **state)
{
	static const struct parse_case cases[] = {
		{ T("example.com"), "example.com", NULL },
		{ T("EXAMPLE.Com"), "example.com", NULL },
		{ T("example.com."), "example.com", NULL },
		{ T("a.b.c.d"), "a.b.c.d", NULL },
		{ T("1and1.3m"), "1and1.3m", NULL },
		{ T("r3---sn.example"), "r3---sn.example", NULL },
		{ T(L63 ".example"), L63 ".example", NULL },
		{ T(N253), N253, NULL },
		{ T(N253 "."), N253, NULL },
		/* A-labels are not looked into: such a name is only compared */
		{ T("xn--mller-kva.example"), "xn--mller-kva.example", NULL },
		{ T("XN--MLLER-KVA.example"), "xn--mller-kva.example", NULL },
		{ T("xn--a.example"), "xn--a.example", NULL },
		/* U-labels, composed and decomposed, in any case, with the full stops of other
		   scripts */
		{ T("m\xc3\xbcller.example"), "xn--mller-kva.example", NULL },
		{ T("M\xc3\x9cLLER.EXAMPLE"), "xn--mller-kva.example", NULL },
		{ T("mu\xcc\x88ller.example"), "xn--mller-kva.example", NULL },
		{ T("m\xc3\xbcller.example."), "xn--mller-kva.example", NULL },
		{ T("m\xc3\xbcller\xe3\x80\x82"
		    "example"),
		  "xn--mller-kva.example", NULL },
		{ T("m\xc3\xbcller.example\xe3\x80\x82"), "xn--mller-kva.example", NULL },
		{ T("\xef\xbd\x85\xef\xbd\x98.example"), "ex.example", NULL }, /* full width */
		{ T("\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88"),
		  "xn--r8jz45g.xn--zckzah", NULL },
		/* non-transitional: sharp s is not ss */
		{ T("stra\xc3\x9f"
		    "e.example"),
		  "xn--strae-oqa.example", NULL },
		{ T(""), NULL, EMPTY },
		{ T("."), NULL, EMPTY },
		{ T(".."), NULL, EMPTY_LABEL },
		{ T(".example.com"), NULL, EMPTY_LABEL },
		{ T("example..com"), NULL, EMPTY_LABEL },
		{ T("example.com.."), NULL, EMPTY_LABEL },
		{ T("m\xc3\xbcller.example.."), NULL, EMPTY_LABEL },
		{ T(L64 ".example"), NULL, LONG_LABEL },
		{ T("example." L64), NULL, LONG_LABEL },
		{ T("x" N253), NULL, LONG },
		{ T("-a.example"), NULL, HYPHEN },
		{ T("a-.example"), NULL, HYPHEN },
		{ T("a.example-"), NULL, HYPHEN },
		{ T("a.-"), NULL, HYPHEN },
		{ T("_imaps._tcp.example"), NULL, CHARACTER },
		{ T("a b.example"), NULL, CHARACTER },
		{ T(" example.com"), NULL, CHARACTER },
		{ T("example.com\n"), NULL, CHARACTER },
		{ T("exa\0mple.com"), NULL, CHARACTER },
		{ T("example.com:80"), NULL, CHARACTER },
		{ T("%65xample.com"), NULL, CHARACTER },
		{ T("user@example.com"), NULL, CHARACTER },
		{ T("*.example.com"), NULL, CHARACTER },
		{ T("[::1]"), NULL, CHARACTER },
		{ T("localhost"), NULL, ONE_LABEL },
		{ T("com."), NULL, ONE_LABEL },
		{ T("192.0.2.1"), NULL, NUMBER },
		{ T("example.123"), NULL, NUMBER },
		{ T("m\xfcller.example"), NULL, NOT_UTF8 }, /* Latin-1 */
		{ T("m\xc3\xbcller.exa\tmple"), NULL, NOT_UTF8 },
		{ T("m\xc3\xbcller.\0.example"), NULL, NOT_UTF8 },
		{ T("m\xc3\xbcller_x.example"), NULL, CHARACTER },
		{ T("m\xc3\xbcller"), NULL, ONE_LABEL },
		/* characters that mapping makes a slash, a percent sign or digits of */
		{ T("a\xef\xbc\x8f"
		    "b.example"),
		  NULL, CHARACTER },
		{ T("a\xef\xbc\x85"
		    "2e.example"),
		  NULL, CHARACTER },
		{ T("192.0.2.\xef\xbc\x91"), NULL, NUMBER },
		{ T("\xc2\xad.example"), NULL,
		  EMPTY_LABEL }, /* a soft hyphen is mapped to nothing */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(&cases[i], domain_name_parse);
}

/* What libidn2 never gets to see, and that it says no to what no registry would give out. */
static void test_parse_unicode_limits(void **state)
{
	char text[4 * DOMAIN_NAME_SIZE];
	struct domain_name name;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	assert_int_equal(domain_name_parse(text, sizeof(text), &name, &err), -1);
	assert_string_equal(err.text, "domain name has more than 1012 bytes");
	assert_int_equal(domain_name_parse(text, 1012, &name, &err), -1);
	assert_memory_equal(err.text, "domain name: ", 13); /* the rest is libidn2's */
	assert_int_equal(domain_name_parse(T("\xd9\x80"
					     "a\xd9\x80.example"),
					   &name, &err),
			 -1);
	assert_memory_equal(err.text, "domain name: ", 13); /* both directions in one label */
	assert_int_equal(domain_name_parse(T("\xf0\x9f\x93\xa7.example"), &name, &err), -1);
	assert_memory_equal(err.text, "domain name: ", 13); /* U+1F4E7: no IDNA 2008 letter */
}

static void test_parse_host(void **state)
{
	static const struct parse_case cases[] = {
		{ T("example.com"), "example.com", NULL },
		{ T("Autoconfig.EXAMPLE.com:8080"), "autoconfig.example.com", NULL },
		{ T("example.com.:80"), "example.com", NULL },
		{ T("example.com."), "example.com", NULL },
		{ T("example.com:"), "example.com", NULL }, /* RFC 3986 3.2.3 allows it */
		{ T("example.com:65535"), "example.com", NULL },
		{ T("m\xc3\xbcller.example:443"), "xn--mller-kva.example", NULL },
		{ T(""), NULL, EMPTY },
		{ T(":80"), NULL, EMPTY },
		{ T("localhost:8080"), NULL, ONE_LABEL },
		{ T("192.0.2.1"), NULL, NUMBER },
		{ T("192.0.2.1:80"), NULL, NUMBER },
		{ T("[2001:db8::1]"), NULL, "host is an IP address, not a name" },
		{ T("[2001:db8::1]:443"), NULL, "host is an IP address, not a name" },
		{ T("2001:db8::1"), NULL, "host has a port that is no number" },
		{ T("example.com:http"), NULL, "host has a port that is no number" },
		{ T("example.com:80:80"), NULL, "host has a port that is no number" },
		{ T("example.com:-1"), NULL, "host has a port that is no number" },
		{ T("example.com:123456"), NULL, "host has a port that is no number" },
		{ T("user@example.com:80"), NULL, CHARACTER },
		{ T("example.com/"), NULL, CHARACTER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(&cases[i], domain_name_parse_host);
}

static void test_strip_service(void **state)
{
	static const struct {
		const char *input, *name;
		bool stripped;
	} cases[] = {
		{ "autoconfig.example.com", "example.com", true },
		{ "autodiscover.example.com", "example.com", true },
		{ "ua-auto-config.example.com", "example.com", true },
		{ "mta-sts.example.com", "example.com", true },
		{ "example.com", "example.com", false },
		{ "www.autoconfig.example", "www.autoconfig.example", false },
		{ "autoconfigs.example.com", "autoconfigs.example.com", false },
		/* these are domains of their own: what remains would be none */
		{ "autoconfig.com", "autoconfig.com", false },
		{ "autodiscover.email", "autodiscover.email", false },
		/* one prefix, no more */
		{ "autoconfig.autoconfig.com", "autoconfig.com", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct domain_name name;
		struct error err = { 0 };

		assert_int_equal(
			domain_name_parse(cases[i].input, strlen(cases[i].input), &name, &err), 0);
		assert_int_equal(domain_name_strip_service(&name), cases[i].stripped);
		assert_string_equal(name.text, cases[i].name);
		assert_int_equal(name.length, strlen(cases[i].name));
	}
}

static void test_parse_server(void **state)
{
	static const struct parse_case cases[] = {
		{ T("mail.example.com"), "mail.example.com", NULL },
		{ T("MAIL.Example.com."), "mail.example.com", NULL },
		{ T("localhost"), "localhost", NULL },
		{ T("%EMAILDOMAIN%"), "%EMAILDOMAIN%", NULL },
		{ T("mail.%EMAILDOMAIN%"), "mail.%EMAILDOMAIN%", NULL },
		{ T("Mail.%EMAILDOMAIN%.Example."), "mail.%EMAILDOMAIN%.example", NULL },
		{ T("%EMAILDOMAIN%.%EMAILDOMAIN%"), "%EMAILDOMAIN%.%EMAILDOMAIN%", NULL },
		{ T("m\xc3\xbcller.example"), "xn--mller-kva.example", NULL },
		{ T("m\xc3\xbcller.%EMAILDOMAIN%"), "xn--mller-kva.%EMAILDOMAIN%", NULL },
		{ T("192.0.2.1"), "192.0.2.1", NULL },
		{ T("0.0.0.0"), "0.0.0.0", NULL },
		{ T("255.255.255.255."), "255.255.255.255", NULL },
		{ T(N253), N253, NULL },
		{ T(""), NULL, EMPTY },
		{ T("."), NULL, EMPTY },
		{ T("mail..example"), NULL, EMPTY_LABEL },
		{ T(".%EMAILDOMAIN%"), NULL, EMPTY_LABEL },
		{ T("x" N253), NULL, LONG_LABEL },
		{ T("a." N253), NULL, LONG },
		{ T("mail server.example"), NULL, CHARACTER },
		{ T("mail_1.example"), NULL, CHARACTER },
		{ T("mail-%EMAILDOMAIN%"), NULL, CHARACTER },
		{ T("%emaildomain%"), NULL, CHARACTER }, /* to the letter, as in programs */
		{ T("%EMAILDOMAIN"), NULL, CHARACTER },
		{ T("%EMAILADDRESS%"), NULL, CHARACTER },
		{ T("mail.example.com:993"), NULL, CHARACTER },
		{ T("[2001:db8::1]"), NULL, CHARACTER },
		{ T("256.0.0.1"), NULL, "host name ends in a number, but is no IPv4 address" },
		{ T("1.2.3"), NULL, "host name ends in a number, but is no IPv4 address" },
		{ T("1.2.3.4.5"), NULL, "host name ends in a number, but is no IPv4 address" },
		{ T("192.0.2.01"), NULL, "host name ends in a number, but is no IPv4 address" },
		{ T("mail.1"), NULL, "host name ends in a number, but is no IPv4 address" },
		{ T("%EMAILDOMAIN%.1"), NULL,
		  "host name ends in a number, but is no IPv4 address" },
		{ T("7"), NULL, "host name ends in a number, but is no IPv4 address" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct parse_case *c = &cases[i];
		char text[DOMAIN_NAME_SIZE] = "old";
		struct error err = { 0 };
		int result = domain_name_parse_server(c->input, c->size, text, &err);

		assert_string_equal(err.text, c->name ? "" : c->text);
		assert_int_equal(result, c->name ? 0 : -1);
		assert_string_equal(text, c->name ? c->name : "old");
	}
}

/* What people can read, or nothing. */
static void test_unicode(void **state)
{
	static const struct {
		const char *name, *unicode; /* NULL: there is none */
	} cases[] = {
		{ "kunde.example", NULL },
		{ "xn--mller-kva.example", "m\xc3\xbcller.example" },
		{ "mail.xn--mller-kva.xn--strae-oqa.example", "mail.m\xc3\xbcller.stra\xc3\x9f"
							      "e.example" },
		{ "xn--4dbc.example", "\xd7\x90\xd7\x91.example" },
		{ "xn--n3h.example", NULL }, /* U+2603, no letter (RFC 5892) */
		/* no label of a name */
		{ "xn--.example", NULL },
		{ "xn--a.example", NULL },
		{ "xn--ab-.example", NULL },
		{ "xn--ab-qa.example", NULL },	/* U+0085, a control character */
		{ "xn--ab-g4t.example", NULL }, /* U+202E, which turns the direction */
		{ "axn--mller-kva.example", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *unicode = domain_name_unicode(cases[i].name);

		assert_string_equal(unicode ? unicode : "(none)",
				    cases[i].unicode ? cases[i].unicode : "(none)");
		free(unicode);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),	     cmocka_unit_test(test_parse_unicode_limits),
		cmocka_unit_test(test_parse_host),   cmocka_unit_test(test_strip_service),
		cmocka_unit_test(test_parse_server), cmocka_unit_test(test_unicode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
