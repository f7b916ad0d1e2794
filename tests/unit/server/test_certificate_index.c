#include "server/certificate_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED UINT64_C(0x0123456789abcdef)
#define NAMES(text)                                                                                \
	{                                                                                          \
		(char *)(text), sizeof(text)                                                       \
	}
#define ROOM 8

static struct certificate_index *index_new(void)
{
	struct certificate_index *index = NULL;
	struct error err = { 0 };

	assert_int_equal(certificate_index_new(SEED, &index, &err), 0);
	return index;
}

static void add(struct certificate_index *index, const char *folder, uint64_t key,
		const struct certificate_names *names)
{
	struct certificate_record record = { key, CERTIFICATE_GOOD, 1000 };
	struct error err = { 0 };

	assert_int_equal(certificate_index_add(index, folder, &record, names, &err), 0);
}

static void finish(struct certificate_index *index)
{
	struct error err = { 0 };

	assert_int_equal(certificate_index_finish(index, &err), 0);
}

/* The folders found for a name, one behind the other, each with a blank. */
static const char *find(const struct certificate_index *index, const char *text,
			char ret[ROOM * CERTIFICATE_FOLDER_SIZE])
{
	char folders[ROOM][CERTIFICATE_FOLDER_SIZE];
	struct domain_name name;
	struct error err;
	size_t count;

	assert_int_equal(domain_name_parse(text, strlen(text), &name, &err), 0);
	count = certificate_index_find(index, &name, folders, ROOM);
	ret[0] = '\0';
	for (size_t i = 0; i < count; i++)
		strcat(strcat(ret, folders[i]), " ");
	return ret;
}

static const struct certificate_names own = NAMES("kunde.example\0autoconfig.kunde.example");
static const struct certificate_names mixed =
	NAMES("one.example\0*.two.example\0autoconfig.many\0kunde.example");
static const struct certificate_names star = NAMES("*.two.example\0two.example");

static void finds_what_no_folder_is_called_after(void **state)
{
	static const struct {
		const char *name, *folders;
	} cases[] = {
		{ "one.example", "many " },
		{ "a.two.example", "many " }, /* that of two.example is found without it */
		{ "two.example", "" },
		{ "a.b.two.example", "" },
		{ "kunde.example", "many " },
		{ "autoconfig.kunde.example", "" },
		{ "none.example", "" },
	};
	CLEANUP(certificate_index_unrefp) struct certificate_index *index = index_new();
	char text[ROOM * CERTIFICATE_FOLDER_SIZE];

	(void)state;
	add(index, "kunde.example", 1, &own);
	add(index, "many", 3, &mixed);
	add(index, "two.example", 2, &star);
	add(index, "broken", 4, NULL);
	finish(index);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(find(index, cases[i].name, text), cases[i].folders);
}

static void knows_records(void **state)
{
	static const struct certificate_record records[] = {
		{ 77, CERTIFICATE_GOOD, 1800000000 },
		{ 5, CERTIFICATE_BAD, 0 },
		{ UINT64_MAX, CERTIFICATE_EARLY, UINT32_MAX },
		{ 6, CERTIFICATE_RETRY, 1 },
		{ 0, CERTIFICATE_GOOD, 1 },
	};
	CLEANUP(certificate_index_unrefp) struct certificate_index *index = index_new();
	struct certificate_record record;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++)
		assert_int_equal(certificate_index_add(index, "any", &records[i], NULL, &err), 0);
	finish(index);
	for (size_t i = 0; i < 4; i++) {
		assert_true(certificate_index_record(index, records[i].key, &record));
		assert_int_equal(record.verdict, records[i].verdict);
		assert_int_equal(record.limit, records[i].limit);
	}
	assert_false(certificate_index_record(index, 0, &record)); /* is to be read again */
	assert_false(certificate_index_record(index, 78, &record));
	assert_false(certificate_index_record(NULL, 77, &record));
}

/* What is carried over has its names, what is not has none, over several walks. */
static void carries_over(void **state)
{
	CLEANUP(certificate_index_unrefp) struct certificate_index *before = index_new();
	char text[ROOM * CERTIFICATE_FOLDER_SIZE], folder[32], name[64];
	struct error err;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(folder, sizeof(folder), "folder%u", i);
		snprintf(name, sizeof(name), "n%u.example", i);
		add(before, folder, 1000 + i,
		    &(struct certificate_names){ name, strlen(name) + 1 });
	}
	finish(before);
	for (unsigned int walk = 1; walk < 5; walk++) {
		struct certificate_index *next = index_new();

		add(next, "new", walk, &mixed);
		for (unsigned int i = 999; i >= walk * 100; i--) {
			snprintf(folder, sizeof(folder), "folder%u", i);
			assert_int_equal(
				certificate_index_carry(next, before, 1000 + i, folder, &err), 0);
		}
		finish(next);
		certificate_index_unref(before);
		before = next;
		assert_string_equal(find(before, "one.example", text), "new ");
		for (unsigned int i = 0; i < 1000; i++) {
			snprintf(folder, sizeof(folder), "folder%u ", i);
			snprintf(name, sizeof(name), "n%u.example", i);
			assert_string_equal(find(before, name, text), i < walk * 100 ? "" : folder);
		}
	}
}

/* No more than there is room for. */
static void stops_when_full(void **state)
{
	CLEANUP(certificate_index_unrefp) struct certificate_index *index = index_new();
	char text[ROOM * CERTIFICATE_FOLDER_SIZE];

	(void)state;
	for (uint64_t i = 1; i <= 20; i++)
		add(index, "many", i, &mixed);
	finish(index);
	assert_string_equal(find(index, "one.example", text),
			    "many many many many many many many many ");
	assert_string_equal(find(index, "a.two.example", text),
			    "many many many many many many many many ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_no_folder_is_called_after),
		cmocka_unit_test(knows_records),
		cmocka_unit_test(carries_over),
		cmocka_unit_test(stops_when_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
