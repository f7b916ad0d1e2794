#include "server/certificate_folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void lists(void **state)
{
	static const struct {
		const char *name;
		const char *folders[CERTIFICATE_FOLDERS_MAX + 1];
	} cases[] = {
		{ "kunde.example", { "kunde.example" } },
		{ "autoconfig.kunde.example",
		  { "autoconfig.kunde.example", "kunde.example", "*.kunde.example",
		    "_.kunde.example" } },
		{ "a.b.kunde.example",
		  { "a.b.kunde.example", "b.kunde.example", "*.b.kunde.example",
		    "_.b.kunde.example" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct certificate_folders folders;
		struct domain_name name;
		struct error err;

		assert_int_equal(
			domain_name_parse(cases[i].name, strlen(cases[i].name), &name, &err), 0);
		certificate_folders_of(&name, &folders);
		for (size_t j = 0; j < folders.count; j++) {
			assert_non_null(cases[i].folders[j]);
			assert_string_equal(folders.list[j], cases[i].folders[j]);
		}
		assert_null(cases[i].folders[folders.count]);
	}
}

static void reaches(void **state)
{
	static const struct {
		const char *own, *folder;
		bool reached;
	} cases[] = {
		{ "kunde.example", "kunde.example", true },
		{ "autoconfig.kunde.example", "kunde.example", true },
		{ "autoconfig.kunde.example", "_.kunde.example", true },
		{ "autoconfig.kunde.example", "*.kunde.example", true },
		{ "autoconfig.kunde.example", "autoconfig.kunde.example", true },
		{ "a.autoconfig.kunde.example", "kunde.example", false },
		{ "*.kunde.example", "kunde.example", true },
		{ "*.kunde.example", "*.kunde.example", true },
		{ "*.kunde.example", "_.kunde.example", true },
		{ "*.kunde.example", "autoconfig.kunde.example", false },
		{ "kunde.example", "_.kunde.example", false },
		{ "kunde.example", "*.kunde.example", false },
		{ "kunde.example", "example", false },
		{ "kunde.example", "_.example", false },
		{ "kunde.example", "kunde.example-0001", false },
		{ "kunde.example", "Kunde.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (certificate_folders_reach(cases[i].own, cases[i].folder) != cases[i].reached)
			fail_msg("%s in %s", cases[i].own, cases[i].folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(reaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
