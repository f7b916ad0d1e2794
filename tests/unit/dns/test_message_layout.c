#include "dns/message_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A header but for its id, 0x1234, and flags: "\x12\x34" FLAGS COUNTS ... */
#define ID "\x12\x34"
#define QUERY "\x01\x00"
#define ANSWER "\x85\x80"
#define COUNTS(q, a, n, r) "\0" q "\0" a "\0" n "\0" r
#define NAME "\1a\4test\0"
#define QUESTION NAME "\0\1\0\1"
#define RECORD(type) "\xc0\x0c\0" type "\0\1\0\0\0\x3c\0\4\1\2\3\4"
#define OPT "\0\0\x29\4\xd0\0\0\0\0\0\0"
#define TSIG "\1k\0\0\xfa\0\xff\0\0\0\0\0\0"

#define BYTES(text) text, sizeof(text) - 1

static void finds(void **state)
{
	static const char text[] = ID "\x87\x83" COUNTS("\1", "\1", "\1", "\2")
		QUESTION RECORD("\1") RECORD("\2") OPT TSIG;
	struct message_layout layout;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		message_layout_read((const unsigned char *)text, sizeof(text) - 1, &layout, &err),
		0);
	assert_int_equal(layout.id, 0x1234);
	assert_true(layout.response && layout.authoritative && layout.cut);
	assert_int_equal(layout.opcode, 0);
	assert_int_equal(layout.rcode, 3);
	assert_int_equal(layout.counts[MESSAGE_QUESTION], 1);
	assert_int_equal(layout.counts[MESSAGE_ANSWER], 1);
	assert_int_equal(layout.counts[MESSAGE_AUTHORITY], 1);
	assert_int_equal(layout.counts[MESSAGE_ADDITIONAL], 2);
	assert_int_equal(layout.tsig, sizeof(text) - sizeof(TSIG));
	assert_true(message_is_cut((const unsigned char *)text));
}

static void finds_in_little(void **state)
{
	static const char text[] = ID "\x28\x00" COUNTS("\0", "\0", "\0", "\0");
	struct message_layout layout;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		message_layout_read((const unsigned char *)text, sizeof(text) - 1, &layout, &err),
		0);
	assert_false(layout.response || layout.authoritative || layout.cut);
	assert_int_equal(layout.opcode, 5);
	assert_int_equal(layout.tsig, 0);
}

