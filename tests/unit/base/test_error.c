#include "base/error.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static void test_set(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_set(&err, ERROR_INVALID, "port \"%s\" is not 1..%d", "0", 65535),
			 -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, "port \"0\" is not 1..65535");
}

static void test_prefix(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, ERROR_SYNTAX, "not XML");
	assert_int_equal(error_prefix(&err, "%s:%d", "p.xml", 9), -1);
	assert_int_equal(error_prefix(&err, "directory"), -1);
	assert_int_equal(err.code, ERROR_SYNTAX);
	assert_string_equal(err.text, "directory: p.xml:9: not XML");
}

static void test_no_memory(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_no_memory(&err), -1);
	assert_int_equal(err.code, ERROR_NO_MEMORY);
	assert_string_equal(err.text, "out of memory");
}

static void test_errno(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_errno(&err, ENOENT, "%s.xml", "p"), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_string_equal(err.text, "p.xml: No such file or directory");
	assert_int_equal(error_errno(&err, EACCES, "p.xml"), -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(err.text, "p.xml: Permission denied");
}

/* A sentence that is too long is cut, but stays UTF-8: logs and JSON are made of it. */
static void test_cut(void **state)
{
	char text[2 * ERROR_TEXT_SIZE];
	struct error err = { 0 };

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xf0\x9f\x93\xa7", 5); /* U+1F4E7 */
		error_set(&err, ERROR_INVALID, "%s", text);
		assert_true(text_is_utf8(err.text, strlen(err.text)));
		assert_in_range(strlen(err.text), ERROR_TEXT_SIZE - 4, ERROR_TEXT_SIZE - 1);
		error_prefix(&err, "p.xml:%d", 9);
		assert_true(text_is_utf8(err.text, strlen(err.text)));
		assert_memory_equal(err.text, "p.xml:9: ", 9);
		error_prefix(&err, "%s", text);
		assert_true(text_is_utf8(err.text, strlen(err.text)));
		error_errno(&err, ENOENT, "%s", text);
		assert_true(text_is_utf8(err.text, strlen(err.text)));
		assert_int_equal(err.code, ERROR_NOT_FOUND);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),	  cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_no_memory), cmocka_unit_test(test_errno),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
