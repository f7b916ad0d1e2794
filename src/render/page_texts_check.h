/* Whether a translated text holds what its English original does. */
#ifndef RENDER_PAGE_TEXTS_CHECK_H
#define RENDER_PAGE_TEXTS_CHECK_H

#include "base/findings.h"

#include <libxml/tree.h>

/*
 * Adds a warning ("path:line: ...") for each element of text that means nothing there: one that is
 * neither <v>, <l> nor <b>, and a <v> or <l> whose name the English text does not have, for which
 * nothing would be put in.
 */
void page_texts_check(const xmlNode *text, const xmlNode *english, const char *path,
		      struct findings *findings);

#endif
