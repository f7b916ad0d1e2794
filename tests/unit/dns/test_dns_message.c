#include "dns/dns_message.h"

#include "base/bytes.h"
#include "dns/message_layout.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct tsig_key key = { (char *)"k.example.", "hmac-sha256.",
				     (char *)"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" };

static void assert_bytes(const struct dns_message *message, const char *bytes, size_t size)
{
	assert_int_equal(message->size, size);
	assert_memory_equal(message->bytes + 2, bytes + 2, size - 2); /* the id is random */
}

static void makes_questions(void **state)
{
#define BYTES(text) text, sizeof(text) - 1
#define EDNS "\0\0\x29\4\xd0\0\0\0\0\0\0"
	static const struct {
		const char *owner;
		ldns_rr_type type;
		bool recurse;
		const char *bytes;
		size_t size;
	} cases[] = {
		{ "a.test.", LDNS_RR_TYPE_A, false,
		  BYTES("??\0\0\0\1\0\0\0\0\0\1\1a\4test\0\0\1\0\1" EDNS) },
		{ "*._x.a\\.b\\007.test", LDNS_RR_TYPE_TXT, true,
		  BYTES("??\1\0\0\1\0\0\0\0\0\1\1*\2_x\4a.b\7\4test\0\0\x10\0\1" EDNS) },
		{ ".", LDNS_RR_TYPE_NS, false, BYTES("??\0\0\0\1\0\0\0\0\0\1\0\0\2\0\1" EDNS) },
		{ "a.test.", LDNS_RR_TYPE_AXFR, false,
		  BYTES("??\0\0\0\1\0\0\0\0\0\0\1a\4test\0\0\xfc\0\1") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_message_clear) struct dns_message message = { .size = 0 };
		struct error err = { 0 };

		dns_message_query(cases[i].owner, cases[i].type, cases[i].recurse, NULL, &message,
				  &err);
		assert_string_equal(err.text, "");
		assert_bytes(&message, cases[i].bytes, cases[i].size);
	}
}

static void ids_are_random(void **state)
{
	unsigned int ored = 0, anded = UINT16_MAX;

	(void)state;
	for (int i = 0; i < 64; i++) {
		CLEANUP(dns_message_clear) struct dns_message message = { .size = 0 };
		struct error err = { 0 };

		dns_message_query("a.", LDNS_RR_TYPE_A, false, NULL, &message, &err);
		ored |= message_uint16(message.bytes);
		anded &= message_uint16(message.bytes);
	}
	assert_int_equal(ored, UINT16_MAX);
	assert_int_equal(anded, 0);
}

static void refuses_what_is_no_name(void **state)
{
#define LONG_LABEL "a234567890123456789012345678901234567890123456789012345678901234"
	static const char *const names[] = { "", "a..b.", "\\256.", LONG_LABEL };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct dns_message message = { .size = 7 };
		struct error err = { 0 };
		char text[200];

		assert_int_equal(
			dns_message_query(names[i], LDNS_RR_TYPE_A, false, NULL, &message, &err),
			-1);
		snprintf(text, sizeof(text), "\"%s\" is not a domain name", names[i]);
		assert_string_equal(err.text, text);
		assert_int_equal(message.size, 7);
	}
}

static struct dns_record *record(const char *owner, uint32_t ttl, const char *type,
				 const char *rdata)
{
	struct dns_record *ret = NULL;
	struct error err = { 0 };

	dns_record_parse(owner, ttl, type, rdata, ".", "", &ret, &err);
	assert_string_equal(err.text, "");
	return ret;
}

