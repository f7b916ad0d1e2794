/* Lists of tags as DKIM keys, DMARC policies and others write them: "v=DMARC1; p=none". */
#ifndef DNS_TAG_LIST_H
#define DNS_TAG_LIST_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define TAG_LIST_MAX 32 /* tags */

struct tag {
	const char *name,
		*value; /* in the text; without the blanks around them, not ended by NUL */
	size_t name_size, value_size;
};

struct tag_list {
	struct tag tags[TAG_LIST_MAX];
	size_t count;
};

/*
 * Reads NAME=VALUE separated by ";", with one ";" at the end or none (RFC 6376 3.2). Values are
 * printable ASCII, possibly empty; names are letters, digits and underscores and begin with a
 * letter. ERROR_INVALID: a part that is no tag, a name that stands there twice. text must live as
 * long as *ret.
 */
int tag_list_parse(const char *text, size_t size, struct tag_list *ret, struct error *err);

/* NULL: there is none of that name. */
const struct tag *tag_list_find(const struct tag_list *list, const char *name);

/* Whether the tag's value is one of the words, which have a blank between them; in any case. */
bool tag_is_one_of(const struct tag *tag, const char *words);

#endif
