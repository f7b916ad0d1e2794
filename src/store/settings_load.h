/* Reads configuration, providers and domains from their files into what answers are made from. */
#ifndef STORE_SETTINGS_LOAD_H
#define STORE_SETTINGS_LOAD_H

#include "base/findings.h"
#include "render/settings.h"
#include "store/store.h"

/* Reads and parses a configuration file. Faults go to findings; -1 if there is an error among them.
 */
int configuration_load(const char *path, struct configuration **ret, struct findings *findings,
		       struct error *err);

/*
 * Loads every *.xml of the configured directory; a file's name without .xml is the provider's id.
 * Loads the keys of settings links too, if links.keys is set. Takes configuration over (freed on
 * failure too). All files are looked at, every fault goes to findings; returns -1 with *err set if
 * there is an error among them.
 */
int provider_set_load(struct configuration *configuration, struct provider_set **ret,
		      struct findings *findings, struct error *err);

/* Loads all domains of the store; *ret_version tells up to where. */
int domain_table_load(struct store *store, uint64_t seed, struct domain_table **ret,
		      struct store_version *ret_version, struct error *err);

/*
 * Makes a new table of base and what changed in the store after version->sequence, and moves
 * *version on. *ret is NULL if nothing changed. A store of another instance is loaded from the
 * start.
 */
int domain_table_follow(struct store *store, const struct domain_table *base, uint64_t seed,
			struct store_version *version, struct domain_table **ret,
			struct error *err);

/* The configured store's url with an absolute path. The caller frees it. NULL: no memory. */
char *configuration_store_url(const struct configuration *configuration);

/* Whether text is a provider's id: 1 to 64 of a-z 0-9 - _ . that begin with a letter or digit. */
bool provider_id_valid(const char *text);

#endif
