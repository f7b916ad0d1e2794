#include "server/process_figures.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static struct process_figures read_figures(void)
{
	struct process_figures figures;

	process_figures_read(&figures);
	return figures;
}

static void counts_descriptors(void **state)
{
	int64_t before = read_figures().descriptors;
	int fds[50];

	(void)state;
	assert_true(before >= 3);
	for (size_t i = 0; i < 50; i++)
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read_figures().descriptors, before + 50);
	close(fds[7]); /* a gap */
	assert_int_equal(read_figures().descriptors, before + 49);
	for (size_t i = 0; i < 50; i++) {
		if (i != 7)
			close(fds[i]);
	}
	assert_int_equal(read_figures().descriptors, before);
}

/* When there is none left, none is needed to tell so. */
static void counts_the_last_descriptor(void **state)
{
	struct rlimit before, few;
	struct process_figures figures;
	int fds[64];
	size_t count = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 40;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (count < 64 && (fds[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		count++;
	figures = read_figures();
	while (count)
		close(fds[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(figures.descriptors, 40);
	assert_int_equal(figures.descriptors_max, 40);
	assert_int_equal(figures.resident_bytes, 0);
}

static void measures_memory_and_time(void **state)
{
	const size_t size = 20 * 1024 * 1024;
	struct process_figures before = read_figures(), after;
	volatile unsigned char *memory = malloc(size);
	unsigned int sum = 0;

	(void)state;
	assert_non_null(memory);
	for (int turn = 0; turn < 20; turn++) {
		for (size_t i = 0; i < size; i += 64)
			sum += memory[i] = (unsigned char)(i + sum);
	}
	after = read_figures();
	free((void *)memory);
	assert_in_range(after.resident_bytes - before.resident_bytes, size / 2, 4 * size);
	assert_in_range(after.cpu_microseconds - before.cpu_microseconds, 1, 600 * 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_descriptors),
		cmocka_unit_test(counts_the_last_descriptor),
		cmocka_unit_test(measures_memory_and_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
