#include "dns/exchange_queue.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND 1000000000

/* Questions, each to the server of its letter ('A' is 127.0.0.65); in lower case over TCP. */
struct fixture {
	struct exchange_limits limits;
	struct exchange_queue queue;
	struct exchange_query queries[64];
	const char *letters;
};

static void begin(struct fixture *fixture, const char *letters)
{
	struct error err = { 0 };
	size_t count = strlen(letters);

	fixture->letters = letters;
	exchange_queue_empty(&fixture->queue);
	for (size_t i = 0; i < count; i++) {
		unsigned char bytes[4] = { 127, 0, 0, (unsigned char)(letters[i] & ~0x20) };

		fixture->queries[i] =
			(struct exchange_query){ .transport = letters[i] & 0x20 ? EXCHANGE_TCP
										: EXCHANGE_UDP };
		socket_address_set(&fixture->queries[i].server, bytes, 4, 53);
	}
	assert_int_equal(exchange_queue_fill(&fixture->queue, fixture->queries, count, &err), 0);
}

static struct fixture *make(unsigned int rate, unsigned int rate_server)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->limits.rate = rate;
	fixture->limits.rate_server = rate_server;
	exchange_queue_init(&fixture->queue, &fixture->limits);
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	exchange_queue_empty(&fixture->queue);
	exchange_queue_clear(&fixture->queue);
	free(fixture);
}
DEFINE_CLEANUP(struct fixture *, fixture_free)

/* Takes what may be sent at a time and charges it. The letters, and when there is more. */
static void assert_taken(struct fixture *fixture, int64_t now, const char *letters, int64_t ready)
{
	CLEANUP(bytes_clear) struct bytes taken = { 0 };
	struct exchange_server *server;
	struct exchange_query *query;
	int64_t next = 0;

	while ((query = exchange_queue_take(&fixture->queue, now, &server, &next))) {
		bytes_append(&taken, &fixture->letters[query - fixture->queries], 1);
		exchange_queue_charge(&fixture->queue, server, 1, now);
	}
	bytes_append(&taken, "", 0);
	assert_string_equal(taken.data, letters);
	assert_int_equal(next, ready);
}

static void servers_take_turns(void **state)
{
	CLEANUP(fixture_freep) struct fixture *fixture = make(0, 0);

	(void)state;
	begin(fixture, "AAAABBC");
	assert_taken(fixture, 5, "ABCABAA", INT64_MAX);
	begin(fixture, "");
	assert_taken(fixture, 5, "", INT64_MAX);
}

static void keeps_rates(void **state)
{
	CLEANUP(fixture_freep) struct fixture *fixture = make(0, 10);
	CLEANUP(fixture_freep) struct fixture *total = make(10, 0);

	(void)state;
	begin(fixture, "AAABCC");
	assert_taken(fixture, SECOND, "ABC", SECOND + SECOND / 10);
	assert_taken(fixture, SECOND + 1, "", SECOND + SECOND / 10);
	assert_taken(fixture, SECOND + SECOND / 10, "AC", SECOND + 2 * (SECOND / 10));
	begin(fixture, "BA"); /* the rates go on */
	assert_taken(fixture, SECOND + SECOND / 10, "B", SECOND + 2 * (SECOND / 10));
	begin(total, "AAB");
	assert_taken(total, SECOND, "A", SECOND + SECOND / 10);
	assert_taken(total, SECOND + SECOND / 10, "B", SECOND + 2 * (SECOND / 10));
}

static void charges_second_tries(void **state)
{
	CLEANUP(fixture_freep) struct fixture *fixture = make(0, 10);
	struct exchange_server *server;
	int64_t ready;

	(void)state;
	begin(fixture, "AA");
	assert_non_null(exchange_queue_take(&fixture->queue, SECOND, &server, &ready));
	exchange_queue_charge(&fixture->queue, server, 2, SECOND);
	assert_taken(fixture, SECOND, "", SECOND + 2 * (SECOND / 10));
}

static void own_servers_have_no_rate(void **state)
{
	CLEANUP(fixture_freep) struct fixture *fixture = make(0, 10);
	struct socket_address_list own = { .count = 1 };

	(void)state;
	socket_address_set(&own.list[0], (const unsigned char[]){ 127, 0, 0, 'A' }, 4, 53);
	fixture->limits.own = &own;
	begin(fixture, "AAABB");
	assert_taken(fixture, SECOND, "ABAA", SECOND + SECOND / 10);
}

