#include "server/network_limit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#define SEED UINT64_C(0x0123456789abcdef)
#define SECONDS 1000 /* milliseconds */
#define START (INT64_C(1000000) * SECONDS)

static struct network_limit *limit_new(unsigned int per_minute, size_t networks)
{
	struct network_limit *limit = NULL;
	struct error err = { 0 };

	assert_int_equal(network_limit_new(per_minute, networks, SEED, &limit, &err), 0);
	return limit;
}

static unsigned int take(struct network_limit *limit, const char *address, int64_t now)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (strchr(address, ':')) {
		assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
		return network_limit_take(limit, (const struct sockaddr *)&in6, now);
	}
	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	return network_limit_take(limit, (const struct sockaddr *)&in, now);
}

/* How many of a hundred thousand requests at once go through. */
static unsigned int burst(struct network_limit *limit, const char *address, int64_t now)
{
	unsigned int through = 0;

	for (int i = 0; i < 100001; i++)
		through += take(limit, address, now) == 0;
	return through;
}

/* One network after the other: each line is a request at a time, and how long it has to wait. */
static void counts(void **state)
{
	static const struct {
		int64_t at; /* milliseconds since START */
		unsigned int wait;
	} cases[] = {
		/* three a minute: three at once */
		{ 0, 0 },
		{ 0, 0 },
		{ 0, 0 },
		{ 0, 20 },
		{ 1, 20 }, /* rounded up: the next may come at 20.000 */
		{ 1000, 19 },
		{ 19999, 1 },
		{ 20000, 0 }, /* what was refused did not count */
		{ 20000, 20 },
		{ 60000, 0 },
		{ 60000, 0 },
		{ 60000, 20 },
		/* a quiet minute and more fills it again, and no further */
		{ 600000, 0 },
		{ 600000, 0 },
		{ 600000, 0 },
		{ 600000, 20 },
	};
	CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(3, 10);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned int wait = take(limit, "192.0.2.1", START + cases[i].at);

		if (wait != cases[i].wait)
			fail_msg("case %zu: %u", i, wait);
	}
}

static void lets_through_what_it_says(void **state)
{
	static const unsigned int rates[] = { 1, 2, 7, 59, 60, 61, 1000, 99999, 100000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(rates[i], 1);
		unsigned int through = 0;

		assert_int_equal(burst(limit, "192.0.2.1", START), rates[i]);
		for (int64_t now = START + 1; now <= START + 60 * SECONDS; now++) {
			while (through <= 2 * rates[i] && take(limit, "192.0.2.1", now) == 0)
				through++;
		}
		assert_int_equal(through, rates[i]);
	}
}

static void tells_networks_apart(void **state)
{
	static const struct {
		const char *first, *second;
		bool same;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.255", true },
		{ "192.0.2.1", "192.0.3.1", false },
		{ "0.0.0.0", "0.0.0.1", true },
		{ "0.0.0.0", "0.0.1.0", false },
		{ "192.0.2.1", "::ffff:192.0.2.7", true },
		{ "::ffff:192.0.2.7", "::ffff:192.0.3.7", false },
		{ "192.0.2.1", "::192.0.2.1", false }, /* an old way to write it, unused */
		{ "::", "0.0.0.0", false },
		{ "::1", "::2", true },
		{ "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true },
		{ "2001:db8:0:00ff::1", "2001:db8:0:0001::1", true },
		{ "2001:db8:0:0100::1", "2001:db8:0:0001::1", false },
		{ "2001:db8::", "2001:db9::", false },
		/* the same bits in either family */
		{ "0:0:0:c000:200::", "192.0.2.0", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(1, 10);

		assert_int_equal(take(limit, cases[i].first, START), 0);
		if ((take(limit, cases[i].second, START) != 0) != cases[i].same)
			fail_msg("%s and %s", cases[i].first, cases[i].second);
	}
}

static void holds_no_other_family_back(void **state)
{
	CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(1, 1);
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(network_limit_take(limit, (const struct sockaddr *)&un, START), 0);
		assert_int_equal(network_limit_take(limit, &none, START), 0);
	}
	assert_int_equal(take(limit, "192.0.2.1", START), 0);
	assert_int_equal(take(limit, "192.0.2.1", START), 60);
}

static unsigned int take_number(struct network_limit *limit, unsigned int number, int64_t now)
{
	char address[sizeof("10.255.255.1")];

	snprintf(address, sizeof(address), "10.%u.%u.1", number / 256 % 256, number % 256);
	return take(limit, address, now);
}

/* A full table forgets whoever was quiet longest, and nobody else. */
static void forgets_the_quietest(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 5, 100, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(1, sizes[i]);
		unsigned int size = (unsigned int)sizes[i];

		for (unsigned int number = 0; number < size; number++)
			assert_int_equal(take_number(limit, number, START), 0);
		for (unsigned int number = 0; number < size; number++)
			assert_int_equal(take_number(limit, number, START), 60);
		/* the first speaks up, though it is refused, so the second is the quietest */
		assert_int_equal(take_number(limit, 0, START), 60);
		assert_int_equal(take_number(limit, size, START), 0);
		if (size == 1)
			continue;
		assert_int_equal(take_number(limit, 0, START), 60);
		for (unsigned int number = 2; number <= size; number++)
			assert_int_equal(take_number(limit, number, START), 60);
		assert_int_equal(take_number(limit, 1, START), 0);
	}
}

