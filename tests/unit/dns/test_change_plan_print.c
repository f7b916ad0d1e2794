#include "dns/change_plan_print.h"

#include "plan_fixture.h"

#include <jansson.h>

static void names_formats(void **state)
{
	(void)state;
	for (int i = 0; i < CHANGE_PLAN_FORMAT_COUNT; i++)
		assert_int_equal(change_plan_format_from_name(change_plan_format_name(i)), i);
	assert_int_equal(change_plan_format_from_name("nsupdate"), CHANGE_PLAN_NSUPDATE);
	assert_int_equal(change_plan_format_from_name("bind"), -1);
	assert_int_equal(change_plan_format_from_name(""), -1);
}

/* All that a plan can hold but conflicts. */
static const struct plan_texts change_texts = {
	.desired = "@ 300 MX 10 mx.hosting.example. ;; Mail goes to the new servers.\n"
		   "@ 3600 TXT \"v=spf1 include:_spf.hosting.example -all\" ;; Who may send.\n"
		   "autoconfig 300 CNAME setup.hosting.example. ;; Settings.\n"
		   "_imaps._tcp 300 SRV 0 1 993 imap.hosting.example. ;; IMAP with TLS.\n"
		   "_submissions._tcp 300 SRV 0 1 465 smtp.hosting.example. ;; Sending.\n"
		   "new 300 CNAME setup.hosting.example.",
	.expected = "@ 0 MX 0 kunde.example.\n"
		    "@ 0 TXT \"v=spf1 +a +mx ~all\"\n"
		    "autoconfig 0 A 192.0.2.1 ;; A panel made it.\n"
		    "_autodiscover._tcp 0 SRV 0 0 443 cpanelemaildiscovery.cpanel.net.",
	.live = "@ 14400 MX 0 kunde.example.\n"
		"@ 14400 TXT \"v=spf1 +a +mx ~all\"\n"
		"@ 14400 TXT \"quote=\\\" backslash=\\\\ tab=\\009\"\n"
		"autoconfig 14400 A 192.0.2.1\n"
		"_autodiscover._tcp 14400 SRV 0 0 443 cpanelemaildiscovery.cpanel.net.\n"
		"_imaps._tcp 300 SRV 0 1 993 imap.hosting.example.\n"
		"_submissions._tcp 14400 SRV 0 1 465 smtp.hosting.example.\n"
		"* 14400 A 192.0.2.1",
	.live_whole = true,
};

static const struct plan_texts conflict_texts = {
	.desired = "@ 300 MX 10 mx.hosting.example.\nx 300 A 192.0.2.1\ny 300 A 192.0.2.1",
	.live = "@ 300 MX 10 f.example.\nx 300 A 192.0.2.2",
};

static const struct plan_texts unchanged_texts = {
	.desired = "@ 300 MX 10 mx.hosting.example. ;; Mail goes to the new servers.",
	.live = "@ 300 MX 10 mx.hosting.example.",
};

/* A line that says nothing new beside one that does. */
static const struct plan_texts addition_texts = {
	.desired = "@ 300 MX 10 a.example. ;; There.\n@ 300 MX 10 b.example. ;; New.",
	.live = "@ 300 MX 10 a.example.",
};

