#include "dns/verification.h"

#include "plan_fixture.h"
#include "scripted_server.h"

#include <time.h>

#define SERVERS 5 /* the first two are authoritative, the others resolvers */
#define AUTHORITIES 2
#define SEEN 1700000000

#define SOA(serial)                                                                                \
	{                                                                                          \
		"kunde.example.", "SOA", "aa",                                                     \
			"kunde.example. 3600 IN SOA a. b. " serial " 1 2 3 300\n", NULL, NULL      \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		NULL, NULL, "aa", NULL, "kunde.example. 300 IN SOA a. b. 7 1 2 3 300\n", NULL      \
	}
#define ROW(owner, type, flags, records)                                                           \
	{                                                                                          \
		owner, type, flags, records, NULL, NULL                                            \
	}
#define MX_NEW(flags, ttl)                                                                         \
	ROW("kunde.example.", "MX", flags, "kunde.example. " ttl " IN MX 10 mx.new.example.\n")
#define MX_OLD(flags, ttl)                                                                         \
	ROW("kunde.example.", "MX", flags, "kunde.example. " ttl " IN MX 10 mx.old.example.\n")
#define A_OLD(flags, ttl)                                                                          \
	ROW("autoconfig.kunde.example.", "A", flags,                                               \
	    "autoconfig.kunde.example. " ttl " IN A 192.0.2.1\n")
/* what a cache says of what is gone: that it will say so for long is no harm */
#define GONE                                                                                       \
	{                                                                                          \
		"autoconfig.kunde.example.", "A", "ra nxdomain", NULL,                             \
			"kunde.example. 99999 IN SOA a. b. 7 1 2 3 300\n", NULL                    \
	}
#define SRV(flags, ttl)                                                                            \
	ROW("_imaps._tcp.kunde.example.", "SRV", flags,                                            \
	    "_imaps._tcp.kunde.example. " ttl " IN SRV 0 1 993 mail.new.example.\n")
#define SRV_MISSING(flags, ttl)                                                                    \
	{                                                                                          \
		"_imaps._tcp.kunde.example.", "SRV", flags " nxdomain", NULL,                      \
			"kunde.example. " ttl " IN SOA a. b. 7 1 2 3 300\n", NULL                  \
	}
#define SPF(flags, ttl)                                                                            \
	ROW("kunde.example.", "TXT", flags, "kunde.example. " ttl " IN TXT \"v=spf1 -all\"\n")
#define NEW SOA("7"), MX_NEW("aa", "3600"), SRV("aa", "3600"), SPF("aa", "3600"), NOTHING
#define OLD SOA("6"), MX_OLD("aa", "14400"), A_OLD("aa", "900"), SPF("aa", "3600"), NOTHING
#define ROWS(...)                                                                                  \
	(const struct scripted_row[])                                                              \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			.flags = NULL                                                              \
		}                                                                                  \
	}

/* MX replaced, SRV added, an address withdrawn, SPF kept. */
static const char added_text[] = "@ 3600 MX 10 mx.new.example.\n"
				 "_imaps._tcp 3600 SRV 0 1 993 mail.new.example.\n";
static const char removed_text[] = "@ 14400 MX 10 mx.old.example.\n"
				   "autoconfig 900 A 192.0.2.1\n";
static const char kept_text[] = "@ 3600 TXT \"v=spf1 -all\"\n";

struct verification_case {
	const struct scripted_row *rows[SERVERS]; /* NULL: not there */
	bool unknown;				  /* no change is known */
	int64_t seen;
	const char *servers;   /* a line each: STATE SERIAL TTL behind DETAIL */
	const char *resolvers; /* a line each: STATE REMAINING DETAIL */
	bool everywhere;
	int64_t now; /* seen has to be now */
	uint32_t wait;
	int64_t gone_by;   /* after SEEN; -1: not known */
	int64_t raised;	   /* instead: after now */
	const char *asked; /* of the first resolver */
};

static struct change_log make_log(void)
{
	struct change_log log = { .added = plan_records(added_text),
				  .removed = plan_records(removed_text),
				  .published = plan_records(kept_text) };
	struct error err;

	for (size_t i = 0; i < log.added.count; i++)
		assert_int_equal(dns_record_list_add_copy(&log.published, log.added.list[i], &err),
				 0);
	dns_record_list_sort(&log.published);
	return log;
}

static void print_servers(const struct verification *verification, char *ret, size_t size)
{
	size_t length = 0;

	*ret = '\0';
	for (size_t i = 0; i < verification->server_count; i++) {
		const struct verification_server *server = &verification->servers[i];

		length += (size_t)snprintf(ret + length, size - length, "%s %u %u%s %s\n",
					   verification_state_name(server->state), server->serial,
					   server->ttl, server->behind ? " behind" : "",
					   server->detail);
	}
}

