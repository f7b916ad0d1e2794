#include "http/utf16.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (text), sizeof(text) - 1

static void knows_the_mark(void **state)
{
	(void)state;
	assert_true(utf16_has_mark(BYTES("\xff\xfe")));
	assert_true(utf16_has_mark(BYTES("\xfe\xff\0<")));
	assert_false(utf16_has_mark(BYTES("\xff")));
	assert_false(utf16_has_mark(BYTES("")));
	assert_false(utf16_has_mark(BYTES("\xef\xbb\xbf")));
	assert_false(utf16_has_mark(BYTES("<\0")));
}

static void decodes(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *result; /* NULL: broken */
	} cases[] = {
		{ BYTES("\xff\xfe"), "" },
		{ BYTES("\xfe\xff"), "" },
		{ BYTES("\xff\xfe<\0a\0"), "<a" },
		{ BYTES("\xfe\xff\0<\0a"), "<a" },
		/* the first and last character of each length in UTF-8, but for U+0000 */
		{ BYTES("\xfe\xff\0\x01\0\x7f\0\x80\x07\xff\x08\0\xff\xff"),
		  "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf" },
		{ BYTES("\xfe\xff\xd8\0\xdc\0\xdb\xff\xdf\xff"),
		  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
		{ BYTES("\xff\xfe\x3d\xd8\x00\xde"), "\xf0\x9f\x98\x80" },
		{ BYTES("\xfe\xff\xd7\xff\xe0\0"), "\xed\x9f\xbf\xee\x80\x80" },
		{ BYTES("\xff\xfe<"), NULL },		 /* half a unit */
		{ BYTES("\xfe\xff\xd8\0"), NULL },	 /* the second surrogate is missing, */
		{ BYTES("\xfe\xff\xd8\0\xdc"), NULL },	 /* half of it, */
		{ BYTES("\xfe\xff\xd8\0\0a"), NULL },	 /* something else follows, */
		{ BYTES("\xfe\xff\xd8\0\xd8\0"), NULL }, /* or the first again */
		{ BYTES("\xfe\xff\xdc\0\xd8\0"), NULL }, /* the second comes first */
		{ BYTES("\xfe\xff\0a\xdf\xff"), NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { 0 };
		char *result = NULL;
		size_t size = 0;

		assert_int_equal(utf16_decode(cases[i].text, cases[i].size, &result, &size, &err),
				 cases[i].result ? 0 : -1);
		if (cases[i].result) {
			assert_int_equal(size, strlen(cases[i].result));
			assert_memory_equal(result, cases[i].result, size);
		} else {
			assert_int_equal(err.code, ERROR_SYNTAX);
			assert_string_equal(err.text, "broken UTF-16");
			assert_null(result);
		}
		free(result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_mark),
		cmocka_unit_test(decodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