/* Far more networks than there is room for, over and over. */
static void stays_sound_when_full(void **state)
{
	CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(1, 300);
	unsigned int through = 0;

	(void)state;
	for (unsigned int i = 0; i < 200000; i++)
		through += take_number(limit, i * 7919 % 1000, START) == 0;
	assert_int_equal(through, 200000); /* each was forgotten before it came again */
	for (unsigned int i = 0; i < 300; i++)
		(void)take_number(limit, i, START);
	for (unsigned int i = 0; i < 300; i++)
		assert_int_equal(take_number(limit, i, START), 60);
}

static void outlives_a_clock_that_goes_back(void **state)
{
	CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(3, 10);

	(void)state;
	assert_int_equal(burst(limit, "192.0.2.1", START), 3);
	/* a worker that read the clock before another did */
	assert_int_equal(take(limit, "192.0.2.1", START - 1), 20);
	/* hours: used up, but no more than that */
	assert_int_equal(take(limit, "192.0.2.1", START - 36000 * SECONDS), 20);
	assert_int_equal(take(limit, "192.0.2.1", START - 35980 * SECONDS), 0);
	assert_int_equal(take(limit, "192.0.2.1", -5), 20);
	assert_int_equal(take(limit, "192.0.2.1", 20 * SECONDS - 5), 0);
}

static void changes_its_rate(void **state)
{
	static const struct {
		unsigned int from, used, to, left; /* left: of the new rate, at once */
	} cases[] = {
		{ 60, 0, 6, 6 },  { 60, 60, 6, 0 },    { 60, 30, 6, 3 },
		{ 6, 3, 60, 30 }, { 6, 6, 60, 0 },     { 6, 0, 60, 60 },
		{ 10, 5, 10, 5 }, { 1, 1, 100000, 0 }, { 1, 0, 1000, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(network_limit_freep)
		struct network_limit *limit = limit_new(cases[i].from, 10);

		for (unsigned int j = 0; j < cases[i].used; j++)
			assert_int_equal(take(limit, "192.0.2.1", START), 0);
		network_limit_set(limit, cases[i].to);
		if (burst(limit, "192.0.2.1", START) != cases[i].left)
			fail_msg("case %zu", i);
		assert_int_equal(burst(limit, "192.0.3.1", START), cases[i].to);
	}
}

/* What four threads at once are let through is what one is. */

#define THREADS 4
#define ROUNDS 50000

struct hammer {
	struct network_limit *limit;
	unsigned int number, through;
};

static void *hammer_run(void *data)
{
	struct hammer *hammer = data;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		hammer->through += take(hammer->limit, "192.0.2.1", START) == 0;
		(void)take_number(hammer->limit, hammer->number * ROUNDS + i, START + i);
		if (i % 1000 == 0)
			network_limit_set(hammer->limit, 1000);
	}
	return NULL;
}

static void is_shared_by_threads(void **state)
{
	CLEANUP(network_limit_freep) struct network_limit *limit = limit_new(1000, 64);
	struct hammer hammers[THREADS];
	pthread_t threads[THREADS];
	unsigned int through = 0;

	(void)state;
	for (unsigned int i = 0; i < THREADS; i++) {
		hammers[i] = (struct hammer){ .limit = limit, .number = i };
		assert_int_equal(pthread_create(&threads[i], NULL, hammer_run, &hammers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		through += hammers[i].through;
	}
	/* asked for at least every few requests, the bucket is never the quietest of 64 */
	assert_int_equal(through, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(lets_through_what_it_says),
		cmocka_unit_test(tells_networks_apart),
		cmocka_unit_test(holds_no_other_family_back),
		cmocka_unit_test(forgets_the_quietest),
		cmocka_unit_test(stays_sound_when_full),
		cmocka_unit_test(outlives_a_clock_that_goes_back),
		cmocka_unit_test(changes_its_rate),
		cmocka_unit_test(is_shared_by_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