static void print_resolvers(const struct verification *verification, char *ret, size_t size)
{
	size_t length = 0;

	*ret = '\0';
	for (size_t i = 0; i < verification->resolver_count; i++) {
		const struct verification_resolver *resolver = &verification->resolvers[i];

		length += (size_t)snprintf(ret + length, size - length, "%s %u %s\n",
					   verification_state_name(resolver->state),
					   resolver->remaining, resolver->detail);
	}
}

static void run(const struct verification_case *c, const struct scripted_server *servers,
		struct verification *ret)
{
	static const struct domain_name domain = { sizeof(PLAN_DOMAIN) - 1, PLAN_DOMAIN };
	const struct exchange_limits limits = { .timeout = 300, .in_flight = 50 };
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	CLEANUP(verifier_freep) struct verifier *verifier = NULL;
	struct socket_address_list resolvers = { .count = 0 };
	struct authority authority = { .count = AUTHORITIES };
	struct change_log log = make_log();
	struct verification_input input = { .domain = &domain,
					    .published = &log.published,
					    .change = c->unknown ? NULL : &log,
					    .negative_ttl = 300,
					    .seen = c->seen,
					    .authority = &authority };
	struct error err = { 0 };

	for (size_t i = 0; i < AUTHORITIES; i++)
		authority.servers[i].address = servers[i].address;
	for (size_t i = AUTHORITIES; i < SERVERS && c->rows[i]; i++)
		resolvers.list[resolvers.count++] = servers[i].address;
	assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
	assert_int_equal(
		verifier_new(&(struct verifier_settings){ exchange, &resolvers }, &verifier, &err),
		0);
	assert_int_equal(verifier_run(verifier, &input, 1, ret, &err), 0);
	change_log_clear(&log);
}

static void check_times(const struct verification_case *c, const struct verification *verification,
			int64_t before, int64_t after)
{
	if (c->now)
		assert_in_range(verification->seen, before, after);
	else
		assert_int_equal(verification->seen, c->seen);
	assert_int_equal(verification->wait, c->wait);
	if (c->raised)
		assert_in_range(verification->gone_by, before + c->raised, after + c->raised);
	else if (c->gone_by < 0)
		assert_int_equal(verification->gone_by, 0);
	else
		assert_int_equal(verification->gone_by, verification->seen + c->gone_by);
}

static void check_case(const struct verification_case *c)
{
	static const struct scripted_row silent[] = { { .flags = NULL } };
	const struct scripted_row *rows[SERVERS];
	struct scripted_server servers[SERVERS];
	struct verification verification;
	int64_t before = time(NULL);
	char text[SCRIPTED_LOG_SIZE];

	for (size_t i = 0; i < SERVERS; i++)
		rows[i] = c->rows[i] ? c->rows[i] : silent;
	scripted_start(servers, rows, SERVERS);
	run(c, servers, &verification);
	scripted_stop(servers, SERVERS);
	print_servers(&verification, text, sizeof(text));
	assert_string_equal(text, c->servers);
	print_resolvers(&verification, text, sizeof(text));
	assert_string_equal(text, c->resolvers);
	assert_int_equal(verification.everywhere, c->everywhere);
	check_times(c, &verification, before, time(NULL));
	if (c->asked)
		assert_string_equal(scripted_asked(&servers[AUTHORITIES], 0), c->asked);
}

#define CHECK(...)                                                                                 \
	do {                                                                                       \
		const struct verification_case c = { __VA_ARGS__ };                                \
                                                                                                   \
		check_case(&c);                                                                    \
	} while (0)

