#include "dns/publication_intent.h"

#include "plan_fixture.h"

#define K "kunde.example. "
#define A_300 "a." K "300 IN A 192.0.2.1\n"
#define A_600 "a." K "600 IN A 192.0.2.1\n"
#define MX_300 K "300 IN MX 10 new.example.\n"
#define MX_600 K "600 IN MX 10 old.example.\n"

/* Logs as the store keeps them, what is live, and what is to be made of both. */
static const struct {
	const char *log, *live;
	int applied;
	bool went_through;
} cases[] = {
	/* nothing was to be done, and it is */
	{ "", "", 1, true },
	{ "", "a 300 A 192.0.2.1", 1, true },
	{ "= " A_300, "", 1, true },
	{ "~ " A_300, "", 1, true },

	/* added only */
	{ "+ " A_300, "a 300 A 192.0.2.1", 1, true },
	{ "+ " A_300, "", 0, false },
	{ "+ " A_300, "a 300 A 192.0.2.9\na 300 AAAA 2001:db8::1\nb 300 A 192.0.2.1", 0, false },
	{ "+ " A_300, "a 300 A 192.0.2.1\na 300 A 192.0.2.9", 1, true },
	{ "+ " A_300 "+ " MX_300, "a 300 A 192.0.2.1\n@ 300 MX 10 new.example.", 1, true },
	/* any of it tells of all */
	{ "+ " A_300 "+ " MX_300, "a 300 A 192.0.2.1", -1, true },
	{ "+ " A_300 "+ " MX_300, "@ 300 MX 10 new.example.", -1, true },
	{ "+ " A_300 "+ " MX_300, "@ 300 MX 10 else.example.", 0, false },

	/* removed only */
	{ "- " A_300, "", 1, true },
	{ "- " A_300, "a 300 A 192.0.2.9", 1, true },
	{ "- " A_300, "a 300 A 192.0.2.1", 0, false },
	{ "- " A_300 "- " MX_600, "", 1, true },
	{ "- " A_300 "- " MX_600, "a 300 A 192.0.2.1\n@ 600 MX 10 old.example.", 0, false },
	{ "- " A_300 "- " MX_600, "a 300 A 192.0.2.1", -1, true },

	/* one value instead of another */
	{ "- " MX_600 "+ " MX_300, "@ 300 MX 10 new.example.", 1, true },
	{ "- " MX_600 "+ " MX_300, "@ 600 MX 10 old.example.", 0, false },
	/* somebody has put the old one back, beside the new one */
	{ "- " MX_600 "+ " MX_300, "@ 300 MX 10 new.example.\n@ 600 MX 10 old.example.", -1, true },
	/* neither: nothing of it tells that it was made */
	{ "- " MX_600 "+ " MX_300, "", -1, false },
	{ "- " MX_600 "+ " MX_300, "@ 600 MX 10 else.example.", -1, false },
	{ "- " MX_600 "+ " A_300 "+ " MX_300, "a 300 A 192.0.2.1", -1, true },
	{ "- " MX_600 "+ " A_300 "+ " MX_300, "a 300 A 192.0.2.1\n@ 600 MX 10 old.example.", -1,
	  true },

	/* nothing but a TTL */
	{ "- " A_600 "+ " A_300, "a 300 A 192.0.2.1", 1, true },
	{ "- " A_600 "+ " A_300, "a 600 A 192.0.2.1", 0, false },
	{ "- " A_600 "+ " A_300, "a 450 A 192.0.2.1", -1, false },
	{ "- " A_600 "+ " A_300, "", -1, false },
	/* a record that came with another TTL than it was given */
	{ "+ " A_300, "a 600 A 192.0.2.1", 0, false },
	{ "- " A_300, "a 600 A 192.0.2.1", 1, true },

	/* what is kept, or left to others, tells nothing */
	{ "= " A_300 "+ " MX_300, "@ 300 MX 10 new.example.", 1, true },
	{ "= " A_300 "+ " MX_300, "a 300 A 192.0.2.1", 0, false },
	{ "~ " A_300 "- " MX_600, "a 300 A 192.0.2.1", 1, true },
	{ "~ " A_300 "- " MX_600, "@ 600 MX 10 old.example.", 0, false },
};

static void judges_what_is_live(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_record_list_clear)
		struct dns_record_list live = plan_records(cases[i].live);
		CLEANUP(change_log_clear) struct change_log log = { .added = { 0 } };
		struct error err;
		int applied;
		bool through;

		if (change_log_parse(cases[i].log, strlen(cases[i].log), &log, &err) < 0)
			fail_msg("case %zu: %s", i, err.text);
		applied = publication_log_applied(&log, &live);
		through = publication_log_went_through(&log, &live);
		if (applied != cases[i].applied || through != cases[i].went_through)
			fail_msg("case %zu: log\n%slive\n%s\napplied %d, went through %d", i,
				 cases[i].log, cases[i].live, applied, through);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_what_is_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
