/* With servers that keep to the rules; tests/dns/test_exchange.py has those that do not. */
#include "dns/exchange.h"

#include "dns/dns_message.h"
#include "scripted_server.h"

#include <errno.h>
#include <sys/resource.h>

#define QUESTIONS_MAX 8

static const struct scripted_row rows[] = {
	{ "www.a.test.", "A", "aa", "www.a.test. 60 A 192.0.2.1", NULL, NULL },
	{ "mute.a.test.", NULL, "silent", NULL, NULL, NULL },
	{ "a.test.", "AXFR", "aa",
	  "a.test. 60 SOA ns.a.test. h.a.test. 1 2 3 4 5\n" SCRIPTED_MESSAGE
	  "www.a.test. 60 A 192.0.2.1\n" SCRIPTED_MESSAGE
	  "a.test. 60 SOA ns.a.test. h.a.test. 1 2 3 4 5\n",
	  NULL, NULL },
	{ NULL, NULL, "aa nxdomain", NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

struct fixture {
	struct scripted_server server;
	struct exchange *exchange;
	struct dns_message messages[QUESTIONS_MAX];
	struct exchange_query queries[QUESTIONS_MAX];
	size_t count;
	size_t more; /* messages of a transfer */
	size_t stop; /* after so many the transfer is broken off */
};

static int begin(void **state)
{
	static const struct scripted_row *const tables[] = { rows };
	struct exchange_limits limits = { .timeout = 2000, .in_flight = 4 };
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct error err = { 0 };

	assert_non_null(fixture);
	scripted_start(&fixture->server, tables, 1);
	assert_int_equal(exchange_new(&limits, &fixture->exchange, &err), 0);
	*state = fixture;
	return 0;
}

static void clear(struct fixture *fixture)
{
	for (size_t i = 0; i < fixture->count; i++) {
		free(fixture->queries[i].answer);
		dns_message_clear(&fixture->messages[i]);
	}
	fixture->count = 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	clear(fixture);
	exchange_free(fixture->exchange);
	scripted_stop(&fixture->server, 1);
	free(fixture);
	return 0;
}

static struct exchange_query *add(struct fixture *fixture, enum exchange_transport transport,
				  const char *name, ldns_rr_type type)
{
	struct exchange_query *query = &fixture->queries[fixture->count];
	struct dns_message *message = &fixture->messages[fixture->count++];
	struct error err = { 0 };

	assert_int_equal(dns_message_query(name, type, false, NULL, message, &err), 0);
	*query = (struct exchange_query){
		.server = fixture->server.address,
		.transport = transport,
		.message = message->bytes,
		.size = message->size,
	};
	return query;
}

static void run(struct fixture *fixture)
{
	struct error err = { 0 };

	exchange_run(fixture->exchange, fixture->queries, fixture->count, 0, &err);
	assert_string_equal(err.text, "");
}

/* The rcode of the answer. */
static int rcode(const struct fixture *fixture, size_t i)
{
	struct dns_answer answer = { .rcode = 0 };
	struct error err = { 0 };

	assert_int_equal(fixture->queries[i].outcome, EXCHANGE_ANSWERED);
	dns_message_answer(&fixture->messages[i], fixture->queries[i].answer,
			   fixture->queries[i].answer_size, &answer, &err);
	assert_string_equal(err.text, "");
	dns_answer_clear(&answer);
	return answer.rcode;
}

static void asks(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, EXCHANGE_UDP, "www.a.test.", LDNS_RR_TYPE_A);
	add(fixture, EXCHANGE_TCP, "www.a.test.", LDNS_RR_TYPE_A);
	add(fixture, EXCHANGE_UDP, "none.a.test.", LDNS_RR_TYPE_A);
	for (int i = 0; i < 4; i++)
		add(fixture, i % 2 ? EXCHANGE_UDP : EXCHANGE_TCP, "www.a.test.", LDNS_RR_TYPE_A);
	run(fixture);
	for (size_t i = 0; i < fixture->count; i++) {
		assert_int_equal(rcode(fixture, i), i == 2 ? LDNS_RCODE_NXDOMAIN : 0);
		assert_int_equal(fixture->queries[i].sent,
				 fixture->queries[i].transport == EXCHANGE_TCP);
	}
	assert_int_equal(exchange_sent(fixture->exchange), 7);
}

static void asks_nothing(void **state)
{
	run(*state);
}

static void tells_who_is_silent(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, EXCHANGE_UDP, "mute.a.test.", LDNS_RR_TYPE_A);
	add(fixture, EXCHANGE_UDP, "www.a.test.", LDNS_RR_TYPE_A);
	run(fixture);
	assert_int_equal(fixture->queries[0].outcome, EXCHANGE_SILENT);
	assert_null(fixture->queries[0].answer);
	assert_int_equal(rcode(fixture, 1), 0);
	assert_int_equal(exchange_sent(fixture->exchange), 3);
}

static void tells_where_nobody_is(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 4; i++) {
		struct exchange_query *query = add(fixture, i % 2 ? EXCHANGE_TCP : EXCHANGE_UDP,
						   "www.a.test.", LDNS_RR_TYPE_A);
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)&query->server.address;

		/* a broadcast address cannot be asked; the other has nobody at this port */
		in->sin_addr.s_addr = htonl(i < 2 ? INADDR_BROADCAST : 0x7f000009);
	}
	run(fixture);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(fixture->queries[i].outcome, EXCHANGE_UNREACHABLE);
		assert_true(fixture->queries[i].error_number != 0);
		assert_false(fixture->queries[i].sent);
	}
	assert_int_equal(fixture->queries[2].error_number, ECONNREFUSED);
	assert_int_equal(fixture->queries[3].error_number, ECONNREFUSED);
}

static int more(void *context, const unsigned char *message, size_t size)
{
	struct fixture *fixture = context;

	assert_non_null(message);
	assert_true(size >= 12);
	fixture->more++;
	if (fixture->more == fixture->stop)
		return -1;
	return fixture->more < 3;
}

static void transfers(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		size_t stop, more;
		enum exchange_outcome outcome;
	} cases[] = {
		{ 0, 3, EXCHANGE_ANSWERED },
		{ 2, 2, EXCHANGE_BROKEN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct exchange_query *query =
			add(fixture, EXCHANGE_TRANSFER, "a.test.", LDNS_RR_TYPE_AXFR);

		query->more = more;
		query->context = fixture;
		fixture->more = 0;
		fixture->stop = cases[i].stop;
		run(fixture);
		assert_int_equal(query->outcome, cases[i].outcome);
		assert_int_equal(fixture->more, cases[i].more);
		assert_true(query->sent);
		assert_null(query->answer);
		assert_int_equal(query->error_number, 0);
		clear(fixture);
	}
}

/* Without a single socket nothing can be told of any server. And it works again afterwards. */
static void fails_without_sockets(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit before, none;
	struct error err = { 0 };

	add(fixture, EXCHANGE_UDP, "www.a.test.", LDNS_RR_TYPE_A);
	add(fixture, EXCHANGE_TCP, "www.a.test.", LDNS_RR_TYPE_A);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(exchange_run(fixture->exchange, fixture->queries, fixture->count, 0, &err),
			 -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_string_equal(err.text, "no socket for a question: Too many open files");
	assert_int_equal(err.code, ERROR_IO);
	run(fixture);
	assert_int_equal(rcode(fixture, 0), 0);
	assert_int_equal(rcode(fixture, 1), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks),
		TEST(asks_nothing),
		TEST(tells_who_is_silent),
		TEST(tells_where_nobody_is),
		TEST(transfers),
		TEST(fails_without_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
