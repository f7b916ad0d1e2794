#include "server/connection_limit.h"

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
#include <time.h>

#include <cmocka.h>

#define SEED UINT64_C(0x0123456789abcdef)
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static struct connection_limit *limit_of_seed(size_t all, size_t per_address, uint64_t seed)
{
	struct connection_limit *limit = NULL;
	struct error err = { 0 };

	assert_int_equal(connection_limit_new(all, per_address, seed, &limit, &err), 0);
	assert_int_equal(connection_limit_open(limit), 0);
	return limit;
}

static struct connection_limit *limit_new(size_t all, size_t per_address)
{
	return limit_of_seed(all, per_address, SEED);
}

static enum connection_verdict enter_number(struct connection_limit *limit, uint32_t address,
					    struct connection_place *ret)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };

	return connection_limit_enter(limit, (const struct sockaddr *)&in, false, ret);
}

static enum connection_verdict enter(struct connection_limit *limit, const char *address,
				     bool exempt, struct connection_place *ret)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (strchr(address, ':')) {
		assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
		return connection_limit_enter(limit, (const struct sockaddr *)&in6, exempt, ret);
	}
	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	return connection_limit_enter(limit, (const struct sockaddr *)&in, exempt, ret);
}

/* One after the other; a leave gives back the place of the step with that number. */
static void counts(void **state)
{
	static const struct {
		const char *enters; /* NULL: leaves */
		size_t leaves;
		bool exempt;
		enum connection_verdict verdict;
		size_t open;
	} steps[] = {
		/* five in all, two from an address */
		{ "192.0.2.1", 0, false, CONNECTION_ADMITTED, 1 },
		{ "192.0.2.1", 0, false, CONNECTION_ADMITTED, 2 },
		{ "192.0.2.1", 0, false, CONNECTION_ADDRESS_TAKEN, 2 },
		{ "192.0.2.2", 0, false, CONNECTION_ADMITTED, 3 },
		{ NULL, 0, false, CONNECTION_ADMITTED, 2 },
		{ "192.0.2.1", 0, false, CONNECTION_ADMITTED, 3 },
		{ "192.0.2.1", 0, false, CONNECTION_ADDRESS_TAKEN, 3 },
		/* who is exempt does not count for the address */
		{ "192.0.2.1", 0, true, CONNECTION_ADMITTED, 4 },
		{ "2001:db8::1", 0, false, CONNECTION_ADMITTED, 5 },
		{ "2001:db8::1", 0, false, CONNECTION_ALL_TAKEN, 5 },
		{ "192.0.2.9", 0, false, CONNECTION_ALL_TAKEN, 5 },
		{ "192.0.2.9", 0, true, CONNECTION_ALL_TAKEN, 5 },
		/* all are taken: that is said, though the address has as many as it may */
		{ "192.0.2.1", 0, false, CONNECTION_ALL_TAKEN, 5 },
		{ NULL, 7, false, CONNECTION_ADMITTED, 4 },
		{ "192.0.2.1", 0, false, CONNECTION_ADDRESS_TAKEN, 4 },
		{ "192.0.2.2", 0, false, CONNECTION_ADMITTED, 5 },
		/* everybody leaves */
		{ NULL, 1, false, CONNECTION_ADMITTED, 4 },
		{ NULL, 3, false, CONNECTION_ADMITTED, 3 },
		{ NULL, 5, false, CONNECTION_ADMITTED, 2 },
		{ NULL, 8, false, CONNECTION_ADMITTED, 1 },
		{ NULL, 15, false, CONNECTION_ADMITTED, 0 },
	};
	CLEANUP(connection_limit_freep) struct connection_limit *limit = limit_new(5, 2);
	struct connection_place places[COUNT(steps)] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		enum connection_verdict verdict = CONNECTION_ADMITTED;

		if (steps[i].enters)
			verdict = enter(limit, steps[i].enters, steps[i].exempt, &places[i]);
		else
			connection_limit_leave(limit, &places[steps[i].leaves]);
		if (verdict != steps[i].verdict || connection_limit_open(limit) != steps[i].open)
			fail_msg("step %zu: %d, %zu open", i, verdict,
				 connection_limit_open(limit));
	}
}

#define SEEDS 16 /* with some of them both addresses have the same place in the table */

