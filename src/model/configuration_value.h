/* The values of signpost.conf: whether a text is one of its key's type, and putting it in place. */
#ifndef MODEL_CONFIGURATION_VALUE_H
#define MODEL_CONFIGURATION_VALUE_H

#include "model/configuration.h"

#include <stdbool.h>

/*
 * Checks value, clean text without blanks at its ends, and puts it into the key's field of
 * configuration, which must be empty. ERROR_INVALID says the value and the rule.
 */
int configuration_value_set(struct configuration *configuration,
			    const struct configuration_key *key, const char *value,
			    struct error *err);

/* Whether a value of the type may go on in indented lines. */
bool configuration_value_is_list(const struct configuration_key *key);

/* What the key holds that value checking alone knows: the 16 bytes of a UUID. */
int configuration_uuid_parse(const char *text, unsigned char ret[16]);

#endif
