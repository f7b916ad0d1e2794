#include "dns/verification_view.h"

#include "plan_fixture.h"

/* Lines "OWNER TTL TYPE RDATA"; of a change what was added, removed, kept, left to others. */
struct view_case {
	const char *added, *removed, *kept, *left;
	bool unknown; /* no change is known */
	const char *live;
	enum verification_state state, cached;
	uint32_t ttl;
	const char *detail;
};

static void add_all(struct dns_record_list *to, const struct dns_record_list *from)
{
	struct error err;

	for (size_t i = 0; i < from->count; i++)
		assert_int_equal(dns_record_list_add_copy(to, from->list[i], &err), 0);
}

static struct change_log log_of(const char *added, const char *removed, const char *kept,
				const char *left)
{
	struct change_log log = {
		.added = plan_records(added),
		.removed = plan_records(removed),
		.published = plan_records(kept),
		.left = plan_records(left),
	};

	add_all(&log.published, &log.added);
	dns_record_list_sort(&log.published);
	return log;
}

static void judge_case(const struct view_case *c)
{
	struct change_log log = log_of(c->added, c->removed, c->kept, c->left);
	CLEANUP(dns_record_list_clear) struct dns_record_list live = plan_records(c->live);
	CLEANUP(verification_view_clear) struct verification_view view = { .new = { 0 } };
	struct verification_verdict verdict;
	struct error err = { 0 };

	assert_int_equal(
		verification_view_make(&log.published, c->unknown ? NULL : &log, &view, &err), 0);
	assert_int_equal(verification_view_judge(&view, &live, false, &verdict, &err), 0);
	assert_string_equal(verdict.detail, c->detail);
	assert_int_equal(verdict.state, c->state);
	assert_int_equal(verdict.ttl, c->ttl);
	assert_int_equal(verification_view_judge(&view, &live, true, &verdict, &err), 0);
	assert_int_equal(verdict.state, c->cached);
	change_log_clear(&log);
}

#define OLD_MX "@ 14400 MX 10 mx.old.example.\n"
#define NEW_MX "@ 3600 MX 10 mx.new.example.\n"
#define SRV "_imaps._tcp 3600 SRV 0 1 993 mail.new.example.\n"
#define OLD_A "autoconfig 900 A 192.0.2.1\n"
#define ALIAS "autoconfig 3600 CNAME ac.new.example.\n"
#define SPF "@ 3600 TXT \"v=spf1 include:new.example -all\"\n"
#define OLD_SPF "@ 3600 TXT \"v=spf1 mx -all\"\n"
#define FOREIGN "@ 3600 TXT \"verification=1\"\n"

