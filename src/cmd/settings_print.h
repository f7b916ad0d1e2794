/* signpost.conf with every key, its default and what it means. */
#ifndef CMD_SETTINGS_PRINT_H
#define CMD_SETTINGS_PRINT_H

#include "base/bytes.h"
#include "model/configuration.h"

/*
 * Appends a configuration in which every key stands with its default, most of them as comments, and
 * profile.namespace with profile_namespace unless that is NULL.
 */
void settings_print_append(struct bytes *bytes, const char *profile_namespace);

/* The word for a type: "list of addresses", "number", ... */
const char *settings_print_type(enum configuration_type type);

#endif