static void puts_back(void **state)
{
	CLEANUP(fixture_freep) struct fixture *fixture = make(0, 0);
	struct exchange_server *server;
	struct exchange_query *query;
	int64_t ready;

	(void)state;
	begin(fixture, "ABA");
	query = exchange_queue_take(&fixture->queue, 1, &server, &ready);
	assert_ptr_equal(query, &fixture->queries[0]);
	exchange_queue_put_back(&fixture->queue, query, server);
	query = exchange_queue_take(&fixture->queue, 1, &server, &ready);
	assert_ptr_equal(query, &fixture->queries[1]);
	exchange_queue_put_back(&fixture->queue, query, server);
	query = exchange_queue_take(&fixture->queue, 1, &server, &ready);
	assert_ptr_equal(query, &fixture->queries[0]);
	assert_taken(fixture, 1, "BA", INT64_MAX);
}

static void limits_connections(void **state)
{
	CLEANUP(fixture_freep) struct fixture *fixture = make(0, 0);
	struct exchange_server *server = NULL;
	int64_t ready;

	(void)state;
	begin(fixture, "aaaaaaaaaabB");
	for (int i = 0; i < 3; i++)
		assert_non_null(
			exchange_queue_take(&fixture->queue, 1, &server, &ready)); /* a, b, a */
	assert_taken(fixture, 1, "Baaaaaa", INT64_MAX);
	assert_false(exchange_queue_connect(server));
	fixture->queries[0].outcome = EXCHANGE_ANSWERED;
	exchange_queue_note(server, &fixture->queries[0], true);
	assert_taken(fixture, 1, "a", INT64_MAX);
	exchange_queue_note(server, &fixture->queries[0], true);
	assert_true(exchange_queue_connect(server)); /* for one that was cut */
	assert_taken(fixture, 1, "", INT64_MAX);
	exchange_queue_note(server, &fixture->queries[0], true);
	assert_taken(fixture, 1, "a", INT64_MAX);
}

static void gives_silent_servers_up(void **state)
{
	CLEANUP(fixture_freep) struct fixture *fixture = make(0, 1);
	struct exchange_query silent = { .outcome = EXCHANGE_SILENT };
	const struct exchange_query answered = { .outcome = EXCHANGE_ANSWERED };
	struct exchange_server *server;
	struct exchange_query *query;
	int64_t ready;

	(void)state;
	begin(fixture, "AAA");
	query = exchange_queue_take(&fixture->queue, 1, &server, &ready);
	exchange_queue_charge(&fixture->queue, server, 1, 1);
	for (int i = 1; i < EXCHANGE_SILENT_MAX; i++)
		exchange_queue_note(server, &silent, false);
	assert_null(exchange_queue_take(&fixture->queue, 1, &server, &ready));
	exchange_queue_note(server, &answered, false);
	exchange_queue_note(server, &silent, false);
	assert_null(exchange_queue_take(&fixture->queue, 1, &server, &ready));
	for (int i = 1; i < EXCHANGE_SILENT_MAX; i++)
		exchange_queue_note(server, &silent, false);
	assert_int_equal(query->outcome, EXCHANGE_PENDING);
	for (int i = 1; i < 3; i++) {
		query = exchange_queue_take(&fixture->queue, 1, &server, &ready);
		assert_ptr_equal(query, &fixture->queries[i]);
		assert_int_equal(query->outcome, EXCHANGE_SILENT);
	}
	begin(fixture, "A"); /* another run asks again */
	assert_taken(fixture, 1 + 1 * (int64_t)SECOND, "A", INT64_MAX);
	assert_int_equal(fixture->queries[0].outcome, EXCHANGE_PENDING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_take_turns),
		cmocka_unit_test(keeps_rates),
		cmocka_unit_test(charges_second_tries),
		cmocka_unit_test(own_servers_have_no_rate),
		cmocka_unit_test(puts_back),
		cmocka_unit_test(limits_connections),
		cmocka_unit_test(gives_silent_servers_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
