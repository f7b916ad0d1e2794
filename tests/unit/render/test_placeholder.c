#include "render/placeholder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void names_person(void **state)
{
	(void)state;
	assert_true(placeholder_names_person("%EMAILADDRESS%"));
	assert_true(placeholder_names_person("https://x/%EMAILLOCALPART%/"));
	assert_false(placeholder_names_person("mail.%EMAILDOMAIN%"));
	assert_false(placeholder_names_person("%EMAILADDRESS")); /* two files of the ISPDB */
	assert_false(placeholder_names_person(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