static const struct {
	enum change_plan_format format;
	const struct plan_texts *texts;
	const char *server, *text;
} cases[] = {
	{ CHANGE_PLAN_TEXT, &unchanged_texts, NULL,
	  "kunde.example: zone kunde.example, serial 2024010101\n"
	  "= kunde.example. 300 IN MX 10 mx.hosting.example.   ; Mail goes to the new servers.\n"
	  "0 to add, 0 to remove, 1 in place, 0 in conflict\n" },
	{ CHANGE_PLAN_NSUPDATE, &unchanged_texts, "192.0.2.53 53", "" },
	{ CHANGE_PLAN_POWERDNS, &unchanged_texts, NULL, "" },
	{ CHANGE_PLAN_JSON, &unchanged_texts, NULL,
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"kunde.example.\",\"type\":\"MX\",\"action\":\"keep\",\"ttl\":300,"
	  "\"old\":[\"10 mx.hosting.example.\"],\"new\":[\"10 mx.hosting.example.\"],"
	  "\"old_ttl\":300,\"reason\":\"Mail goes to the new servers.\"}\n" },
	{ CHANGE_PLAN_TEXT, &change_texts, NULL,
	  "kunde.example: zone kunde.example, serial 2024010101\n"
	  "- kunde.example. 14400 IN MX 0 kunde.example.   ; Replaced by 10 mx.hosting.example.\n"
	  "+ kunde.example. 300 IN MX 10 mx.hosting.example.   ; Mail goes to the new servers.\n"
	  "- kunde.example. 14400 IN TXT \"v=spf1 +a +mx ~all\"   ; Replaced by \"v=spf1 "
	  "include:_spf.hosting.example -all\".\n"
	  "+ kunde.example. 14400 IN TXT \"v=spf1 include:_spf.hosting.example -all\"   ; Who may "
	  "send.\n"
	  "- _autodiscover._tcp.kunde.example. 14400 IN SRV 0 0 443 "
	  "cpanelemaildiscovery.cpanel.net.   ; An old service left it behind.\n"
	  "= _imaps._tcp.kunde.example. 300 IN SRV 0 1 993 imap.hosting.example.   ; IMAP with "
	  "TLS.\n"
	  "- _submissions._tcp.kunde.example. 14400 IN SRV 0 1 465 smtp.hosting.example.   ; Its "
	  "TTL changes from 14400 to 300.\n"
	  "+ _submissions._tcp.kunde.example. 300 IN SRV 0 1 465 smtp.hosting.example.   ; Its TTL "
	  "changes from 14400 to 300.\n"
	  "- autoconfig.kunde.example. 14400 IN A 192.0.2.1   ; A panel made it.\n"
	  "+ autoconfig.kunde.example. 300 IN CNAME setup.hosting.example.   ; Settings.\n"
	  "+ new.kunde.example. 300 IN CNAME setup.hosting.example.   ; It belongs to the domain's "
	  "records.\n"
	  "note: *.kunde.example. A 192.0.2.1 answers for autodiscover, mta-sts, ua-auto-config "
	  "too, where nothing is to stand: mail programs may find another service there.\n"
	  "5 to add, 5 to remove, 1 in place, 0 in conflict\n" },
	{ CHANGE_PLAN_NSUPDATE, &change_texts, "192.0.2.53 5300",
	  "server 192.0.2.53 5300\n"
	  "zone kunde.example.\n"
	  "prereq yxrrset kunde.example. IN MX 0 kunde.example.\n"
	  "prereq yxrrset kunde.example. IN TXT \"v=spf1 +a +mx ~all\"\n"
	  "prereq yxrrset kunde.example. IN TXT \"quote=\\\" backslash=\\\\ tab=\\009\"\n"
	  "prereq yxrrset _autodiscover._tcp.kunde.example. IN SRV 0 0 443 "
	  "cpanelemaildiscovery.cpanel.net.\n"
	  "prereq yxrrset _submissions._tcp.kunde.example. IN SRV 0 1 465 smtp.hosting.example.\n"
	  "prereq yxrrset autoconfig.kunde.example. IN A 192.0.2.1\n"
	  "prereq nxrrset autoconfig.kunde.example. IN CNAME\n"
	  "prereq nxdomain new.kunde.example.\n"
	  "update delete kunde.example. IN MX 0 kunde.example.\n"
	  "update delete kunde.example. IN TXT \"v=spf1 +a +mx ~all\"\n"
	  "update delete _autodiscover._tcp.kunde.example. IN SRV 0 0 443 "
	  "cpanelemaildiscovery.cpanel.net.\n"
	  "update delete _submissions._tcp.kunde.example. IN SRV\n"
	  "update delete autoconfig.kunde.example. IN A 192.0.2.1\n"
	  "update add kunde.example. 300 IN MX 10 mx.hosting.example.\n"
	  "update add kunde.example. 14400 IN TXT \"v=spf1 include:_spf.hosting.example -all\"\n"
	  "update add _submissions._tcp.kunde.example. 300 IN SRV 0 1 465 smtp.hosting.example.\n"
	  "update add autoconfig.kunde.example. 300 IN CNAME setup.hosting.example.\n"
	  "update add new.kunde.example. 300 IN CNAME setup.hosting.example.\n"
	  "send\n" },
	{ CHANGE_PLAN_POWERDNS, &change_texts, NULL,
	  "{\"name\":\"kunde.example.\",\"rrsets\":[{\"name\":\"_autodiscover._tcp.kunde.example."
	  "\",\"type\":\"SRV\","
	  "\"changetype\":\"DELETE\"},{\"name\":\"autoconfig.kunde.example.\",\"type\":\"A\","
	  "\"changetype\":\"DELETE\"},{\"name\":\"kunde.example.\",\"type\":\"MX\",\"ttl\":300,"
	  "\"changetype\":\"REPLACE\",\"records\":[{\"content\":\"10 "
	  "mx.hosting.example.\",\"disabled\":false}]},{\"name\":\"kunde.example.\",\"type\":"
	  "\"TXT\",\"ttl\":14400,\"changetype\":\"REPLACE\",\"records\":[{\"content\":\"\\\"quote="
	  "\\\\\\\" backslash=\\\\\\\\ "
	  "tab=\\\\009\\\"\",\"disabled\":false},{\"content\":\"\\\"v=spf1 "
	  "include:_spf.hosting.example "
	  "-all\\\"\",\"disabled\":false}]},{\"name\":\"_submissions._tcp.kunde.example.\","
	  "\"type\":\"SRV\",\"ttl\":300,\"changetype\":\"REPLACE\",\"records\":[{\"content\":\"0 1 "
	  "465 "
	  "smtp.hosting.example.\",\"disabled\":false}]},{\"name\":\"autoconfig.kunde.example.\","
	  "\"type\":\"CNAME\",\"ttl\":300,\"changetype\":\"REPLACE\",\"records\":[{\"content\":"
	  "\"setup.hosting.example.\",\"disabled\":false}]},{\"name\":\"new.kunde.example.\","
	  "\"type\":\"CNAME\",\"ttl\":300,\"changetype\":\"REPLACE\",\"records\":[{\"content\":"
	  "\"setup.hosting.example.\",\"disabled\":false}]}]}\n" },
	{ CHANGE_PLAN_JSON, &change_texts, NULL,
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"kunde.example.\",\"type\":\"MX\",\"action\":\"replace\",\"ttl\":300,\"old\":"
	  "[\"0 kunde.example.\"],\"new\":[\"10 "
	  "mx.hosting.example.\"],\"old_ttl\":14400,\"reason\":\"Replaced by 10 "
	  "mx.hosting.example. Mail goes to the new servers.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"kunde.example.\",\"type\":\"TXT\",\"action\":\"replace\",\"ttl\":14400,"
	  "\"old\":[\"\\\"v=spf1 +a +mx ~all\\\"\",\"\\\"quote=\\\\\\\" backslash=\\\\\\\\ "
	  "tab=\\\\009\\\"\"],\"new\":[\"\\\"quote=\\\\\\\" backslash=\\\\\\\\ "
	  "tab=\\\\009\\\"\",\"\\\"v=spf1 include:_spf.hosting.example "
	  "-all\\\"\"],\"old_ttl\":14400,\"reason\":\"Replaced by \\\"v=spf1 "
	  "include:_spf.hosting.example -all\\\". Who may send.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"_autodiscover._tcp.kunde.example.\",\"type\":\"SRV\",\"action\":\"delete\","
	  "\"ttl\":null,\"old\":[\"0 0 443 "
	  "cpanelemaildiscovery.cpanel.net.\"],\"new\":[],\"old_ttl\":14400,\"reason\":\"An old "
	  "service left it behind.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"_imaps._tcp.kunde.example.\",\"type\":\"SRV\",\"action\":\"keep\",\"ttl\":"
	  "300,\"old\":[\"0 1 993 imap.hosting.example.\"],\"new\":[\"0 1 993 "
	  "imap.hosting.example.\"],\"old_ttl\":300,\"reason\":\"IMAP with TLS.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"_submissions._tcp.kunde.example.\",\"type\":\"SRV\",\"action\":\"replace\","
	  "\"ttl\":300,\"old\":[\"0 1 465 smtp.hosting.example.\"],\"new\":[\"0 1 465 "
	  "smtp.hosting.example.\"],\"old_ttl\":14400,\"reason\":\"Its TTL changes from 14400 to "
	  "300.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"autoconfig.kunde.example.\",\"type\":\"A\",\"action\":\"delete\",\"ttl\":"
	  "null,\"old\":[\"192.0.2.1\"],\"new\":[],\"old_ttl\":14400,\"reason\":\"A panel made "
	  "it.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"autoconfig.kunde.example.\",\"type\":\"CNAME\",\"action\":\"create\","
	  "\"ttl\":300,\"old\":[],\"new\":[\"setup.hosting.example.\"],\"old_ttl\":null,\"reason\":"
	  "\"Settings.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"new.kunde.example.\",\"type\":\"CNAME\",\"action\":\"create\",\"ttl\":300,"
	  "\"old\":[],\"new\":[\"setup.hosting.example.\"],\"old_ttl\":null,\"reason\":\"It "
	  "belongs to the domain's records.\"}\n"
	  "{\"domain\":\"kunde.example\",\"note\":\"*.kunde.example. A 192.0.2.1 answers for "
	  "autodiscover, mta-sts, ua-auto-config too, where nothing is to stand: mail programs may "
	  "find another service there.\"}\n" },
	{ CHANGE_PLAN_JSON, &addition_texts, NULL,
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"kunde.example.\",\"type\":\"MX\",\"action\":\"replace\",\"ttl\":300,"
	  "\"old\":[\"10 a.example.\"],\"new\":[\"10 a.example.\",\"10 b.example.\"],"
	  "\"old_ttl\":300,\"reason\":\"New.\"}\n" },
	{ CHANGE_PLAN_TEXT, &conflict_texts, NULL,
	  "kunde.example: zone kunde.example, serial 2024010101\n"
	  "! kunde.example. 300 IN MX 10 f.example.   ; Somebody else's, where 10 "
	  "mx.hosting.example. is wanted: remove it, add it to withdraw.zone, or replace it with "
	  "--adopt @/MX.\n"
	  "! x.kunde.example. 300 IN A 192.0.2.2   ; Somebody else's, where 192.0.2.1 is wanted: "
	  "remove it, add it to withdraw.zone, or replace it with --adopt x/A.\n"
	  "+ y.kunde.example. 300 IN A 192.0.2.1   ; It belongs to the domain's records.\n"
	  "1 to add, 0 to remove, 0 in place, 2 in conflict\n" },
	{ CHANGE_PLAN_JSON, &conflict_texts, NULL,
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"kunde.example.\",\"type\":\"MX\",\"action\":\"conflict\",\"ttl\":300,"
	  "\"old\":[\"10 f.example.\"],\"new\":[\"10 "
	  "f.example.\"],\"old_ttl\":300,\"reason\":\"Somebody else's, where 10 "
	  "mx.hosting.example. is wanted: remove it, add it to withdraw.zone, or replace it with "
	  "--adopt @/MX.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"x.kunde.example.\",\"type\":\"A\",\"action\":\"conflict\",\"ttl\":300,"
	  "\"old\":[\"192.0.2.2\"],\"new\":[\"192.0.2.2\"],\"old_ttl\":300,\"reason\":\"Somebody "
	  "else's, where 192.0.2.1 is wanted: remove it, add it to withdraw.zone, or replace it "
	  "with --adopt x/A.\"}\n"
	  "{\"domain\":\"kunde.example\",\"zone\":\"kunde.example\",\"serial\":2024010101,"
	  "\"owner\":\"y.kunde.example.\",\"type\":\"A\",\"action\":\"create\",\"ttl\":300,\"old\":"
	  "[],\"new\":[\"192.0.2.1\"],\"old_ttl\":null,\"reason\":\"It belongs to the domain's "
	  "records.\"}\n" },
};

