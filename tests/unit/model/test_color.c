#include "model/color.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void parses(void **state)
{
	static const struct {
		const char *text;
		bool result;
		struct color color;
	} cases[] = {
		{ "#000000", true, { 0, 0, 0 } },
		{ "#ffffff", true, { 255, 255, 255 } },
		{ "#1a5FB4", true, { 0x1a, 0x5f, 0xb4 } },
		{ "#09afAF", true, { 0x09, 0xaf, 0xaf } },
		{ "", false, { 1, 2, 3 } },
		{ "#", false, { 1, 2, 3 } },
		{ "#fff", false, { 1, 2, 3 } },
		{ "#fffff", false, { 1, 2, 3 } },
		{ "#fffffff", false, { 1, 2, 3 } },
		{ "ffffff", false, { 1, 2, 3 } },
		{ "fffffff", false, { 1, 2, 3 } },
		{ "#ggffff", false, { 1, 2, 3 } },
		{ "#ffffg0", false, { 1, 2, 3 } },
		{ "#fffff ", false, { 1, 2, 3 } },
		{ "#-1+2+3", false, { 1, 2, 3 } },
		{ " #fffff", false, { 1, 2, 3 } },
		{ "white", false, { 1, 2, 3 } },
		{ "#ff\xc3\xa9"
		  "ff",
		  false,
		  { 1, 2, 3 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct color color = { 1, 2, 3 };

		if (color_parse(cases[i].text, &color) != cases[i].result ||
		    memcmp(&color, &cases[i].color, sizeof(color)) != 0)
			fail_msg("%s", cases[i].text);
	}
}

/* Ratios to the hundredth, cut off, as checkers of contrast show them. */
static void contrasts(void **state)
{
	static const struct {
		const char *a, *b;
		int hundredths;
		bool ok;
	} cases[] = {
		{ "#000000", "#ffffff", 2100, true },
		{ "#ffffff", "#ffffff", 100, false },
		{ "#1a5fb4", "#1a5fb4", 100, false },
		{ "#767676", "#ffffff", 454, true },
		{ "#777777", "#ffffff", 447, false },
		{ "#808080", "#ffffff", 394, false },
		{ "#949494", "#ffffff", 303, false },
		{ "#959595", "#ffffff", 299, false },
		{ "#ff0000", "#ffffff", 399, false },
		{ "#00ff00", "#ffffff", 137, false },
		{ "#0000ff", "#ffffff", 859, true },
		{ "#1a5fb4", "#ffffff", 628, true },
		{ "#99c1f1", "#10151b", 982, true },
		{ "#0a0a0a", "#000000", 106, false }, /* where the curve is a line */
		{ "#0b0b0b", "#000000", 106, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct color a, b;

		assert_true(color_parse(cases[i].a, &a));
		assert_true(color_parse(cases[i].b, &b));
		if ((int)(color_contrast(a, b) * 100 + 1e-9) != cases[i].hundredths)
			fail_msg("%s on %s: %f", cases[i].a, cases[i].b, color_contrast(a, b));
		assert_int_equal(color_contrast_ok(a, b), cases[i].ok);
		/* the order does not matter */
		assert_true(color_contrast(a, b) == color_contrast(b, a));
		assert_int_equal(color_contrast_ok(b, a), cases[i].ok);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(contrasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
