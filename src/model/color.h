/* Colours of the web, and whether one can be read on another. */
#ifndef MODEL_COLOR_H
#define MODEL_COLOR_H

#include <stdbool.h>
#include <stdint.h>

struct color {
	uint8_t red, green, blue;
};

#define COLOR_CONTRAST_TEXT 4.5 /* WCAG 2.2, 1.4.3: text that is not large */

/* Reads "#rrggbb", hexadecimal digits in any case. False: it is anything else. */
bool color_parse(const char *text, struct color *ret);

/* The contrast ratio of WCAG 2.2: from 1 for the same colour to 21 for black and white. */
double color_contrast(struct color a, struct color b);

/* Whether text in one can be read on the other: a ratio of at least COLOR_CONTRAST_TEXT. */
bool color_contrast_ok(struct color a, struct color b);

#endif
