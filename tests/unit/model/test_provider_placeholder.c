#include "model/provider_placeholder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_placeholders(void **state)
{
	static const struct {
		const char *text;
		enum placeholders placeholders;
		const char *completed; /* NULL: nothing was lacking */
	} cases[] = {
		{ "", PLACEHOLDERS_NONE, NULL },
		{ "fred", PLACEHOLDERS_NONE, NULL },
		{ "EMAILADDRESS", PLACEHOLDERS_NONE, NULL },
		{ "%EMAILADDRESS%", PLACEHOLDERS_KNOWN, NULL },
		{ "%EMAILLOCALPART%.%EMAILDOMAIN%", PLACEHOLDERS_KNOWN, NULL },
		{ "%EMAILLOCALPART%%EMAILDOMAIN%", PLACEHOLDERS_KNOWN, NULL },
		/* so in two files of the ISPDB */
		{ "%EMAILADDRESS", PLACEHOLDERS_UNKNOWN, "%EMAILADDRESS%" },
		{ "mail.%EMAILDOMAIN", PLACEHOLDERS_UNKNOWN, "mail.%EMAILDOMAIN%" },
		{ "%EMAILLOCALPART.%EMAILDOMAIN", PLACEHOLDERS_UNKNOWN,
		  "%EMAILLOCALPART%.%EMAILDOMAIN%" },
		{ "%EMAILLOCALPART%.%EMAILDOMAIN", PLACEHOLDERS_UNKNOWN,
		  "%EMAILLOCALPART%.%EMAILDOMAIN%" },
		{ "%EMAILLOCALPART%EMAILDOMAIN%", PLACEHOLDERS_UNKNOWN, NULL },
		/* placeholders of others, and percent signs that are none */
		{ "%EMAILADDRESSES%", PLACEHOLDERS_UNKNOWN, NULL },
		{ "%EMAILADDRESS_1", PLACEHOLDERS_UNKNOWN, NULL },
		{ "%USERNAME%", PLACEHOLDERS_UNKNOWN, NULL },
		{ "%emailaddress%", PLACEHOLDERS_UNKNOWN, NULL },
		{ "100%", PLACEHOLDERS_UNKNOWN, NULL },
		{ "%%", PLACEHOLDERS_UNKNOWN, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *completed = (char *)"old";
		struct error err = { 0 };

		assert_int_equal(provider_placeholders(cases[i].text), cases[i].placeholders);
		assert_int_equal(provider_placeholders_complete(cases[i].text, &completed, &err),
				 0);
		if (cases[i].completed)
			assert_string_equal(completed, cases[i].completed);
		else
			assert_null(completed);
		free(completed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placeholders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