static void tells_addresses_apart(void **state)
{
	static const struct {
		const char *first, *second;
		bool same;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "0.0.0.0", "0.0.0.1", false },
		{ "255.255.255.255", "255.255.255.255", true },
		{ "192.0.2.1", "::ffff:192.0.2.1", true },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", true },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
		{ "192.0.2.1", "::192.0.2.1", false }, /* an old way to write it, unused */
		{ "::", "0.0.0.0", false },
		{ "::1", "::2", true },
		{ "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true },
		{ "2001:db8:0:1::1", "2001:db8:0:2::1", false },
		{ "2001:db8:0:1::1", "2001:db9:0:1::1", false },
		/* the same bits in either family */
		{ "0:0:c000:201::", "192.0.2.1", false },
	};

	(void)state;
	for (size_t round = 0; round < COUNT(cases) * SEEDS; round++) {
		CLEANUP(connection_limit_freep)
		struct connection_limit *limit = limit_of_seed(2, 1, round);
		size_t i = round / SEEDS;
		struct connection_place first = { 0 }, second = { 0 };
		enum connection_verdict verdict;

		assert_int_equal(enter(limit, cases[i].first, false, &first), CONNECTION_ADMITTED);
		verdict = enter(limit, cases[i].second, false, &second);
		if (verdict != (cases[i].same ? CONNECTION_ADDRESS_TAKEN : CONNECTION_ADMITTED))
			fail_msg("%s and %s", cases[i].first, cases[i].second);
		connection_limit_leave(limit, &first);
		if (verdict == CONNECTION_ADMITTED)
			connection_limit_leave(limit, &second);
		assert_int_equal(connection_limit_open(limit), 0);
	}
}

static void counts_no_other_family(void **state)
{
	CLEANUP(connection_limit_freep) struct connection_limit *limit = limit_new(4, 1);
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	const struct sockaddr *addresses[] = { (const struct sockaddr *)&un, &none };
	struct connection_place places[5] = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(connection_limit_enter(limit, addresses[i % 2], false, &places[i]),
				 CONNECTION_ADMITTED);
	assert_int_equal(connection_limit_enter(limit, &none, false, &places[4]),
			 CONNECTION_ALL_TAKEN);
	for (size_t i = 0; i < 4; i++)
		connection_limit_leave(limit, &places[i]);
	assert_int_equal(connection_limit_open(limit), 0);
}

/* An address each, as many as there is room for, over and over: no place is lost. */
static void uses_places_again(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 5, 100, 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		CLEANUP(connection_limit_freep)
		struct connection_limit *limit = limit_new(sizes[i], 1);
		struct connection_place places[1000] = { 0 }, none;

		for (uint32_t round = 0; round < 20; round++) {
			for (uint32_t n = 0; n < sizes[i]; n++)
				assert_int_equal(enter_number(limit, round * 400 + n, &places[n]),
						 CONNECTION_ADMITTED);
			assert_int_equal(enter_number(limit, 1U << 31, &none),
					 CONNECTION_ALL_TAKEN);
			/* 7 and the size have no divisor in common: each leaves once */
			for (uint32_t n = 0; n < sizes[i]; n++)
				connection_limit_leave(limit, &places[(n * 7 + round) % sizes[i]]);
			assert_int_equal(connection_limit_open(limit), 0);
		}
	}
}

static void changes_its_number(void **state)
{
	static const struct {
		size_t from, open, to, more; /* more: how many can come after the change */
	} cases[] = {
		{ 4, 4, 2, 0 }, { 4, 2, 2, 0 }, { 4, 1, 2, 1 }, { 2, 2, 4, 2 },
		{ 1, 0, 3, 3 }, { 5, 5, 1, 0 }, { 5, 0, 1, 1 }, { 1, 1, 1000, 15 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(connection_limit_freep)
		struct connection_limit *limit = limit_new(16, cases[i].from);
		struct connection_place places[16];
		size_t open = 0, more = 0;

		while (open < cases[i].open)
			assert_int_equal(enter_number(limit, 1, &places[open++]),
					 CONNECTION_ADMITTED);
		connection_limit_set(limit, cases[i].to);
		while (open < 16 && enter_number(limit, 1, &places[open]) == CONNECTION_ADMITTED) {
			open++;
			more++;
		}
		if (more != cases[i].more)
			fail_msg("case %zu: %zu more", i, more);
		/* lowered while they are open: one may come when there are fewer */
		while (open >= cases[i].to || open == 16)
			connection_limit_leave(limit, &places[--open]);
		assert_int_equal(enter_number(limit, 1, &places[open++]), CONNECTION_ADMITTED);
		while (open)
			connection_limit_leave(limit, &places[--open]);
		assert_int_equal(connection_limit_open(limit), 0);
	}
}

/* Random addresses come and go, and each is counted by the test as well. */

#define ADDRESSES 64
#define MOVES 3000000
#define ALL 200
#define EACH 5

static uint32_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*state >> 33);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct crowd {
	struct connection_place places[ALL];
	uint32_t addresses[ALL];
	size_t open, of_address[ADDRESSES];
};

