#include "dns/live_records.h"

#include "plan_fixture.h"
#include "scripted_server.h"

#define SOA "kunde.example. 3600 IN SOA ns.kunde.example. mail.kunde.example. 7 1 2 3 300\n"
#define PARENT_SOA "example. 60 IN SOA ns.example. mail.example. 9 1 2 3 300\n"
#define ZONE                                                                                       \
	{                                                                                          \
		"kunde.example.", "SOA", "aa", SOA, NULL, NULL                                     \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		NULL, NULL, "aa", NULL, SOA, NULL                                                  \
	}
#define NO_NAME                                                                                    \
	{                                                                                          \
		NULL, NULL, "aa nxdomain", NULL, SOA, NULL                                         \
	}
#define SILENT                                                                                     \
	{                                                                                          \
		NULL, NULL, "silent", NULL, NULL, NULL                                             \
	}

struct live_case {
	const struct scripted_row *rows;
	const char *names; /* as plan_records() reads them */
	bool transfer, records_only;
	enum live_state state;
	const char *reason;
	const char *zone; /* and serial and negative TTL */
	const char *records;
	const char *asked;
};

static void read_case(const struct live_case *c, struct live_job *job, struct error *err)
{
	const struct exchange_limits limits = { .timeout = 500, .in_flight = 20 };
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;

	assert_int_equal(exchange_new(&limits, &exchange, err), 0);
	job->transfer = c->transfer;
	job->records_only = c->records_only;
	assert_int_equal(live_records_read(exchange, job, 1, err), 0);
}

static void check_case(const struct live_case *c)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list names = plan_records(c->names);
	CLEANUP(freep) char *records = NULL;
	struct scripted_server server;
	struct domain_name domain;
	struct error err = { 0 };
	struct live_job job = { .domain = &domain, .names = { &names } };
	char zone[300] = "";

	assert_int_equal(domain_name_parse(PLAN_DOMAIN, strlen(PLAN_DOMAIN), &domain, &err), 0);
	scripted_start(&server, &c->rows, 1);
	job.server = server.address;
	read_case(c, &job, &err);
	scripted_stop(&server, 1);
	if (job.state == LIVE_READ)
		snprintf(zone, sizeof(zone), "%s %u %u%s", job.zone.text, job.serial,
			 job.negative_ttl, job.transfer ? " whole" : "");
	assert_int_equal(dns_record_list_text(&job.records, &records, NULL, &err), 0);
	assert_string_equal(job.reason, c->reason);
	assert_int_equal(job.state, c->state);
	assert_string_equal(zone, c->zone);
	assert_string_equal(records, c->records);
	if (c->asked)
		assert_string_equal(scripted_asked(&server, 1), c->asked);
	live_job_clear(&job);
}

#define CHECK(...)                                                                                 \
	do {                                                                                       \
		const struct live_case c = { __VA_ARGS__ };                                        \
                                                                                                   \
		check_case(&c);                                                                    \
	} while (0)
#define ROWS(...)                                                                                  \
	(const struct scripted_row[])                                                              \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			.flags = NULL                                                              \
		}                                                                                  \
	}

static void finds_the_zone(void **state)
{
	(void)state;
	CHECK(.rows = ROWS(ZONE, NO_NAME), .reason = "", .zone = "kunde.example 7 300",
	      .records = "", .asked = "kunde.example. SOA\n*.kunde.example. A\n");
	/* the domain is a name of its parent's zone; the TTL of the SOA is the lower one */
	CHECK(.rows = ROWS({ NULL, NULL, "aa", NULL, PARENT_SOA, NULL }), .reason = "",
	      .zone = "example 9 60", .records = "", .transfer = true);
	CHECK(.rows = ROWS({ NULL, NULL, "aa nxdomain", NULL, PARENT_SOA, NULL }), .reason = "",
	      .zone = "example 9 60", .records = "");
}

