/* What a set holds, for page.c alone. */
#ifndef RENDER_PAGE_SET_PARTS_H
#define RENDER_PAGE_SET_PARTS_H

#include "render/page_set.h"
#include "render/page_stylesheet.h"
#include "render/page_texts.h"

struct page_set {
	int references;
	struct page_stylesheet *page, *text;
	/* Those that are built in where the others are the site's own and may fail; or NULL. */
	struct page_stylesheet *spare_page, *spare_text;
	struct page_texts *languages;
	size_t language_count;
	xmlDoc *programs;
	struct page_asset assets[PAGE_ASSET_COUNT]; /* bytes NULL: there is none */
};

#endif
