#include "dns/record_unit.h"

#include "plan_fixture.h"

/* One line of plan_fixture.h. The caller frees it. */
static struct dns_record *record_of(const char *line)
{
	struct dns_record_list list = plan_records(line);
	struct dns_record *ret = list.list[0];

	assert_int_equal(list.count, 1);
	free(list.list);
	return ret;
}

static void knows_kinds(void **state)
{
	static const struct {
		const char *line;
		enum record_kind kind;
	} cases[] = {
		{ "@ 0 MX 10 a.example.", RECORD_SET },
		{ "s1._domainkey 0 CNAME a.example.", RECORD_SET },
		{ "@ 0 TXT \"v=spf1 -all\"", RECORD_SPF },
		{ "@ 0 TXT \"V=Spf1\"", RECORD_SPF },
		{ "@ 0 TXT \"v=sp\" \"f1 -all\"", RECORD_SPF },
		{ "@ 0 TXT \"v=spf1\" \" -all\"", RECORD_SPF },
		{ "@ 0 TXT \"\" \"v=spf1\"", RECORD_SPF },
		{ "@ 0 TXT \"v=spf1;\"", RECORD_STRING },
		{ "@ 0 TXT \"v=spf10 -all\"", RECORD_STRING },
		{ "@ 0 TXT \" v=spf1 -all\"", RECORD_STRING },
		{ "@ 0 TXT \"v=spf1\\000 -all\"", RECORD_SPF },
		{ "@ 0 TXT \"v\\000=spf1 -all\"", RECORD_STRING },
		{ "@ 0 TXT \"v=spf2.0/pra -all\"", RECORD_STRING },
		{ "_dmarc 0 TXT \"v=DMARC1; p=none\"", RECORD_DMARC },
		{ "_dmarc 0 TXT \"v=DMARC1;p=none\"", RECORD_DMARC },
		{ "_dmarc 0 TXT \"v=DMARC1\"", RECORD_DMARC },
		{ "_dmarc 0 TXT \"v=DMARC12; p=none\"", RECORD_STRING },
		{ "@ 0 TXT \"v=DKIM1; p=\"", RECORD_DKIM },
		{ "s1._domainkey 0 TXT \"k=rsa; p=\"", RECORD_DKIM },
		{ "s1._domainkey.sub 0 TXT \"anything\"", RECORD_DKIM },
		{ "_domainkey 0 TXT \"o=~\"", RECORD_STRING },
		{ "s1.x_domainkey 0 TXT \"p=\"", RECORD_STRING },
		{ "_mta-sts 0 TXT \"v=STSv1; id=1\"", RECORD_MTA_STS },
		{ "_smtp._tls 0 TXT \"v=TLSRPTv1; rua=mailto:a@b.example\"", RECORD_TLS_REPORT },
		{ "_ua-auto-config 0 TXT \"v=UAAC1; a=sha256; d=YQ==\"", RECORD_PACC },
		{ "_caldavs._tcp 0 TXT \"path=/dav\"", RECORD_PATH },
		{ "_caldavs._tcp 0 TXT \"txtvers=1\" \"path=/dav\"", RECORD_STRING },
		{ ". 0 TXT \"v=spf1 -all\"", RECORD_SPF },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) struct dns_record *record = record_of(cases[i].line);

		if (record_unit_kind(record) != cases[i].kind)
			fail_msg("%s is of kind %d", cases[i].line, record_unit_kind(record));
	}
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static void compares(void **state)
{
	enum { UNITS_DIFFER, VALUES_DIFFER, SAME };
	static const struct {
		const char *a, *b;
		int result;
	} cases[] = {
		{ "@ 0 MX 10 a.example.", "@ 9 MX 10 A.example.", SAME },
		{ "@ 0 MX 10 a.example.", "@ 0 MX 20 a.example.", VALUES_DIFFER },
		{ "@ 0 MX 10 a.example.", "a 0 MX 10 a.example.", UNITS_DIFFER },
		{ "@ 0 A 192.0.2.1", "@ 0 TXT \"a\"", UNITS_DIFFER },
		{ "@ 0 TXT \"a\"", "@ 0 TXT \"b\"", UNITS_DIFFER },
		{ "@ 0 TXT \"ab\"", "@ 0 TXT \"a\" \"b\"", UNITS_DIFFER },
		{ "@ 0 TXT \"a\"", "@ 0 TXT \"v=spf1\"", UNITS_DIFFER },
		{ "@ 0 TXT \"v=spf1 -all\"", "@ 0 TXT \"v=spf1 ~all\"", VALUES_DIFFER },
		{ "@ 0 TXT \"v=spf1 -all\"", "@ 0 TXT \"v=spf1 -al\"", VALUES_DIFFER },
		{ "@ 0 TXT \"v=spf1 -all\"", "@ 0 TXT \"v=spf1\" \"\" \" -all\"", SAME },
		{ "@ 0 TXT \"path=/a\"", "@ 0 TXT \"path=/\" \"a\"", VALUES_DIFFER },
		{ "s._domainkey 0 TXT \"p=YQ\"", "s._domainkey 0 TXT \"p=\" \"YQ\"", SAME },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) struct dns_record *a = record_of(cases[i].a);
		CLEANUP(freep) struct dns_record *b = record_of(cases[i].b);
		int unit = record_unit_compare(a, b), value = record_value_compare(a, b);
		int result = unit ? UNITS_DIFFER : value ? VALUES_DIFFER : SAME;

		if (result != cases[i].result || sign(unit) != -sign(record_unit_compare(b, a)) ||
		    sign(value) != -sign(record_value_compare(b, a)))
			fail_msg("%s and %s: %d %d", cases[i].a, cases[i].b, unit, value);
	}
}

