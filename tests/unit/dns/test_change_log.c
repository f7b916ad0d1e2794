#include "dns/change_plan.h"

#include "plan_fixture.h"

static char *text_of(const struct dns_record_list *list)
{
	struct error err;
	char *ret = NULL;
	size_t size;

	assert_int_equal(dns_record_list_text(list, &ret, &size, &err), 0);
	return ret;
}

static char *log_of(const struct plan_texts *texts)
{
	CLEANUP(change_plan_freep) struct change_plan *plan = plan_of(texts);
	struct error err;
	char *ret = NULL;
	size_t size;

	assert_int_equal(change_plan_log(plan, &ret, &size, &err), 0);
	assert_int_equal(strlen(ret), size);
	return ret;
}

/* Plans, their logs, and what takes them back. */
static const struct {
	struct plan_texts texts;
	const char *log, *desired, *published;
} cases[] = {
	{ { .desired = NULL }, "", "", "" },
	/* what is kept in units that do not change is not touched */
	{ { .desired = "@ 300 MX 10 a.example. ;; Mail.\n_imaps._tcp 300 SRV 0 1 993 a.example.",
	    .expected = "@ 300 MX 0 old.example.",
	    .live = "@ 600 MX 0 old.example.\n_imaps._tcp 300 SRV 0 1 993 a.example." },
	  "- kunde.example. 600 IN MX 0 old.example.\n"
	  "+ kunde.example. 300 IN MX 10 a.example.\n"
	  "= _imaps._tcp.kunde.example. 300 IN SRV 0 1 993 a.example.\n",
	  "kunde.example. 600 IN MX 0 old.example.\n",
	  "kunde.example. 300 IN MX 10 a.example.\n" },
	/* what is kept in one that does comes back beside what was removed */
	{ { .desired = "@ 300 MX 10 a.example.",
	    .expected = "@ 300 MX 20 old.example.",
	    .live = "@ 300 MX 10 a.example.\n@ 300 MX 20 old.example." },
	  "= kunde.example. 300 IN MX 10 a.example.\n"
	  "- kunde.example. 300 IN MX 20 old.example.\n",
	  "kunde.example. 300 IN MX 10 a.example.\nkunde.example. 300 IN MX 20 old.example.\n",
	  "kunde.example. 300 IN MX 10 a.example.\n" },
	/* a TTL */
	{ { .desired = "@ 300 MX 10 a.example.", .live = "@ 600 MX 10 a.example." },
	  "- kunde.example. 600 IN MX 10 a.example.\n"
	  "+ kunde.example. 300 IN MX 10 a.example.\n",
	  "kunde.example. 600 IN MX 10 a.example.\n",
	  "kunde.example. 300 IN MX 10 a.example.\n" },
	/* what was left to others stands in both, other units of a TXT set in none */
	{ { .expected = "_caldavs._tcp 300 TXT \"path=/\"",
	    .live = "_caldavs._tcp 300 TXT \"path=/\"\n_caldavs._tcp 300 TXT \"path=/dav\"\n"
		    "_caldavs._tcp 300 TXT \"other\"" },
	  "- _caldavs._tcp.kunde.example. 300 IN TXT \"path=/\"\n"
	  "~ _caldavs._tcp.kunde.example. 300 IN TXT \"path=/dav\"\n",
	  "_caldavs._tcp.kunde.example. 300 IN TXT \"path=/\"\n"
	  "_caldavs._tcp.kunde.example. 300 IN TXT \"path=/dav\"\n",
	  "_caldavs._tcp.kunde.example. 300 IN TXT \"path=/dav\"\n" },
	/* a conflict is not in it */
	{ { .desired = "@ 300 MX 10 a.example.\n@ 300 TXT \"v=spf1 -all\"",
	    .live = "@ 600 MX 10 f.example." },
	  "+ kunde.example. 300 IN TXT \"v=spf1 -all\"\n",
	  "",
	  "kunde.example. 300 IN TXT \"v=spf1 -all\"\n" },
	/* what an admin has taken over comes back */
	{ { .desired = "autoconfig 300 CNAME a.example.",
	    .live = "autoconfig 600 A 192.0.2.1\nautoconfig 60 TXT \"a\\\"b\\\\c\\009\"",
	    .adopt = "autoconfig" },
	  "- autoconfig.kunde.example. 600 IN A 192.0.2.1\n"
	  "+ autoconfig.kunde.example. 300 IN CNAME a.example.\n"
	  "- autoconfig.kunde.example. 60 IN TXT \"a\\\"b\\\\c\\009\"\n",
	  "autoconfig.kunde.example. 600 IN A 192.0.2.1\n"
	  "autoconfig.kunde.example. 60 IN TXT \"a\\\"b\\\\c\\009\"\n",
	  "autoconfig.kunde.example. 300 IN CNAME a.example.\n" },
};

