#include "dns/rate_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND 1000000000

/* How many get through at once, and in the second after. */
static void lets_through(void **state)
{
	static const struct {
		unsigned int rate, at_once, later;
	} cases[] = {
		{ 1, 1, 1 }, { 9, 1, 9 }, { 10, 1, 10 }, { 20, 2, 20 }, { 2000, 200, 2000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t now = 77 * (int64_t)SECOND, end = now + SECOND;
		unsigned int at_once = 0, later = 0;
		struct rate_limit limit;

		rate_limit_set(&limit, cases[i].rate);
		for (; !rate_limit_wait(&limit, now); at_once++)
			rate_limit_take(&limit, now);
		assert_int_equal(at_once, cases[i].at_once);
		for (;; later++) {
			now += rate_limit_wait(&limit, now);
			if (now > end)
				break;
			rate_limit_take(&limit, now);
		}
		assert_int_equal(later, cases[i].later);
	}
}

static void lets_all_through(void **state)
{
	struct rate_limit limit;

	(void)state;
	rate_limit_set(&limit, 0);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(rate_limit_wait(&limit, 5), 0);
		rate_limit_take(&limit, 5);
	}
}

static void takes_what_may_not_go(void **state)
{
	struct rate_limit limit;

	(void)state;
	rate_limit_set(&limit, 10);
	for (int i = 0; i < 3; i++)
		rate_limit_take(&limit, SECOND);
	assert_int_equal(rate_limit_wait(&limit, SECOND), 3 * (SECOND / 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_through),
		cmocka_unit_test(lets_all_through),
		cmocka_unit_test(takes_what_may_not_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
