#include "dns/dns_record.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ORIGIN "kunde.example."
#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A250 A50 A50 A50 A50 A50

static void reads_text(void **state)
{
	static const struct {
		const char *owner, *type, *rdata, *line;
	} cases[] = {
		{ "_imaps._tcp", "SRV", "0 1 993 Mail.Hosting.Example.",
		  "_imaps._tcp.kunde.example. 300 IN SRV 0 1 993 mail.hosting.example." },
		{ "@", "mx", "10 mail", "kunde.example. 300 IN MX 10 mail.kunde.example." },
		{ "KUNDE.example.", "MX", "0 .", "kunde.example. 300 IN MX 0 ." },
		{ "x", "CNAME", "@", "x.kunde.example. 300 IN CNAME kunde.example." },
		{ "www", "A", "192.0.2.1", "www.kunde.example. 300 IN A 192.0.2.1" },
		{ "www", "AAAA", "2001:DB8:0::1", "www.kunde.example. 300 IN AAAA 2001:db8::1" },
		/* one string, though written without quotes; ";" is harmless in quotes */
		{ "@", "TXT", "v=spf1", "kunde.example. 300 IN TXT \"v=spf1\"" },
		{ "@", "TXT", "\"a;b\" \"c \\\"d\\\\\"",
		  "kunde.example. 300 IN TXT \"a;b\" \"c \\\"d\\\\\"" },
		{ "@", "TXT", "\"\\009\\065\\255\"", "kunde.example. 300 IN TXT \"\\009A\\255\"" },
		/* a string of a TXT record holds 255 bytes (RFC 1035 3.3): longer ones are split */
		{ "@", "TXT", "\"" A250 "123456\"",
		  "kunde.example. 300 IN TXT \"" A250 "12345\" \"6\"" },
		{ "@", "TXT", "\"\"", "kunde.example. 300 IN TXT \"\"" },
		{ "@", "CAA", "0 issue \"ca.example; x=1\"",
		  "kunde.example. 300 IN CAA 0 issue \"ca.example; x=1\"" },
		{ "_25._tcp", "TLSA", "3 1 1 00ff",
		  "_25._tcp.kunde.example. 300 IN TLSA 3 1 1 00ff" },
		{ "@", "SOA", "ns1 Host 1 2 3 4 5",
		  "kunde.example. 300 IN SOA ns1.kunde.example. host.kunde.example. 1 2 3 4 5" },
		{ "x", "TYPE65280", "\\# 3 00fF 01",
		  "x.kunde.example. 300 IN TYPE65280 \\# 3 00ff01" },
		/* the same name, whichever way it is written (RFC 4343) */
		{ "\\097.B", "CNAME", "\\067.example.",
		  "a.b.kunde.example. 300 IN CNAME c.example." },
		{ "a\\.b", "CNAME", "c\\032d.", "a\\046b.kunde.example. 300 IN CNAME c\\032d." },
		{ "*", "A", "192.0.2.1", "*.kunde.example. 300 IN A 192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(bytes_clear) struct bytes line = { 0 };
		struct dns_record *record, *again;
		struct error err = { 0 };

		assert_int_equal(dns_record_parse(cases[i].owner, 300, cases[i].type,
						  cases[i].rdata, ORIGIN, "why", &record, &err),
				 0);
		assert_string_equal(record->reason, "why");
		dns_record_append(&line, record);
		assert_string_equal(line.data, cases[i].line);
		assert_int_equal(dns_record_parse_line(line.data, line.size, &again, &err), 0);
		assert_int_equal(dns_record_compare(record, again), 0);
		assert_string_equal(record->rdata, again->rdata);
		free(record);
		free(again);
	}
}

static void refuses_text(void **state)
{
	static const struct {
		const char *owner, *type, *rdata, *error;
	} cases[] = {
		/* what ldns reads as 4464, 65535, and as a shorter text */
		{ "x", "SRV", "0 0 70000 a.", "\"70000\" is not 0..65535" },
		{ "x", "SRV", "-1 0 1 a.", "\"-1\" is not 0..65535" },
		{ "x", "TXT", "\"open", "the quote before open is not closed" },
		{ "x", "SRV", "0 0 1", "a name is missing" },
		{ "x", "SRV", "0 0 1 a. b.", "\"b.\" is more than the record has" },
		{ "x", "MX", "10", "a name is missing" },
		{ "x", "A", "192.0.2.256", "\"192.0.2.256\" is not an IPv4 address" },
		{ "x", "AAAA", "192.0.2.1", "\"192.0.2.1\" is not an IPv6 address" },
		{ "x", "TXT", "", "the text is missing" },
		{ "x", "TXT", "\"\\256\"", "\\256 is not a byte" },
		{ "x", "TXT", "\"\\25\"", "an escape that is not \\DDD in \"\\25" },
		{ "x", "TXT", "\"\xc3\xbc\"", "byte 0xc3 in a string; write it as \\195" },
		{ "b\xc3\xbc", "A", "192.0.2.1",
		  "name \"b\xc3\xbc\" has a byte that no name has; an international name is "
		  "written "
		  "in its xn-- form" },
		{ "a..b", "A", "192.0.2.1",
		  "name \"a..b.kunde.example.\" is not one: labels of 1 to 63 bytes, 255 in all" },
		{ A50 A50, "A", "192.0.2.1",
		  "name \"" A50
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" is not one: labels of 1 to 63 bytes, "
		  "255 in all" },
		{ "x", "CNAME", "\"a.\"", "\"a.\" is not a name" },
		{ "x", "TLSA", "3 1 1 0ff", "an odd number of hexadecimal digits" },
		{ "x", "LOC", "52 N",
		  "this type is read only as \"\\# SIZE HEXADECIMAL\" (RFC 3597)" },
		{ "x", "TYPE65280", "\\# 2 00", "1 bytes where 2 are announced" },
		{ "x", "ANY", "x", "\"ANY\" is no type of record" },
		{ "x", "SVR", "x", "\"SVR\" is no type of record" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dns_record *record;
		struct error err = { 0 };

		assert_int_equal(dns_record_parse(cases[i].owner, 300, cases[i].type,
						  cases[i].rdata, ORIGIN, "", &record, &err),
				 -1);
		assert_string_equal(err.text, cases[i].error);
	}
}

/* RFC 4034 6.1 has this list of names as its example. */
static void sorts(void **state)
{
	static const char shuffled[] = "\\200.z.example. 1 IN A 192.0.2.1\n"
				       "zabc.a.example. 1 IN A 192.0.2.1\n"
				       "a.example. 1 IN TXT \"b\"\n"
				       "a.example. 1 IN TXT \"a\"\n"
				       "a.example. 1 IN A 192.0.2.9\n"
				       "a.example. 1 IN A 192.0.2.10\n"
				       "*.z.example. 1 IN A 192.0.2.1\n"
				       "a.example. 2 IN A 192.0.2.9\n"
				       "example. 1 IN A 192.0.2.1\n"
				       "z.example. 1 IN A 192.0.2.1\n"
				       "\\001.z.example. 1 IN A 192.0.2.1\n"
				       "yljkjljk.a.example. 1 IN A 192.0.2.1\n";
	static const char sorted[] = "example. 1 IN A 192.0.2.1\n"
				     "a.example. 1 IN A 192.0.2.9\n"
				     "a.example. 1 IN A 192.0.2.10\n"
				     "a.example. 1 IN TXT \"a\"\n"
				     "a.example. 1 IN TXT \"b\"\n"
				     "yljkjljk.a.example. 1 IN A 192.0.2.1\n"
				     "zabc.a.example. 1 IN A 192.0.2.1\n"
				     "z.example. 1 IN A 192.0.2.1\n"
				     "\\001.z.example. 1 IN A 192.0.2.1\n"
				     "*.z.example. 1 IN A 192.0.2.1\n"
				     "\\200.z.example. 1 IN A 192.0.2.1\n";
	CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
	CLEANUP(freep) char *text = NULL;
	struct error err = { 0 };
	size_t size;

	(void)state;
	assert_int_equal(dns_record_list_parse(shuffled, strlen(shuffled), &list, &err), 0);
	dns_record_list_sort(&list);
	assert_int_equal(dns_record_list_text(&list, &text, &size, &err), 0);
	assert_string_equal(text, sorted);
}

/* What a server sends is the same record as what was written. */
static void reads_what_servers_send(void **state)
{
	static const struct {
		const char *sent, *line;
	} cases[] = {
		{ "_imaps._tcp.Kunde.example. 300 IN SRV 0 1 993 Mail.example.",
		  "_imaps._tcp.kunde.example. 300 IN SRV 0 1 993 mail.example." },
		{ "kunde.example. 300 IN MX 10 mx.example.",
		  "kunde.example. 300 IN MX 10 mx.example." },
		{ "kunde.example. 300 IN TXT \"v=spf1 mx -all\" \"\\009\\\"\"",
		  "kunde.example. 300 IN TXT \"v=spf1 mx -all\" \"\\009\\\"\"" },
		{ "www.kunde.example. 300 IN AAAA 2001:DB8::1",
		  "www.kunde.example. 300 IN AAAA 2001:db8::1" },
		/* a type that is read as bytes only */
		{ "x.kunde.example. 300 IN SSHFP 1 1 0102",
		  "x.kunde.example. 300 IN SSHFP \\# 4 01010102" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(bytes_clear) struct bytes line = { 0 };
		struct dns_record *record;
		struct error err = { 0 };
		size_t wire_size, at = 0;
		ldns_rr *rr, *read;
		uint8_t *wire;

		assert_int_equal(ldns_rr_new_frm_str(&rr, cases[i].sent, 0, NULL, NULL),
				 LDNS_STATUS_OK);
		assert_int_equal(ldns_rr2wire(&wire, rr, LDNS_SECTION_ANSWER, &wire_size),
				 LDNS_STATUS_OK);
		assert_int_equal(ldns_wire2rr(&read, wire, wire_size, &at, LDNS_SECTION_ANSWER),
				 LDNS_STATUS_OK);
		assert_int_equal(dns_record_from_rr(read, &record, &err), 0);
		dns_record_append(&line, record);
		assert_string_equal(line.data, cases[i].line);
		free(record);
		free(wire);
		ldns_rr_free(rr);
		ldns_rr_free(read);
	}
}

static void copies_and_finds(void **state)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
	struct dns_record *record, *copy;
	struct error err = { 0 };
	size_t size;
	char *text;

	(void)state;
	assert_int_equal(
		dns_record_parse("@", 300, "TXT", "\"ab\" \"c\"", ORIGIN, "old", &record, &err), 0);
	copy = dns_record_copy(record, 600, "new");
	assert_int_equal(copy->ttl, 600);
	assert_string_equal(copy->reason, "new");
	assert_int_equal(dns_record_list_add(&list, copy, &err), 0);
	assert_ptr_equal(dns_record_list_find(&list, record), copy);
	assert_int_equal(dns_record_txt(record, &text, &size), 0);
	assert_string_equal(text, "abc");
	assert_int_equal(size, 3);
	free(text);
	free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_text),
		cmocka_unit_test(refuses_text),
		cmocka_unit_test(sorts),
		cmocka_unit_test(reads_what_servers_send),
		cmocka_unit_test(copies_and_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
