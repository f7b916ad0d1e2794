/* signpost.conf with every key, its default and what it means. */
#ifndef CMD_SETTINGS_PRINT_H
#define CMD_SETTINGS_PRINT_H

#include "base/bytes.h"
#include "model/configuration.h"

/* What a new site has of its own, or NULL. */
struct settings_print_own {
	const char *profile_namespace; /* of profile.namespace */
	const char *links_keys;	       /* of links.keys */
};

/*
 * Appends a configuration in which every key stands with its default, most of them as comments, and
 * two with what own has for them, which may be NULL.
 */
void settings_print_append(struct bytes *bytes, const struct settings_print_own *own);

/* The word for a type: "list of addresses", "number", ... */
const char *settings_print_type(enum configuration_type type);

#endif