static void refuses(void **state)
{
#define HEAD(q, a, n, r) ID ANSWER COUNTS(q, a, n, r)
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} cases[] = {
		{ BYTES(""), "it is shorter than a header" },
		{ BYTES(ID ANSWER "\0\0\0\0\0\0\0"), "it is shorter than a header" },
		{ BYTES(HEAD("\2", "\0", "\0", "\0") QUESTION QUESTION),
		  "it has more than one question" },
		{ BYTES(HEAD("\1", "\0", "\0", "\0")),
		  "it is too short for as many records as it announces" },
		{ BYTES(ID ANSWER "\0\1\xff\xff\xff\xff\xff\xff" QUESTION),
		  "it is too short for as many records as it announces" },
		{ BYTES(HEAD("\1", "\0", "\0", "\0") NAME "\0\1\0"), "its question is cut off" },
		{ BYTES(HEAD("\1", "\0", "\0", "\0") "\x3f"
						     "abcdef"),
		  "its question is cut off" },
		{ BYTES(HEAD("\1", "\0", "\0", "\0") "\x41"
						     "abcdefgh"),
		  "its question is cut off" },
		{ BYTES(HEAD("\1", "\0", "\0", "\0") "\4abcd\xc0"), "its question is cut off" },
		{ BYTES(HEAD("\1", "\1", "\0", "\0") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\0\0\1"),
		  "a record is cut off" },
		{ BYTES(HEAD("\1", "\1", "\0", "\0") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\0\0"),
		  "a record is cut off" },
		{ BYTES(HEAD("\1", "\0", "\0", "\0") QUESTION "x"),
		  "something stands behind its end" },
		{ BYTES(HEAD("\1", "\0", "\0", "\2") QUESTION OPT OPT), "an OPT record too many" },
		{ BYTES(HEAD("\1", "\1", "\0", "\0") QUESTION OPT), "an OPT record too many" },
		{ BYTES(HEAD("\1", "\0", "\0", "\2") QUESTION TSIG TSIG),
		  "a TSIG record is not the last one" },
		{ BYTES(HEAD("\1", "\0", "\0", "\2") QUESTION TSIG OPT),
		  "a TSIG record is not the last one" },
		{ BYTES(HEAD("\1", "\1", "\0", "\0") QUESTION TSIG),
		  "a TSIG record is not the last one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct message_layout layout = { .id = 7 };
		struct error err = { 0 };

		assert_int_equal(message_layout_read((const unsigned char *)cases[i].bytes,
						     cases[i].size, &layout, &err),
				 -1);
		assert_memory_equal(err.text, "is not a DNS message: ", 22);
		assert_string_equal(err.text + 22, cases[i].text);
		assert_int_equal(err.code, ERROR_SYNTAX);
		assert_int_equal(layout.id, 7);
	}
}

static void knows_answers(void **state)
{
#define ONE COUNTS("\1", "\0", "\0", "\0")
#define NONE COUNTS("\0", "\0", "\0", "\0")
	static const struct {
		const char *answer;
		size_t size;
		bool result, later; /* later: of a transfer's later message */
	} cases[] = {
		{ BYTES(ID ANSWER ONE QUESTION), true, true },
		{ BYTES(ID ANSWER ONE "\1A\4tEst\0\0\1\0\1"), true, true },
		{ BYTES(ID ANSWER ONE QUESTION "and more"), true, true },
		{ BYTES("\x12\x35" ANSWER ONE QUESTION), false, false },
		{ BYTES(ID QUERY ONE QUESTION), false, false },
		{ BYTES(ID "\xa5\x80" ONE QUESTION), false, false },
		{ BYTES(ID ANSWER ONE "\1b\4test\0\0\1\0\1"), false, false },
		{ BYTES(ID ANSWER ONE NAME "\0\x21\0\1"), false, false },
		{ BYTES(ID ANSWER ONE NAME "\0\1\0\3"), false, false },
		{ BYTES(ID ANSWER ONE NAME "\0\1\0"), false, false },
		{ BYTES(ID ANSWER COUNTS("\2", "\0", "\0", "\0") QUESTION QUESTION), false, false },
		{ BYTES(ID ANSWER NONE), false, true },
		{ BYTES(ID ANSWER "\0\0\0\0\0\0\0"), false, false },
		{ BYTES(""), false, false },
		/* NXDOMAIN says something about a name; FORMERR, REFUSED and so on do not */
		{ BYTES(ID "\x85\x83" NONE), false, true },
		{ BYTES(ID "\x85\x81" NONE), true, true },
		{ BYTES(ID "\x85\x85" NONE), true, true },
		{ BYTES(ID "\x85\x85" COUNTS("\0", "\1", "\0", "\0") RECORD("\1")), false, true },
	};
	static const char question[] = ID QUERY ONE QUESTION;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (int later = 0; later < 2; later++) {
			bool result = message_answers(
				(const unsigned char *)question, sizeof(question) - 1,
				(const unsigned char *)cases[i].answer, cases[i].size, later);

			if (result != (later ? cases[i].later : cases[i].result))
				fail_msg("case %zu, later %d", i, later);
		}
	}
}

static void knows_answers_of_updates(void **state)
{
	static const char update[] = ID "\x28\0" ONE QUESTION, answer[] = ID "\xa8\0" NONE;

	(void)state;
	assert_true(message_answers((const unsigned char *)update, sizeof(update) - 1,
				    (const unsigned char *)answer, sizeof(answer) - 1, false));
}

/* A letter's other case is another type. */
static void compares_types_as_they_are(void **state)
{
	static const char question[] = ID QUERY ONE NAME "\0A\0\1";
	static const char answers[2][sizeof(question)] = { ID ANSWER ONE NAME "\0A\0\1",
							   ID ANSWER ONE NAME "\0a\0\1" };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(message_answers((const unsigned char *)question,
						 sizeof(question) - 1,
						 (const unsigned char *)answers[i],
						 sizeof(question) - 1, false),
				 i == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(finds_in_little),
		cmocka_unit_test(refuses),
		cmocka_unit_test(knows_answers),
		cmocka_unit_test(knows_answers_of_updates),
		cmocka_unit_test(compares_types_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
