/* Which language of ours a browser wants most (RFC 9110 12.5.4). */
#ifndef HTTP_ACCEPT_LANGUAGE_H
#define HTTP_ACCEPT_LANGUAGE_H

#include "render/page_set.h"

#define ACCEPT_LANGUAGE_MAX 1024 /* bytes that are looked at */

/*
 * The number of a language of set for the header (NULL: none was sent): the range with the highest
 * q that we have, the first of equals, "*" and what cannot be read passed over, q=0 refused. 0, the
 * first language, where nothing fits. Never fails.
 */
size_t accept_language_choose(const struct page_set *set, const char *header);

#endif
