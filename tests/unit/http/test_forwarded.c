#include "http/forwarded.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A proxy of ours, its neighbours, and who asks. */
#define P "10.0.0.1"
#define TRUSTED "10.0.0.0/8 127.0.0.1 fd00::/8"
#define CLIENT "192.0.2.7"

static struct network_list trusted;
static struct forwarded told;

static int set_up(void **state)
{
	struct error err;

	(void)state;
	return network_list_parse(TRUSTED, &trusted, &err);
}

/* "ADDRESS SCHEME HOST", each "-" if it is not told. */
static const char *read_all(const struct forwarded_headers *headers)
{
	static const char *const schemes[] = { "-", "http", "https" };
	static char text[400];
	char address[INET6_ADDRSTRLEN] = "-";
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&told.client;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&told.client;

	memset(&told, 1, sizeof(told));
	forwarded_read(headers, &trusted, &told);
	if (told.client_size == sizeof(*v4)) {
		assert_int_equal(v4->sin_family, AF_INET);
		assert_int_equal(v4->sin_port, 0);
		inet_ntop(AF_INET, &v4->sin_addr, address, sizeof(address));
	} else if (told.client_size) {
		assert_int_equal(told.client_size, sizeof(*v6));
		assert_int_equal(v6->sin6_family, AF_INET6);
		assert_int_equal(v6->sin6_port, 0);
		inet_ntop(AF_INET6, &v6->sin6_addr, address, sizeof(address));
	}
	snprintf(text, sizeof(text), "%s %s %s", address, schemes[told.scheme],
		 told.host[0] ? told.host : "-");
	return text;
}

