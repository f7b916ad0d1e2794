#include "render/page_color.h"

#include "model/color.h"

static void check(const char *key, const char *value, const char *ground, const char *advice,
		  struct findings *findings)
{
	struct color color, other;
	int hundredths;

	if (!color_parse(value, &color) || !color_parse(ground, &other) ||
	    color_contrast_ok(color, other))
		return;
	hundredths = (int)(color_contrast(color, other) * 100); /* never rounded up to enough */
	findings_add(
		findings, FINDING_WARNING,
		"[site] %s: %s is hard to read on %s, the ground of settings pages: a contrast "
		"of %d.%02d, and text needs 4.5 (WCAG 2.2, 1.4.3); take a %s colour",
		key, value, ground, hundredths / 100, hundredths % 100, advice);
}

void page_color_check(const struct configuration *configuration, struct findings *findings)
{
	check("color", configuration->site_color, PAGE_GROUND, "darker", findings);
	check("color_dark", configuration->site_color_dark, PAGE_GROUND_DARK, "lighter", findings);
}