/* No resolver hears of the names before every server has them. */
static void asks_authorities_first(void **state)
{
	(void)state;
	CHECK(.rows = { ROWS(OLD), ROWS(OLD), ROWS(MX_OLD("ra", "100")) },
	      .servers = "old 6 14400 kunde.example. MX: 10 mx.old.example. stands there instead "
			 "of 10 mx.new.example.; and 2 more\n"
			 "old 6 14400 kunde.example. MX: 10 mx.old.example. stands there instead "
			 "of 10 mx.new.example.; and 2 more\n",
	      .resolvers = "", .wait = 14400, .gone_by = -1, .asked = "");
	CHECK(.rows = { ROWS(NEW), ROWS(OLD), ROWS(MX_OLD("ra", "100")) },
	      .servers = "new 7 3600 \n"
			 "old 6 14400 behind kunde.example. MX: 10 mx.old.example. stands there "
			 "instead of 10 mx.new.example.; and 2 more\n",
	      .resolvers = "", .wait = 14400, .gone_by = -1, .asked = "");
	CHECK(.rows = { ROWS(NEW), ROWS(SOA("8"), MX_NEW("aa", "3600"), SPF("aa", "3600"), NOTHING),
			ROWS(MX_OLD("ra", "100")) },
	      .servers = "new 7 3600 behind \n"
			 "mixed 8 3600 _imaps._tcp.kunde.example. SRV: 0 1 993 mail.new.example. "
			 "is missing\n",
	      .resolvers = "", .wait = 14400, .gone_by = -1, .asked = "");
	CHECK(.rows = { ROWS(NEW), NULL, ROWS(MX_OLD("ra", "100")) },
	      .servers = "new 7 3600 \n"
			 "no answer 0 0 is silent (asked for kunde.example. SOA)\n",
	      .resolvers = "", .wait = 14400, .gone_by = -1, .asked = "");
	CHECK(.rows = { ROWS(NEW), ROWS(ROW(NULL, NULL, "refused", NULL)),
			ROWS(MX_OLD("ra", "100")) },
	      .servers = "new 7 3600 \n"
			 "lame 0 0 refuses to answer (REFUSED): it has not got the zone, or does "
			 "not answer this address (asked for kunde.example. SOA)\n",
	      .resolvers = "", .wait = 14400, .gone_by = -1, .asked = "");
}

#define NEW_EVERYWHERE "new 7 3600 \nnew 7 3600 \n"

static void computes_when_the_old_is_gone(void **state)
{
	(void)state;
	/* seen for the first time */
	CHECK(.rows = { ROWS(NEW), ROWS(NEW), ROWS(MX_NEW("ra", "3000"), SRV("ra", "10"), GONE) },
	      .servers = NEW_EVERYWHERE, .resolvers = "new 0 \n", .everywhere = true, .now = 1,
	      .wait = 14400, .gone_by = 14400,
	      .asked = "_imaps._tcp.kunde.example. SRV rd\nautoconfig.kunde.example. A rd\n"
		       "kunde.example. MX rd\n");
	/* seen before */
	CHECK(.rows = { ROWS(NEW), ROWS(NEW) }, .seen = SEEN, .servers = NEW_EVERYWHERE,
	      .resolvers = "", .everywhere = true, .wait = 14400, .gone_by = 14400);
	/* seen before; a server that does not answer spreads nothing, one that is old does */
	CHECK(.rows = { ROWS(NEW), NULL }, .seen = SEEN,
	      .servers = "new 7 3600 \nno answer 0 0 is silent (asked for kunde.example. SOA)\n",
	      .resolvers = "", .wait = 14400, .gone_by = 14400);
	CHECK(.rows = { NULL, NULL }, .seen = SEEN,
	      .servers = "no answer 0 0 is silent (asked for kunde.example. SOA)\n"
			 "no answer 0 0 is silent (asked for kunde.example. SOA)\n",
	      .resolvers = "", .wait = 14400, .gone_by = 14400);
	CHECK(.rows = { ROWS(NEW), ROWS(OLD) }, .seen = SEEN,
	      .servers = "new 7 3600 \n"
			 "old 6 14400 behind kunde.example. MX: 10 mx.old.example. stands there "
			 "instead of 10 mx.new.example.; and 2 more\n",
	      .resolvers = "", .wait = 14400, .gone_by = -1);
	/* no change is known */
	CHECK(.rows = { ROWS(NEW), ROWS(NEW),
			ROWS(MX_NEW("ra", "3000"), SRV("ra", "10"), SPF("ra", "1")) },
	      .unknown = true, .servers = NEW_EVERYWHERE, .resolvers = "new 0 \n",
	      .everywhere = true, .gone_by = -1,
	      .asked = "_imaps._tcp.kunde.example. SRV rd\nkunde.example. MX rd\n"
		       "kunde.example. TXT rd\n");
}

