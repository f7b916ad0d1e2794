#include "dns/silent_servers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct socket_address address_of(unsigned int number)
{
	const unsigned char bytes[] = { 127, 0, (unsigned char)(number >> 8),
					(unsigned char)number };
	struct socket_address address;

	socket_address_set(&address, bytes, sizeof(bytes), 53);
	return address;
}

static void counts_silence(void **state)
{
	const struct socket_address a = address_of(1), b = address_of(2);
	CLEANUP(silent_servers_freep) struct silent_servers *servers = silent_servers_new();

	(void)state;
	assert_non_null(servers);
	silent_servers_tell(servers, &a, false, 100);
	silent_servers_tell(servers, &a, false, 101);
	assert_false(silent_servers_has(servers, &a, 101));
	silent_servers_tell(servers, &a, true, 101);
	silent_servers_tell(servers, &a, false, 102);
	silent_servers_tell(servers, &a, false, 102);
	assert_false(silent_servers_has(servers, &a, 102));
	silent_servers_tell(servers, &a, false, 103);
	assert_true(silent_servers_has(servers, &a, 103));
	assert_false(silent_servers_has(servers, &b, 103));
	/* then it gets one more chance, and is silent again */
	assert_true(silent_servers_has(servers, &a, 103 + SILENT_SERVERS_SECONDS - 1));
	assert_false(silent_servers_has(servers, &a, 103 + SILENT_SERVERS_SECONDS));
	silent_servers_tell(servers, &a, false, 200);
	assert_true(silent_servers_has(servers, &a, 201));
	silent_servers_tell(servers, &a, true, 202);
	assert_false(silent_servers_has(servers, &a, 202));
}

static void keeps_many(void **state)
{
	CLEANUP(silent_servers_freep) struct silent_servers *servers = silent_servers_new();

	(void)state;
	assert_non_null(servers);
	for (unsigned int i = 0; i < 3 * 5000; i++) {
		const struct socket_address address = address_of(i % 5000);

		silent_servers_tell(servers, &address, false, 0);
	}
	for (unsigned int i = 0; i < 5000; i++) {
		const struct socket_address address = address_of(i);

		assert_true(silent_servers_has(servers, &address, 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_silence),
		cmocka_unit_test(keeps_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