static void prints(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(change_plan_freep) struct change_plan *plan = plan_of(cases[i].texts);
		CLEANUP(freep) char *text = NULL;
		struct error err;
		size_t size;

		assert_int_equal(change_plan_print(plan, cases[i].format, cases[i].server, &text,
						   &size, &err),
				 0);
		assert_int_equal(strlen(text), size);
		if (strcmp(text, cases[i].text) != 0)
			fail_msg("%s", text);
	}
}

/* Whoever reads a line gets an object, and the values as they stand in a master file. */
static void is_json(void **state)
{
	CLEANUP(change_plan_freep) struct change_plan *plan = plan_of(&change_texts);
	CLEANUP(freep) char *text = NULL;
	char *rest, *line;
	size_t count = 0;
	struct error err;

	(void)state;
	assert_int_equal(change_plan_print(plan, CHANGE_PLAN_JSON, NULL, &text, NULL, &err), 0);
	for (rest = text; (line = strsep(&rest, "\n")) && *line; count++) {
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(object);
		assert_string_equal(json_string_value(json_object_get(object, "domain")),
				    PLAN_DOMAIN);
		if (count == 1)
			assert_string_equal(json_string_value(json_array_get(
						    json_object_get(object, "old"), 1)),
					    "\"quote=\\\" backslash=\\\\ tab=\\009\"");
		json_decref(object);
	}
	assert_int_equal(count, plan->set_count + plan->note_count);
}

static void refuses_conflicts(void **state)
{
	CLEANUP(change_plan_freep) struct change_plan *plan = plan_of(&conflict_texts);

	(void)state;
	for (int format = CHANGE_PLAN_NSUPDATE; format <= CHANGE_PLAN_POWERDNS; format++) {
		struct error err = { 0 };
		char *text = NULL;

		assert_int_equal(change_plan_print(plan, format, NULL, &text, NULL, &err), -1);
		assert_null(text);
		assert_int_equal(err.code, ERROR_CONFLICT);
		assert_string_equal(
			err.text,
			"2 in conflict, first kunde.example. MX: Somebody else's, where 10 "
			"mx.hosting.example. is wanted: remove it, add it to withdraw.zone, or "
			"replace it with --adopt @/MX.");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_formats),
		cmocka_unit_test(prints),
		cmocka_unit_test(is_json),
		cmocka_unit_test(refuses_conflicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