static void hears_what_resolvers_keep(void **state)
{
	(void)state;
	/* less than computed changes nothing; more raises it, be it a record or its absence */
	CHECK(.rows = { ROWS(NEW), ROWS(NEW), ROWS(MX_OLD("ra", "99"), SRV("ra", "10"), GONE),
			ROWS(MX_NEW("ra", "99"), SRV_MISSING("ra", "200"), GONE) },
	      .servers = NEW_EVERYWHERE,
	      .resolvers = "mixed 99 kunde.example. MX: 10 mx.old.example. stands there instead "
			   "of 10 mx.new.example.\n"
			   "mixed 200 _imaps._tcp.kunde.example. SRV: 0 1 993 mail.new.example. is "
			   "missing\n",
	      .everywhere = true, .now = 1, .wait = 14400, .gone_by = 14400);
	CHECK(.rows = { ROWS(NEW), ROWS(NEW), ROWS(MX_OLD("ra", "20000"), SRV("ra", "10"), GONE),
			ROWS(MX_OLD("ra", "10000"), SRV_MISSING("ra", "20"), A_OLD("ra", "5")) },
	      .servers = NEW_EVERYWHERE,
	      .resolvers = "mixed 20000 kunde.example. MX: 10 mx.old.example. stands there "
			   "instead of 10 mx.new.example.\n"
			   "old 10000 kunde.example. MX: 10 mx.old.example. stands there instead "
			   "of 10 mx.new.example.; and 2 more\n",
	      .everywhere = true, .now = 1, .wait = 14400, .raised = 20000);
	CHECK(.rows = { ROWS(NEW), ROWS(NEW),
			ROWS(MX_NEW("ra", "9"), SRV_MISSING("ra", "30000"), GONE) },
	      .seen = SEEN, .servers = NEW_EVERYWHERE,
	      .resolvers = "mixed 30000 _imaps._tcp.kunde.example. SRV: 0 1 993 mail.new.example. "
			   "is missing\n",
	      .everywhere = true, .wait = 14400, .raised = 30000);
	/* resolvers that do not help */
	CHECK(.rows = { ROWS(NEW), ROWS(NEW), ROWS(ROW(NULL, NULL, "servfail ra", NULL)),
			ROWS(MX_NEW("aa", "9"), SRV("aa", "9")),
			ROWS(ROW(NULL, NULL, "silent", NULL)) },
	      .seen = SEEN, .servers = NEW_EVERYWHERE,
	      .resolvers =
		      "lame 0 fails (SERVFAIL): its log has the reason, often a zone that it could "
		      "not load\n"
		      "lame 0 does not look names up (no RA): it is no resolver, or not for us\n"
		      "no answer 0 is silent\n",
	      .everywhere = true, .wait = 14400, .gone_by = 14400);
}

/* A server that is down is waited for a few times, not for each domain. */
static void does_not_wait_for_the_dead(void **state)
{
	static const char skipped[] = "is silent (it was for other domains just now)";
	static const struct domain_name domain = { sizeof(PLAN_DOMAIN) - 1, PLAN_DOMAIN };
	static const struct scripted_row rows[] = { { .flags = NULL } };
	const struct scripted_row *const table = rows;
	const struct exchange_limits limits = { .timeout = 50, .in_flight = 50 };
	const struct socket_address_list none = { .count = 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list published = plan_records(kept_text);
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	CLEANUP(verifier_freep) struct verifier *verifier = NULL;
	struct authority authority = { .count = 1 };
	const struct verification_input input = { .domain = &domain,
						  .published = &published,
						  .authority = &authority };
	struct scripted_server server;
	struct verification ret;
	struct error err = { 0 };

	(void)state;
	scripted_start(&server, &table, 1);
	authority.servers[0].address = server.address;
	assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
	assert_int_equal(
		verifier_new(&(struct verifier_settings){ exchange, &none }, &verifier, &err), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(verifier_run(verifier, &input, 1, &ret, &err), 0);
		assert_int_equal(ret.servers[0].state, VERIFICATION_NO_ANSWER);
		assert_string_equal(ret.servers[0].detail,
				    i < 3 ? "is silent (asked for kunde.example. SOA)" : skipped);
	}
	scripted_stop(&server, 1);
}

/* Nothing to ask, nobody to ask. */
static void bears_emptiness(void **state)
{
	static const struct domain_name domain = { sizeof(PLAN_DOMAIN) - 1, PLAN_DOMAIN };
	const struct exchange_limits limits = { .timeout = 50, .in_flight = 50 };
	const struct socket_address_list none = { .count = 0 };
	const struct dns_record_list nothing = { .count = 0 };
	const struct authority nobody = { .count = 0 };
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	CLEANUP(verifier_freep) struct verifier *verifier = NULL;
	const struct verification_input input = { .domain = &domain,
						  .published = &nothing,
						  .authority = &nobody };
	struct verification ret;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
	assert_int_equal(
		verifier_new(&(struct verifier_settings){ exchange, &none }, &verifier, &err), 0);
	assert_int_equal(verifier_run(verifier, NULL, 0, NULL, &err), 0);
	assert_int_equal(verifier_run(verifier, &input, 1, &ret, &err), 0);
	assert_false(ret.everywhere);
	assert_int_equal(ret.gone_by, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_authorities_first),
		cmocka_unit_test(computes_when_the_old_is_gone),
		cmocka_unit_test(hears_what_resolvers_keep),
		cmocka_unit_test(does_not_wait_for_the_dead),
		cmocka_unit_test(bears_emptiness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
