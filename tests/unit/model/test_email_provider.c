#include "model/email_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct localized_text several[] = {
	{ (char *)"fr", (char *)"Exemple" },	{ NULL, (char *)"no language" },
	{ (char *)"de-AT", (char *)"Beispui" }, { (char *)"de", (char *)"Beispiel" },
	{ (char *)"en-US", (char *)"Example" }, { (char *)"pt-BR", (char *)"Exemplo" },
};

static struct localized_text no_english[] = {
	{ NULL, (char *)"no language" },
	{ (char *)"de", (char *)"Beispiel" },
};

static void test_display_name(void **state)
{
	static const struct {
		struct localized_text *names;
		size_t count;
		const char *language, *name;
	} cases[] = {
		{ several, COUNT(several), NULL, "Example" },
		{ several, COUNT(several), "de", "Beispiel" },
		{ several, COUNT(several), "DE", "Beispiel" },
		{ several, COUNT(several), "de-AT", "Beispui" },
		{ several, COUNT(several), "de-CH",
		  "Beispiel" }, /* its language, if not its country */
		{ several, COUNT(several), "pt",
		  "Exemplo" }, /* one country's is better than none */
		{ several, COUNT(several), "en", "Example" },
		{ several, COUNT(several), "ja", "Example" },
		{ several, COUNT(several), "toolonglanguage-x", "Example" },
		{ several, COUNT(several), "", "Example" },
		{ several, 1, "ja", "Exemple" }, /* no English: the first */
		{ no_english, 2, NULL, "no language" },
		{ no_english, 2, "de", "Beispiel" },
		{ no_english, 2, "en", "no language" },
		{ NULL, 0, "en", NULL },
		{ NULL, 0, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct email_provider provider = { .display_names = cases[i].names,
						   .display_name_count = cases[i].count };
		const char *name = email_provider_display_name(&provider, cases[i].language);

		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
		else
			assert_null(name);
	}
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	email_provider_free(NULL);
	email_provider_free(calloc(1, sizeof(struct email_provider)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_display_name),
		cmocka_unit_test(test_free_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
