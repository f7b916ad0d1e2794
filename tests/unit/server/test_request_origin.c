#include "server/request_origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define OPERATIONS "127.0.0.1/32 192.0.2.0/24"
#define TRUSTED "10.0.0.0/8 127.0.0.0/8"

static struct sockaddr_in address_of(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
	return address;
}

static const char *text_of(const struct sockaddr *address, char ret[INET_ADDRSTRLEN])
{
	if (!address)
		return "-";
	assert_int_equal(address->sa_family, AF_INET);
	return inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr,
			 ret, INET_ADDRSTRLEN);
}

static void finds(void **state)
{
	static const struct {
		bool https, secure;
		const char *peer, *x_for, *x_proto, *x_host;
		const char *client, *host;
		enum http_transport transport;
		bool operations;
	} cases[] = {
		/* nobody is between */
		{ false, false, "198.51.100.1", NULL, NULL, NULL, "198.51.100.1", "asked.example",
		  HTTP_TRANSPORT_ANY, false },
		{ true, false, "198.51.100.1", NULL, NULL, NULL, "198.51.100.1", "asked.example",
		  HTTP_TRANSPORT_PLAIN, false },
		{ true, true, "198.51.100.1", NULL, NULL, NULL, "198.51.100.1", "asked.example",
		  HTTP_TRANSPORT_SECURE, false },
		{ true, true, "127.0.0.1", NULL, NULL, NULL, "127.0.0.1", "asked.example",
		  HTTP_TRANSPORT_SECURE, true },
		{ false, false, "192.0.2.7", NULL, NULL, NULL, "192.0.2.7", "asked.example",
		  HTTP_TRANSPORT_ANY, true },
		{ false, false, NULL, NULL, NULL, NULL, "-", "asked.example", HTTP_TRANSPORT_ANY,
		  false },
		/* a stranger is not believed, and loses what it could ask for */
		{ true, false, "198.51.100.1", "192.0.2.1", "https", "other.example",
		  "198.51.100.1", "asked.example", HTTP_TRANSPORT_PLAIN, false },
		{ true, false, "192.0.2.1", "127.0.0.1", NULL, NULL, "192.0.2.1", "asked.example",
		  HTTP_TRANSPORT_PLAIN, false },
		{ false, false, NULL, "127.0.0.1", "https", "other.example", "-", "asked.example",
		  HTTP_TRANSPORT_ANY, false },
		/* a trusted proxy */
		{ true, false, "10.0.0.1", "198.51.100.9", "https", "other.example", "198.51.100.9",
		  "other.example", HTTP_TRANSPORT_SECURE, false },
		{ true, true, "10.0.0.1", "198.51.100.9", "http", NULL, "198.51.100.9",
		  "asked.example", HTTP_TRANSPORT_PLAIN, false },
		{ false, false, "10.0.0.1", "198.51.100.9", "http", NULL, "198.51.100.9",
		  "asked.example", HTTP_TRANSPORT_PLAIN, false },
		{ false, true, "10.0.0.1", "198.51.100.9", NULL, NULL, "198.51.100.9",
		  "asked.example", HTTP_TRANSPORT_SECURE, false },
		{ false, false, "10.0.0.1", "192.0.2.3", NULL, NULL, "192.0.2.3", "asked.example",
		  HTTP_TRANSPORT_ANY, true },
		/* it does not say who asks: nobody may ask for operations by it */
		{ false, false, "127.0.0.1", NULL, "https", NULL, "127.0.0.1", "asked.example",
		  HTTP_TRANSPORT_SECURE, false },
		{ false, false, "127.0.0.1", "nonsense", NULL, NULL, "127.0.0.1", "asked.example",
		  HTTP_TRANSPORT_ANY, false },
		/* what stands left of a stranger is the stranger's word */
		{ false, false, "10.0.0.1", "127.0.0.1, 198.51.100.9", NULL, NULL, "198.51.100.9",
		  "asked.example", HTTP_TRANSPORT_ANY, false },
	};
	struct snapshot snapshot = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(network_list_parse(OPERATIONS, &snapshot.operations, &err), 0);
	assert_int_equal(network_list_parse(TRUSTED, &snapshot.trusted, &err), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockaddr_in peer = address_of(cases[i].peer ? cases[i].peer : "0.0.0.0");
		struct request_headers headers = {
			.host = "asked.example",
			.is_forwarded = cases[i].x_for || cases[i].x_proto || cases[i].x_host,
			.forwarded = { .x_for = cases[i].x_for,
				       .x_proto = cases[i].x_proto,
				       .x_host = cases[i].x_host },
		};
		struct request_origin origin;
		char text[INET_ADDRSTRLEN];

		memset(&origin, 0xa5, sizeof(origin));
		snapshot.https = cases[i].https;
		request_origin_find(&snapshot,
				    cases[i].peer ? (const struct sockaddr *)&peer : NULL,
				    cases[i].secure, &headers, &origin);
		if (origin.transport != cases[i].transport ||
		    origin.operations != cases[i].operations)
			fail_msg("case %zu: transport %d, operations %d", i, origin.transport,
				 origin.operations);
		assert_string_equal(text_of(origin.client, text), cases[i].client);
		assert_string_equal(origin.host, cases[i].host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(finds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
