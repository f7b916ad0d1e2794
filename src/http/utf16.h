/* UTF-16, which a program may send its XML in (XML 1.0 4.3.3). */
#ifndef HTTP_UTF16_H
#define HTTP_UTF16_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether text begins with the byte order mark of UTF-16. */
bool utf16_has_mark(const char *text, size_t size);

/*
 * Turns text, which has the mark, into UTF-8 without it. The caller frees *ret. ERROR_SYNTAX: half
 * a character, or a surrogate without the other; ERROR_NO_MEMORY.
 */
int utf16_decode(const char *text, size_t size, char **ret, size_t *ret_size, struct error *err);

#endif
