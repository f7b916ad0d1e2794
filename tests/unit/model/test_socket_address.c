#include "model/socket_address.h"

#include "base/bytes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void write_address(const struct socket_address *address, char *ret, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	if (address->address.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)&address->address;

		assert_int_equal(address->size, sizeof(*in));
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		snprintf(ret, size, "4 %s %u", text, ntohs(in->sin_port));
	} else {
		const struct sockaddr_in6 *in6 = (const void *)&address->address;

		assert_int_equal(address->size, sizeof(*in6));
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		snprintf(ret, size, "6 %s %u", text, ntohs(in6->sin6_port));
	}
}

static void reads(void **state)
{
	static const struct {
		const char *text, *result; /* one line an address */
	} cases[] = {
		{ "", "" },
		{ " \t ", "" },
		{ "127.0.0.1:8080", "4 127.0.0.1 8080\n" },
		{ "127.0.0.1:8080 [::1]:8080", "4 127.0.0.1 8080\n6 ::1 8080\n" },
		{ "\t0.0.0.0:1  [::]:65535 ", "4 0.0.0.0 1\n6 :: 65535\n" },
		{ "[2001:db8:0:0::1]:443", "6 2001:db8::1 443\n" },
		{ "[::ffff:192.0.2.1]:80", "6 ::ffff:192.0.2.1 80\n" },
		{ "[::1]:80 [::1]:81", "6 ::1 80\n6 ::1 81\n" },
		{ "127.0.0.1:80 127.0.0.1:81", "4 127.0.0.1 80\n4 127.0.0.1 81\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct socket_address_list addresses;
		CLEANUP(bytes_clear) struct bytes result = { 0 };
		char line[80];
		struct error err = { 0 };

		assert_int_equal(socket_address_list_parse(cases[i].text, 0, &addresses, &err), 0);
		for (size_t j = 0; j < addresses.count; j++) {
			write_address(&addresses.list[j], line, sizeof(line));
			bytes_append_format(&result, "%s\n", line);
		}
		assert_string_equal(result.data ? result.data : "", cases[i].result);
	}
}

/* With a default the port may be left out, and the brackets with it. */
static void reads_with_default_port(void **state)
{
	static const struct {
		const char *text;
		const char *without, *with; /* as they are written again */
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1:53", "192.0.2.1" },
		{ "192.0.2.1:53", "192.0.2.1:53", "192.0.2.1" },
		{ "192.0.2.1:5300", "192.0.2.1:5300", "192.0.2.1:5300" },
		{ "2001:DB8::1", "[2001:db8::1]:53", "2001:db8::1" },
		{ "[2001:db8::1]", "[2001:db8::1]:53", "2001:db8::1" },
		{ "[2001:db8::1]:5300", "[2001:db8::1]:5300", "[2001:db8::1]:5300" },
		/* not port 5300: without brackets all of it is the address */
		{ "2001:db8::1:5300", "[2001:db8::1:5300]:53", "2001:db8::1:5300" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[SOCKET_ADDRESS_TEXT_SIZE];
		struct socket_address_list addresses;
		struct error err = { 0 };

		assert_int_equal(socket_address_list_parse(cases[i].text, 53, &addresses, &err), 0);
		assert_int_equal(addresses.count, 1);
		assert_string_equal(socket_address_text(&addresses.list[0], 0, text),
				    cases[i].without);
		assert_string_equal(socket_address_text(&addresses.list[0], 53, text),
				    cases[i].with);
	}
}

static void refuses_with_default_port(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "ns1", "\"ns1\" is not an IPv4 address" },
		{ "ns1.example:53", "\"ns1.example\" is not an IPv4 address" },
		{ "192.0.2.1:", "\"192.0.2.1:\": the port is not 1..65535" },
		{ "[2001:db8::1", "\"[2001:db8::1\" is not an address, or one with a port" },
		{ "[2001:db8::1]x", "\"[2001:db8::1]x\" is not an address, or one with a port" },
		{ "[]", "\"\" is not an IPv6 address" },
		{ "2001:db8:::1", "\"2001:db8:::1\" is not an IPv6 address" },
		{ "192.0.2.1 192.0.2.1:53", "\"192.0.2.1:53\" stands there twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct socket_address_list addresses = { .count = 7 };
		struct error err = { 0 };

		assert_int_equal(socket_address_list_parse(cases[i].text, 53, &addresses, &err),
				 -1);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(addresses.count, 7); /* untouched */
	}
}

/* What an A or AAAA record holds. */
static void makes_of_bytes(void **state)
{
	static const unsigned char v4[] = { 192, 0, 2, 1 },
				   v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct socket_address a, b;
	char text[SOCKET_ADDRESS_TEXT_SIZE];

	(void)state;
	socket_address_set(&a, v4, sizeof(v4), 53);
	assert_string_equal(socket_address_text(&a, 0, text), "192.0.2.1:53");
	socket_address_set(&b, v6, sizeof(v6), 5300);
	assert_string_equal(socket_address_text(&b, 0, text), "[2001:db8::1]:5300");
	assert_int_equal(socket_address_port(&b), 5300);
	assert_false(socket_address_equal(&a, &b));
	assert_true(socket_address_equal(&b, &b));
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "8080", "\"8080\" is not ADDRESS:PORT or [ADDRESS]:PORT" },
		{ ":8080", "\":8080\" is not ADDRESS:PORT or [ADDRESS]:PORT" },
		{ "127.0.0.1", "\"127.0.0.1\" is not ADDRESS:PORT or [ADDRESS]:PORT" },
		{ "[::1]", "\"[::1]\" is not ADDRESS:PORT or [ADDRESS]:PORT" },
		{ "[::1]8080", "\"[::1]8080\" is not ADDRESS:PORT or [ADDRESS]:PORT" },
		{ "localhost:80", "\"localhost\" is not an IPv4 address" },
		{ "*:80", "\"*\" is not an IPv4 address" },
		{ "[]:80", "\"\" is not an IPv6 address" },
		{ "[127.0.0.1]:80", "\"127.0.0.1\" is not an IPv6 address" },
		{ "::1:80", "\"::1\" is not an IPv4 address; an IPv6 address needs brackets" },
		{ "127.0.0.1:", "\"127.0.0.1:\": the port is not 1..65535" },
		{ "127.0.0.1:0", "\"127.0.0.1:0\": the port is not 1..65535" },
		{ "127.0.0.1:65536", "\"127.0.0.1:65536\": the port is not 1..65535" },
		{ "127.0.0.1:+80", "\"127.0.0.1:+80\": the port is not 1..65535" },
		{ "127.0.0.1:80,", "\"127.0.0.1:80,\": the port is not 1..65535" },
		{ "127.0.0.1:80 127.0.0.1:080", "\"127.0.0.1:080\" stands there twice" },
		{ "[::1]:80 [0:0::1]:80", "\"[0:0::1]:80\" stands there twice" },
		{ "127.0.0.1:80 127.0.0.1111111111111111111111111111111111111111111111111111:80",
		  "\"127.0.0.11111111111111111111111111111111...\" is not ADDRESS:PORT" },
		{ "0.0.0.0:1 0.0.0.0:2 0.0.0.0:3 0.0.0.0:4 0.0.0.0:5 0.0.0.0:6 0.0.0.0:7 0.0.0.0:8 "
		  "0.0.0.0:9 0.0.0.0:10 0.0.0.0:11 0.0.0.0:12 0.0.0.0:13 0.0.0.0:14 0.0.0.0:15 "
		  "0.0.0.0:16 0.0.0.0:17",
		  "more than 16 addresses" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct socket_address_list addresses = { .count = 7 };
		struct error err = { 0 };

		assert_int_equal(socket_address_list_parse(cases[i].text, 0, &addresses, &err), -1);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_int_equal(addresses.count, 7); /* untouched */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(reads_with_default_port),
		cmocka_unit_test(refuses_with_default_port),
		cmocka_unit_test(makes_of_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
