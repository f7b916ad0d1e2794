#include "model/configuration.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* One "name = value" line for each key that has a value. */
static void write_configuration(const struct configuration *configuration, char *ret, size_t size)
{
	size_t length = 0;

	*ret = '\0';
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];
		const char *field = (const char *)configuration + key->offset;
		char number[24];
		const char *text;

		if (key->type == CONFIGURATION_NUMBER) {
			snprintf(number, sizeof(number), "%ld", *(const long *)(const void *)field);
			text = number;
		} else {
			text = *(char *const *)(const void *)field;
		}
		if (text)
			length += (size_t)snprintf(ret + length, size - length, "%s.%s = %s\n",
						   key->section, key->name, text);
	}
}

#define LISTEN "listen.http = 127.0.0.1:8080\n"
#define LANGUAGES "site.languages = en de fr es\n"
#define COLORS "site.color = #1a5fb4\nsite.color_dark = #99c1f1\n"
#define TLS "tls.cache = 1000\n"
#define SITE TLS LANGUAGES COLORS
#define STORE "store.url = sqlite:signpost.db\n"
#define ZONES "providers.zones = zones\n"
#define PROVIDERS "providers.directory = providers\n" ZONES
#define IDENTIFIER "profile.identifier = signpost\n"
#define LINKS "links.days = 30\n"
#define DNS_REST                                                                                   \
	"dns.pacc = no\ndns.publish = update\ndns.read = query\ndns.port = 53\ndns.timeout = 5\n"  \
	"dns.queries = 2000\ndns.queries_per_server = 50\ndns.updates = 4\ndns.change_limit = "    \
	"30\n"
#define DNS "dns.autodiscover = host\ndns.ttl = 3600\n" DNS_REST
#define PER_CONNECTION "http.connections_per_address = 1000\nhttp.requests_per_connection = 10000\n"
#define PER_NETWORK "http.pages_per_network = 1200\nhttp.profiles_per_network = 240\n"
#define FORMS PER_CONNECTION "http.forms_per_network = 60\n" PER_NETWORK
#define HTTP "http.workers = 0\nhttp.connections = 10000\nhttp.timeout = 15\n" FORMS
#define SEEN "seen.days = 90\n"
#define OPERATIONS "http.operations_from = 127.0.0.0/8 ::1\n" SEEN
#define DEFAULTS LISTEN SITE STORE PROVIDERS IDENTIFIER LINKS DNS HTTP OPERATIONS

