/* What the configuration leads to, loaded for a command; whatever fails is complained about. */
#ifndef CMD_SITE_H
#define CMD_SITE_H

#include "cmd/command.h"
#include "dns/zone_set.h"
#include "render/settings.h"
#include "store/store.h"

/*
 * These return STATUS_DONE, or the exit status of what has gone wrong. The caller frees *ret. Most
 * commands need no keys of links: site_providers() leaves them out where this user may not read
 * them.
 */
int site_configuration(const struct invocation *invocation, struct configuration **ret);
int site_providers(const struct invocation *invocation, struct provider_set **ret);
int site_providers_and_keys(const struct invocation *invocation, struct provider_set **ret);
int site_zones(const struct configuration *configuration, struct zone_set **ret);
int site_store(const struct configuration *configuration, enum store_mode mode, struct store **ret);

/* A provider of the set; complains and returns NULL if there is none of that id. */
const struct provider_answers *site_find_provider(const struct provider_set *providers,
						  const char *id);

/* The path of a provider's document. The caller frees it. NULL: no memory. */
char *site_provider_path(const struct configuration *configuration, const char *id);

/* Who gives the command, for the store's audit line. */
const char *site_user(char *ret, size_t size);

#endif
