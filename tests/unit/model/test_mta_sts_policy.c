#include "model/mta_sts_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void names_of_modes(void **state)
{
	static const char *const names[] = { "none", "testing", "enforce" };

	(void)state;
	for (int i = 0; i < MTA_STS_MODE_COUNT; i++) {
		assert_string_equal(mta_sts_mode_name((enum mta_sts_mode)i), names[i]);
		assert_int_equal(mta_sts_mode_from_name(names[i]), i);
	}
	assert_int_equal(mta_sts_mode_from_name("Testing"), -1);
	assert_int_equal(mta_sts_mode_from_name("report"), -1);
	assert_int_equal(mta_sts_mode_from_name(""), -1);
}

static void hosts_of_a_policy(void **state)
{
	static const struct {
		const char *host;
		bool named;
	} cases[] = {
		{ "mx.hosting.example", true },
		{ "mx2.hosting.example", false },
		{ "a.mx.hosting.example", false },
		{ "x.hosting.example", false },
		{ "hosting.example", false },
		{ "mx.hosting.exampl", false },
		{ "mx.hosting.example.net", false },
		/* one label, no more and no less */
		{ "a.wild.example", true },
		{ "mx-1.wild.example", true },
		{ "wild.example", false },
		{ ".wild.example", false },
		{ "a.b.wild.example", false },
		{ "awild.example", false },
		{ "", false },
		{ "a", false },
	};
	char host[] = "mx.hosting.example", pattern[] = "*.wild.example";
	struct mta_sts_policy policy = { .mx = { host, pattern }, .mx_count = 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char with_more[64];
		size_t size = strlen(cases[i].host);

		/* the size counts, not a NUL */
		memcpy(with_more, cases[i].host, size);
		memcpy(with_more + size, ".x", sizeof(".x"));
		if (mta_sts_policy_names(&policy, with_more, size) != cases[i].named)
			fail_msg("\"%s\" is %snamed", cases[i].host, cases[i].named ? "not " : "");
	}
	policy.mx_count = 0;
	assert_false(mta_sts_policy_names(&policy, "mx.hosting.example", 18));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_modes),
		cmocka_unit_test(hosts_of_a_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