static void crowd_enter(struct crowd *crowd, struct connection_limit *limit, uint32_t address)
{
	struct connection_place place;
	enum connection_verdict verdict = enter_number(limit, address * 0x01000193, &place);

	if (crowd->open == ALL)
		assert_int_equal(verdict, CONNECTION_ALL_TAKEN);
	else if (crowd->of_address[address] == EACH)
		assert_int_equal(verdict, CONNECTION_ADDRESS_TAKEN);
	else
		assert_int_equal(verdict, CONNECTION_ADMITTED);
	if (verdict != CONNECTION_ADMITTED)
		return;
	crowd->places[crowd->open] = place;
	crowd->addresses[crowd->open++] = address;
	crowd->of_address[address]++;
}

static void crowd_leave(struct crowd *crowd, struct connection_limit *limit, size_t who)
{
	connection_limit_leave(limit, &crowd->places[who]);
	crowd->of_address[crowd->addresses[who]]--;
	crowd->open--;
	crowd->places[who] = crowd->places[crowd->open];
	crowd->addresses[who] = crowd->addresses[crowd->open];
}

static void ends_at_zero(void **state)
{
	CLEANUP(connection_limit_freep) struct connection_limit *limit = limit_new(ALL, EACH);
	struct crowd crowd = { 0 };
	uint64_t random = 1;
	double start = seconds_now();

	(void)state;
	for (uint32_t i = 0; i < MOVES; i++) {
		uint32_t number = next_random(&random);

		if (number % 1000 < 503 || !crowd.open)
			crowd_enter(&crowd, limit, number / 1000 % ADDRESSES);
		else
			crowd_leave(&crowd, limit, number / 1000 % crowd.open);
		assert_int_equal(connection_limit_open(limit), crowd.open);
	}
	print_message("# %.0f ns a move\n", (seconds_now() - start) / MOVES * 1e9);
	while (crowd.open)
		crowd_leave(&crowd, limit, crowd.open - 1);
	assert_int_equal(connection_limit_open(limit), 0);
	/* and the table is empty, too: every address may have all that it may have */
	for (uint32_t i = 0; i < ALL; i++)
		crowd_enter(&crowd, limit, i / EACH);
	assert_int_equal(crowd.open, ALL);
}

/* Threads that share an address, and have others for themselves. */

#define THREADS 4
#define ROUNDS 100000
#define KEPT 8

struct hammer {
	struct connection_limit *limit;
	uint32_t number;
	size_t admitted;
};

static void *hammer_run(void *data)
{
	struct connection_place places[KEPT];
	struct hammer *hammer = data;
	size_t open = 0;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t address = i % 3 ? 7 : 1000 + hammer->number * ROUNDS + i;

		if (open == KEPT)
			connection_limit_leave(hammer->limit, &places[--open]);
		if (enter_number(hammer->limit, address, &places[open]) == CONNECTION_ADMITTED) {
			open++;
			hammer->admitted++;
		} else if (open) {
			connection_limit_leave(hammer->limit, &places[--open]);
		}
		if (i % 1000 == 0)
			connection_limit_set(hammer->limit, 5 + i / 1000 % 3);
		if (connection_limit_open(hammer->limit) > (size_t)THREADS * KEPT)
			break; /* the test sees it: fewer were admitted */
	}
	while (open)
		connection_limit_leave(hammer->limit, &places[--open]);
	return NULL;
}

static void is_shared_by_threads(void **state)
{
	CLEANUP(connection_limit_freep) struct connection_limit *limit = limit_new(24, 5);
	struct connection_place place;
	struct hammer hammers[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	for (uint32_t i = 0; i < THREADS; i++) {
		hammers[i] = (struct hammer){ .limit = limit, .number = i };
		assert_int_equal(pthread_create(&threads[i], NULL, hammer_run, &hammers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true(hammers[i].admitted > ROUNDS / 10);
	}
	assert_int_equal(connection_limit_open(limit), 0);
	connection_limit_set(limit, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(enter_number(limit, 7, &place), CONNECTION_ADMITTED);
	assert_int_equal(enter_number(limit, 7, &place), CONNECTION_ADDRESS_TAKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(tells_addresses_apart),
		cmocka_unit_test(counts_no_other_family),
		cmocka_unit_test(uses_places_again),
		cmocka_unit_test(changes_its_number),
		cmocka_unit_test(ends_at_zero),
		cmocka_unit_test(is_shared_by_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