static const struct view_case view_cases[] = {
	{ .added = NEW_MX SRV,
	  .removed = OLD_MX,
	  .live = NEW_MX SRV,
	  .state = VERIFICATION_NEW,
	  .cached = VERIFICATION_NEW,
	  .ttl = 3600,
	  .detail = "" },
	{ .added = NEW_MX SRV,
	  .removed = OLD_MX,
	  .live = OLD_MX,
	  .state = VERIFICATION_OLD,
	  .cached = VERIFICATION_OLD,
	  .ttl = 14400,
	  .detail = "kunde.example. MX: 10 mx.old.example. stands there instead of 10 "
		    "mx.new.example.; and 1 more" },
	{ .added = NEW_MX SRV,
	  .removed = OLD_MX,
	  .live = NEW_MX,
	  .state = VERIFICATION_MIXED,
	  .cached = VERIFICATION_MIXED,
	  .ttl = 3600,
	  .detail = "_imaps._tcp.kunde.example. SRV: 0 1 993 mail.new.example. is missing" },
	{ .added = NEW_MX SRV,
	  .removed = OLD_MX,
	  .live = "@ 60 MX 0 else.example.\n",
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_OTHER,
	  .ttl = 60,
	  .detail = "kunde.example. MX: 0 else.example. stands there instead of 10 "
		    "mx.new.example.; and 1 more" },
	/* one record more than there should be */
	{ .added = NEW_MX,
	  .removed = OLD_MX,
	  .live = NEW_MX "@ 3600 MX 20 else.example.\n",
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_OTHER,
	  .ttl = 3600,
	  .detail = "kunde.example. MX: 20 else.example. stands there and should not" },
	{ .added = NEW_MX,
	  .removed = OLD_MX,
	  .live = NEW_MX OLD_MX,
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_OTHER,
	  .ttl = 14400,
	  .detail = "kunde.example. MX: 10 mx.old.example. stands there and should not" },
	/* what was kept is gone */
	{ .added = SRV,
	  .kept = NEW_MX,
	  .live = SRV,
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_NEW,
	  .ttl = 3600,
	  .detail = "kunde.example. MX: 10 mx.new.example. is missing" },
	/* a withdrawal */
	{ .removed = OLD_A,
	  .live = OLD_A,
	  .state = VERIFICATION_OLD,
	  .cached = VERIFICATION_OLD,
	  .ttl = 900,
	  .detail = "autoconfig.kunde.example. A: 192.0.2.1 stands there and should not" },
	{ .removed = OLD_A,
	  .live = "",
	  .state = VERIFICATION_NEW,
	  .cached = VERIFICATION_NEW,
	  .ttl = 0,
	  .detail = "" },
	/* an address turns into an alias */
	{ .removed = OLD_A,
	  .added = ALIAS,
	  .live = ALIAS,
	  .state = VERIFICATION_NEW,
	  .cached = VERIFICATION_NEW,
	  .ttl = 3600,
	  .detail = "" },
	{ .removed = OLD_A,
	  .added = ALIAS,
	  .live = OLD_A,
	  .state = VERIFICATION_OLD,
	  .cached = VERIFICATION_OLD,
	  .ttl = 900,
	  .detail = "autoconfig.kunde.example. A: 192.0.2.1 stands there and should not; "
		    "and 1 more" },
	{ .removed = ALIAS,
	  .added = OLD_A,
	  .live = "autoconfig 60 CNAME else.example.\n",
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_OTHER,
	  .ttl = 60,
	  .detail = "autoconfig.kunde.example. CNAME: else.example. stands there and should "
		    "not; and 1 more" },
	{ .kept = OLD_A,
	  .unknown = true,
	  .live = "autoconfig 60 CNAME else.example.\n",
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_OTHER,
	  .ttl = 0,
	  .detail = "autoconfig.kunde.example. A: a CNAME to else.example. stands there "
		    "instead of 192.0.2.1" },
	/* one kind of TXT record among others' */
	{ .removed = OLD_SPF,
	  .added = SPF,
	  .live = SPF FOREIGN,
	  .state = VERIFICATION_NEW,
	  .cached = VERIFICATION_NEW,
	  .ttl = 3600,
	  .detail = "" },
	{ .removed = OLD_SPF,
	  .added = SPF,
	  .live = OLD_SPF FOREIGN,
	  .state = VERIFICATION_OLD,
	  .cached = VERIFICATION_OLD,
	  .ttl = 3600,
	  .detail = "kunde.example. TXT: \"v=spf1 mx -all\" stands there instead of "
		    "\"v=spf1 include:new.example -all\"" },
	/* a foreign value of the same set that was left there, and may go */
	{ .added = NEW_MX,
	  .left = "@ 3600 MX 99 spool.example.\n",
	  .live = NEW_MX "@ 3600 MX 99 spool.example.\n",
	  .state = VERIFICATION_NEW,
	  .cached = VERIFICATION_NEW,
	  .ttl = 3600,
	  .detail = "" },
	{ .added = NEW_MX,
	  .left = "@ 3600 MX 99 spool.example.\n",
	  .live = NEW_MX,
	  .state = VERIFICATION_NEW,
	  .cached = VERIFICATION_NEW,
	  .ttl = 3600,
	  .detail = "" },
	/* TTLs; in a cache they count down */
	{ .removed = "@ 86400 MX 10 mx.new.example.\n",
	  .added = NEW_MX,
	  .live = "@ 86400 MX 10 mx.new.example.\n",
	  .state = VERIFICATION_OLD,
	  .cached = VERIFICATION_OLD,
	  .ttl = 86400,
	  .detail = "kunde.example. MX: the TTL is 86400, not 3600" },
	{ .removed = "@ 86400 MX 10 mx.new.example.\n",
	  .added = NEW_MX,
	  .live = "@ 40000 MX 10 mx.new.example.\n",
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_OLD,
	  .ttl = 40000,
	  .detail = "kunde.example. MX: the TTL is 40000, not 3600" },
	{ .removed = "@ 86400 MX 10 mx.new.example.\n",
	  .added = NEW_MX,
	  .live = "@ 12 MX 10 mx.new.example.\n",
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_NEW,
	  .ttl = 12,
	  .detail = "kunde.example. MX: the TTL is 12, not 3600" },
	/* without a change there is nothing that is old */
	{ .kept = NEW_MX SRV,
	  .unknown = true,
	  .live = NEW_MX SRV,
	  .state = VERIFICATION_NEW,
	  .cached = VERIFICATION_NEW,
	  .ttl = 3600,
	  .detail = "" },
	{ .kept = NEW_MX SRV,
	  .unknown = true,
	  .live = OLD_MX,
	  .state = VERIFICATION_OTHER,
	  .cached = VERIFICATION_OTHER,
	  .ttl = 14400,
	  .detail = "kunde.example. MX: 10 mx.old.example. stands there instead of 10 "
		    "mx.new.example.; and 1 more" },
};

static void judges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(view_cases) / sizeof(*view_cases); i++)
		judge_case(&view_cases[i]);
}

