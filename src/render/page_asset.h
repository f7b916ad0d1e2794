/* The files that a page refers to: style sheet, script, logo. */
#ifndef RENDER_PAGE_ASSET_H
#define RENDER_PAGE_ASSET_H

#include "render/page_set.h"

/*
 * The style sheet with the site's colours in front. ERROR_INVALID: not UTF-8, or a NUL in it, which
 * a page of one file could not hold; the text begins with the path. ERROR_NO_MEMORY. Cleared by
 * page_asset_clear().
 */
int page_asset_css(const struct page_file *file, const struct configuration *configuration,
		   struct page_asset *ret, struct error *err);

/* The same of the script, as it is. */
int page_asset_script(const struct page_file *file, struct page_asset *ret, struct error *err);

/*
 * A logo, told by its first and last bytes; an SVG must be XML. ERROR_INVALID: none of the kinds,
 * cut off, empty, over PAGE_LOGO_MAX; one over PAGE_LOGO_SMALL is a warning. Texts begin with the
 * path.
 */
int page_asset_logo(const struct page_file *file, struct page_asset *ret, struct findings *findings,
		    struct error *err);

void page_asset_clear(struct page_asset *asset);

#endif
