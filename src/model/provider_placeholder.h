/* The placeholders of clientConfig that stand for the user: %EMAILADDRESS% and its parts. */
#ifndef MODEL_PROVIDER_PLACEHOLDER_H
#define MODEL_PROVIDER_PLACEHOLDER_H

#include "base/error.h"

enum placeholders {
	PLACEHOLDERS_NONE,    /* no % at all */
	PLACEHOLDERS_KNOWN,   /* %EMAILADDRESS%, %EMAILLOCALPART%, %EMAILDOMAIN% alone */
	PLACEHOLDERS_UNKNOWN, /* another %, such as in %USERNAME% */
};

/* What stands in a text. */
enum placeholders provider_placeholders(const char *text);

/*
 * Puts the last % behind known placeholders that lack it. *ret is the whole text, which the caller
 * frees, or NULL if none of them does. ERROR_NO_MEMORY.
 */
int provider_placeholders_complete(const char *text, char **ret, struct error *err);

#endif
