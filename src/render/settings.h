/*
 * Everything that an answer needs, loaded: configuration, providers with their answers made ahead,
 * domains. Immutable and reference-counted; a change of providers, configuration or domains makes a
 * new one and leaves the old to those who still use it.
 */
#ifndef RENDER_SETTINGS_H
#define RENDER_SETTINGS_H

#include "base/cleanup.h"
#include "base/error.h"
#include "model/configuration.h"
#include "model/domain_table.h"
#include "model/email_provider.h"
#include "model/link_keys.h"
#include "render/mobileconfig.h"
#include "render/mta_sts.h"
#include "render/page_cache.h"
#include "render/page_set.h"
#include "render/template.h"

#include <stddef.h>

/* A provider and all its answers. NULL where the provider has nothing to say in that format. */
struct provider_answers {
	char *id; /* as the store names it: the file's name without .xml */
	struct email_provider *provider;
	struct template *autoconfig;
	struct template *outlook, *outlook_without_address;
	struct template *mobilesync;
	struct template *json_autodiscover, *json_activesync, *json_ews;
	struct template *mobileconfig[MOBILECONFIG_CONTENT_COUNT][MOBILECONFIG_FORM_COUNT];
	struct template *pacc;
	struct template *qr; /* thunderbird_qr.h */
	struct template *mta_sts;
	char mta_sts_id[MTA_STS_ID_SIZE]; /* "": no policy */
};

/*
 * Compiles every answer. Takes provider over (frees it on failure too), copies id. The caller frees
 * *ret with provider_answers_free().
 */
int provider_answers_make(const char *id, struct email_provider *provider,
			  const struct configuration *configuration, struct provider_answers **ret,
			  struct error *err);

void provider_answers_free(struct provider_answers *answers);
DEFINE_CLEANUP(struct provider_answers *, provider_answers_free)

/* The providers of a site, sorted by id. Reference-counted, immutable once shared. */
struct provider_set {
	int references;
	struct configuration *configuration;
	unsigned char profile_namespace[16]; /* of configuration; all zero: no profiles */
	struct page_set *pages;		     /* never NULL */
	struct page_cache *page_cache;	     /* never NULL */
	struct link_keys link_keys;	     /* none: there are no links to persons */
	struct provider_answers **list;
	size_t count;
};

/*
 * An empty set that owns configuration (freed on failure too) and takes a reference of pages; where
 * that is NULL it has those that are built in.
 */
int provider_set_new(struct configuration *configuration, struct page_set *pages,
		     struct provider_set **ret, struct error *err);

/* Adds answers (owned by the set from then on, freed on failure too). ERROR_CONFLICT: id is there.
 */
int provider_set_add(struct provider_set *set, struct provider_answers *answers, struct error *err);

const struct provider_answers *provider_set_find(const struct provider_set *set, const char *id);

/* Its number in the list, which it must be in. */
size_t provider_set_position_of(const struct provider_set *set,
				const struct provider_answers *answers);

struct provider_set *provider_set_ref(struct provider_set *set);
void provider_set_unref(struct provider_set *set);
DEFINE_CLEANUP(struct provider_set *, provider_set_unref)

struct settings {
	int references;
	struct provider_set *providers;
	struct domain_table *domains;
	/* By the table's provider number; NULL: no such provider is loaded. */
	const struct provider_answers **by_number;
};

/* Puts them together; takes a reference of each. *ret has one reference. */
int settings_new(struct provider_set *providers, struct domain_table *domains,
		 struct settings **ret, struct error *err);

/* The answers for a domain (lower case, A-labels), or NULL. */
const struct provider_answers *settings_find(const struct settings *settings,
					     const struct domain_name *domain);

struct settings *settings_ref(struct settings *settings);
void settings_unref(struct settings *settings);
DEFINE_CLEANUP(struct settings *, settings_unref)

#endif