static void reads(void **state)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
		{ "", DEFAULTS },
		{ "\n\n[listen]\n[http]\n", DEFAULTS },
		{ "\xef\xbb\xbf[listen]\r\nhttp=[::1]:80\r\n",
		  "listen.http = [::1]:80\n" SITE STORE PROVIDERS IDENTIFIER LINKS DNS HTTP
			  OPERATIONS },
		/* an empty list is a value, an empty text is none */
		{ "[listen]\nhttp =\n[http]\noperations_from =\n[site]\nname =\nurl =\n"
		  "[profile]\nnamespace =\n[dns]\nservice =\n",
		  "listen.http = \n" SITE STORE PROVIDERS IDENTIFIER LINKS DNS HTTP
		  "http.operations_from = \n" SEEN },
		{ "# a comment\n; another\n[site] # here too\nname = Example; Hosting # 1 ; but "
		  "not "
		  "this\nurl\t: https://setup.hosting.example:8443/mail\nsupport = +44 20 7946 "
		  "0000\n",
		  LISTEN TLS "site.name = Example; Hosting # 1\n"
			     "site.url = https://setup.hosting.example:8443/mail\n"
			     "site.support = +44 20 7946 0000\n" LANGUAGES COLORS STORE PROVIDERS
				     IDENTIFIER LINKS DNS HTTP OPERATIONS },
		/* an indented key that follows no other is a key */
		{ "[http]\n  workers = 256\n[dns]\n\tttl = 60",
		  LISTEN SITE STORE PROVIDERS IDENTIFIER LINKS
		  "dns.autodiscover = host\ndns.ttl = 60\n" DNS_REST
		  "http.workers = 256\nhttp.connections = 10000\nhttp.timeout = 15\n" FORMS
			  OPERATIONS },
		/* ... and a list goes on in indented lines, with comments between them */
		{ "[http]\noperations_from = 10.0.0.0/8\n  192.0.2.0/24 ; ours\n\n# theirs\n\t::1\n"
		  "timeout = 600\n",
		  LISTEN SITE STORE PROVIDERS IDENTIFIER LINKS DNS
		  "http.workers = 0\nhttp.connections = 10000\nhttp.timeout = 600\n" FORMS
		  "http.operations_from = 10.0.0.0/8 192.0.2.0/24 ::1\n" SEEN },
		/* a section may come again */
		{ "[dns]\nttl = 86400\n[store]\nurl = sqlite:/var/lib/signpost/signpost.db\n[dns]\n"
		  "autodiscover = srv\nservice = AutoConfig.B\xc3\xbc"
		  "cher.example.\n",
		  LISTEN SITE
		  "store.url = sqlite:/var/lib/signpost/signpost.db\n" PROVIDERS IDENTIFIER LINKS
		  "dns.service = autoconfig.xn--bcher-kva.example\ndns.autodiscover = srv\n"
		  "dns.ttl = 86400\n" DNS_REST HTTP OPERATIONS },
		{ "[profile]\nidentifier = example.hosting-1\n"
		  "namespace = 6BA7B810-9dad-11d1-80b4-00c04fd430c8\n[providers]\n"
		  "directory = ../p\n",
		  LISTEN SITE STORE
		  "providers.directory = ../p\n" ZONES
		  "profile.namespace = 6BA7B810-9dad-11d1-80b4-00c04fd430c8\n"
		  "profile.identifier = example.hosting-1\n" LINKS DNS HTTP OPERATIONS },
		/* of name servers the port may be left out */
		{ "[dns]\nprimary = 192.0.2.1\nservers = 192.0.2.1:5300 2001:db8::1\n",
		  LISTEN SITE STORE PROVIDERS IDENTIFIER LINKS
		  "dns.autodiscover = host\ndns.ttl = 3600\ndns.pacc = no\n"
		  "dns.publish = update\ndns.primary = 192.0.2.1\ndns.read = query\n"
		  "dns.servers = 192.0.2.1:5300 2001:db8::1\ndns.port = 53\ndns.timeout = 5\n"
		  "dns.queries = 2000\ndns.queries_per_server = 50\ndns.updates = 4\n"
		  "dns.change_limit = 30\n" HTTP OPERATIONS },
		{ "[site]\nphone = +44 20 7946 0000\nhours = 9 to 5\nemail = help@b\xc3\xbc"
		  "cher.example\nhelp = https://help.hosting.example/e-mail/?from=setup#top\n"
		  "welcome = You have reached the new mail server\nlanguages = pt-BR  gsw en\n"
		  "logo = logo.svg\ncolor = #00AAff\npages = pages\n"
		  "[profile]\ncertificate = a.pem\nkey = /b/c.pem\n[links]\nkeys = k\n"
		  "days = 3650\n[http]\nforms_per_network = 1\n",
		  LISTEN TLS
		  "site.phone = +44 20 7946 0000\nsite.hours = 9 to 5\n"
		  "site.email = help@b\xc3\xbc"
		  "cher.example\n"
		  "site.help = https://help.hosting.example/e-mail/?from=setup#top\n"
		  "site.welcome = You have reached the new mail server\n"
		  "site.languages = pt-BR  gsw en\nsite.logo = logo.svg\n"
		  "site.color = #00AAff\nsite.color_dark = #99c1f1\n"
		  "site.pages = pages\n" STORE PROVIDERS IDENTIFIER
		  "profile.certificate = a.pem\nprofile.key = /b/c.pem\nlinks.keys = k\n"
		  "links.days = 3650\n" DNS
		  "http.workers = 0\nhttp.connections = 10000\nhttp.timeout = 15\n" PER_CONNECTION
		  "http.forms_per_network = 1\n" PER_NETWORK OPERATIONS },
		/* empty is not set, but for the list of languages */
		{ "[site]\nphone =\nhours =\nemail =\nhelp =\nwelcome =\nlogo =\npages =\n"
		  "[profile]\ncertificate =\nkey =\n[links]\nkeys =\n",
		  DEFAULTS },
		{ "[site]\nurl = http://[::1]:8080\n",
		  LISTEN TLS "site.url = http://[::1]:8080\n" LANGUAGES COLORS STORE PROVIDERS
			  IDENTIFIER LINKS DNS HTTP OPERATIONS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(configuration_freep) struct configuration *configuration = NULL;
		CLEANUP(findings_clear) struct findings findings = { 0 };
		struct error err = { 0 };
		char result[2000];

		assert_int_equal(configuration_parse(cases[i].text, strlen(cases[i].text), "s.conf",
						     "/etc/signpost", &configuration, &findings,
						     &err),
				 0);
		write_configuration(configuration, result, sizeof(result));
		assert_string_equal(result, cases[i].result);
		assert_string_equal(configuration->directory, "/etc/signpost");
		assert_int_equal(findings.count, 0);
		assert_int_equal(err.code, ERROR_NONE);
	}
}

