/* Files for name servers: their bytes, and that they read back as what they were made of. */
#include "dns/zone_text.h"

#include "zone_words.h"

#define RULE "Written by Signpost: records that others add stay, comments do not.\n"
#define FRAGMENT_HEAD                                                                              \
	"; Records of kunde.example that lead mail programs to their settings and servers. " RULE
#define ZONE_HEAD "; The zone kunde.example. " RULE

/* The records of a pattern for kunde.example. */
static struct dns_record_list list_of(const char *text)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(zone_file_freep) struct zone_file *file = NULL;
	struct domain_name domain = domain_of("kunde.example");
	struct dns_record_list list = { 0 };
	struct error err = { 0 };

	if (zone_file_parse(text, strlen(text), "p", &file, &findings, &err) < 0 ||
	    zone_file_make(file, &domain, 3600, &list, &err) < 0)
		fail_msg("%s", err.text);
	return list;
}

static void makes(void **state)
{
	static const struct {
		enum zone_text_kind kind;
		const char *records, *frame, *text;
	} cases[] = {
		{ ZONE_TEXT_FRAGMENT, "", NULL, FRAGMENT_HEAD },
		{ ZONE_TEXT_FRAGMENT,
		  "x.y TXT \"a;\\\"\\\\\\009\" ; Why.\n@ 60 MX 10 mx.hosting.example.\n"
		  "_Imaps._tcp SRV 0 1 993 Mail.hosting.example.\n",
		  "@ SOA a. b. 1 2 3 4 5\n@ NS a.\n",
		  FRAGMENT_HEAD "kunde.example. 60 IN MX 10 mx.hosting.example.\n"
				"_imaps._tcp.kunde.example. 3600 IN SRV 0 1 993 "
				"mail.hosting.example.\n"
				"x.y.kunde.example. 3600 IN TXT \"a;\\\"\\\\\\009\"\n" },
		/* an apex A record sorts before an SOA record, but may not stand there */
		{ ZONE_TEXT_ZONE, "@ A 192.0.2.1\nx A 192.0.2.2\n* A 192.0.2.3\n",
		  "@ NS ns2.hosting.example.\n@ NS ns1.hosting.example.\n"
		  "@ 600 SOA ns1.hosting.example. host\\.master.hosting.example. 0 2h 15m 2w 900\n",
		  ZONE_HEAD "kunde.example. 600 IN SOA ns1.hosting.example. "
			    "host\\046master.hosting.example. 4294967295 7200 900 1209600 900\n"
			    "kunde.example. 3600 IN A 192.0.2.1\n"
			    "kunde.example. 3600 IN NS ns1.hosting.example.\n"
			    "kunde.example. 3600 IN NS ns2.hosting.example.\n"
			    "*.kunde.example. 3600 IN A 192.0.2.3\n"
			    "x.kunde.example. 3600 IN A 192.0.2.2\n" },
		/* what stands in both is written once; a delegation is no frame, but stays */
		{ ZONE_TEXT_ZONE, "x A 192.0.2.2\n@ NS a.\n",
		  "@ SOA a. b. 1 2 3 4 5\nsub NS c.\n@ NS a.\n",
		  ZONE_HEAD "kunde.example. 3600 IN SOA a. b. 4294967295 2 3 4 5\n"
			    "kunde.example. 3600 IN NS a.\n"
			    "sub.kunde.example. 3600 IN NS c.\n"
			    "x.kunde.example. 3600 IN A 192.0.2.2\n" },
	};
	struct domain_name domain = domain_of("kunde.example");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_record_list_clear)
		struct dns_record_list records = list_of(cases[i].records);
		CLEANUP(dns_record_list_clear)
		struct dns_record_list frame = list_of(cases[i].frame ? cases[i].frame : "");
		CLEANUP(freep) char *text = NULL;
		struct error err = { 0 };
		size_t size;

		dns_record_list_sort(&records);
		if (zone_text_make(cases[i].kind, &domain, &records, cases[i].frame ? &frame : NULL,
				   4294967295, &text, &size, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(size, strlen(text));
	}
}