static void makes_updates(void **state)
{
#define A_WIRE "\0\4\1\2\3\4"
	static const char expected[] =
		"??\x28\0\0\1\0\3\0\3\0\0\4test\0\0\6\0\1"
		"\1a\4test\0\0\1\0\1\0\0\0\0" A_WIRE	/* the record is there */
		"\1b\4test\0\0\x10\0\xfe\0\0\0\0\0\0"	/* no TXT */
		"\1c\4test\0\0\xff\0\xfe\0\0\0\0\0\0"	/* nothing at all */
		"\1b\4test\0\0\x10\0\xff\0\0\0\0\0\0"	/* no TXT any more */
		"\1a\4test\0\0\1\0\xfe\0\0\0\0" A_WIRE	/* the record no more */
		"\1a\4test\0\0\1\0\1\0\0\1\x2c" A_WIRE; /* the record with this TTL */
	CLEANUP(freep) struct dns_record *a = record("a.test.", 300, "A", "1.2.3.4");
	struct update_step list[] = {
		{ UPDATE_DELETE_SET, "b.test.", LDNS_RR_TYPE_TXT, NULL },
		{ UPDATE_REQUIRE_RECORD, a->owner, 0, a },
		{ UPDATE_REQUIRE_NO_SET, "b.test.", LDNS_RR_TYPE_TXT, NULL },
		{ UPDATE_DELETE_RECORD, a->owner, 0, a },
		{ UPDATE_ADD_RECORD, a->owner, 0, a },
		{ UPDATE_REQUIRE_NO_NAME, "c.test.", 0, NULL },
	};
	const struct update_steps steps = { list, sizeof(list) / sizeof(*list) };
	CLEANUP(dns_message_clear) struct dns_message message = { .size = 0 };
	struct error err = { 0 };

	(void)state;
	dns_message_update("test.", &steps, NULL, &message, &err);
	assert_string_equal(err.text, "");
	assert_bytes(&message, expected, sizeof(expected) - 1);
	assert_int_equal(message.kind, DNS_MESSAGE_UPDATE);
}

static void refuses_large_updates(void **state)
{
	char long_text[3 * 260] = "";
	struct update_step list[UPDATE_STEPS_MAX + 1];
	struct update_steps steps = { list, 0 };
	CLEANUP(freep) struct dns_record *txt = NULL;
	struct dns_message message = { .size = 0 };
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		snprintf(long_text + strlen(long_text), 260, "\"%0250d\" ", 0);
	txt = record("a.test.", 300, "TXT", long_text);
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		list[i] = (struct update_step){ UPDATE_ADD_RECORD, txt->owner, 0, txt };
	steps.count = 21; /* of 771 bytes each */
	assert_int_equal(dns_message_update("test.", &steps, NULL, &message, &err), 0);
	dns_message_clear(&message);
	steps.count = 22;
	assert_int_equal(dns_message_update("test.", &steps, NULL, &message, &err), -1);
	assert_string_equal(err.text, "the update has more than 16384 bytes: publish it in parts");
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	steps.count = UPDATE_STEPS_MAX + 1;
	assert_int_equal(dns_message_update("test.", &steps, NULL, &message, &err), -1);
	assert_string_equal(err.text, "the update has 201 records, at most 200");
	assert_int_equal(err.code, ERROR_TOO_LARGE);
}

/* What a server says. */
struct reply {
	const char *header; /* words: aa tc badvers, or an rcode's number */
	const char *answer, *authority, *additional; /* lines; NULL: none */
};

static void push(ldns_pkt *packet, ldns_pkt_section section, const char *lines)
{
	CLEANUP(freep) char *copy = strdup(lines ? lines : "");
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		ldns_rr *rr = NULL;

		if (!*line)
			continue;
		assert_int_equal(ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL), 0);
		ldns_pkt_push_rr(packet, section, rr);
	}
}

/* In the words of ldns, signed by it if there is a mac. */
static void make(const struct dns_message *request, const struct reply *reply, bool sign,
		 uint8_t **ret, size_t *ret_size)
{
	unsigned char data[2 + TSIG_MAC_MAX] = { 0, (unsigned char)request->mac.size };
	ldns_pkt *packet = NULL;
	ldns_rdf *mac;

	assert_int_equal(ldns_wire2pkt(&packet, request->bytes, request->size), 0);
	ldns_rr_free(ldns_pkt_tsig(packet));
	ldns_pkt_set_tsig(packet, NULL);
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_aa(packet, strstr(reply->header, "aa") != NULL);
	ldns_pkt_set_tc(packet, strstr(reply->header, "tc") != NULL);
	ldns_pkt_set_edns_extended_rcode(packet, strstr(reply->header, "badvers") ? 1 : 0);
	ldns_pkt_set_rcode(packet, (uint8_t)strtoul(reply->header, NULL, 10));
	push(packet, LDNS_SECTION_ANSWER, reply->answer);
	push(packet, LDNS_SECTION_AUTHORITY, reply->authority);
	push(packet, LDNS_SECTION_ADDITIONAL, reply->additional);
	memcpy(data + 2, request->mac.bytes, request->mac.size);
	mac = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, 2 + request->mac.size, data);
	if (sign)
		assert_int_equal(
			ldns_pkt_tsig_sign(packet, key.name, key.secret, 300, key.algorithm, mac),
			0);
	assert_int_equal(ldns_pkt2wire(ret, packet, ret_size), 0);
	ldns_rdf_deep_free(mac);
	ldns_pkt_free(packet);
}