static void tells_lame_servers(void **state)
{
	(void)state;
	CHECK(.rows = ROWS({ NULL, NULL, "refused", NULL, NULL, NULL }), .state = LIVE_LAME,
	      .reason = "refuses to answer (REFUSED): it has not got the zone, or does not answer "
			"this address (asked for kunde.example. SOA)",
	      .zone = "", .records = "", .asked = "kunde.example. SOA\n");
	CHECK(.rows = ROWS({ NULL, NULL, "servfail", NULL, NULL, NULL }), .state = LIVE_LAME,
	      .reason = "fails (SERVFAIL): its log has the reason, often a zone that it could not "
			"load (asked for kunde.example. SOA)",
	      .zone = "", .records = "");
	CHECK(.rows = ROWS({ NULL, NULL, "ra", SOA, NULL, NULL }), .state = LIVE_LAME,
	      .reason = "has not got the zone: it answers without authority (no AA)", .zone = "",
	      .records = "");
	CHECK(.rows = ROWS({ NULL, NULL, "", NULL, "example. 60 IN NS ns.example.\n", NULL }),
	      .state = LIVE_LAME,
	      .reason = "has not got the zone: it refers to the servers of \"example.\"",
	      .zone = "", .records = "");
	CHECK(.rows = ROWS({ NULL, NULL, "aa", NULL, NULL, NULL }), .state = LIVE_LAME,
	      .reason = "does not say in which zone kunde.example. lies", .zone = "",
	      .records = "");
	/* a SOA of a zone that the domain does not lie in */
	CHECK(.rows = ROWS({ NULL, NULL, "aa", NULL,
			     "e.example. 60 IN SOA ns.example. mail.example. 9 1 2 3 300\n",
			     NULL }),
	      .state = LIVE_LAME, .reason = "does not say in which zone kunde.example. lies",
	      .zone = "", .records = "");
	CHECK(.rows = ROWS({ NULL, NULL, "aa", NULL,
			     ". 60 IN SOA ns.example. mail.example. 9 1 2 3 300\n", NULL }),
	      .state = LIVE_LAME, .reason = "does not say in which zone kunde.example. lies",
	      .zone = "", .records = "");
	CHECK(.rows = ROWS({ NULL, NULL, "aa", "kunde.example. 60 IN CNAME else.example.\n",
			     PARENT_SOA, NULL }),
	      .state = LIVE_LAME,
	      .reason = "says that kunde.example. is an alias for else.example.: no zone",
	      .zone = "", .records = "");
	CHECK(.rows = ROWS({ NULL, NULL, "aa broken", SOA, NULL, NULL }), .state = LIVE_NO_ANSWER,
	      .reason = "sends an answer that is not a DNS message: a record is cut off (asked for "
			"kunde.example. SOA)",
	      .zone = "", .records = "");
	CHECK(.rows = ROWS(SILENT), .state = LIVE_NO_ANSWER,
	      .reason = "is silent (asked for kunde.example. SOA)", .zone = "", .records = "");
}

static void takes_what_stands_at_the_names(void **state)
{
	(void)state;
	CHECK(.rows = ROWS(ZONE,
			   { "kunde.example.", "MX", "aa",
			     "kunde.example. 60 IN MX 10 mx.kunde.example.\n"
			     "else.example. 60 IN MX 10 mx.else.example.\n"
			     "kunde.example. 60 IN TXT \"not asked for\"\n",
			     NULL, "mx.kunde.example. 60 IN A 192.0.2.1\n" },
			   { "autoconfig.kunde.example.", NULL, "aa",
			     "autoconfig.kunde.example. 60 IN CNAME a.kunde.example.\n"
			     "a.kunde.example. 60 IN A 192.0.2.2\n",
			     NULL, NULL },
			   NO_NAME),
	      .names = "@ 300 MX 1 new.example.\n"
		       "@ 300 MX 2 newer.example.\n"
		       "autoconfig 300 CNAME new.example.\n"
		       "_imaps._tcp 300 SRV 0 1 993 new.example.\n"
		       "outside.example. 300 A 192.0.2.3\n",
	      .reason = "", .zone = "kunde.example 7 300",
	      .records = "kunde.example. 60 IN MX 10 mx.kunde.example.\n"
			 "autoconfig.kunde.example. 60 IN CNAME a.kunde.example.\n",
	      .asked = "kunde.example. SOA\n"
		       "*.kunde.example. A\n"
		       "_imaps._tcp.kunde.example. SRV\n"
		       "_tcp.kunde.example. NS\n"
		       "autoconfig.kunde.example. A\n"
		       "autoconfig.kunde.example. AAAA\n"
		       "autoconfig.kunde.example. CNAME\n"
		       "autoconfig.kunde.example. MX\n"
		       "autoconfig.kunde.example. TXT\n"
		       "kunde.example. MX\n");
	CHECK(.rows = ROWS(ZONE, NOTHING),
	      .names = "autoconfig 300 CNAME new.example.\n"
		       "_imaps._tcp 300 SRV 0 1 993 new.example.\n",
	      .records_only = true, .reason = "", .zone = "kunde.example 7 300", .records = "",
	      .asked = "kunde.example. SOA\n"
		       "_imaps._tcp.kunde.example. SRV\n"
		       "autoconfig.kunde.example. CNAME\n");
}