static void writes_and_takes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *log_text = log_of(&cases[i].texts);
		CLEANUP(dns_record_list_clear) struct dns_record_list desired = { 0 };
		CLEANUP(dns_record_list_clear) struct dns_record_list published = { 0 };
		CLEANUP(change_log_clear) struct change_log log = { .added = { 0 } };
		CLEANUP(freep) char *desired_text = NULL;
		CLEANUP(freep) char *published_text = NULL;
		struct error err;

		assert_string_equal(log_text, cases[i].log);
		assert_int_equal(change_log_parse(log_text, strlen(log_text), &log, &err), 0);
		assert_int_equal(change_log_inverse(&log, &desired, &published, &err), 0);
		desired_text = text_of(&desired);
		published_text = text_of(&published);
		assert_string_equal(desired_text, cases[i].desired);
		assert_string_equal(published_text, cases[i].published);
	}
}

static void reads_back(void **state)
{
	static const char text[] = "= b.example. 300 IN A 192.0.2.2\n"
				   "- b.example. 300 IN A 192.0.2.1\n"
				   "~ b.example. 300 IN A 192.0.2.4\n"
				   "+ a.example. 300 IN A 192.0.2.3"; /* the last LF is missing */
	static const char *const results[] = {
		"a.example. 300 IN A 192.0.2.3\n",
		"b.example. 300 IN A 192.0.2.1\n",
		"a.example. 300 IN A 192.0.2.3\nb.example. 300 IN A 192.0.2.2\n",
		"b.example. 300 IN A 192.0.2.4\n",
	};
	CLEANUP(change_log_clear) struct change_log log = { .added = { 0 } };
	const struct dns_record_list *lists[] = { &log.added, &log.removed, &log.published,
						  &log.left };
	struct error err;

	(void)state;
	assert_int_equal(change_log_parse(text, strlen(text), &log, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(freep) char *list = text_of(lists[i]);

		assert_string_equal(list, results[i]);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *log, *text;
		enum error_code code;
	} faults[] = {
		{ "\n", "line 1: \"\" does not begin with a sign of + - = ~", ERROR_SYNTAX },
		{ "+", "line 1: \"+\" does not begin with a sign of + - = ~", ERROR_SYNTAX },
		{ "+ a.example. 300 IN A 192.0.2.3\n! a.example. 300 IN A 192.0.2.3\n",
		  "line 2: \"! a.example. 300 IN A 192.0.2.3\" does not begin with a sign of "
		  "+ - = ~",
		  ERROR_SYNTAX },
		{ "+a.example. 300 IN A 192.0.2.3\n",
		  "line 1: \"+a.example. 300 IN A 192.0.2.3\" does not begin with a sign of "
		  "+ - = ~",
		  ERROR_SYNTAX },
		{ "+ a.example. 300 A 192.0.2.3\n",
		  "line 1: \"a.example. 300 A 192.0.2.3\" is not OWNER TTL IN TYPE RDATA",
		  ERROR_SYNTAX },
		{ "- a.example. 300 IN A 192.0.2\n", "line 1: \"192.0.2\" is not an IPv4 address",
		  ERROR_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		CLEANUP(change_log_clear) struct change_log log = { .added = { 0 } };
		struct error err = { 0 };

		assert_int_equal(change_log_parse(faults[i].log, strlen(faults[i].log), &log, &err),
				 -1);
		assert_string_equal(err.text, faults[i].text);
		assert_int_equal(err.code, faults[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_takes_back),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
