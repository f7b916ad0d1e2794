#include "model/network.h"

#include "base/bytes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

static bool contains(const struct network_list *networks, const char *address)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (strchr(address, ':')) {
		assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
		return network_list_contains(networks, (const struct sockaddr *)&in6);
	}
	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	return network_list_contains(networks, (const struct sockaddr *)&in);
}

static void contains_addresses(void **state)
{
	static const struct {
		const char *networks, *address;
		bool result;
	} cases[] = {
		{ "", "127.0.0.1", false },
		{ "127.0.0.0/8 ::1", "127.0.0.1", true },
		{ "127.0.0.0/8 ::1", "127.255.255.255", true },
		{ "127.0.0.0/8 ::1", "128.0.0.0", false },
		{ "127.0.0.0/8 ::1", "::1", true },
		{ "127.0.0.0/8 ::1", "::2", false },
		/* what a socket for both families tells of an IPv4 client */
		{ "127.0.0.0/8", "::ffff:127.0.0.1", true },
		{ "127.0.0.0/8", "::ffff:10.0.0.1", false },
		/* ... and it is no IPv6 address, whatever the network says */
		{ "::/0", "::ffff:127.0.0.1", false },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "192.0.2.1", false },
		{ "0.0.0.0/0", "192.0.2.1", true },
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.6", false },
		{ "192.0.2.4/31", "192.0.2.5", true },
		{ "192.0.2.4/31", "192.0.2.6", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "10.0.0.0/8\t192.168.0.0/16  172.16.0.0/12", "172.31.255.255", true },
		{ "10.0.0.0/8\t192.168.0.0/16  172.16.0.0/12", "172.32.0.0", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct network_list networks;
		struct error err = { 0 };

		assert_int_equal(network_list_parse(cases[i].networks, &networks, &err), 0);
		if (contains(&networks, cases[i].address) != cases[i].result)
			fail_msg("%s in %s", cases[i].address, cases[i].networks);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *networks, *text;
	} cases[] = {
		{ "localhost", "\"localhost\" is not an IP address" },
		{ "::1 10.1", "\"10.1\" is not an IP address" },
		{ "127.0.0.1,::1", "\"127.0.0.1,::1\" is not an IP address" },
		{ "/8", "\"\" is not an IP address" },
		{ "010.0.0.0/8", "\"010.0.0.0\" is not an IP address" },
		{ "10.0.0.0/", "\"10.0.0.0/\": the bits are not 0..32" },
		{ "10.0.0.0/33", "\"10.0.0.0/33\": the bits are not 0..32" },
		{ "10.0.0.0/08", "\"10.0.0.0/08\": the bits are not 0..32" },
		{ "10.0.0.0/+8", "\"10.0.0.0/+8\": the bits are not 0..32" },
		{ "10.0.0.0/4294967304", "\"10.0.0.0/4294967304\": the bits are not 0..32" },
		{ "::/129", "\"::/129\": the bits are not 0..128" },
		{ "10.0.0.0/255.0.0.0", "\"10.0.0.0/255.0.0.0\": the bits are not 0..32" },
		{ "10.0.0.1/8", "\"10.0.0.1/8\" is an address inside the network: give the "
				"network's first address, or the address alone" },
		{ "10.0.1.0/23", "\"10.0.1.0/23\" is an address inside the network: give the "
				 "network's first address, or the address alone" },
		{ "2001:db8::1/64", "\"2001:db8::1/64\" is an address inside the network: give the "
				    "network's first address, or the address alone" },
		{ "fe80::1%eth0", "\"fe80::1%eth0\" is not an IP address" },
		{ "127.0.0.111111111111111111111111111111111111111111111111111111111111111",
		  "\"127.0.0.11111111111111111111111111111111...\" is not an IP address" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct network_list networks = { .count = 7 };
		struct error err = { 0 };

		assert_int_equal(network_list_parse(cases[i].networks, &networks, &err), -1);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_int_equal(networks.count, 7); /* untouched */
	}
}

static void has_a_limit(void **state)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	struct network_list networks;
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < NETWORK_LIST_MAX; i++)
		bytes_append_text(&text, "::1 ");
	assert_int_equal(network_list_parse(text.data, &networks, &err), 0);
	assert_int_equal(networks.count, NETWORK_LIST_MAX);
	bytes_append_text(&text, "::1 ");
	assert_int_equal(network_list_parse(text.data, &networks, &err), -1);
	assert_string_equal(err.text, "more than 64 networks");
}

static void knows_no_other_family(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct network_list networks;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(network_list_parse("0.0.0.0/0 ::/0", &networks, &err), 0);
	assert_false(network_list_contains(&networks, (const struct sockaddr *)&un));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contains_addresses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(has_a_limit),
		cmocka_unit_test(knows_no_other_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