static void looks_behind_answers(void **state)
{
	(void)state;
	/* a wildcard is asked for all types, one below _tcp for what was found there */
	CHECK(.rows = ROWS(ZONE, { "*.kunde.example.", "A", "aa", NULL, SOA, NULL },
			   { "*.kunde.example.", "TXT", "aa", "*.kunde.example. 60 IN TXT \"x\"\n",
			     NULL, NULL },
			   { "*._tcp.kunde.example.", "SRV", "aa",
			     "*._tcp.kunde.example. 60 IN SRV 0 0 1 old.example.\n", NULL, NULL },
			   { "_imaps._tcp.kunde.example.", "SRV", "aa",
			     "_imaps._tcp.kunde.example. 60 IN SRV 0 0 1 old.example.\n", NULL,
			     NULL },
			   NO_NAME),
	      .names = "_imaps._tcp 300 SRV 0 1 993 new.example.\n@ 300 TXT \"v=spf1 -all\"\n",
	      .reason = "", .zone = "kunde.example 7 300",
	      .records = "*.kunde.example. 60 IN TXT \"x\"\n"
			 "*._tcp.kunde.example. 60 IN SRV 0 0 1 old.example.\n"
			 "_imaps._tcp.kunde.example. 60 IN SRV 0 0 1 old.example.\n",
	      .asked = "kunde.example. SOA\n"
		       "*._tcp.kunde.example. SRV\n"
		       "*.kunde.example. A\n"
		       "*.kunde.example. SRV\n"
		       "*.kunde.example. TXT\n"
		       "_imaps._tcp.kunde.example. SRV\n"
		       "_tcp.kunde.example. NS\n"
		       "kunde.example. TXT\n"
		       "signpost-probe._imaps._tcp.kunde.example. SRV\n");
	/* where the wildcard answers below the name too, the name does not exist (RFC 4592 2.2.1)
	 */
	CHECK(.rows = ROWS(ZONE,
			   { "*.kunde.example.", "A", "aa", "*.kunde.example. 60 IN A 192.0.2.1\n",
			     NULL, NULL },
			   { "imap.kunde.example.", "A", "aa",
			     "imap.kunde.example. 60 IN A 192.0.2.1\n", NULL, NULL },
			   { "signpost-probe.imap.kunde.example.", "A", "aa",
			     "signpost-probe.imap.kunde.example. 60 IN A 192.0.2.1\n", NULL, NULL },
			   { "pop.kunde.example.", "A", "aa",
			     "pop.kunde.example. 60 IN A 192.0.2.1\n", NULL, NULL },
			   NO_NAME),
	      .names = "imap 300 A 192.0.2.1\npop 300 A 192.0.2.1\n", .reason = "",
	      .zone = "kunde.example 7 300",
	      .records = "*.kunde.example. 60 IN A 192.0.2.1\n"
			 "pop.kunde.example. 60 IN A 192.0.2.1\n");
	/* a delegation; one whose child zone the server has, too; a DNAME */
	CHECK(.rows = ROWS(ZONE,
			   { "_imaps._tcp.kunde.example.", NULL, "", NULL,
			     "_tcp.kunde.example. 60 IN NS ns.else.example.\n", NULL },
			   { "_tcp.kunde.example.", NULL, "", NULL,
			     "_tcp.kunde.example. 60 IN NS ns.else.example.\n", NULL },
			   { "autoconfig.kunde.example.", "NS", "aa",
			     "autoconfig.kunde.example. 60 IN NS ns.kunde.example.\n", NULL, NULL },
			   { "autoconfig.kunde.example.", NULL, "aa", NULL,
			     "autoconfig.kunde.example. 60 IN SOA a. b. 1 2 3 4 5\n", NULL },
			   { "x.alias.kunde.example.", NULL, "aa",
			     "alias.kunde.example. 60 IN DNAME else.example.\n"
			     "x.alias.kunde.example. 60 IN CNAME x.else.example.\n",
			     NULL, NULL },
			   NO_NAME),
	      .names = "_imaps._tcp 300 SRV 0 1 993 new.example.\n"
		       "autoconfig 300 A 192.0.2.1\n"
		       "x.alias 300 A 192.0.2.1\n",
	      .reason = "", .zone = "kunde.example 7 300",
	      .records = "_tcp.kunde.example. 60 IN NS ns.else.example.\n"
			 "alias.kunde.example. 60 IN DNAME else.example.\n"
			 "autoconfig.kunde.example. 60 IN NS ns.kunde.example.\n");
}