/* A dns_answer as text: "RCODE [aa] [verified]", then the records, a line "--" before a section. */
static char *answer_text(const struct dns_answer *answer)
{
	const struct dns_record_list *lists[] = { &answer->answer, &answer->authority,
						  &answer->additional };
	struct bytes text = { 0 };
	struct error err = { 0 };
	char *ret = NULL;

	bytes_append_format(&text, "%d%s%s", answer->rcode, answer->authoritative ? " aa" : "",
			    answer->verified ? " verified" : "");
	for (size_t i = 0; i < 3; i++) {
		if (lists[i]->count)
			bytes_append_text(&text, "\n--");
		for (size_t j = 0; j < lists[i]->count; j++) {
			bytes_append_text(&text, "\n");
			dns_record_append(&text, lists[i]->list[j]);
		}
	}
	assert_int_equal(bytes_take(&text, &ret, NULL, &err), 0);
	return ret;
}

#define ONE "www.a.test. 60 IN A 192.0.2.1\n"
#define SOA "a.test. 60 IN SOA ns.a.test. h.a.test. 7 1 2 3 4\n"

static void takes_answers_apart(void **state)
{
	static const struct {
		bool keyed, sign;
		struct reply reply;
		const char *text; /* of the answer, or the complaint */
		enum error_code code;
	} cases[] = {
		{ false,
		  false,
		  { "0 aa", ONE, NULL, NULL },
		  "0 aa\n--\nwww.a.test. 60 IN A 192.0.2.1",
		  0 },
		{ false,
		  false,
		  { "0", NULL, "a.test. 60 IN NS NS.b.test.", "NS.b.test. 5 AAAA ::1" },
		  "0\n--\na.test. 60 IN NS ns.b.test.\n--\nns.b.test. 5 IN AAAA ::1",
		  0 },
		{ false,
		  false,
		  { "3 aa", NULL, SOA, NULL },
		  "3 aa\n--\na.test. 60 IN SOA ns.a.test. h.a.test. 7 1 2 3 4",
		  0 },
		{ false,
		  false,
		  { "0", "www.a.test. 60 CH A 192.0.2.1\n" ONE, NULL, NULL },
		  "0\n--\nwww.a.test. 60 IN A 192.0.2.1",
		  0 },
		{ false, false, { "0 badvers", NULL, NULL, NULL }, "16", 0 },
		{ false, false, { "0 tc", ONE, NULL, NULL }, "is cut off (TC)", ERROR_SYNTAX },
		{ false,
		  true,
		  { "0", ONE, NULL, NULL },
		  "is signed, though the question was not",
		  ERROR_SYNTAX },
		{ true,
		  true,
		  { "0 aa", ONE, NULL, NULL },
		  "0 aa verified\n--\nwww.a.test. 60 IN A 192.0.2.1",
		  0 },
		{ true,
		  true,
		  { "3", NULL, SOA, NULL },
		  "3 verified\n--\na.test. 60 IN SOA ns.a.test. h.a.test. 7 1 2 3 4",
		  0 },
		{ true,
		  false,
		  { "0", ONE, NULL, NULL },
		  "is not signed, though the question was",
		  ERROR_INVALID },
		{ true, false, { "5", ONE, NULL, NULL }, "5", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_message_clear) struct dns_message request = { .size = 0 };
		CLEANUP(dns_answer_clear) struct dns_answer answer = { .rcode = 99 };
		CLEANUP(freep) uint8_t *bytes = NULL;
		CLEANUP(freep) char *text = NULL;
		struct error err = { 0 };
		size_t size = 0;

		assert_int_equal(dns_message_query("www.a.test.", LDNS_RR_TYPE_A, false,
						   cases[i].keyed ? &key : NULL, &request, &err),
				 0);
		make(&request, &cases[i].reply, cases[i].sign, &bytes, &size);
		dns_message_answer(&request, bytes, size, &answer, &err);
		text = err.code ? strdup(err.text) : answer_text(&answer);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(err.code, cases[i].code);
		if (err.code == 0)
			assert_int_equal(answer.keyed, cases[i].keyed);
		else
			assert_int_equal(answer.rcode, 99); /* untouched */
	}
}

