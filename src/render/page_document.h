/*
 * The document <page> that the stylesheets are given; xml/page/README.md describes it. It holds
 * nothing of a person: where the person's values come, the markers of these holes stand.
 *
 *     HOLE_EMAILADDRESS, _LOCALPART, _DOMAIN   as everywhere: the address as it was typed
 *     HOLE_PAGE_HOST                           what is behind its "@", as it was typed
 *     HOLE_PAGE_DOMAIN                         the domain in U-labels
 *     HOLE_PAGE_PATH                           what references inside of the page begin with
 *     HOLE_PAGE_LINK                           the page's whole address, page_request_link()
 *     HOLE_PAGE_QUERY, HOLE_PAGE_MORE          "" or "?lang=de", "" or "lang=de&"
 *     HOLE_PAGE_UNTIL                          the last day, in words
 */
#ifndef RENDER_PAGE_DOCUMENT_H
#define RENDER_PAGE_DOCUMENT_H

#include "render/page.h"

#include <libxml/tree.h>

#define PAGE_HOLES (TEMPLATE_HOLES_ADDRESS | TEMPLATE_HOLES_PAGE)

/*
 * qr is what the code for Thunderbird for Android holds, NULL for none; the values of it and of the
 * link are looked at only in a page that is one file. The caller frees *ret with xmlFreeDoc().
 * ERROR_NO_MEMORY, ERROR_INVALID.
 */
int page_document_make(const struct provider_set *providers, const struct page_request *request,
		       const char *link, const char *qr, xmlDoc **ret, struct error *err);

#endif
