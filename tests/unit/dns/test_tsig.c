#include "dns/tsig.h"

#include "dns/message_layout.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define QUESTION "\1a\4test\0\0\1\0\1"
#define QUERY "\x12\x34\1\0\0\1\0\0\0\0\0\0" QUESTION
#define ANSWER "\x12\x34\x85\0\0\1\0\1\0\0\0\0" QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4"
#define ALGORITHM "\013hmac-sha256\0"

static struct tsig_key keys[] = {
	{ (char *)"k.example.", "hmac-sha256.",
	  (char *)"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" },
	{ (char *)"k.example.", "hmac-sha512.", (char *)"MDEyMzQ1Njc4OWFiY2RlZg==" },
	{ (char *)"other.", "hmac-sha256.",
	  (char *)"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" },
};

static struct tsig_mac sign_query(const struct tsig_key *key, struct bytes *ret)
{
	struct tsig_mac mac;
	struct error err = { 0 };

	bytes_append(ret, QUERY, sizeof(QUERY) - 1);
	assert_int_equal(tsig_sign(ret, key, time(NULL), &mac, &err), 0);
	return mac;
}

/* The answer as ldns signs it: a second opinion. */
static void sign_answer(const struct tsig_key *key, const struct tsig_mac *query, uint8_t **ret,
			size_t *ret_size)
{
	unsigned char data[2 + TSIG_MAC_MAX] = { 0, (unsigned char)query->size };
	ldns_rdf *mac;
	ldns_pkt *packet = NULL;

	memcpy(data + 2, query->bytes, query->size);
	mac = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, 2 + query->size, data);
	assert_int_equal(ldns_wire2pkt(&packet, (const uint8_t *)ANSWER, sizeof(ANSWER) - 1), 0);
	assert_int_equal(
		ldns_pkt_tsig_sign(packet, key->name, key->secret, 300, key->algorithm, mac), 0);
	assert_int_equal(ldns_pkt2wire(ret, packet, ret_size), 0);
	ldns_pkt_free(packet);
	ldns_rdf_deep_free(mac);
}

/* Finds the record and checks the message. -1 with *err: at either. */
static int check(struct tsig_check *checked, const struct tsig_key *key, const uint8_t *bytes,
		 size_t size, int64_t now, struct error *err)
{
	struct message_layout layout;
	struct tsig tsig;

	if (message_layout_read(bytes, size, &layout, err) < 0)
		return -1;
	if (layout.tsig && tsig_read(bytes, size, layout.tsig, key, &tsig, err) < 0)
		return -1;
	return tsig_check_message(checked, bytes, size, layout.tsig ? &tsig : NULL, now, err);
}

/* As check() for the one answer to a question signed with key. */
static int check_one(const struct tsig_key *key, const struct tsig_mac *query, const uint8_t *bytes,
		     size_t size, int64_t now, struct error *err)
{
	CLEANUP(tsig_check_freep) struct tsig_check *checked = NULL;
	struct error ignored = { 0 };

	assert_int_equal(tsig_check_new(key, query, &checked, &ignored), 0);
	return check(checked, key, bytes, size, now, err);
}

static void signs(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(bytes_clear) struct bytes query = { 0 };
		struct tsig_mac mac = sign_query(&keys[i], &query);
		ldns_pkt *packet = NULL;

		assert_int_equal(mac.size, i == 0 ? 32 : 64);
		assert_int_equal(ldns_wire2pkt(&packet, (uint8_t *)query.data, query.size), 0);
		assert_true(ldns_pkt_tsig_verify(packet, (uint8_t *)query.data, query.size,
						 keys[i].name, keys[i].secret, NULL));
		ldns_pkt_free(packet);
	}
}