static void takes_answers_to_updates_apart(void **state)
{
	CLEANUP(dns_message_clear) struct dns_message request = { .size = 0 };
	CLEANUP(dns_answer_clear) struct dns_answer answer = { .rcode = 0 };
	CLEANUP(freep) uint8_t *bytes = NULL;
	const struct update_steps steps = { NULL, 0 };
	const struct reply reply = { "8", ONE, ONE, NULL };
	struct error err = { 0 };
	size_t size;

	(void)state;
	assert_int_equal(dns_message_update("a.test.", &steps, &key, &request, &err), 0);
	make(&request, &reply, true, &bytes, &size);
	assert_int_equal(dns_message_answer(&request, bytes, size, &answer, &err), 0);
	assert_int_equal(answer.rcode, LDNS_RCODE_NXRRSET);
	assert_int_equal(answer.kind, DNS_MESSAGE_UPDATE);
	assert_true(answer.verified && answer.keyed);
	assert_int_equal(answer.answer.count + answer.authority.count, 0);
}

static void limits_signed_answers(void **state)
{
	CLEANUP(dns_message_clear) struct dns_message request = { .size = 0 };
	CLEANUP(bytes_clear) struct bytes lines = { 0 };
	struct dns_answer answer = { .rcode = 0 };
	CLEANUP(freep) uint8_t *bytes = NULL;
	struct reply reply = { "0", NULL, NULL, NULL };
	struct error err = { 0 };
	size_t size;

	(void)state;
	for (int i = 0; i < 1100; i++) /* of 16 bytes each */
		bytes_append_format(&lines, "www.a.test. 60 IN A 192.0.%d.%d\n", i / 256, i % 256);
	reply.answer = lines.data;
	assert_int_equal(
		dns_message_query("www.a.test.", LDNS_RR_TYPE_A, false, &key, &request, &err), 0);
	make(&request, &reply, true, &bytes, &size);
	assert_int_equal(dns_message_answer(&request, bytes, size, &answer, &err), -1);
	assert_string_equal(err.text, "is signed and has 17721 bytes, at most 16384");
}

static void limits_records(void **state)
{
	static const struct {
		int count;
		const char *error;
	} cases[] = {
		{ 399, "" }, /* the OPT record counts */
		{ 400, "has 401 records, at most 400" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_message_clear) struct dns_message request = { .size = 0 };
		CLEANUP(dns_answer_clear) struct dns_answer answer = { .rcode = 0 };
		CLEANUP(bytes_clear) struct bytes lines = { 0 };
		CLEANUP(freep) uint8_t *bytes = NULL;
		struct reply reply = { "0", NULL, NULL, NULL };
		struct error err = { 0 };
		size_t size;

		for (int j = 0; j < cases[i].count; j++)
			bytes_append_format(&lines, "www.a.test. 60 IN A 192.0.%d.%d\n", j / 256,
					    j % 256);
		reply.answer = lines.data;
		assert_int_equal(dns_message_query("www.a.test.", LDNS_RR_TYPE_A, false, NULL,
						   &request, &err),
				 0);
		make(&request, &reply, false, &bytes, &size);
		assert_int_equal(dns_message_answer(&request, bytes, size, &answer, &err),
				 *cases[i].error ? -1 : 0);
		assert_string_equal(err.text, cases[i].error);
	}
}