static void gives_up_as_a_whole(void **state)
{
	(void)state;
	CHECK(.rows = ROWS(ZONE, { "kunde.example.", "MX", "silent", NULL, NULL, NULL },
			   { "a.kunde.example.", "A", "aa", "a.kunde.example. 60 IN A 192.0.2.1\n",
			     NULL, NULL },
			   NOTHING),
	      .names = "@ 300 MX 1 new.example.\na 300 A 192.0.2.9\n", .state = LIVE_NO_ANSWER,
	      .reason = "is silent (asked for kunde.example. MX)", .zone = "", .records = "");
	CHECK(.rows = ROWS(ZONE, { "kunde.example.", "MX", "ra", NULL, SOA, NULL }, NOTHING),
	      .names = "@ 300 MX 1 new.example.\n", .state = LIVE_LAME,
	      .reason = "answers without authority (no AA) for kunde.example.", .zone = "",
	      .records = "");
	/* a referral upwards */
	CHECK(.rows = ROWS(
		      ZONE,
		      { "kunde.example.", "MX", "", NULL, "example. 1 IN NS ns.example.\n", NULL },
		      NOTHING),
	      .names = "@ 300 MX 1 new.example.\n", .state = LIVE_LAME,
	      .reason = "answers without authority (no AA) for kunde.example.", .zone = "",
	      .records = "");
}

static void transfers_zones(void **state)
{
	(void)state;
	(void)state;
	CHECK(.rows = ROWS(ZONE, { "kunde.example.", "AXFR", "aa",
				   SOA "www.kunde.example. 60 IN A 192.0.2.1\n" SCRIPTED_MESSAGE
				       "www.else.example. 60 IN A 192.0.2.2\n"
				       "kunde.example. 60 IN NS ns.kunde.example.\n" SOA,
				   NULL, NULL }),
	      .transfer = true, .reason = "", .zone = "kunde.example 7 300 whole",
	      .records = "kunde.example. 60 IN NS ns.kunde.example.\n" SOA
			 "www.kunde.example. 60 IN A 192.0.2.1\n",
	      .asked = "kunde.example. SOA\nkunde.example. AXFR\n");
	CHECK(.rows = ROWS(ZONE, { "kunde.example.", "AXFR", "aa",
				   SOA "www.kunde.example. 60 IN A 192.0.2.1\n" SCRIPTED_MESSAGE
				       "kunde.example. 60 IN NS ns.kunde.example.\n",
				   NULL, NULL }),
	      .transfer = true, .state = LIVE_NO_ANSWER,
	      .reason = "broke the transfer of the zone off", .zone = "", .records = "");
	CHECK(.rows = ROWS(ZONE, { "kunde.example.", "AXFR", "refused", NULL, NULL, NULL }),
	      .transfer = true, .state = LIVE_LAME,
	      .reason = "refuses the transfer (REFUSED): it has not got the zone, or gives it to "
			"others only; look at allow-transfer or acl (asked for a transfer)",
	      .zone = "", .records = "");
	CHECK(.rows = ROWS(ZONE, { "kunde.example.", "AXFR", "aa",
				   "www.kunde.example. 60 IN A 192.0.2.1\n" SOA, NULL, NULL }),
	      .transfer = true, .state = LIVE_LAME,
	      .reason = "sends a transfer that does not begin with the zone's SOA", .zone = "",
	      .records = "");
}

/* A domain so long that no "*" fits below it. */
static void reads_the_longest_domain(void **state)
{
	static const struct scripted_row rows[] = { { NULL, "SOA", "aa", NULL, PARENT_SOA, NULL },
						    { .flags = NULL } };
	const struct scripted_row *const table = rows;
	const struct exchange_limits limits = { .timeout = 500, .in_flight = 20 };
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	struct scripted_server server;
	struct error err = { 0 };
	struct domain_name domain = { .length = 253 };
	struct live_job job = { .domain = &domain };

	(void)state;
	for (size_t i = 0; i < 245; i++)
		domain.text[i] = i % 50 == 49 ? '.' : 'a';
	domain.text[244] = 'a';
	memcpy(domain.text + 245, ".example", 9);
	assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
	scripted_start(&server, &table, 1);
	job.server = server.address;
	assert_int_equal(live_records_read(exchange, &job, 1, &err), 0);
	scripted_stop(&server, 1);
	assert_string_equal(job.reason, "");
	assert_string_equal(job.zone.text, "example");
	live_job_clear(&job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_zone),
		cmocka_unit_test(tells_lame_servers),
		cmocka_unit_test(takes_what_stands_at_the_names),
		cmocka_unit_test(looks_behind_answers),
		cmocka_unit_test(gives_up_as_a_whole),
		cmocka_unit_test(transfers_zones),
		cmocka_unit_test(reads_the_longest_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
