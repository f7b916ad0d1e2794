#include "dns/target_check.h"

#include "scripted_server.h"

#define RECORD(type, rdata) "x.kunde.example. 300 IN " type " " rdata
#define ALIAS                                                                                      \
	"it leads to an alias (CNAME), which mail programs and servers need not follow; name the " \
	"server itself"
#define NO_ADDRESS                                                                                 \
	"the server has no address (A, AAAA) at the resolver; make it, or correct the name"

static const struct scripted_row rows[] = {
	{ "four.example.", "A", "ra", "four.example. 60 A 192.0.2.1\n", NULL, NULL },
	{ "four.example.", "AAAA", "ra", NULL, NULL, NULL },
	{ "six.example.", "A", "ra", NULL, NULL, NULL },
	{ "six.example.", "AAAA", "ra", "six.example. 60 AAAA 2001:db8::1\n", NULL, NULL },
	{ "alias.example.", NULL, "ra",
	  "alias.example. 60 CNAME four.example.\nfour.example. 60 A 192.0.2.1\n", NULL, NULL },
	{ "empty.example.", NULL, "ra", NULL, NULL, NULL },
	{ "broken.example.", NULL, "ra servfail", NULL, NULL, NULL },
	{ NULL, NULL, "ra nxdomain", NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static const struct {
	const char *line, *fault; /* NULL: none */
} cases[] = {
	{ RECORD("MX", "10 four.example."), NULL },
	{ RECORD("SRV", "0 1 993 six.example."), NULL },
	{ RECORD("SRV", "0 1 993 alias.example."), ALIAS },
	{ RECORD("MX", "10 empty.example."), NO_ADDRESS },
	{ RECORD("MX", "10 nobody.example."), NO_ADDRESS },
	/* of what the resolver does not tell nothing is said */
	{ RECORD("MX", "10 broken.example."), NULL },
	/* "not offered" leads nowhere, a CNAME to an alias is usual */
	{ RECORD("SRV", "0 0 0 ."), NULL },
	{ RECORD("MX", "0 ."), NULL },
	{ RECORD("CNAME", "alias.example."), NULL },
	/* may be about to be made, so it is not asked for */
	{ RECORD("MX", "10 mail.kunde.example."), NULL },
	{ RECORD("MX", "20 kunde.example."), NULL },
};

static void asks_each_target_once(void **state)
{
	const struct exchange_limits limits = { .timeout = 2000, .in_flight = 10 };
	CLEANUP(dns_record_list_clear) struct dns_record_list records = { 0 };
	CLEANUP(target_check_freep) struct target_check *check = NULL;
	CLEANUP(exchange_freep) struct exchange *exchange = NULL;
	const struct scripted_row *script = rows;
	struct scripted_server server;
	struct domain_name domain;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(domain_name_parse("kunde.example", 13, &domain, &err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dns_record *record;

		assert_int_equal(
			dns_record_parse_line(cases[i].line, strlen(cases[i].line), &record, &err),
			0);
		assert_int_equal(dns_record_list_add(&records, record, &err), 0);
	}
	scripted_start(&server, &script, 1);
	assert_int_equal(exchange_new(&limits, &exchange, &err), 0);
	assert_int_equal(target_check_new(exchange, &server.address, &check, &err), 0);
	assert_int_equal(target_check_ask(check, &domain, &records, &err), 0);
	assert_int_equal(target_check_ask(check, &domain, &records, &err), 0);
	scripted_stop(&server, 1);
	for (size_t i = 0; i < records.count; i++) {
		const char *fault = target_check_fault(check, records.list[i]);

		if (cases[i].fault)
			assert_string_equal(fault, cases[i].fault);
		else
			assert_null(fault);
	}
	assert_string_equal(scripted_asked(&server, 0), "alias.example. A rd\n"
							"alias.example. AAAA rd\n"
							"broken.example. A rd\n"
							"broken.example. AAAA rd\n"
							"empty.example. A rd\n"
							"empty.example. AAAA rd\n"
							"four.example. A rd\n"
							"four.example. AAAA rd\n"
							"nobody.example. A rd\n"
							"nobody.example. AAAA rd\n"
							"six.example. A rd\n"
							"six.example. AAAA rd\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_each_target_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