/* Parses text, which must be refused, and compares all findings, one a line. */
static void assert_findings(const char *text, size_t size, const char *expected)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct error err = { 0 };
	CLEANUP(bytes_clear) struct bytes all = { 0 };

	assert_int_equal(
		configuration_parse(text, size, "s.conf", "/", &configuration, &findings, &err),
		-1);
	for (size_t i = 0; i < findings.count; i++) {
		assert_int_equal(findings.list[i].severity, FINDING_ERROR);
		bytes_append_format(&all, "%s\n", findings.list[i].text);
	}
	assert_string_equal(all.data, expected);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, findings.list[0].text);
	assert_null(configuration);
}

static const struct {
	const char *text, *findings;
} refused[] = {
	{ "[htp]\nworkers = x\n", "s.conf:1: [htp]: unknown section; is [http] meant?\n" },
	{ "[Listen]\n", "s.conf:1: [Listen]: unknown section; is [listen] meant?\n" },
	{ "[smtp-relay]\n", "s.conf:1: [smtp-relay]: unknown section; there are [listen] [tls] "
			    "[site] [store] [providers] [profile] [links] [dns] [http] [seen]\n" },
	{ "[]\n", "s.conf:1: []: unknown section; there are [listen] [tls] [site] [store] "
		  "[providers] [profile] [links] [dns] [http] [seen]\n" },
	{ "[http\nworkers = x\n[dns]\nttl = 1\n",
	  "s.conf:1: a section without its ]\n"
	  "s.conf:4: [dns] ttl: \"1\" is not 60..86400 seconds\n" },
	{ "[http] workers = 3\n", "s.conf:1: a key begins in a line of its own, not behind ]\n" },
	{ "http = 127.0.0.1:80\n[http]\n", "s.conf:1: a key before the first [section]\n" },
	{ "[http]\nworker = 1\n", "s.conf:2: [http] worker: unknown key; is \"workers\" meant?\n" },
	{ "[http]\nTTL = 1\nttl = 1\n",
	  "s.conf:2: [http] TTL: unknown key; there are workers connections timeout "
	  "connections_per_address requests_per_connection "
	  "forms_per_network pages_per_network profiles_per_network trusted_proxies acme_webroot "
	  "operations_from\n"
	  "s.conf:3: [http] ttl: unknown key; it belongs into [dns]\n" },
	{ "[http]\nworkers\n\n  = \nworkers 3\n",
	  "s.conf:2: neither [section] nor KEY = VALUE\n"
	  "s.conf:4: [http] : unknown key; there are workers connections timeout "
	  "connections_per_address requests_per_connection "
	  "forms_per_network pages_per_network profiles_per_network trusted_proxies acme_webroot "
	  "operations_from\n"
	  "s.conf:5: neither [section] nor KEY = VALUE\n" },
	{ "[dns]\nttl = 60\n[http]\n[dns]\nttl = 0\n",
	  "s.conf:5: [dns] ttl: set twice, first in line 2\n" },
	/* what goes on with a faulty key is not faulty once more */
	{ "[http]\nworker = 1\n  2\n\t3 = 4\n",
	  "s.conf:2: [http] worker: unknown key; is \"workers\" meant?\n" },
	/* everything at once, each with its own line */
	{ "[http]\nworkers = 257\nconnections = 15\ntimeout = 0\noperations_from = "
	  "10.0.0.1/8\n"
	  "[dns]\nservice = nodots\nttl = 86401\nautodiscover = hosts\n",
	  "s.conf:2: [http] workers: \"257\" is not 0..256 threads\n"
	  "s.conf:3: [http] connections: \"15\" is not 16..1000000 connections\n"
	  "s.conf:4: [http] timeout: \"0\" is not 1..600 seconds\n"
	  "s.conf:5: [http] operations_from: \"10.0.0.1/8\" is an address inside the "
	  "network: give the network's first address, or the address alone\n"
	  "s.conf:7: [dns] service: \"nodots\": domain name has one label only\n"
	  "s.conf:8: [dns] ttl: \"86401\" is not 60..86400 seconds\n"
	  "s.conf:9: [dns] autodiscover: \"hosts\" is none of host srv both\n" },
	{ "[dns]\nttl = 99999999999999999999999\n[http]\nworkers = -1\ntimeout = 1 s\n"
	  "connections =\n",
	  "s.conf:2: [dns] ttl: \"99999999999999999999999\" is not 60..86400 seconds\n"
	  "s.conf:4: [http] workers: \"-1\" is not 0..256 threads\n"
	  "s.conf:5: [http] timeout: \"1 s\" is not 1..600 seconds\n"
	  "s.conf:6: [http] connections: \"\" is not 16..1000000 connections\n" },
	{ "[dns]\nprimary = ns1.hosting.example\nservers = 192.0.2.1 192.0.2.1:53\n",
	  "s.conf:2: [dns] primary: \"ns1.hosting.example\" is not an IPv4 address\n"
	  "s.conf:3: [dns] servers: \"192.0.2.1:53\" stands there twice\n" },
	{ "[dns]\nautodiscover = ho\n",
	  "s.conf:2: [dns] autodiscover: \"ho\" is none of host srv both\n" },
	{ "[dns]\nautodiscover =\n",
	  "s.conf:2: [dns] autodiscover: \"\" is none of host srv both\n" },
	{ "[listen]\nhttp = 127.0.0.1:8080\n  [::1]\n",
	  "s.conf:2: [listen] http: \"[::1]\" is not ADDRESS:PORT or [ADDRESS]:PORT\n" },
	{ "[dns]\nttl = 60\n  autodiscover = srv\n",
	  "s.conf:3: [dns] ttl: an indented line goes on with the value above, which has "
	  "one line only; a key begins without blanks\n" },
	{ "[dns]\nttl = 60\n  autodiscover = srv\n[http]\nworkers = x\n",
	  "s.conf:3: [dns] ttl: an indented line goes on with the value above, which has "
	  "one line only; a key begins without blanks\n"
	  "s.conf:5: [http] workers: \"x\" is not 0..256 threads\n" },
	{ "[store]\nurl = signpost.db\n[providers]\ndirectory =\n",
	  "s.conf:2: [store] url: \"signpost.db\" is not sqlite:PATH\n"
	  "s.conf:4: [providers] directory: \"\" is not a path\n" },
	{ "[store]\nurl = sqlite:\n", "s.conf:2: [store] url: \"sqlite:\" is not "
				      "sqlite:PATH\n" },
	{ "[profile]\nnamespace = 6ba7b8109dad11d180b400c04fd430c8\nidentifier = a..b\n",
	  "s.conf:2: [profile] namespace: \"6ba7b8109dad11d180b400c04fd430c8\" is not a "
	  "UUID (8-4-4-4-12 hexadecimal digits)\n"
	  "s.conf:3: [profile] identifier: \"a..b\" is not letters, digits and hyphens "
	  "with single dots between them\n" },
	{ "[profile]\nnamespace = 6ba7b810-9dad-11d1-80b4-00c04fd430cg\nidentifier = a_b\n",
	  "s.conf:2: [profile] namespace: \"6ba7b810-9dad-11d1-80b4-00c04fd430cg\" is not "
	  "a UUID (8-4-4-4-12 hexadecimal digits)\n"
	  "s.conf:3: [profile] identifier: \"a_b\" is not letters, digits and hyphens "
	  "with single dots between them\n" },
	{ "[profile]\nnamespace = 00000000-0000-0000-0000-000000000000\n",
	  "s.conf:2: [profile] namespace: \"00000000-0000-0000-0000-000000000000\" is not "
	  "a random UUID\n" },
	{ "[site]\nurl = setup.example\n",
	  "s.conf:2: [site] url: \"setup.example\" is not an http or https URL\n" },
	{ "[site]\nurl = https://\n", "s.conf:2: [site] url: \"https://\" has no host "
				      "name\n" },
	{ "[site]\nurl = https://[::1\n",
	  "s.conf:2: [site] url: \"https://[::1\" has no host name\n" },
	{ "[site]\nurl = https://setup.example/\n",
	  "s.conf:2: [site] url: \"https://setup.example/\" ends in a slash: leave it "
	  "out\n" },
	{ "[site]\nurl = https://setup.example:0\n",
	  "s.conf:2: [site] url: \"https://setup.example:0\": the port is not 1..65535\n" },
	{ "[site]\nurl = https://me@setup.example\n",
	  "s.conf:2: [site] url: \"https://me@setup.example\": \"@setup.example\" is not a "
	  "path\n" },
	{ "[site]\nurl = https://setup.example/a?b=%00\n",
	  "s.conf:2: [site] url: \"https://setup.example/a?b=%00\": the path has another "
	  "character than letters, digits and -._~/\n" },
	{ "[site]\nemail = help\nhelp = help.example\n",
	  "s.conf:2: [site] email: \"help\": address has no @\n"
	  "s.conf:3: [site] help: \"help.example\" is not an http or https address\n" },
	{ "[site]\nemail = Help <help@hosting.example>\nhelp = https://\n",
	  "s.conf:2: [site] email: \"Help <help@hosting.example>\": address has a blank, a control "
	  "character or one of \"(),:;<>@[\\] before the @\n"
	  "s.conf:3: [site] help: \"https://\" has no host name\n" },
	{ "[site]\nhelp = https://help.example/a b\n",
	  "s.conf:2: [site] help: \"https://help.example/a b\": a character that has to be "
	  "percent-encoded\n" },
	{ "[site]\nhelp = https://help.example/\"><script>\n",
	  "s.conf:2: [site] help: \"https://help.example/\"><script>\": a character that has to be "
	  "percent-encoded\n" },
	{ "[site]\nhelp = https://help.example/f\xc3\xbcr\n",
	  "s.conf:2: [site] help: \"https://help.example/f\xc3\xbcr\": a character that has to be "
	  "percent-encoded\n" },
	{ "[site]\nhelp = javascript:alert(1)\n",
	  "s.conf:2: [site] help: \"javascript:alert(1)\" is not an http or https address\n" },
	{ "[site]\nlanguages =\n",
	  "s.conf:2: [site] languages: there must be at least one language\n" },
	{ "[site]\nlanguages = en de en\n",
	  "s.conf:2: [site] languages: \"en\" stands there twice\n" },
	{ "[site]\nlanguages = en, de\n",
	  "s.conf:2: [site] languages: \"en,\" is not a language tag such as en or pt-BR\n" },
	{ "[site]\nlanguages = en ../de\n",
	  "s.conf:2: [site] languages: \"../de\" is not a language tag such as en or pt-BR\n" },
	{ "[site]\nlanguages = English\n",
	  "s.conf:2: [site] languages: \"English\" is not a language tag such as en or pt-BR\n" },
	{ "[site]\nlanguages = en EN\n",
	  "s.conf:2: [site] languages: \"EN\" is not a language tag such as en or pt-BR\n" },
	{ "[site]\nlanguages = pt-\n",
	  "s.conf:2: [site] languages: \"pt-\" is not a language tag such as en or pt-BR\n" },
	{ "[site]\nlanguages = pt--BR\n",
	  "s.conf:2: [site] languages: \"pt--BR\" is not a language tag such as en or pt-BR\n" },
	{ "[site]\nlanguages = zh-Hant-HK-x\n",
	  "s.conf:2: [site] languages: \"zh-Hant-HK-x\" is not a language tag such as en or "
	  "pt-BR\n" },
	{ "[site]\nlanguages = aa ab ac ad ae af ag ah ai aj ak al am an ao ap aq\n",
	  "s.conf:2: [site] languages: more than 16 languages\n" },
	{ "[site]\ncolor = blue\ncolor_dark = #fff\n",
	  "s.conf:2: [site] color: \"blue\" is not #rrggbb, as #1a5fb4 is\n"
	  "s.conf:3: [site] color_dark: \"#fff\" is not #rrggbb, as #1a5fb4 is\n" },
	{ "[site]\ncolor = #12345g\ncolor_dark =\n",
	  "s.conf:2: [site] color: \"#12345g\" is not #rrggbb, as #1a5fb4 is\n"
	  "s.conf:3: [site] color_dark: \"\" is not #rrggbb, as #1a5fb4 is\n" },
	{ "[site]\ncolor = #1a5fb4;}*{display:none\n",
	  "s.conf:2: [site] color: \"#1a5fb4;}*{display:none\" is not #rrggbb, as #1a5fb4 is\n" },
	{ "[links]\ndays = 0\n[http]\nforms_per_network = 0\n",
	  "s.conf:2: [links] days: \"0\" is not 1..3650 days\n"
	  "s.conf:4: [http] forms_per_network: \"0\" is not 1..100000 per minute\n" },
	{ "[site]\nname = \x01\nsupport = \xff\n# \xc0\x80\n[dns]\nttl = 1\n",
	  "s.conf:2: a control character, or not UTF-8\n"
	  "s.conf:3: a control character, or not UTF-8\n"
	  "s.conf:4: a control character, or not UTF-8\n"
	  "s.conf:6: [dns] ttl: \"1\" is not 60..86400 seconds\n" },
};

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_findings(refused[i].text, strlen(refused[i].text), refused[i].findings);
	assert_findings("[dns]\nttl = 6\0"
			"0\n",
			16, "s.conf:2: a control character, or not UTF-8\n");
}

