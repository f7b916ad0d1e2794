/* The texts of one language, texts.XX.xml: xml/page/README.md describes the file. */
#ifndef RENDER_PAGE_TEXTS_H
#define RENDER_PAGE_TEXTS_H

#include "render/page_set.h"

#include <libxml/tree.h>

#define PAGE_NAMESPACE "urn:signpost:page"

/* All zero is the empty value. */
struct page_texts {
	char *language, *name; /* the tag, and the language in its own words */
	xmlDoc *doc;	       /* root <texts>; never changed after page_texts_complete() */
	xmlNode **index;       /* its texts by key */
	size_t count;
	char *phrases[PHRASE_COUNT];
	char *date_pattern; /* the bytes 1, 2 and 3 stand for day, month and year */
	char *months[12];
};

/*
 * Reads a file. Faults become findings, "path:line: ...": not XML, another root, no language or
 * name, a text without a key, a key that stands there twice. -1 with *err set to the first error.
 * The caller clears *ret, on failure too.
 */
int page_texts_parse(const struct page_file *file, struct page_texts *ret,
		     struct findings *findings, struct error *err);

/*
 * Adds to texts, read from path, what it lacks of english, marked with language="en"; both are
 * findings, what is missing and what English does not know. NULL for english: texts is English.
 * Then takes the phrases out of it. ERROR_INVALID: English lacks one.
 */
int page_texts_complete(struct page_texts *texts, const struct page_texts *english,
			const char *path, struct findings *findings, struct error *err);

/* See page_set_date(). */
int page_texts_date(const struct page_texts *texts, int64_t seconds, char **ret, struct error *err);

void page_texts_clear(struct page_texts *texts);

#endif
