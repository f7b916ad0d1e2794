#include "dns/serial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOON 1785585600 /* 2026-08-01 12:00:00 UTC */

static void compares(void **state)
{
	static const struct {
		uint32_t a, b;
		int result;
	} cases[] = {
		{ 0, 0, 0 },	       { 1, 2, -1 },
		{ 2, 1, 1 },	       { 2026080101, 2026080102, -1 },
		{ 4294967295, 0, -1 }, { 4294967295, 1, -1 },
		{ 0, 4294967295, 1 },  { 0, 2147483647, -1 },
		{ 0, 2147483648, 2 },  { 2147483648, 0, 2 },
		{ 0, 2147483649, 1 },  { 4294967295, 4294967295, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (serial_compare(cases[i].a, cases[i].b) != cases[i].result)
			fail_msg("%u and %u: %d", cases[i].a, cases[i].b,
				 serial_compare(cases[i].a, cases[i].b));
	}
}

static void keeps_the_style(void **state)
{
	static const struct {
		uint32_t live;
		int64_t now;
		uint32_t next;
	} cases[] = {
		{ 0, NOON, 2026080101 }, /* a new zone */
		/* dates */
		{ 2026073199, NOON, 2026080101 },
		{ 1990010100, NOON, 2026080101 },
		{ 2026080100, NOON, 2026080101 },
		{ 2026080101, NOON, 2026080102 },
		{ 2026080199, NOON, 2026080200 },
		{ 2026073200, NOON, 2026080101 }, /* after 2026073199 */
		{ 2026123199, NOON, 2026123200 }, /* still to come */
		{ 2099010100, NOON, 2099010101 },
		/* seconds */
		{ 1785585599, NOON, 1785585600 },
		{ 1785585600, NOON, 1785585601 },
		{ 1785585700, NOON, 1785585701 },
		{ 1000000000, NOON, 1785585600 },
		/* counters */
		{ 1, NOON, 2 },
		{ 999999999, NOON, 1000000000 },
		{ 2026133101, NOON, 2026133102 }, /* no month */
		{ 2026003101, NOON, 2026003102 },
		{ 2026080001, NOON, 2026080002 }, /* no day */
		{ 2026083301, NOON, 2026083302 },
		{ 1989123101, NOON, 1989123102 }, /* no year for a zone */
		{ 4294967294, NOON, 4294967295 },
		{ 4294967295, NOON, 1 }, /* never 0 */
		/* midnight in UTC */
		{ 2026073101, 1785542399, 2026073102 },
		{ 2026073101, 1785542400, 2026080101 },
		/* clocks that are wrong by centuries */
		{ 0, -1, 1 },
		{ 0, INT64_MAX, 1 },
		{ 2026080101, -1, 2026080102 },
		{ 2026080101, INT64_MIN, 2026080102 },
		{ 2026080101, INT64_MAX, 2026080102 },
		{ 1785585599, -1, 1785585600 },
		{ 1000000000, 4294967296, 1000000001 }, /* 0 in 32 bits: not behind */
		{ 1000000000, 3147483648, 1000000001 }, /* 2^31 away */
		{ 0, 7258161600, 2200010101 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t next = serial_next(cases[i].live, cases[i].now);

		if (next != cases[i].next)
			fail_msg("%u at %lld: %u, not %u", cases[i].live, (long long)cases[i].now,
				 next, cases[i].next);
	}
}

/* Whatever a server has and whatever the clock says, secondaries take what comes next. */
static void is_always_behind(void **state)
{
	uint32_t live = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t now = (int64_t)(live >> 3) * 13 - 100;
		uint32_t next = serial_next(live, now);

		assert_int_not_equal(next, 0);
		assert_int_equal(serial_compare(live, next), -1);
		live = live * UINT32_C(1664525) + 1013904223;
		live += live == 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(keeps_the_style),
		cmocka_unit_test(is_always_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
