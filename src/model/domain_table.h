/*
 * Which domain uses which provider: an immutable hash of all domains, made for a million of them
 * (about 42 MB, a look-up under 1 us). Reference-counted; any number of threads may read one. A
 * change makes a new table from the old one.
 */
#ifndef MODEL_DOMAIN_TABLE_H
#define MODEL_DOMAIN_TABLE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define DOMAIN_TABLE_PROVIDERS_MAX 65535
#define DOMAIN_TABLE_NOT_FOUND (-1)

struct domain_table;
struct domain_table_builder;

/*
 * Begins a new table: a copy of *base, or an empty one where base is NULL. seed makes the hash
 * unforeseeable to those who choose domain names; a copy keeps the seed of its base.
 */
int domain_table_builder_new(const struct domain_table *base, uint64_t seed,
			     struct domain_table_builder **ret, struct error *err);

/* Makes room for count domains in all; only saves time. */
int domain_table_builder_reserve(struct domain_table_builder *builder, size_t count,
				 struct error *err);

/*
 * Sets the provider of a domain, given in the form of struct domain_name (lower case, A-labels,
 * length bytes); provider is a provider's id. Both are copied.
 */
int domain_table_builder_set(struct domain_table_builder *builder, const char *domain,
			     size_t length, const char *provider, struct error *err);

/* Takes a domain out, if it is there. */
int domain_table_builder_remove(struct domain_table_builder *builder, const char *domain,
				size_t length, struct error *err);

/* Ends building: *ret has one reference, *builder is freed and set to NULL, on failure too. */
int domain_table_builder_finish(struct domain_table_builder **builder, struct domain_table **ret,
				struct error *err);

void domain_table_builder_free(struct domain_table_builder *builder);
DEFINE_CLEANUP(struct domain_table_builder *, domain_table_builder_free)

/*
 * The number of the domain's provider, 0 to domain_table_provider_count() - 1, or
 * DOMAIN_TABLE_NOT_FOUND. The domain is in the form of struct domain_name.
 */
int domain_table_find(const struct domain_table *table, const char *domain, size_t length);

size_t domain_table_count(const struct domain_table *table);
size_t domain_table_provider_count(const struct domain_table *table);

/* The id of provider number 0 .. count - 1; lives as long as the table. */
const char *domain_table_provider(const struct domain_table *table, size_t number);

/* References: ref() returns table; the last unref() frees it. NULL is accepted. */
struct domain_table *domain_table_ref(struct domain_table *table);
void domain_table_unref(struct domain_table *table);
DEFINE_CLEANUP(struct domain_table *, domain_table_unref)

#endif