/* inih by itself would cut these lines and read their rest as further lines. */
static void keeps_count_at_long_lines(void **state)
{
	char text[CONFIGURATION_SIZE_MAX + 2], blanks[1000];
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err = { 0 };
	int size;

	(void)state;
	memset(blanks, 'x', sizeof(blanks));
	size = snprintf(text, sizeof(text), "[site]\nname = %.*s\n# %.*s\n[dns]\nttl = 61\n", 192,
			blanks, 999, blanks);
	assert_int_equal(configuration_parse(text, (size_t)size, "s.conf", "/", &configuration,
					     &findings, &err),
			 0);
	assert_int_equal(strlen(configuration->site_name), 192);
	assert_int_equal(configuration->dns_ttl, 61);

	size = snprintf(text, sizeof(text), "[site]\nname = %.*s\n[dns]\nttl = 1\n", 193, blanks);
	assert_findings(text, (size_t)size,
			"s.conf:2: a line of 200 bytes, at most 199; a list may go on in indented "
			"lines\n"
			"s.conf:4: [dns] ttl: \"1\" is not 60..86400 seconds\n");

	memset(text, '\n', sizeof(text));
	assert_int_equal(configuration_parse(text, CONFIGURATION_SIZE_MAX + 1, "s.conf", "/",
					     &configuration, &findings, &err),
			 -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.text, "s.conf: 65537 bytes, at most 65536");
	assert_int_equal(findings.errors, 1);
	assert_string_equal(findings.list[0].text, err.text);
}

