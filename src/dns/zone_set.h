/* The zone files of a site: ID.zone for providers, and withdraw.zone. */
#ifndef DNS_ZONE_SET_H
#define DNS_ZONE_SET_H

#include "base/findings.h"
#include "dns/zone_file.h"
#include "model/configuration.h"

#define ZONE_SET_WITHDRAW "withdraw" /* no provider's id, but the list of what is taken away */

/* Sorted by id. */
struct zone_set {
	struct zone_set_entry {
		char *id; /* the file's name without .zone */
		struct zone_file *file;
	} * list;
	size_t count;
};

/*
 * Loads every *.zone of providers.zones but hidden ones. A directory that is not there is an empty
 * set, unless the key is set to something else than its default. Every fault of every file goes to
 * findings, with the path; -1 with *err set to the first if there is an error among them.
 */
int zone_set_load(const struct configuration *configuration, struct zone_set **ret,
		  struct findings *findings, struct error *err);

/* NULL: there is none of that id. */
const struct zone_file *zone_set_find(const struct zone_set *set, const char *id);

void zone_set_free(struct zone_set *set);
DEFINE_CLEANUP(struct zone_set *, zone_set_free)

#endif