static void wants_a_whole_frame(void **state)
{
	static const char no_soa[] =
		"a whole zone needs an SOA record: write \"@ SOA ns1.hosting.example. "
		"hostmaster.hosting.example. 0 7200 900 1209600 900\" with your names into the "
		"provider's zone file";
	static const char no_ns[] = "a whole zone needs NS records: write \"@ NS "
				    "ns1.hosting.example.\" with your names "
				    "into the provider's zone file";
	static const struct {
		const char *frame, *other, *error;
	} cases[] = {
		{ "", "", no_soa },
		{ "@ NS a.\n", "", no_soa },
		{ "@ SOA a. b. 1 2 3 4 5\n", "", no_ns },
		{ "@ SOA a. b. 1 2 3 4 5\nsub NS a.\n", "", no_ns },
		{ "@ SOA a. b. 1 2 3 4 5\n@ NS a.\n", "@ SOA a. b. 2 2 3 4 5\n",
		  "the provider's zone file has 2 SOA records of the domain, a zone has one" },
	};
	struct domain_name domain = domain_of("kunde.example");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_record_list_clear)
		struct dns_record_list frame = list_of(cases[i].frame);
		CLEANUP(dns_record_list_clear)
		struct dns_record_list other = list_of(cases[i].other);
		struct dns_record_list none = { 0 };
		struct error err = { 0 };
		char *text = NULL;
		size_t size;

		for (size_t j = 0; j < other.count; j++)
			assert_int_equal(dns_record_list_add_copy(&frame, other.list[j], &err), 0);
		assert_int_equal(zone_text_make(ZONE_TEXT_ZONE, &domain, &none, &frame, 1, &text,
						&size, &err),
				 -1);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_null(text);
	}
}

/* What is read back and written again is the same to the byte. */
static void reads_back(void **state)
{
	static const char text[] = ZONE_HEAD
		"kunde.example. 600 IN SOA ns1.hosting.example. host\\046master.hosting.example. "
		"4026080101 7200 900 1209600 900\n"
		"kunde.example. 3600 IN NS ns1.hosting.example.\n"
		"kunde.example. 3600 IN MX 10 mx.hosting.example.\n"
		"kunde.example. 3600 IN TXT \"%EMAILADDRESS% %EMAILDOMAIN% \\; \\\\\"\n"
		"*.kunde.example. 3600 IN A 192.0.2.3\n"
		"_25._tcp.kunde.example. 3600 IN TLSA 3 1 1 00ff\n"
		"sub.kunde.example. 3600 IN NS ns1.hosting.example.\n"
		"x\\032y.kunde.example. 3600 IN CAA 0 issue \"ca.example;policy=ev\"\n";
	CLEANUP(dns_record_list_clear) struct dns_record_list records = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list frame = { 0 };
	CLEANUP(freep) char *lines = NULL, *again = NULL, *frames = NULL;
	struct domain_name domain = domain_of("kunde.example");
	struct error err = { 0 };
	uint32_t serial = 7;
	size_t size;

	(void)state;
	if (zone_text_parse(text, strlen(text), "f", &domain, &records, &frame, &serial, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(serial, 4026080101);
	frames = lines_of(&frame);
	assert_string_equal(frames,
			    "kunde.example. 600 IN SOA ns1.hosting.example. "
			    "host\\046master.hosting.example. 4026080101 7200 900 1209600 900\n"
			    "kunde.example. 3600 IN NS ns1.hosting.example.\n");
	assert_int_equal(records.count, 6);
	if (zone_text_make(ZONE_TEXT_ZONE, &domain, &records, &frame, serial, &again, &size, &err) <
	    0)
		fail_msg("%s", err.text);
	lines = strdup(text);
	assert_non_null(lines);
	/* a semicolon in a string is written as it is */
	memmove(strstr(lines, "\\;"), strstr(lines, "\\;") + 1, strlen(strstr(lines, "\\;")));
	assert_string_equal(again, lines);
}

static void reads_what_people_made_of_it(void **state)
{
	static const struct {
		const char *text, *records, *error;
		uint32_t serial;
	} cases[] = {
		{ "", "", "", 0 },
		{ "$TTL 1h\nx A 192.0.2.2\n@ A 192.0.2.1\nX A 192.0.2.2\n",
		  "kunde.example. 3600 IN A 192.0.2.1\nx.kunde.example. 3600 IN A 192.0.2.2\n", "",
		  0 },
		{ "$TTL 1h\n@ SOA a. b. ( 7 ; serial\n 1h 1h 1h 1h )\n", "", "", 7 },
		{ "x A 192.0.2.2\n", "", "f:1: A without a TTL: give it one, or the file $TTL", 0 },
		{ "\n$INCLUDE other\n", "",
		  "f:2: $INCLUDE is not read here: write the records out, with $ORIGIN and $TTL at "
		  "most",
		  0 },
	};
	struct domain_name domain = domain_of("kunde.example");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_record_list_clear) struct dns_record_list records = { 0 };
		CLEANUP(dns_record_list_clear) struct dns_record_list frame = { 0 };
		CLEANUP(freep) char *lines = NULL;
		struct error err = { 0 };
		uint32_t serial = 9;

		assert_int_equal(zone_text_parse(cases[i].text, strlen(cases[i].text), "f", &domain,
						 &records, &frame, &serial, &err),
				 *cases[i].error ? -1 : 0);
		assert_string_equal(err.text, cases[i].error);
		lines = lines_of(&records);
		assert_string_equal(lines, cases[i].records);
		assert_int_equal(serial, cases[i].serial);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes),
		cmocka_unit_test(wants_a_whole_frame),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(reads_what_people_made_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
