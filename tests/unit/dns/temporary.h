/* A directory of its own for each test that needs files. */
#ifndef TESTS_UNIT_DNS_TEMPORARY_H
#define TESTS_UNIT_DNS_TEMPORARY_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* For a test's state: every test gets the path, which is to be given to free(). */
static int temporary_make(void **state)
{
	char *path = strdup("/tmp/signpost-dns-XXXXXX");

	assert_non_null(path);
	assert_non_null(mkdtemp(path));
	*state = path;
	return 0;
}

static int temporary_remove(void **state)
{
	char *path = *state, name[512];
	DIR *directory = opendir(path);
	struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)(unlink(name) < 0 && rmdir(name));
	}
	closedir(directory);
	assert_int_equal(rmdir(path), 0);
	free(path);
	return 0;
}

#define TEMPORARY_TEST(function)                                                                   \
	cmocka_unit_test_setup_teardown(function, temporary_make, temporary_remove)

static inline void temporary_write(const char *directory, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline int temporary_compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* All names in the directory, hidden ones too, each with a blank behind it. */
static inline void temporary_list(const char *directory, char *ret, size_t size)
{
	struct dirent **names;
	int count = scandir(directory, &names, NULL, temporary_compare);

	assert_true(count >= 0);
	*ret = '\0';
	for (int i = 0; i < count; i++) {
		size_t length = strlen(ret);

		if (strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0)
			snprintf(ret + length, size - length, "%s ", names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

/* The text with the directory's path taken out wherever it stands, so that a table can hold it. */
static inline const char *temporary_text(const char *directory, char *text)
{
	size_t length = strlen(directory);
	char *at;

	while ((at = strstr(text, directory)))
		memmove(at, at + length, strlen(at + length) + 1);
	return text;
}

#endif
