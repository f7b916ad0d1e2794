#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Text with its size, so that a NUL may stand in it. */
#define T(text) text, sizeof(text) - 1

static void test_utf8_and_clean(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		bool utf8, clean;
	} cases[] = {
		{ T(""), true, true },
		{ T("plain"), true, true },
		{ T("a\0b"), true, false },
		{ T("tab\t"), true, false },
		{ T("line\n"), true, false },
		{ T("\x1f"), true, false },
		{ T("\x7f"), true, false },
		{ T("~ "), true, true },
		{ T("\xc3\xbc"), true, true },		 /* U+00FC */
		{ T("\xc2\x80"), true, false },		 /* U+0080, a control character */
		{ T("\xc2\x9f"), true, false },		 /* U+009F, the last of them */
		{ T("\xc2\xa0"), true, true },		 /* U+00A0 */
		{ T("\xe2\x82\xac"), true, true },	 /* U+20AC */
		{ T("\xed\x9f\xbf"), true, true },	 /* U+D7FF, before the surrogates */
		{ T("\xed\xa0\x80"), false, false },	 /* U+D800, a surrogate */
		{ T("\xed\xbf\xbf"), false, false },	 /* U+DFFF, the last of them */
		{ T("\xee\x80\x80"), true, true },	 /* U+E000 */
		{ T("\xef\xbf\xbe"), true, false },	 /* U+FFFE, XML has no way to say it */
		{ T("\xef\xbf\xbf"), true, false },	 /* U+FFFF, the same */
		{ T("\xf0\x9f\x93\xa7"), true, true },	 /* U+1F4E7 */
		{ T("\xf4\x8f\xbf\xbd"), true, true },	 /* U+10FFFD */
		{ T("\xf4\x90\x80\x80"), false, false }, /* U+110000, beyond Unicode */
		{ T("\xf5\x80\x80\x80"), false, false },
		{ T("\xff"), false, false },
		{ T("\x80"), false, false },		 /* a continuation alone */
		{ T("\xc0\xaf"), false, false },	 /* overlong / */
		{ T("\xc1\xbf"), false, false },	 /* overlong, two bytes */
		{ T("\xe0\x9f\xbf"), false, false },	 /* overlong, three bytes */
		{ T("\xf0\x8f\xbf\xbf"), false, false }, /* overlong, four bytes */
		{ T("\xc3"), false, false },		 /* ends early */
		{ T("\xe2\x82"), false, false },
		{ T("\xf0\x9f\x93"), false, false },
		{ T("\xc3("), false, false },
		{ T("caf\xe9"), false, false }, /* Latin-1 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(text_is_utf8(cases[i].text, cases[i].size), cases[i].utf8);
		assert_int_equal(text_is_clean(cases[i].text, cases[i].size), cases[i].clean);
	}
}

static void test_trim(void **state)
{
	static const struct {
		const char *text, *trimmed;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ " \t\r\na b\n", "a b" },
		{ "   ", "" },
		{ "\xc2\xa0x", "\xc2\xa0x" }, /* no-break space is a character */
		{ "x\v", "x\v" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		size_t size = strlen(text);

		text_trim(&text, &size);
		assert_int_equal(size, strlen(cases[i].trimmed));
		assert_memory_equal(text, cases[i].trimmed, size);
	}
}

static void test_cut(void **state)
{
	static const struct {
		const char *text;
		size_t size, max, cut;
	} cases[] = {
		{ T(""), 0, 0 },
		{ T(""), 5, 0 },
		{ T("abc"), 5, 3 },
		{ T("abc"), 2, 2 },
		{ T("\xc3\xbc"), 2, 2 },
		{ T("\xc3\xbc"), 1, 0 },
		{ T("a\xe2\x82\xac"), 3, 1 },
		{ T("a\xe2\x82\xac"), 2, 1 },
		{ T("a\xe2\x82\xac"
		    "b"),
		  4, 4 },
		{ T("\xf0\x9f\x93\xa7"), 3, 0 },
		{ T("\xf0\x9f\x93\xa7"), 4, 4 },
		{ T("a\xe2\x82"), 9, 1 },	     /* what a full buffer has cut off */
		{ T("\x80\x80\x80\x80\x80"), 5, 5 }, /* no character at all: as it is */
		{ T("\x80\x80"), 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_cut(cases[i].text, cases[i].size, cases[i].max),
				 cases[i].cut);
}

static void test_hex_digit(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF";
		const char *digit = c ? strchr(digits, c) : NULL;

		assert_int_equal(text_hex_digit((char)c), digit ? (digit - digits) % 16 : -1);
	}
}

static void test_lower(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		assert_int_equal(text_lower((char)c),
				 (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
}

static void test_equals(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *word;
		bool equals;
	} cases[] = {
		{ T(""), "", true },
		{ T("a"), "", false },
		{ T(""), "a", false },
		{ T("ImAp"), "imap", true },
		{ T("imap"), "IMAP", true },
		{ T("ima"), "imap", false },
		{ T("imaps"), "imap", false },
		{ T("im\0p"), "im", false },
		{ T("imap\0"), "imap", false },
		{ T("\xc3\x84"), "\xc3\xa4",
		  false }, /* letters of other scripts have no case here */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_equals(cases[i].text, cases[i].size, cases[i].word),
				 cases[i].equals);
}

static void test_begins(void **state)
{
	static const struct {
		const char *text, *word;
		bool begins;
	} cases[] = {
		{ "", "", true },
		{ "abc", "", true },
		{ "", "a", false },
		{ "HTTPS://x", "https://", true },
		{ "https:/", "https://", false },
		{ "http://x", "https://", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_begins(cases[i].text, cases[i].word), cases[i].begins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_and_clean),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_hex_digit),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_equals),
		cmocka_unit_test(test_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
