#include "dns/change_plan.h"

#include "plan_fixture.h"

/* A name that is no name says so; nothing is made. */
static void refuses_what_is_no_name(void **state)
{
	static const struct {
		const char *adopt, *text;
	} cases[] = {
		{ "", "adopt: a name is missing in \"\"" },
		{ "autoconfig,,@", "adopt: a name is missing in \"autoconfig,,@\"" },
		{ "@,", "adopt: a name is missing in \"@,\"" },
		{ "@/MXX", "adopt: \"@/MXX\" is not NAME/TYPE" },
		{ "@/", "adopt: \"@/\" is not NAME/TYPE" },
		{ "@/LONGERTHANANYTYPEIS", "adopt: \"@/LONGERTHANANYTYPEIS\" is not NAME/TYPE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change_plan *plan = NULL;
		struct error err = { 0 };

		assert_int_equal(
			plan_try(&(struct plan_texts){ .adopt = cases[i].adopt }, &plan, &err), -1);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_null(plan);
	}
}

/* What the name parser finds goes with the word in front. */
static void refuses_what_a_name_cannot_be(void **state)
{
	static const char *const cases[] = { "a..b", "a b", "/MX", "\\999", "\"a\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change_plan *plan = NULL;
		struct error err = { 0 };

		assert_int_equal(plan_try(&(struct plan_texts){ .adopt = cases[i] }, &plan, &err),
				 -1);
		assert_int_equal(strncmp(err.text, "adopt: ", 7), 0);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_null(plan);
	}
}

/* Below the longest domain there is no room for the names that a wildcard may answer for. */
static void knows_the_longest_domain(void **state)
{
	char label[64];
	struct domain_name domain;
	struct dns_record_list none = { 0 };
	const struct change_plan_input input = { .domain = &domain,
						 .zone = &domain,
						 .desired = &none,
						 .expected = &none,
						 .live = &none };
	CLEANUP(change_plan_freep) struct change_plan *plan = NULL;
	char text[254];
	struct error err;

	(void)state;
	memset(label, 'a', 63);
	label[63] = '\0';
	snprintf(text, sizeof(text), "%s.%s.%s.%.61s", label, label, label, label);
	assert_int_equal(domain_name_parse(text, strlen(text), &domain, &err), 0);
	assert_int_equal(domain.length, 253);
	assert_int_equal(change_plan_make(&input, &plan, &err), 0);
	assert_int_equal(plan->note_count, 0);
}

static void holds_whole_sets(void **state)
{
	CLEANUP(change_plan_freep)
	struct change_plan *plan = plan_of(&(struct plan_texts){
		.desired = "@ 3600 TXT \"v=spf1 -all\"\n"
			   "autoconfig 3600 CNAME a.example.\n"
			   "_imaps._tcp 3600 SRV 0 1 993 a.example.\n"
			   "signed 3600 CNAME a.example.",
		.published = "_imaps._tcp 3600 SRV 0 1 993 a.example.",
		.live = "@ 60 TXT \"MS=ms1\"\n"
			"@ 60 TXT \"v=spf1 -all\"\n"
			"autoconfig 60 CNAME f.example.\n"
			"signed 60 NSEC \\# 4 00010203",
	});
	static const struct {
		const char *owner;
		ldns_rr_type type;
		const char *before, *after;
		bool changes, name_empty;
	} sets[] = {
		{ "kunde.example.", LDNS_RR_TYPE_TXT,
		  "kunde.example. 60 IN TXT \"MS=ms1\"\nkunde.example. 60 IN TXT \"v=spf1 -all\"\n",
		  "kunde.example. 60 IN TXT \"MS=ms1\"\nkunde.example. 60 IN TXT \"v=spf1 -all\"\n",
		  false, false },
		{ "_imaps._tcp.kunde.example.", LDNS_RR_TYPE_SRV, "", "", false, true },
		{ "autoconfig.kunde.example.", LDNS_RR_TYPE_CNAME,
		  "autoconfig.kunde.example. 60 IN CNAME f.example.\n",
		  "autoconfig.kunde.example. 60 IN CNAME f.example.\n", false, false },
		{ "signed.kunde.example.", LDNS_RR_TYPE_CNAME, "",
		  "signed.kunde.example. 3600 IN CNAME a.example.\n", true, true },
	};

	(void)state;
	assert_int_equal(plan->set_count, sizeof(sets) / sizeof(*sets));
	for (size_t i = 0; i < plan->set_count; i++) {
		CLEANUP(freep) char *before = NULL;
		CLEANUP(freep) char *after = NULL;
		struct error err;
		size_t size;

		dns_record_list_text(&plan->sets[i].before, &before, &size, &err);
		dns_record_list_text(&plan->sets[i].after, &after, &size, &err);
		assert_string_equal(plan->sets[i].owner, sets[i].owner);
		assert_int_equal(plan->sets[i].type, sets[i].type);
		assert_string_equal(before, sets[i].before);
		assert_string_equal(after, sets[i].after);
		assert_int_equal(plan->sets[i].changes, sets[i].changes);
		assert_int_equal(plan->sets[i].name_empty, sets[i].name_empty);
	}
	assert_true(change_plan_changes(plan));
	assert_int_equal(plan->serial, 2024010101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(refuses_what_a_name_cannot_be),
		cmocka_unit_test(knows_the_longest_domain),
		cmocka_unit_test(holds_whole_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