static void reads_separate_headers(void **state)
{
	static const struct {
		const char *x_for, *x_proto, *x_host, *told;
	} cases[] = {
		{ CLIENT, "https", "kunde.example", CLIENT " https kunde.example" },
		{ CLIENT, NULL, NULL, CLIENT " - -" },
		{ " \t" CLIENT "\t ", " HTTPS ", "KUNDE.example:443",
		  CLIENT " https KUNDE.example:443" },
		{ NULL, "http", NULL, "- http -" },
		{ NULL, NULL, "kunde.example", "- - kunde.example" },
		{ "", "", "", "- - -" },
		{ " , ,", ",", ",", "- - -" },
		/* forms of an address */
		{ "2001:db8::7", NULL, NULL, "2001:db8::7 - -" },
		{ "[2001:db8::7]", NULL, NULL, "2001:db8::7 - -" },
		{ "[2001:db8::7]:49152", NULL, NULL, "2001:db8::7 - -" },
		{ CLIENT ":49152", NULL, NULL, CLIENT " - -" },
		{ "::ffff:192.0.2.7", NULL, NULL, "::ffff:192.0.2.7 - -" },
		{ "unknown", NULL, NULL, "- - -" },
		{ "_hidden", NULL, NULL, "- - -" },
		{ CLIENT ":", NULL, NULL, "- - -" },
		{ CLIENT ":123456", NULL, NULL, "- - -" },
		{ CLIENT ":x", NULL, NULL, "- - -" },
		{ CLIENT ".", NULL, NULL, "- - -" },
		{ CLIENT " " P, NULL, NULL, "- - -" },
		{ "[" CLIENT "]", NULL, NULL, "- - -" },
		{ "[2001:db8::7", NULL, NULL, "- - -" },
		{ "[2001:db8::7]x", NULL, NULL, "- - -" },
		{ "fe80::1%eth0", NULL, NULL, "- - -" },
		{ "\"" CLIENT "\"", NULL, NULL, "- - -" },
		{ "192.0.2.7.192.0.2.7.192.0.2.7.192.0.2.7.192.0.2.7.192.0.2.7.192.0.2.7.192", NULL,
		  NULL, "- - -" },
		/* what somebody wrote before it reached us counts for nothing */
		{ "127.0.0.1, " CLIENT, NULL, NULL, CLIENT " - -" },
		{ "127.0.0.1," CLIENT ",", NULL, NULL, CLIENT " - -" },
		{ "\", " CLIENT, NULL, NULL, CLIENT " - -" },
		{ "198.51.100.1, " CLIENT ", " P ", fd00::1", NULL, NULL, CLIENT " - -" },
		{ "127.0.0.1, unknown", NULL, NULL, "- - -" },
		{ "127.0.0.1, unknown, " P, NULL, NULL, "- - -" },
		{ "127.0.0.1, " CLIENT "x, " P, NULL, NULL, "- - -" },
		/* proxies alone */
		{ "127.0.0.1, " P, NULL, NULL, "127.0.0.1 - -" },
		/* the outermost proxy knows how it was asked, and for what */
		{ CLIENT ", " P, "https, http", "kunde.example, inner",
		  CLIENT " https "
			 "kunde.example" },
		{ "198.51.100.1, " CLIENT ", " P, "http, https, http", "x, kunde.example, y",
		  CLIENT " https kunde.example" },
		{ CLIENT ", " P, "https", "kunde.example", CLIENT " https kunde.example" },
		{ CLIENT ", " P ", " P, "https, http", "a, b", CLIENT " https a" },
		/* what the client itself sent stands before it */
		{ CLIENT, "https, http", "evil.example, kunde.example",
		  CLIENT " http kunde.example" },
		{ NULL, "https, http", "a, b", "- http b" },
		/* other values */
		{ CLIENT, "ws", NULL, CLIENT " - -" },
		{ CLIENT, "httpss", "a b", CLIENT " - -" },
		{ CLIENT, "", "m\xc3\xbcller.example", CLIENT " - -" },
		{ CLIENT, "\"https\"", "a\x7f", CLIENT " - -" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct forwarded_headers headers = {
			.x_for = cases[i].x_for,
			.x_proto = cases[i].x_proto,
			.x_host = cases[i].x_host,
		};

		assert_string_equal(read_all(&headers), cases[i].told);
	}
}

static void reads_the_standard_header(void **state)
{
	static const struct {
		const char *forwarded, *told;
	} cases[] = {
		{ "for=" CLIENT ";proto=https;host=kunde.example;by=" P,
		  CLIENT " https kunde.example" },
		{ "For=" CLIENT "; PROTO=HTTP ;Host=\"kunde.example:80\"",
		  CLIENT " http kunde.example:80" },
		{ "for=\"[2001:db8::7]\"", "2001:db8::7 - -" },
		{ "for=\"[2001:db8::7]:4711\"", "2001:db8::7 - -" },
		{ "for=[2001:db8::7]:4711", "2001:db8::7 - -" },
		{ "for=\"" CLIENT ":4711\"", CLIENT " - -" },
		{ "for=\"" CLIENT ":_port\"", CLIENT " - -" },
		{ ";;for=" CLIENT ";", CLIENT " - -" },
		{ "for=\"" CLIENT "\" ; ext=\"a, \\\"b;for=127.0.0.1\" ;proto=https",
		  CLIENT " https -" },
		{ "", "- - -" },
		{ "proto=https;host=kunde.example", "- https kunde.example" },
		/* of nobody, or unreadable: nothing left of it either, but the proxy's own words */
		{ "for=unknown;proto=https", "- https -" },
		{ "for=_hidden;host=a", "- - a" },
		{ "for=127.0.0.1;proto=http;host=b, for=_hidden;proto=https;host=a", "- https a" },
		{ "for=127.0.0.1, proto=https", "- https -" },
		{ "for=127.0.0.1, proto=https, for=" P, "- https -" },
		{ "for=127.0.0.1, for", "- - -" },
		{ "for=127.0.0.1, for=\"" CLIENT, "- - -" },
		{ "for=" CLIENT ";for=" CLIENT, "- - -" },
		{ "for=" CLIENT ";proto=https;proto=http", "- - -" },
		{ "for=\"" CLIENT "\"x;proto=https", "- - -" },
		{ "for=" CLIENT " x;proto=https", "- - -" },
		{ "for =" CLIENT "x;=https", "- - -" },
		{ "f\xc3\xbcr=" CLIENT ";proto=https", "- - -" },
		{ "for=" CLIENT ";proto=\"ht\\tps\";host=\"a\\\"b\"", CLIENT " - a\\\"b" },
		/* chains */
		{ "for=127.0.0.1;proto=http, for=" CLIENT ";proto=https;host=a, for=" P
		  ";proto=http;host=b, for=\"[fd00::1]\";proto=http",
		  CLIENT " https a" },
		{ "for=" P ";proto=https", P " https -" },
		{ "for=127.0.0.1;proto=https,for=" P ";proto=http", "127.0.0.1 https -" },
		/* a quote that a stranger leaves open swallows nothing that a proxy adds */
		{ "for=127.0.0.1;x=\", for=" CLIENT ";proto=https", CLIENT " https -" },
		{ "for=\", for=\"" CLIENT "\"", CLIENT " - -" },
		{ "for=127.0.0.1;x=\\\", for=\"" CLIENT "\";host=\";for=127.0.0.1;x=\"",
		  CLIENT " - ;for=127.0.0.1;x=" },
		{ "x=\"\\\", for=\"" CLIENT "\"", CLIENT " - -" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct forwarded_headers headers = { .forwarded = cases[i].forwarded };

		assert_string_equal(read_all(&headers), cases[i].told);
	}
}

/* The kind that the proxy does not set is a stranger's. */
static void believes_no_contradiction(void **state)
{
	static const struct {
		struct forwarded_headers headers;
		const char *told;
	} cases[] = {
		{ { CLIENT, "https", "a", "for=" CLIENT ";proto=https;host=A" },
		  CLIENT " https a" },
		{ { CLIENT, "https", NULL, "host=a" }, CLIENT " https a" },
		{ { NULL, "https", NULL, "for=" CLIENT }, CLIENT " https -" },
		{ { CLIENT, NULL, NULL, "proto=https" }, CLIENT " https -" },
		{ { CLIENT, NULL, NULL, "for=127.0.0.1" }, "- - -" },
		{ { "127.0.0.1", NULL, NULL, "for=" CLIENT }, "- - -" },
		{ { CLIENT, "https", NULL, "for=" CLIENT ";proto=http" }, "- - -" },
		{ { CLIENT, NULL, "a", "for=" CLIENT ";host=b" }, "- - -" },
		{ { "unix:", NULL, NULL, "for=127.0.0.1" }, "- - -" },
		{ { "127.0.0.1", NULL, NULL, "for=_x" }, "- - -" },
		{ { "127.0.0.1", NULL, NULL, "x" }, "- - -" },
		{ { "_x", NULL, NULL, "for=_x;proto=https" }, "- - -" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(read_all(&cases[i].headers), cases[i].told);
}

/* However long a list is, it ends after so many proxies. */
static void looks_at_so_many_proxies(void **state)
{
	struct forwarded_headers headers = { 0 };
	char list[600] = CLIENT;

	(void)state;
	headers.x_for = list;
	for (int i = 0; i < FORWARDED_HOPS_MAX - 1; i++)
		strcat(list, ", " P);
	assert_string_equal(read_all(&headers), CLIENT " - -");
	strcat(list, "," P);
	assert_string_equal(read_all(&headers), "- - -");
	strcpy(list, P);
	for (int i = 0; i < FORWARDED_HOPS_MAX - 1; i++)
		strcat(list, ", " P);
	assert_string_equal(read_all(&headers), P " - -");
}

static void takes_hosts_up_to_255_bytes(void **state)
{
	struct forwarded_headers headers = { 0 };
	char host[257];

	(void)state;
	memset(host, 'a', sizeof(host));
	headers.x_host = host;
	host[255] = '\0';
	read_all(&headers);
	assert_string_equal(told.host, host);
	host[255] = 'a';
	host[256] = '\0';
	read_all(&headers);
	assert_string_equal(told.host, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_separate_headers),
		cmocka_unit_test(reads_the_standard_header),
		cmocka_unit_test(believes_no_contradiction),
		cmocka_unit_test(looks_at_so_many_proxies),
		cmocka_unit_test(takes_hosts_up_to_255_bytes),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
