/* An XSLT stylesheet, compiled, and its use on a document. */
#ifndef RENDER_PAGE_STYLESHEET_H
#define RENDER_PAGE_STYLESHEET_H

#include "render/page_set.h"

#include <libxml/tree.h>

struct page_stylesheet;

/*
 * Compiles a file. ERROR_SYNTAX: not XML; ERROR_INVALID: no stylesheet, one that libxslt refuses
 * (it tells why through its generic error function), or one that includes or imports another: the
 * files of pages are read by name, and by nobody else. Texts begin with the path.
 */
int page_stylesheet_make(const struct page_file *file, struct page_stylesheet **ret,
			 struct findings *findings, struct error *err);

/*
 * Transforms doc, which the stylesheet may change, without opening anything. ERROR_INVALID: the
 * stylesheet ended it, or went too deep; the text has libxslt's first message. The caller frees
 * *ret. Safe in several threads at once.
 */
int page_stylesheet_apply(const struct page_stylesheet *stylesheet, xmlDoc *doc, char **ret,
			  size_t *ret_size, struct error *err);

void page_stylesheet_free(struct page_stylesheet *stylesheet);
DEFINE_CLEANUP(struct page_stylesheet *, page_stylesheet_free)

#endif