/* What caches are asked for: what the change touched, each owner and type once. */
static void names_what_was_touched(void **state)
{
	static const struct {
		const char *added, *removed, *kept;
		bool unknown;
		const char *keys;
	} cases[] = {
		{ NEW_MX, OLD_MX, SRV ALIAS, false, "kunde.example. MX\n" },
		{ ALIAS SPF, OLD_A OLD_SPF "@ 60 TXT \"other\"\n", SRV, false,
		  "kunde.example. TXT\nautoconfig.kunde.example. A\n"
		  "autoconfig.kunde.example. CNAME\n" },
		{ NULL, NULL, SRV ALIAS, true,
		  "_imaps._tcp.kunde.example. SRV\nautoconfig.kunde.example. CNAME\n" },
		{ NULL, NULL, SRV ALIAS, false,
		  "_imaps._tcp.kunde.example. SRV\nautoconfig.kunde.example. CNAME\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change_log log =
			log_of(cases[i].added, cases[i].removed, cases[i].kept, NULL);
		CLEANUP(verification_view_clear) struct verification_view view = { .new = { 0 } };
		const struct dns_record *keys[20];
		CLEANUP(bytes_clear) struct bytes text = { 0 };
		struct error err = { 0 };
		size_t count;
		char type[16];

		assert_int_equal(verification_view_make(&log.published,
							cases[i].unknown ? NULL : &log, &view,
							&err),
				 0);
		count = verification_view_touched(&view, keys);
		for (size_t j = 0; j < count; j++)
			bytes_append_format(&text, "%s %s\n", keys[j]->owner,
					    dns_type_name(keys[j]->type, type));
		assert_string_equal(text.data, cases[i].keys);
		change_log_clear(&log);
	}
}

static void computes_the_wait(void **state)
{
	static const struct {
		const char *added, *removed, *kept, *left, *live;
		uint32_t negative, wait;
	} cases[] = {
		{ NULL, NULL, SRV, NULL, NULL, 300, 0 },
		/* replaced: the old TTL alone */
		{ NEW_MX, OLD_MX, NULL, NULL, NULL, 86400, 14400 },
		/* withdrawn */
		{ NULL, OLD_A, NULL, NULL, NULL, 86400, 900 },
		/* new: the negative TTL alone */
		{ SRV, NULL, NULL, NULL, NULL, 300, 300 },
		/* the maximum of all */
		{ SRV NEW_MX, OLD_MX OLD_A, NULL, NULL, NULL, 300, 14400 },
		{ SRV NEW_MX, OLD_MX OLD_A, NULL, NULL, NULL, 20000, 20000 },
		/* the TTL changed */
		{ NEW_MX, "@ 86400 MX 10 mx.new.example.\n", NULL, NULL, NULL, 300, 86400 },
		/* a CNAME in the place of an address: that there was none may be kept */
		{ ALIAS, OLD_A, NULL, NULL, NULL, 300, 900 },
		{ ALIAS, OLD_A, NULL, NULL, NULL, 1000, 1000 },
		/* an address in the place of a CNAME, which was the answer to everything */
		{ OLD_A, ALIAS, NULL, NULL, NULL, 86400, 3600 },
		/* one more value of a set: the set's TTL, whoever's the others are */
		{ "@ 300 MX 20 mx2.new.example.\n", NULL, NEW_MX, NULL, NULL, 86400, 3600 },
		{ "@ 300 MX 20 mx2.new.example.\n", NULL, NULL, NEW_MX, NULL, 86400, 3600 },
		{ "@ 300 TXT \"v=spf1 -all\"\n", NULL, NULL, NULL,
		  FOREIGN "@ 300 TXT \"v=spf1 -all\"\n", 86400, 3600 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change_log log =
			log_of(cases[i].added, cases[i].removed, cases[i].kept, cases[i].left);
		CLEANUP(dns_record_list_clear)
		struct dns_record_list live = plan_records(cases[i].live);

		assert_int_equal(verification_wait(&log, cases[i].negative, &live), cases[i].wait);
		change_log_clear(&log);
	}
}

/* A cache has the whole TXT set, of which one string is missing. */
static void tells_how_long_a_set_stays(void **state)
{
	struct change_log log = log_of(SPF, NULL, NULL, NULL);
	CLEANUP(dns_record_list_clear)
	struct dns_record_list live = plan_records("@ 500 TXT \"verification=1\"\n");
	CLEANUP(verification_view_clear) struct verification_view view = { .new = { 0 } };
	struct verification_verdict verdict;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(verification_view_make(&log.published, &log, &view, &err), 0);
	assert_int_equal(verification_view_judge(&view, &live, true, &verdict, &err), 0);
	assert_int_equal(verdict.state, VERIFICATION_OLD);
	assert_int_equal(verdict.stale, 500);
	change_log_clear(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges),
		cmocka_unit_test(tells_how_long_a_set_stays),
		cmocka_unit_test(names_what_was_touched),
		cmocka_unit_test(computes_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
