/*
 * Two maps of names: each domain to the number of its provider, each provider's id to its number. A
 * builder is a table that nobody else sees yet. It begins as a copy of the memory of its base,
 * without hashing a name again, so that one change to a million domains costs milliseconds.
 */
#include "model/domain_table.h"

#include "base/bytes.h"
#include "model/name_map.h"

#include <assert.h>
#include <string.h>

struct domain_table {
	int references; /* atomic */
	struct name_map domains, providers;
	struct bytes ids;     /* of providers, each with its NUL, in the order of their numbers */
	struct bytes offsets; /* size_t[]: where each id begins */
};

struct domain_table_builder {
	struct domain_table *table;
	size_t last; /* number of the provider that was set last: most often that of the next too */
};

static_assert(DOMAIN_TABLE_PROVIDERS_MAX == NAME_MAP_NUMBER_MAX + 1, "numbers begin at 0");

static void domain_table_free(struct domain_table *table)
{
	name_map_clear(&table->domains);
	name_map_clear(&table->providers);
	bytes_clear(&table->ids);
	bytes_clear(&table->offsets);
	free(table);
}

static int provider_add(struct domain_table_builder *builder, const char *provider,
			struct error *err)
{
	struct domain_table *table = builder->table;
	size_t number = domain_table_provider_count(table), offset = table->ids.size;

	if (number == DOMAIN_TABLE_PROVIDERS_MAX)
		return error_set(err, ERROR_TOO_LARGE, "provider \"%.64s\": more than %d providers",
				 provider, DOMAIN_TABLE_PROVIDERS_MAX);
	if (name_map_set(&table->providers, provider, strlen(provider), (unsigned int)number, err) <
	    0)
		return error_prefix(err, "provider \"%.64s\"", provider);
	bytes_append(&table->ids, provider, strlen(provider) + 1);
	bytes_append(&table->offsets, &offset, sizeof(offset));
	if (table->ids.failed || table->offsets.failed)
		return error_no_memory(err);
	builder->last = number;
	return 0;
}

/* Leaves the provider's number in builder->last. */
static int provider_seek(struct domain_table_builder *builder, const char *provider,
			 struct error *err)
{
	struct domain_table *table = builder->table;
	int number;

	if (builder->last < domain_table_provider_count(table) &&
	    strcmp(domain_table_provider(table, builder->last), provider) == 0)
		return 0;
	number = name_map_find(&table->providers, provider, strlen(provider));
	if (number < 0)
		return provider_add(builder, provider, err);
	builder->last = (size_t)number;
	return 0;
}

static int builder_copy(struct domain_table_builder *builder, const struct domain_table *base,
			struct error *err)
{
	struct domain_table *table = builder->table;

	if (name_map_copy(&table->domains, &base->domains, err) < 0 ||
	    name_map_copy(&table->providers, &base->providers, err) < 0)
		return -1;
	bytes_append(&table->ids, base->ids.data, base->ids.size);
	bytes_append(&table->offsets, base->offsets.data, base->offsets.size);
	return table->ids.failed || table->offsets.failed ? error_no_memory(err) : 0;
}

int domain_table_builder_new(const struct domain_table *base, uint64_t seed,
			     struct domain_table_builder **ret, struct error *err)
{
	CLEANUP(domain_table_builder_freep) struct domain_table_builder *builder = NULL;

	builder = calloc(1, sizeof(*builder));
	if (!builder)
		return error_no_memory(err);
	builder->table = calloc(1, sizeof(*builder->table));
	if (!builder->table)
		return error_no_memory(err);
	builder->table->references = 1;
	if (base) {
		if (builder_copy(builder, base, err) < 0)
			return -1;
	} else if (name_map_init(&builder->table->domains, seed, err) < 0 ||
		   name_map_init(&builder->table->providers, seed, err) < 0) {
		return -1;
	}
	*ret = builder;
	builder = NULL;
	return 0;
}

int domain_table_builder_reserve(struct domain_table_builder *builder, size_t count,
				 struct error *err)
{
	return name_map_reserve(&builder->table->domains, count, err);
}

int domain_table_builder_set(struct domain_table_builder *builder, const char *domain,
			     size_t length, const char *provider, struct error *err)
{
	if (provider_seek(builder, provider, err) < 0 ||
	    name_map_set(&builder->table->domains, domain, length, (unsigned int)builder->last,
			 err) < 0)
		return error_prefix(err, "domain \"%.*s\"", length < 253 ? (int)length : 253,
				    domain);
	return 0;
}

int domain_table_builder_remove(struct domain_table_builder *builder, const char *domain,
				size_t length, struct error *err)
{
	(void)err; /* nothing fails now; another way to build may need memory here */
	name_map_remove(&builder->table->domains, domain, length);
	return 0;
}

int domain_table_builder_finish(struct domain_table_builder **builder, struct domain_table **ret,
				struct error *err)
{
	(void)err; /* as above */
	name_map_shrink(&(*builder)->table->domains);
	name_map_shrink(&(*builder)->table->providers);
	*ret = (*builder)->table;
	(*builder)->table = NULL;
	domain_table_builder_free(*builder);
	*builder = NULL;
	return 0;
}

void domain_table_builder_free(struct domain_table_builder *builder)
{
	if (!builder)
		return;
	domain_table_unref(builder->table);
	free(builder);
}

int domain_table_find(const struct domain_table *table, const char *domain, size_t length)
{
	return name_map_find(&table->domains, domain, length);
}

size_t domain_table_count(const struct domain_table *table)
{
	return table->domains.count;
}

size_t domain_table_provider_count(const struct domain_table *table)
{
	return table->offsets.size / sizeof(size_t);
}

const char *domain_table_provider(const struct domain_table *table, size_t number)
{
	size_t offset;

	assert(number < domain_table_provider_count(table));
	memcpy(&offset, table->offsets.data + number * sizeof(offset), sizeof(offset));
	return table->ids.data + offset;
}

struct domain_table *domain_table_ref(struct domain_table *table)
{
	if (table)
		__atomic_add_fetch(&table->references, 1, __ATOMIC_RELAXED);
	return table;
}

void domain_table_unref(struct domain_table *table)
{
	/* Release: our reading is over before another thread frees; acquire: theirs before we do.
	 */
	if (table && __atomic_sub_fetch(&table->references, 1, __ATOMIC_ACQ_REL) == 0)
		domain_table_free(table);
}
