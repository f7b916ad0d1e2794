#include "server/clock.h"
#include "server/deadline_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define MS INT64_C(1000000)
#define ITEMS 4

static int64_t now;

/* In place of the real clocks. */
int64_t clock_ns(void)
{
	return now;
}

int64_t clock_seconds(void)
{
	return now / (1000 * MS);
}

/* The numbers of those who wait, first to last, and the other way round. */
static void describe(const struct deadline_list *list, const struct deadline *items, char *ret)
{
	for (const struct deadline *item = list->first; item; item = item->behind)
		*ret++ = (char)('0' + (item - items));
	*ret++ = '|';
	for (const struct deadline *item = list->last; item; item = item->before)
		*ret++ = (char)('0' + (item - items));
	*ret = '\0';
}

static void keeps_the_order(void **state)
{
	static const struct {
		bool start;
		size_t item;
		const char *order;
	} steps[] = {
		{ false, 0, "|" }, /* was in no list */
		{ true, 0, "0|0" },	  { true, 0, "0|0" },	    { false, 0, "|" },
		{ false, 0, "|" },	  { true, 1, "1|1" },	    { true, 2, "12|21" },
		{ true, 3, "123|321" },	  { true, 0, "1230|0321" }, { true, 1, "2301|1032" },
		{ true, 3, "2013|3102" }, { true, 3, "2013|3102" }, { false, 0, "213|312" },
		{ false, 2, "13|31" },	  { false, 3, "1|1" },	    { true, 2, "12|21" },
		{ false, 1, "2|2" },	  { false, 2, "|" },
	};
	struct deadline items[ITEMS] = { 0 };
	struct deadline_list list = { 0 };
	char order[2 * ITEMS + 2];

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct deadline *item = &items[steps[i].item];
		size_t count = 0;

		if (steps[i].start)
			deadline_start(&list, item);
		else
			deadline_stop(item);
		describe(&list, items, order);
		while (order[count] != '|')
			count++;
		if (list.count != count || item->list != (steps[i].start ? &list : NULL))
			fail_msg("step %zu: %zu in the list", i, list.count);
		assert_string_equal(order, steps[i].order);
	}
}

static void moves_to_another_list(void **state)
{
	struct deadline_list first = { 0 }, second = { 0 };
	struct deadline items[2] = { 0 };

	(void)state;
	deadline_start(&first, &items[0]);
	deadline_start(&first, &items[1]);
	deadline_start(&second, &items[0]);
	assert_ptr_equal(first.first, &items[1]);
	assert_ptr_equal(first.last, &items[1]);
	assert_int_equal(first.count, 1);
	assert_ptr_equal(second.first, &items[0]);
	assert_int_equal(second.count, 1);
	deadline_stop(&items[0]);
	assert_null(second.first);
	assert_null(second.last);
	assert_ptr_equal(first.first, &items[1]);
}

static void tells_whose_time_is_over(void **state)
{
	static const struct {
		int64_t now, longest; /* nanoseconds; the first began to wait at 5 s */
		bool over;
		int64_t next; /* milliseconds */
	} cases[] = {
		{ 5000 * MS, 1000 * MS, false, 1001 },
		{ 5000 * MS + 1, 1000 * MS, false, 1000 },
		{ 5999 * MS, 1000 * MS, false, 2 },
		{ 6000 * MS - 1, 1000 * MS, false, 1 },
		{ 6000 * MS, 1000 * MS, false, 1 }, /* not longer than that */
		{ 6000 * MS + 1, 1000 * MS, true, 0 },
		{ 9000 * MS, 1000 * MS, true, 0 },
		{ 5000 * MS, 0, false, 1 },
		{ 5000 * MS + 1, 0, true, 0 },
	};
	struct deadline_list list = { 0 };
	struct deadline items[2] = { 0 };

	(void)state;
	assert_null(deadline_over(&list, 0));
	assert_int_equal(deadline_next(&list, 0), -1);
	now = 5000 * MS;
	deadline_start(&list, &items[0]);
	assert_int_equal(items[0].since, now);
	now = 5500 * MS;
	deadline_start(&list, &items[1]);
	for (size_t i = 0; i < COUNT(cases); i++) {
		now = cases[i].now;
		assert_ptr_equal(deadline_over(&list, cases[i].longest),
				 cases[i].over ? &items[0] : NULL);
		assert_int_equal(deadline_next(&list, cases[i].longest), cases[i].next);
	}
}

/* After the time that is told it is over: nobody turns for nothing. */
static void next_is_never_too_early(void **state)
{
	struct deadline_list list = { 0 };
	struct deadline item = { 0 };

	(void)state;
	for (int64_t passed = 0; passed < 3 * MS; passed += 99991) {
		now = 1000 * MS;
		deadline_start(&list, &item);
		now += passed;
		now += deadline_next(&list, 2 * MS) * MS;
		if (!deadline_over(&list, 2 * MS) && passed <= 2 * MS)
			fail_msg("not over after waiting, at %lld ns", (long long)passed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(moves_to_another_list),
		cmocka_unit_test(tells_whose_time_is_over),
		cmocka_unit_test(next_is_never_too_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
