/* Whether the host's colours can be read on settings pages. */
#ifndef RENDER_PAGE_COLOR_H
#define RENDER_PAGE_COLOR_H

#include "base/findings.h"
#include "model/configuration.h"

/*
 * What site.color and site.color_dark are written on where that is hardest to read: --tint of the
 * built-in page.css, light and dark. The text of buttons on them, --on-link, is further away.
 */
#define PAGE_GROUND "#eef1f5"
#define PAGE_GROUND_DARK "#242b33"

/* A warning for each of the two colours that has less contrast than text needs (WCAG 2.2, 1.4.3).
 */
void page_color_check(const struct configuration *configuration, struct findings *findings);

#endif
