/*
 * XML written through libxml2, two blanks an indentation, UTF-8 with a declaration. A failure is
 * remembered and told by xml_out_finish(). Texts must be clean (text_is_clean): libxml2's writer
 * escapes markup, but lets control characters and broken UTF-8 through.
 */
#ifndef RENDER_XML_OUT_H
#define RENDER_XML_OUT_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

struct xml_out;

struct xml_out *xml_out_new(void); /* NULL: out of memory; the other functions accept that */
struct xml_out *xml_out_new_fragment(void); /* without declaration and indentation */

void xml_out_open(struct xml_out *out, const char *element);
void xml_out_attribute(struct xml_out *out, const char *name, const char *value);
void xml_out_text(struct xml_out *out, const char *text);
void xml_out_close(struct xml_out *out);

/* An element with a text and nothing else; nothing at all if text is NULL. */
void xml_out_element(struct xml_out *out, const char *element, const char *text);
void xml_out_element_number(struct xml_out *out, const char *element, unsigned long number);

/* Ends the document, frees *out and sets it to NULL, on failure too. The caller frees *ret. */
int xml_out_finish(struct xml_out **out, char **ret, size_t *ret_size, struct error *err);

void xml_out_free(struct xml_out *out);
DEFINE_CLEANUP(struct xml_out *, xml_out_free)

#endif
