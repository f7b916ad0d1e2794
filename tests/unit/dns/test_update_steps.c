#include "dns/update_steps.h"

#include "plan_fixture.h"

/* "require OWNER TYPE RDATA", a line for each step. The caller frees it. */
static char *steps_text(const struct update_steps *steps)
{
	static const char *const words[] = {
		[UPDATE_REQUIRE_RECORD] = "require",  [UPDATE_REQUIRE_NO_SET] = "no set",
		[UPDATE_REQUIRE_NO_NAME] = "no name", [UPDATE_DELETE_SET] = "delete set",
		[UPDATE_DELETE_RECORD] = "delete",    [UPDATE_ADD_RECORD] = "add",
	};
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	for (size_t i = 0; i < steps->count; i++) {
		const struct update_step *step = &steps->list[i];
		char type[16];

		bytes_append_format(&bytes, "%s %s %s", words[step->kind], step->owner,
				    dns_type_name(step->type, type));
		if (step->record) {
			assert_string_equal(step->record->owner, step->owner);
			assert_int_equal(step->record->type, step->type);
			bytes_append_format(&bytes, " %u %s", step->record->ttl,
					    step->record->rdata);
		}
		bytes_append_text(&bytes, "\n");
	}
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

static void makes_steps(void **state)
{
	static const struct {
		const char *name;
		struct plan_texts texts;
		const char *steps;
	} cases[] = {
		{ "nothing to do",
		  { .desired = "@ 300 MX 10 a.example.", .live = "@ 300 MX 10 a.example." },
		  "" },
		{ "new sets: each is absent, and a CNAME once",
		  { .desired = "x 300 SRV 0 1 443 a.example.\nx 300 TXT \"path=/\"" },
		  "no set x.kunde.example. TXT\n"
		  "no set x.kunde.example. CNAME\n"
		  "no set x.kunde.example. SRV\n"
		  "add x.kunde.example. TXT 300 \"path=/\"\n"
		  "add x.kunde.example. SRV 300 0 1 443 a.example.\n" },
		{ "a CNAME where nothing stands",
		  { .desired = "x 300 CNAME a.example." },
		  "no name x.kunde.example. CNAME\n"
		  "add x.kunde.example. CNAME 300 a.example.\n" },
		{ "a CNAME in place of another record, which goes first",
		  { .desired = "x 300 CNAME a.example.\ny 300 A 192.0.2.1",
		    .expected = "x 0 SSHFP \\# 4 01010203\ny 0 CNAME b.example.",
		    .live = "x 300 SSHFP \\# 4 01010203\ny 300 CNAME b.example." },
		  "no set x.kunde.example. CNAME\n"
		  "require x.kunde.example. SSHFP 300 \\# 4 01010203\n"
		  "no set y.kunde.example. A\n"
		  "require y.kunde.example. CNAME 300 b.example.\n"
		  "delete x.kunde.example. SSHFP 300 \\# 4 01010203\n"
		  "delete y.kunde.example. CNAME 300 b.example.\n"
		  "add x.kunde.example. CNAME 300 a.example.\n"
		  "add y.kunde.example. A 300 192.0.2.1\n" },
		{ "a CNAME replaced",
		  { .desired = "x 300 CNAME a.example.",
		    .published = "x 300 CNAME b.example.",
		    .live = "x 300 CNAME b.example." },
		  "require x.kunde.example. CNAME 300 b.example.\n"
		  "delete x.kunde.example. CNAME 300 b.example.\n"
		  "add x.kunde.example. CNAME 300 a.example.\n" },
		{ "a set of which some stays",
		  { .desired = "@ 300 MX 10 a.example.\n@ 300 MX 10 c.example.",
		    .expected = "@ 0 MX 10 b.example.",
		    .live = "@ 300 MX 10 a.example.\n@ 300 MX 10 b.example." },
		  "require kunde.example. MX 300 10 a.example.\n"
		  "require kunde.example. MX 300 10 b.example.\n"
		  "delete kunde.example. MX 300 10 b.example.\n"
		  "add kunde.example. MX 300 10 c.example.\n" },
		{ "a set with another TTL",
		  { .desired = "@ 300 MX 10 a.example.\n@ 300 MX 10 c.example.",
		    .expected = "@ 0 MX 10 b.example.",
		    .live = "@ 600 MX 10 a.example.\n@ 600 MX 10 b.example." },
		  "require kunde.example. MX 600 10 a.example.\n"
		  "require kunde.example. MX 600 10 b.example.\n"
		  "delete set kunde.example. MX\n"
		  "add kunde.example. MX 300 10 a.example.\n"
		  "add kunde.example. MX 300 10 c.example.\n" },
		{ "the strings of others are pinned and stay",
		  { .desired = "@ 300 TXT \"v=spf1 -all\"",
		    .expected = "@ 0 TXT \"v=spf1 mx\"",
		    .live = "@ 600 TXT \"a\"\n@ 600 TXT \"v=spf1 mx\"\n@ 600 MX 10 a.example." },
		  "require kunde.example. TXT 600 \"a\"\n"
		  "require kunde.example. TXT 600 \"v=spf1 mx\"\n"
		  "delete kunde.example. TXT 600 \"v=spf1 mx\"\n"
		  "add kunde.example. TXT 600 \"v=spf1 -all\"\n" },
		{ "what stays is not looked at; what goes without a successor is",
		  { .desired = "@ 300 MX 10 a.example.",
		    .published = "@ 300 MX 10 a.example.\nx 300 A 192.0.2.1",
		    .live = "@ 300 MX 10 a.example.\nx 300 A 192.0.2.1\nx 300 A 192.0.2.2" },
		  "require x.kunde.example. A 300 192.0.2.1\n"
		  "require x.kunde.example. A 300 192.0.2.2\n"
		  "delete x.kunde.example. A 300 192.0.2.1\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(change_plan_freep) struct change_plan *plan = plan_of(&cases[i].texts);
		CLEANUP(freep) struct update_step *list = NULL;
		CLEANUP(freep) char *text = NULL;
		struct update_steps steps = { 0 };
		struct error err;

		assert_int_equal(update_steps_make(plan, &steps, &err), 0);
		list = steps.list;
		text = steps_text(&steps);
		if (strcmp(text, cases[i].steps) != 0)
			fail_msg("%s:\n%s", cases[i].name, text);
	}
}

/* A plan that adds count TXT records of size bytes at one name. */
static struct change_plan *large_plan(unsigned int count, unsigned int size)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	for (unsigned int i = 0; i < count; i++)
		bytes_append_format(&bytes, "x 300 TXT \"%0*u\"\n", (int)size, i);
	return plan_of(&(struct plan_texts){ .desired = bytes.data });
}

/* Two prerequisites come to the additions. */
static void has_limits(void **state)
{
	static const struct {
		unsigned int count, size;
		int result;
	} cases[] = {
		{ UPDATE_STEPS_MAX - 2, 10, 0 },
		{ UPDATE_STEPS_MAX - 1, 10, -1 },
		{ 65, 210, 0 },
		{ 70, 210, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(change_plan_freep)
		struct change_plan *plan = large_plan(cases[i].count, cases[i].size);
		CLEANUP(freep) struct update_step *list = NULL;
		struct update_steps steps = { 0 };
		struct error err = { 0 };

		assert_int_equal(update_steps_make(plan, &steps, &err), cases[i].result);
		list = steps.list;
		if (cases[i].result == 0) {
			assert_int_equal(steps.count, cases[i].count + 2);
			continue;
		}
		assert_int_equal(steps.count, 0);
		assert_int_equal(err.code, ERROR_TOO_LARGE);
		assert_string_equal(err.text, "the changes of kunde.example take more than one "
					      "update of 200 records and 16384 bytes");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_steps),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