/* Hands the messages of a transfer over, separated by "--". What was listed, or the complaint. */
static char *transfer(const char *messages, const struct tsig_key *with, bool sign)
{
	CLEANUP(dns_message_clear) struct dns_message request = { .size = 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list list = { .count = 0 };
	CLEANUP(freep) char *copy = strdup(messages);
	char *rest = copy, *next, *text = NULL;
	struct error err = { 0 };
	unsigned int soa_seen = 0;
	bool first = true;

	assert_int_equal(
		dns_message_query("a.test.", LDNS_RR_TYPE_AXFR, false, with, &request, &err), 0);
	for (; rest; rest = next, first = false) {
		CLEANUP(freep) uint8_t *bytes = NULL;
		struct reply reply = { isdigit((unsigned char)*rest) ? rest : "0",
				       isdigit((unsigned char)*rest) ? NULL : rest, NULL, NULL };
		size_t size;

		next = strstr(rest, "--");
		if (next) {
			*next = '\0';
			next += 2;
		}
		make(&request, &reply, sign && first, &bytes, &size);
		if (dns_message_transfer(&request, bytes, size, first, &soa_seen, &list, &err) < 0)
			return strdup(err.text);
	}
	assert_int_equal(dns_record_list_text(&list, &text, NULL, &err), 0);
	return text;
}

static void takes_transfers_apart(void **state)
{
	static const struct {
		const char *messages;
		bool keyed, sign;
		const char *text;
	} cases[] = {
		{ SOA ONE SOA, false, false, SOA ONE },
		{ SOA ONE SOA, true, true, SOA ONE },
		{ SOA "--" ONE "--b.a.test. 60 IN TYPE65280 \\# 0\nwww.b.test. 60 A 1.2.3.4\n" SOA,
		  false, false, SOA ONE },
		{ SOA, false, false, SOA },
		{ ONE SOA, false, false, "does not begin with the zone's SOA" },
		{ "b." SOA SOA, false, false, "does not begin with the zone's SOA" },
		{ SOA "a.test. 60 IN SOA ns.a.test. h.a.test. 8 1 2 3 4\n", false, false,
		  "ends with another SOA than it began with" },
		{ SOA ONE SOA ONE, false, false, "goes on behind the transfer's end" },
		{ SOA SOA "--" ONE, false, false, "goes on behind the transfer's end" },
		{ SOA "--" SOA, true, false, "is not signed, though the question was" },
		{ SOA "--" SOA, true, true, "is the last of a transfer and not signed" },
		{ "5", true, false,
		  "refuses the transfer (REFUSED): it has not got the zone, or gives it to others "
		  "only; look at allow-transfer or acl" },
		{ "9", false, false,
		  "refuses the transfer (NOTAUTH): it has not got the zone, or gives it to others "
		  "only; look at allow-transfer or acl" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep)
		char *text =
			transfer(cases[i].messages, cases[i].keyed ? &key : NULL, cases[i].sign);

		assert_string_equal(text, cases[i].text);
	}
}

static void tells_reasons(void **state)
{
	static const struct {
		struct dns_answer answer;
		const char *text;
	} cases[] = {
#define Q .kind = DNS_MESSAGE_QUERY
#define T .kind = DNS_MESSAGE_TRANSFER
#define U .kind = DNS_MESSAGE_UPDATE
#define UNSIGNED .keyed = true
#define SIGNED .keyed = true, .verified = true
		{ { Q, .rcode = 0 }, "answers (NOERROR)" },
		{ { Q, .rcode = 1 }, "cannot read the question (FORMERR): it may not know EDNS" },
		{ { U, .rcode = 1 }, "cannot read the update (FORMERR): its log has the reason" },
		{ { Q, .rcode = 2 },
		  "fails (SERVFAIL): its log has the reason, often a zone that it could not load" },
		{ { U, SIGNED, .rcode = 2 },
		  "fails (SERVFAIL): its log has the reason, often a zone file or journal that it "
		  "cannot write" },
		{ { Q, .rcode = 3 }, "has no such name (NXDOMAIN)" },
		{ { U, SIGNED, .rcode = 3 },
		  "has not got a name that has to be there (NXDOMAIN): somebody changed the zone "
		  "meanwhile; read it again" },
		{ { Q, .rcode = 4 }, "does not answer such questions (NOTIMP)" },
		{ { U, .rcode = 4 },
		  "takes no updates (NOTIMP): updates go to the primary only; a server that knows "
		  "none needs zone files" },
		{ { Q, .rcode = 5 },
		  "refuses to answer (REFUSED): it has not got the zone, or does not answer this "
		  "address" },
		{ { T, UNSIGNED, .rcode = 5 },
		  "refuses the transfer (REFUSED): it has not got the zone, or gives it to others "
		  "only; look at allow-transfer or acl" },
		{ { U, SIGNED, .rcode = 5 },
		  "refuses (REFUSED): the key may not change these names, or the server's own "
		  "checks refuse a record; look at its log, and at update-policy or acl" },
		{ { U, UNSIGNED, .rcode = 5 },
		  "refuses without a signature (REFUSED): it takes no updates of this zone, from "
		  "this address, or with this key; look at update-policy, allow-update or "
		  "TSIG-ALLOW-DNSUPDATE" },
		{ { U, .rcode = 5 },
		  "refuses (REFUSED): it wants updates to be signed, or takes none from this "
		  "address; set the key, or look at allow-update" },
		{ { U, SIGNED, .rcode = 6 },
		  "has a name that may not be there (YXDOMAIN): somebody changed the zone "
		  "meanwhile; read it again" },
		{ { U, SIGNED, .rcode = 7 },
		  "has records that may not be there (YXRRSET): somebody changed the zone "
		  "meanwhile; read it again" },
		{ { U, SIGNED, .rcode = 8 },
		  "has not got the records that were read (NXRRSET): somebody changed the zone "
		  "meanwhile; read it again" },
		{ { U, SIGNED, .rcode = 9 },
		  "is not the primary of this zone (NOTAUTH): updates go to the server that the "
		  "zone's records are kept at" },
		{ { U, UNSIGNED, .rcode = 9 },
		  "refuses without a signature (NOTAUTH): it is not the primary of this zone, or "
		  "takes no updates with this key; look at its acl" },
		{ { U, .rcode = 9 },
		  "refuses (NOTAUTH): it is not the primary of this zone, or wants updates to be "
		  "signed; set the key" },
		{ { Q, .rcode = 9 }, "refuses to answer (NOTAUTH): it has not got the zone" },
		{ { U, SIGNED, .rcode = 10 },
		  "has a name of the update in another zone (NOTZONE): look where the zone ends" },
		{ { Q, .rcode = 16 }, "does not know EDNS (BADVERS)" },
		{ { Q, .rcode = 7 }, "answers with an error (RCODE 7)" },
		{ { U, .rcode = 4095 }, "answers with an error (RCODE 4095)" },
		{ { U, UNSIGNED, .rcode = 9, .tsig_error = 16 },
		  "refuses the signature (BADSIG): under the key's name it has another secret; "
		  "compare the key files" },
		{ { U, UNSIGNED, .rcode = 9, .tsig_error = 17 },
		  "does not know the key (BADKEY): its name or algorithm is another one there; "
		  "compare the key files" },
		{ { U, UNSIGNED, .rcode = 9, .tsig_error = 18 },
		  "refuses the signature (BADTIME): its clock and ours differ by more than 300 s; "
		  "set them" },
		{ { U, SIGNED, .rcode = 9, .tsig_error = 18, .clock_ahead = 612 },
		  "refuses the signature (BADTIME): its clock is 612 s ahead of ours, at most 300 "
		  "s are allowed; set them" },
		{ { U, SIGNED, .rcode = 9, .tsig_error = 18, .clock_ahead = -301 },
		  "refuses the signature (BADTIME): its clock is 301 s behind ours, at most 300 s "
		  "are allowed; set them" },
		{ { U, .rcode = 9, .tsig_error = 65535 },
		  "refuses the signature (TSIG error 65535)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char reason[DNS_REASON_SIZE];

		assert_ptr_equal(dns_answer_reason(&cases[i].answer, reason), reason);
		assert_string_equal(reason, cases[i].text);
	}
}

/* An extreme clock does not make the text too long. */
static void reasons_are_whole(void **state)
{
	struct dns_answer answer = { .tsig_error = 18, .clock_ahead = -(1LL << 48) };
	char reason[DNS_REASON_SIZE];

	(void)state;
	assert_string_equal(
		dns_answer_reason(&answer, reason),
		"refuses the signature (BADTIME): its clock is 281474976710656 s behind "
		"ours, at most 300 s are allowed; set them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_questions),
		cmocka_unit_test(ids_are_random),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(makes_updates),
		cmocka_unit_test(refuses_large_updates),
		cmocka_unit_test(takes_answers_apart),
		cmocka_unit_test(takes_answers_to_updates_apart),
		cmocka_unit_test(limits_signed_answers),
		cmocka_unit_test(limits_records),
		cmocka_unit_test(takes_transfers_apart),
		cmocka_unit_test(tells_reasons),
		cmocka_unit_test(reasons_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