static void knows_what_lies_below(void **state)
{
	static const struct {
		const char *name, *above;
		bool result;
	} cases[] = {
		{ "@", "@", true },
		{ "a.b", "b", true },
		{ "b", "a.b", false },
		{ "ab", "b", false },
		{ "a\\.b", "b", false },
		{ "*", "@", true },
		{ "a", ".", true },
		{ ".", "a", false },
		{ ".", ".", true },
		{ "A", "a", true },
		{ "anderkunde.example.", "@", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char line[100];
		CLEANUP(freep) struct dns_record *name = NULL;
		CLEANUP(freep) struct dns_record *above = NULL;

		snprintf(line, sizeof(line), "%s 0 A 192.0.2.1", cases[i].name);
		name = record_of(line);
		snprintf(line, sizeof(line), "%s 0 A 192.0.2.1", cases[i].above);
		above = record_of(line);
		if (record_is_below(name, above->owner_wire, above->owner_size) != cases[i].result)
			fail_msg("%s below %s", cases[i].name, cases[i].above);
	}
}

static void leaves_the_zone_s_own_types(void **state)
{
	static const ldns_rr_type managed[] = { LDNS_RR_TYPE_A,	    LDNS_RR_TYPE_CNAME,
						LDNS_RR_TYPE_MX,    LDNS_RR_TYPE_TXT,
						LDNS_RR_TYPE_DNAME, LDNS_RR_TYPE_TLSA };
	static const ldns_rr_type others[] = { LDNS_RR_TYPE_SOA,    LDNS_RR_TYPE_NS,
					       LDNS_RR_TYPE_RRSIG,  LDNS_RR_TYPE_NSEC,
					       LDNS_RR_TYPE_DNSKEY, LDNS_RR_TYPE_CDS };

	(void)state;
	for (size_t i = 0; i < sizeof(managed) / sizeof(*managed); i++)
		assert_true(record_type_is_managed(managed[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(record_type_is_managed(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_kinds),
		cmocka_unit_test(compares),
		cmocka_unit_test(knows_what_lies_below),
		cmocka_unit_test(leaves_the_zone_s_own_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