/* Findings of other files may stand in the list already; the error is of this one. */
static void tells_its_own_first_error(void **state)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct error err = { 0 };

	(void)state;
	findings_add(&findings, FINDING_ERROR, "other:1: bad");
	assert_int_equal(
		configuration_parse("[x]\n", 4, "s.conf", "/", &configuration, &findings, &err),
		-1);
	assert_string_equal(err.text,
			    "s.conf:1: [x]: unknown section; there are [listen] [tls] [site] "
			    "[store] [providers] [profile] [links] [dns] [http] [seen]");
	assert_int_equal(findings.errors, 2);
}

static void makes_paths(void **state)
{
	static const struct {
		const char *directory, *path, *result;
	} cases[] = {
		{ "/etc/signpost", "providers", "/etc/signpost/providers" },
		{ "/etc/signpost", "/srv/providers", "/srv/providers" },
		{ ".", "../p", "./../p" },
		{ "/", "p", "/p" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *directory = strdup(cases[i].directory);
		struct configuration configuration = { .directory = directory };
		CLEANUP(freep) char *path = configuration_path(&configuration, cases[i].path);

		assert_string_equal(path, cases[i].result);
		free(directory);
	}
}

static void reads_the_namespace(void **state)
{
	char uuid[] = "6ba7b810-9DAD-11d1-80b4-00c04fd430c8";
	static const unsigned char bytes[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
						 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
	static const unsigned char nil[16];
	struct configuration configuration = { .profile_namespace = uuid };
	unsigned char result[16];

	(void)state;
	configuration_namespace(&configuration, result);
	assert_memory_equal(result, bytes, sizeof(bytes));
	configuration.profile_namespace = NULL;
	configuration_namespace(&configuration, result);
	assert_memory_equal(result, nil, sizeof(nil));
}

/* What holds for every row: `signpost init` and the manual page are made on it. */
static void has_sound_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];
		const char *description = key->description;

		assert_true(key->type != CONFIGURATION_NUMBER || key->minimum < key->maximum);
		assert_true((key->type == CONFIGURATION_CHOICE) == (key->choices != NULL));
		assert_int_equal(description[strlen(description) - 1], '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(keeps_count_at_long_lines),
		cmocka_unit_test(tells_its_own_first_error),
		cmocka_unit_test(makes_paths),
		cmocka_unit_test(reads_the_namespace),
		cmocka_unit_test(has_sound_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
