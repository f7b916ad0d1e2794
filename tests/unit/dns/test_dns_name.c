#include "dns/dns_name.h"

#include "plan_fixture.h"

static void finds_parents(void **state)
{
	static const struct {
		const char *name, *parent;
	} cases[] = {
		{ "a.b.example.", "b.example." }, { "example.", "." },	  { ".", NULL },
		{ "*.example.", "example." },	  { "a\\046b.c.", "c." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *parent = dns_name_parent(cases[i].name);

		if (cases[i].parent)
			assert_string_equal(parent, cases[i].parent);
		else
			assert_null(parent);
	}
}

static void compares_places(void **state)
{
	static const struct {
		const char *name, *other;
		bool within, below;
	} cases[] = {
		{ "a.example.", "example.", true, true },
		{ "example.", "example.", true, false },
		{ "example.", "a.example.", false, false },
		{ "b.a.example.", "example.", true, true },
		{ "badexample.", "example.", false, false },
		{ "a.badexample.", "example.", false, false },
		{ "a\\046example.", "example.", false, false },
		{ "example.", ".", true, true },
		{ ".", ".", true, false },
		{ ".", "example.", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(dns_name_within(cases[i].name, cases[i].other), cases[i].within);
		assert_int_equal(dns_name_below(cases[i].name, cases[i].other), cases[i].below);
	}
}

static void finds_records(void **state)
{
	CLEANUP(dns_record_list_clear)
	struct dns_record_list list = plan_records("@ 1 MX 1 a.\nb 1 MX 2 a.\nb 1 A 192.0.2.1\n");
	const struct dns_record *record;

	(void)state;
	record = dns_name_find(&list, "b.kunde.example.", LDNS_RR_TYPE_MX);
	assert_non_null(record);
	assert_string_equal(record->rdata, "2 a.");
	assert_null(dns_name_find(&list, "kunde.example.", LDNS_RR_TYPE_A));
	record = dns_name_find_above(&list, "c.b.kunde.example.", LDNS_RR_TYPE_A);
	assert_non_null(record);
	assert_string_equal(record->owner, "b.kunde.example.");
	assert_null(dns_name_find_above(&list, "kunde.example.", LDNS_RR_TYPE_A));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_parents),
		cmocka_unit_test(compares_places),
		cmocka_unit_test(finds_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