static void checks_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(bytes_clear) struct bytes query = { 0 };
		CLEANUP(freep) uint8_t *answer = NULL;
		struct tsig_mac mac = sign_query(&keys[i], &query);
		struct error err = { 0 };
		size_t size;

		sign_answer(&keys[i], &mac, &answer, &size);
		check_one(&keys[i], &mac, answer, size, time(NULL), &err);
		assert_string_equal(err.text, "");
		answer[0] ^= 1; /* a relay may give it another id, the first is in the record */
		check_one(&keys[i], &mac, answer, size, time(NULL), &err);
		assert_string_equal(err.text, "");
	}
}

/* Whichever bit is another one, but for those of the id. */
static void refuses_what_was_changed(void **state)
{
	CLEANUP(bytes_clear) struct bytes query = { 0 };
	CLEANUP(freep) uint8_t *answer = NULL;
	struct tsig_mac mac = sign_query(&keys[0], &query);
	size_t size;

	(void)state;
	sign_answer(&keys[0], &mac, &answer, &size);
	for (size_t bit = 16; bit < size * 8; bit++) {
		struct error err = { 0 };
		/* letters of the key's and the algorithm's name may be in any case */
		bool is_case = bit / 8 >= sizeof(ANSWER) - 1 && bit % 8 == 5 &&
			       (answer[bit / 8] | 0x20) >= 'a' && (answer[bit / 8] | 0x20) <= 'z';

		answer[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (check_one(&keys[0], &mac, answer, size, time(NULL), &err) == 0 && !is_case)
			fail_msg("bit %zu", bit);
		answer[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* A MAC of which the beginning only is there (RFC 8945 5.2.2.1), or nothing. */
static void refuses_a_shorter_mac(void **state)
{
	CLEANUP(bytes_clear) struct bytes query = { 0 };
	CLEANUP(freep) uint8_t *answer = NULL;
	struct tsig_mac mac = sign_query(&keys[0], &query);
	size_t size;

	(void)state;
	sign_answer(&keys[0], &mac, &answer, &size);
	for (uint8_t length = 0; length < 32; length++) {
		CLEANUP(bytes_clear) struct bytes copy = { 0 };
		struct error err = { 0 };

		bytes_append(&copy, answer, size - 38 + length);
		bytes_append(&copy, answer + size - 6, 6);
		copy.data[size - 39] = (char)length;
		copy.data[size - 38 - 2 - 8 - 13 - 1] = (char)(0x3d - 32 + length);
		assert_int_equal(check_one(&keys[0], &mac, (uint8_t *)copy.data, copy.size,
					   time(NULL), &err),
				 -1);
		assert_string_equal(err.text, "has a wrong signature");
	}
}

static void says_what_is_wrong(void **state)
{
	CLEANUP(bytes_clear) struct bytes query = { 0 };
	CLEANUP(freep) uint8_t *answer = NULL;
	const struct tsig_mac mac = sign_query(&keys[0], &query);
	const struct tsig_mac wrong = { .size = 32 };
	const struct {
		const struct tsig_key *key;
		const struct tsig_mac *mac;
		int late; /* seconds */
		const char *text;
	} cases[] = {
		{ &keys[0], &mac, 299, "" },
		{ &keys[0], &mac, -299, "" },
		{ &keys[0], &mac, 400, "was signed 400 seconds before now: compare the clocks" },
		{ &keys[0], &mac, -400, "was signed 400 seconds after now: compare the clocks" },
		{ &keys[0], &wrong, 0, "has a wrong signature" },
		{ &keys[0], &wrong, 400, "has a wrong signature" },
		{ &keys[1], &mac, 0, "is signed with another key or algorithm" },
		{ &keys[2], &mac, 0, "is signed with another key or algorithm" },
	};
	struct tsig tsig;
	struct message_layout layout;
	struct error err = { 0 };
	size_t size;

	(void)state;
	sign_answer(&keys[0], &mac, &answer, &size);
	assert_int_equal(message_layout_read(answer, size, &layout, &err), 0);
	assert_int_equal(tsig_read(answer, size, layout.tsig, &keys[0], &tsig, &err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error fault = { 0 };

		check_one(cases[i].key, cases[i].mac, answer, size, tsig.time + cases[i].late,
			  &fault);
		assert_string_equal(fault.text, cases[i].text);
		assert_int_equal(fault.code, *cases[i].text ? ERROR_INVALID : ERROR_NONE);
	}
}

static void refuses_a_key_without_secret(void **state)
{
	CLEANUP(bytes_clear) struct bytes query = { 0 };
	struct tsig_key key = keys[0];
	struct tsig_mac mac;
	struct error err = { 0 };

	(void)state;
	bytes_append(&query, QUERY, sizeof(QUERY) - 1);
	key.secret = (char *)"no!!";
	assert_int_equal(tsig_sign(&query, &key, 0, &mac, &err), -1);
	assert_string_equal(err.text, "the key's algorithm or secret is of no use");
	key = keys[0];
	key.algorithm = "hmac-md5.";
	assert_int_equal(tsig_sign(&query, &key, 0, &mac, &err), -1);
	assert_string_equal(err.text, "the key's algorithm or secret is of no use");
}

static void reads(void **state)
{
#define RECORD(rest) "\1k\0\0\xfa\0\xff\0\0\0\0" rest
#define TIMES "\0\0\0\0\0\7\1\x2c"
	static const struct {
		const char *bytes;
		size_t size;
		int result;
	} cases[] = {
#define BYTES(text) text, sizeof(text) - 1
		{ BYTES(RECORD("\0\x1d" ALGORITHM TIMES "\0\0\1\2\0\x12\0\0")), 0 },
		{ BYTES(RECORD("\0\x23" ALGORITHM TIMES "\0\0\1\2\0\x12\0\6abcdef")), 0 },
		{ BYTES(RECORD("\0\x22" ALGORITHM TIMES "\0\0\1\2\0\x12\0\6abcde")), -1 },
		{ BYTES(RECORD("\0\x1e" ALGORITHM TIMES "\0\0\1\2\0\x12\0\0x")), -1 },
		{ BYTES(RECORD("\0\x1d" ALGORITHM TIMES "\0\7\1\2\0\x12\0\0")), -1 },
		{ BYTES(RECORD("\0\x0c\x40hmac-sha256")), -1 },
		{ BYTES(RECORD("\0\2\xc0\0")), -1 },
		{ BYTES(RECORD("\0\0")), -1 },
		{ BYTES("\1k\0\0\xfa\0\1\0\0\0\0\0\x1d" ALGORITHM TIMES "\0\0\1\2\0\x12\0\0"), -1 },
		{ BYTES("\1k\0\0\xfa\0\xff\0\0\0\1\0\x1d" ALGORITHM TIMES "\0\0\1\2\0\x12\0\0"),
		  -1 },
		{ BYTES("\2k"), -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tsig tsig = { .time = -1 };
		struct error err = { 0 };

		if (tsig_read((const unsigned char *)cases[i].bytes, cases[i].size, 0, &keys[0],
			      &tsig, &err) != cases[i].result)
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(err.code, cases[i].result ? ERROR_SYNTAX : ERROR_NONE);
		assert_int_equal(tsig.time, cases[i].result ? -1 : 7);
		if (cases[i].result == 0) {
			assert_int_equal(tsig.fudge, 300);
			assert_int_equal(tsig.id, 0x102);
			assert_int_equal(tsig.error, TSIG_ERROR_TIME);
			assert_true(tsig.our_algorithm);
			assert_false(tsig.our_key);
		}
	}
}

/* A server's side of a transfer behind the first message, written down from RFC 8945 5.3.1. */
struct stream {
	struct bytes digested;
	struct bytes message;
};

static void stream_clear(struct stream *stream)
{
	bytes_clear(&stream->digested);
	bytes_clear(&stream->message);
}

static void stream_add_mac(struct stream *stream, const unsigned char *mac)
{
	bytes_clear(&stream->digested);
	bytes_append(&stream->digested, "\0\x20", 2);
	bytes_append(&stream->digested, mac, 32);
}

static void stream_unsigned(struct stream *stream)
{
	bytes_clear(&stream->message);
	bytes_append(&stream->message, ANSWER, sizeof(ANSWER) - 1);
	bytes_append(&stream->digested, ANSWER, sizeof(ANSWER) - 1);
}

static void stream_signed(struct stream *stream)
{
	unsigned char mac[32], times[8] = { 0 };
	int64_t now = time(NULL);

	stream_unsigned(stream);
	for (int i = 0; i < 6; i++)
		times[i] = (unsigned char)(now >> 8 * (5 - i));
	memcpy(times + 6, "\1\x2c", 2);
	bytes_append(&stream->digested, times, 8);
	assert_non_null(HMAC(EVP_sha256(), "0123456789abcdef0123456789abcdef", 32,
			     (const unsigned char *)stream->digested.data, stream->digested.size,
			     mac, NULL));
	stream->message.data[11] = 1;
	bytes_append(&stream->message, "\1k\7example\0\0\xfa\0\xff\0\0\0\0\0\x3d" ALGORITHM, 34);
	bytes_append(&stream->message, times, 8);
	bytes_append(&stream->message, "\0\x20", 2);
	bytes_append(&stream->message, mac, 32);
	bytes_append(&stream->message, "\x12\x34\0\0\0\0", 6);
	stream_add_mac(stream, mac);
}

/* Messages of a transfer: S signed, u not, x not and lost on the way. The number that is taken. */
static size_t count_taken(const char *messages)
{
	CLEANUP(tsig_check_freep) struct tsig_check *checked = NULL;
	CLEANUP(stream_clear) struct stream stream = { .message = { 0 } };
	CLEANUP(bytes_clear) struct bytes query = { 0 };
	CLEANUP(freep) uint8_t *first = NULL;
	struct tsig_mac mac = sign_query(&keys[0], &query);
	struct error err = { 0 };
	size_t size, count = 0;

	sign_answer(&keys[0], &mac, &first, &size);
	assert_int_equal(tsig_check_new(&keys[0], &mac, &checked, &err), 0);
	if (*messages == 'u')
		return check(checked, &keys[0], (const uint8_t *)ANSWER, sizeof(ANSWER) - 1,
			     time(NULL), &err) == 0;
	assert_int_equal(check(checked, &keys[0], first, size, time(NULL), &err), 0);
	stream_add_mac(&stream, first + size - 38);
	while (messages[++count]) {
		if (messages[count] == 'S')
			stream_signed(&stream);
		else
			stream_unsigned(&stream);
		if (messages[count] != 'x' &&
		    check(checked, &keys[0], (uint8_t *)stream.message.data, stream.message.size,
			  time(NULL), &err) < 0)
			break;
	}
	return count;
}

static void checks_a_transfer(void **state)
{
	char many[2 * TSIG_UNSIGNED_MAX + 4];

	(void)state;
	assert_int_equal(count_taken("S"), 1);
	assert_int_equal(count_taken("SSSS"), 4);
	assert_int_equal(count_taken("SuSuuS"), 6);
	assert_int_equal(count_taken("u"), 0);
	assert_int_equal(count_taken("SuxSu"), 3);
	memset(many, 'u', sizeof(many));
	many[0] = many[TSIG_UNSIGNED_MAX + 1] = 'S';
	many[sizeof(many) - 1] = '\0';
	assert_int_equal(count_taken(many), 1 + TSIG_UNSIGNED_MAX + 1 + TSIG_UNSIGNED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs),
		cmocka_unit_test(checks_an_answer),
		cmocka_unit_test(refuses_what_was_changed),
		cmocka_unit_test(refuses_a_shorter_mac),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(refuses_a_key_without_secret),
		cmocka_unit_test(reads),
		cmocka_unit_test(checks_a_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
