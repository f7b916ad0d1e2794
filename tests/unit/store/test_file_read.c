#include "place.h"
#include "store/file_read.h"

#include <fcntl.h>

static void reads_a_file_of_every_allowed_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 100000 };
	struct place *place = *state;
	char *content = calloc(1, 100000); /* NULs are bytes as any */

	assert_non_null(content);
	content[0] = 'x';
	content[99999] = 'y';
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		CLEANUP(freep) char *text = NULL;
		struct error err = { 0 };
		size_t size = 1;

		place_write(place, "signpost.db", content, sizes[i]);
		assert_int_equal(file_read(place->path, sizes[i], &text, &size, &err), 0);
		assert_int_equal(size, sizes[i]);
		assert_memory_equal(text, content, size);
		assert_int_equal(text[size], 0);
	}
	free(content);
}

static void refuses_what_is_not_to_be_read(void **state)
{
	struct place *place = *state;
	static const struct {
		const char *name;
		enum error_code code;
		const char *text;
	} cases[] = {
		{ "none", ERROR_NOT_FOUND, "/none: No such file or directory" },
		{ "directory", ERROR_INVALID, "/directory: is not a file" },
		{ "fifo", ERROR_INVALID, "/fifo: is not a file" }, /* and nobody waits for it */
		{ "large", ERROR_TOO_LARGE, "/large: 5 bytes are more than 4" },
		{ "large/x", ERROR_IO, "/large/x: Not a directory" },
	};
	char path[256];

	snprintf(path, sizeof(path), "%s/directory", place->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/fifo", place->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	place_write(place, "large", "12345", 5);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { 0 };
		char *text = NULL;
		size_t size;

		snprintf(path, sizeof(path), "%s/%s", place->directory, cases[i].name);
		assert_int_equal(file_read(path, 4, &text, &size, &err), -1);
		assert_null(text);
		assert_string_equal(place_text(place, err.text), cases[i].text);
		assert_int_equal(err.code, cases[i].code);
	}
}

/* Files of /proc tell no size before they are read. */
static void the_limit_holds_for_files_of_unknown_size(void **state)
{
	struct error err = { 0 };
	char *text = NULL;
	size_t size;

	(void)state;
	assert_int_equal(file_read("/proc/self/status", 10, &text, &size, &err), -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.text, "/proc/self/status: more than 10 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(reads_a_file_of_every_allowed_size),
		PLACE_TEST(refuses_what_is_not_to_be_read),
		cmocka_unit_test(the_limit_holds_for_files_of_unknown_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
