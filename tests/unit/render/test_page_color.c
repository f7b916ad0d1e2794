#include "render/page_color.h"

#include "base/bytes.h"
#include "render/page_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LIGHT(color, contrast)                                                                     \
	"[site] color: " color " is hard to read on #eef1f5, the ground of settings pages: a "     \
	"contrast of " contrast ", and text needs 4.5 (WCAG 2.2, 1.4.3); take a darker colour"
#define DARK(color, contrast)                                                                      \
	"[site] color_dark: " color " is hard to read on #242b33, the ground of settings pages: "  \
	"a contrast of " contrast ", and text needs 4.5 (WCAG 2.2, 1.4.3); take a lighter colour"

static void warns(void **state)
{
	static const struct {
		const char *configuration, *texts[3];
	} cases[] = {
		{ "", { NULL } }, /* what is built in */
		{ "[site]\ncolor = #6a6a6a\ncolor_dark = #9d9d9d\n", { NULL } },
		{ "[site]\ncolor = #767676\n", { LIGHT("#767676", "4.00") } },
		{ "[site]\ncolor = #FFCC00\n", { LIGHT("#FFCC00", "1.33") } },
		{ "[site]\ncolor_dark = #1a5fb4\n", { DARK("#1a5fb4", "2.27") } },
		{ "[site]\ncolor = #ffffff\ncolor_dark = #000000\n",
		  { LIGHT("#ffffff", "1.13"), DARK("#000000", "1.46") } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(configuration_freep) struct configuration *configuration = NULL;
		CLEANUP(findings_clear) struct findings findings = { 0 };
		struct error err = { 0 };
		size_t count = 0;

		assert_int_equal(configuration_parse(cases[i].configuration,
						     strlen(cases[i].configuration), "c", "/",
						     &configuration, &findings, &err),
				 0);
		page_color_check(configuration, &findings);
		for (; cases[i].texts[count]; count++) {
			assert_true(count < findings.count);
			assert_string_equal(findings.list[count].text, cases[i].texts[count]);
			assert_int_equal(findings.list[count].severity, FINDING_WARNING);
		}
		assert_int_equal(findings.count, count);
	}
}

/* The grounds are written down twice, here and in the stylesheet. */
static void grounds_are_those_of_the_stylesheet(void **state)
{
	const char *css = NULL, *light, *dark;

	(void)state;
	for (size_t i = 0; i < page_builtin_count; i++) {
		if (strcmp(page_builtin[i].name, "page.css") == 0)
			css = page_builtin[i].bytes;
	}
	assert_non_null(css);
	light = strstr(css, "--tint: ");
	assert_non_null(light);
	assert_memory_equal(light, "--tint: " PAGE_GROUND ";", sizeof(PAGE_GROUND) + 8);
	dark = strstr(light + 1, "--tint: ");
	assert_non_null(dark);
	assert_memory_equal(dark, "--tint: " PAGE_GROUND_DARK ";", sizeof(PAGE_GROUND_DARK) + 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(warns),
		cmocka_unit_test(grounds_are_those_of_the_stylesheet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
