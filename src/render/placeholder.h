/* Which placeholders of the vocabulary stand in a text of a provider document. */
#ifndef RENDER_PLACEHOLDER_H
#define RENDER_PLACEHOLDER_H

#include <stdbool.h>

/*
 * Whether the text needs a person to be filled in: it holds %EMAILADDRESS% or %EMAILLOCALPART%.
 * NULL holds nothing.
 */
bool placeholder_names_person(const char *text);

#endif
