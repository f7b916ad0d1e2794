#include "http/site_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void compares_hosts(void **state)
{
	static const struct {
		const char *url, *name;
		bool is, secure;
		const char *authority; /* NULL: none */
	} cases[] = {
		{ "https://setup.example", "setup.example", true, true, "setup.example" },
		{ "http://setup.example", "setup.example", true, false, "setup.example" },
		{ "HTTPS://SETUP.Example:8443/a/b", "setup.example", true, true,
		  "SETUP.Example:8443" },
		{ "https://setup.example/", "setup.example", true, true, "setup.example" },
		{ "https://setup.example.org", "setup.example", false, true, "setup.example.org" },
		{ "https://setup.example", "setup.example.org", false, true, "setup.example" },
		{ "https://x/setup.example", "setup.example", false, true, "x" },
		{ "https://[2001:db8::1]:443", "setup.example", false, true, "[2001:db8::1]:443" },
		{ NULL, "setup.example", false, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct configuration configuration = { .site_url = (char *)cases[i].url };
		struct domain_name name = { .length = strlen(cases[i].name) };
		const char *authority;
		size_t size = 0;

		memcpy(name.text, cases[i].name, name.length + 1);
		assert_int_equal(site_host_is(&configuration, &name), cases[i].is);
		assert_int_equal(site_host_is_secure(&configuration), cases[i].secure);
		authority = site_host_authority(&configuration, &size);
		assert_int_equal(authority != NULL, cases[i].authority != NULL);
		if (!authority)
			continue;
		assert_int_equal(size, strlen(cases[i].authority));
		assert_memory_equal(authority, cases[i].authority, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
