#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void test_empty(void **state)
{
	struct bytes bytes = { 0 };
	struct error err = { 0 };
	char *text = NULL;
	size_t size = 99;

	(void)state;
	assert_int_equal(bytes_take(&bytes, &text, &size, &err), 0);
	assert_string_equal(text, "");
	assert_int_equal(size, 0);
	free(text);
	bytes_clear(&bytes); /* taken: nothing left to free */
}

static void test_append(void **state)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	CLEANUP(freep) char *text = NULL;
	struct error err = { 0 };
	size_t size;

	(void)state;
	bytes_append(&bytes, "a\0b", 3);
	assert_memory_equal(bytes.data, "a\0b", 4); /* with the NUL behind it */
	bytes_append(&bytes, NULL, 0);
	bytes_append_text(&bytes, "");
	bytes_append_text(&bytes, "cd");
	bytes_append_format(&bytes, "<%s %d>", "port", 993);
	assert_int_equal(bytes_take(&bytes, &text, &size, &err), 0);
	assert_int_equal(size, 15);
	assert_memory_equal(text, "a\0bcd<port 993>", 16);
	assert_null(bytes.data);
}

/* Across every size at which the room doubles, nothing is lost and the NUL is there. */
static void test_grow(void **state)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	CLEANUP(freep) char *text = NULL;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		char c = (char)('a' + i % 26);

		bytes_append(&bytes, &c, 1);
		assert_int_equal(bytes.size, i + 1);
		assert_int_equal(bytes.data[i + 1], '\0');
	}
	bytes_append_format(&bytes, "%0*d", 20000, 7);
	assert_int_equal(bytes_take(&bytes, &text, NULL, &err), 0);
	assert_int_equal(strlen(text), 25000);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(text[i], (char)('a' + i % 26));
	assert_int_equal(text[5000], '0');
	assert_int_equal(text[24999], '7');
}

static void test_failure_is_remembered(void **state)
{
	struct bytes bytes = { 0 };
	struct error err = { 0 };
	char *text = NULL;

	(void)state;
	bytes_append_text(&bytes, "some");
	bytes.failed = true; /* as after a failed realloc() */
	bytes_append_text(&bytes, "more");
	bytes_append_format(&bytes, "%d", 1);
	assert_int_equal(bytes.size, 4);
	assert_int_equal(bytes_take(&bytes, &text, NULL, &err), -1);
	assert_int_equal(err.code, ERROR_NO_MEMORY);
	assert_string_equal(err.text, "out of memory");
	assert_null(text);
	assert_null(bytes.data);
	assert_false(bytes.failed);
}

/* A size that no memory has is a failure like any other, not an endless loop. */
static void test_size_limit(void **state)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	(void)state;
	bytes_append(&bytes, "", SIZE_MAX - 10);
	assert_true(bytes.failed);
	assert_int_equal(bytes.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),	   cmocka_unit_test(test_append),
		cmocka_unit_test(test_grow),	   cmocka_unit_test(test_failure_is_remembered),
		cmocka_unit_test(test_size_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
