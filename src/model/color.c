/* The formulas are those of "relative luminance" and "contrast ratio" in WCAG 2.2. */
#include "model/color.h"

#include "base/text.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define COLOR_LENGTH 7 /* "#rrggbb" */

bool color_parse(const char *text, struct color *ret)
{
	uint8_t parts[3];

	if (strlen(text) != COLOR_LENGTH || text[0] != '#')
		return false;
	for (size_t i = 0; i < sizeof(parts); i++) {
		int high = text_hex_digit(text[1 + 2 * i]), low = text_hex_digit(text[2 + 2 * i]);

		if (high < 0 || low < 0)
			return false;
		parts[i] = (uint8_t)(high * 16 + low);
	}
	*ret = (struct color){ parts[0], parts[1], parts[2] };
	return true;
}

static double linear(uint8_t part)
{
	double value = part / 255.0;

	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(struct color color)
{
	return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) +
	       0.0722 * linear(color.blue);
}

double color_contrast(struct color a, struct color b)
{
	double first = luminance(a), second = luminance(b);

	return (fmax(first, second) + 0.05) / (fmin(first, second) + 0.05);
}

bool color_contrast_ok(struct color a, struct color b)
{
	return color_contrast(a, b) >= COLOR_CONTRAST_TEXT;
}
