/* Reads what settings pages are made of from the directory of site.pages and the file site.logo. */
#ifndef STORE_PAGE_LOAD_H
#define STORE_PAGE_LOAD_H

#include "render/page_set.h"

/*
 * As page_set_make(). A directory or a file that cannot be read is a finding, and what is built in
 * is used; a file of a name that means nothing is a warning.
 */
int page_set_load(const struct configuration *configuration, struct page_set **ret,
		  struct findings *findings, struct error *err);

#endif
