/* The directory of zone files. */
#include "dns/zone_set.h"

#include "temporary.h"
#include "zone_words.h"

/* A configuration in directory, with zones as providers.zones, or its default if that is NULL. */
static struct configuration *configure(const char *directory, const char *zones)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct error err = { 0 };
	char text[200];

	snprintf(text, sizeof(text), "[providers]\n%s%s\n", zones ? "zones = " : "",
		 zones ? zones : "");
	if (configuration_parse(text, strlen(text), "c", directory, &configuration, &findings,
				&err) < 0)
		fail_msg("%s", err.text);
	return configuration;
}

/* Loads; the findings, without the directory, go to *ret_findings, which the caller frees. */
static struct zone_set *load(const char *directory, const char *zones, char **ret_findings,
			     struct error *err)
{
	CLEANUP(configuration_freep)
	struct configuration *configuration = configure(directory, zones);
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct zone_set *set = NULL;
	int result = zone_set_load(configuration, &set, &findings, err);

	assert_int_equal(result<0, findings.errors> 0);
	assert_int_equal(result < 0, set == NULL);
	*ret_findings = findings_of(&findings);
	temporary_text(directory, *ret_findings);
	temporary_text(directory, err->text);
	return set;
}

static void loads_what_is_there(void **state)
{
	const char *directory = *state;
	CLEANUP(zone_set_freep) struct zone_set *set = NULL;
	CLEANUP(freep) char *findings = NULL;
	struct error err = { 0 };

	temporary_write(directory, "a.zone", "@ MX 10 a.example.\n");
	temporary_write(directory, "a-b.zone", "@ MX 10 b.example.\n");
	temporary_write(directory, "withdraw.zone", "mail A 192.0.2.1\nftp A 192.0.2.1\n");
	temporary_write(directory, ".#a.zone", "x");
	temporary_write(directory, "a.zone~", "x");
	temporary_write(directory, "README", "x");
	set = load(directory, ".", &findings, &err);
	assert_string_equal(findings, "");
	assert_int_equal(set->count, 3);
	assert_string_equal(zone_set_find(set, "a")->entries[0].rdata, "10 a.example.");
	assert_string_equal(zone_set_find(set, "a-b")->entries[0].rdata, "10 b.example.");
	assert_int_equal(zone_set_find(set, ZONE_SET_WITHDRAW)->count, 2);
	assert_null(zone_set_find(set, "b"));
	assert_null(zone_set_find(set, ""));
	assert_null(zone_set_find(set, "A"));
}

static void tells_every_fault(void **state)
{
	const char *directory = *state;
	CLEANUP(freep) char *findings = NULL;
	struct error err = { 0 };
	char path[256];

	temporary_write(directory, "a.zone", "@ MX 10\n");
	temporary_write(directory, "b.ZONE", "");
	temporary_write(directory, "c.zone", "x A 192.0.2.1\nx A 192.0.2.1\n");
	temporary_write(directory, "c d.zone", "");
	snprintf(path, sizeof(path), "%s/e.zone", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	temporary_write(directory, "f.zone", "x A\n");
	assert_null(load(directory, ".", &findings, &err));
	assert_string_equal(findings,
			    "/./a.zone:1: MX: a name is missing\n"
			    "/./b.ZONE: a zone file is named ID.zone as the provider's is ID.xml, "
			    "or withdraw.zone\n"
			    "/./c d.zone: a zone file is named ID.zone as the provider's is "
			    "ID.xml, or withdraw.zone\n"
			    "warning: /./c.zone:2: the same record is in line 1\n"
			    "/./e.zone: is not a file\n"
			    "/./f.zone:1: A without a value\n");
	assert_string_equal(err.text, "/./a.zone:1: MX: a name is missing");
}

/* Most sites have no such directory. Who names one wants it. */
static void may_be_absent(void **state)
{
	static const struct {
		const char *zones, *findings;
	} cases[] = {
		{ NULL, "" },
		{ "zones", "" },
		{ "other", "/other: No such file or directory\n" },
		{ "file", "/file: Not a directory\n" },
	};
	const char *directory = *state;

	temporary_write(directory, "file", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(zone_set_freep) struct zone_set *set = NULL;
		CLEANUP(freep) char *findings = NULL;
		struct error err = { 0 };

		set = load(directory, cases[i].zones, &findings, &err);
		assert_string_equal(findings, cases[i].findings);
		if (set) {
			assert_int_equal(set->count, 0);
			assert_null(zone_set_find(set, ZONE_SET_WITHDRAW));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEMPORARY_TEST(loads_what_is_there),
		TEMPORARY_TEST(tells_every_fault),
		TEMPORARY_TEST(may_be_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
