/* Tables of domains from the store, whole or from what changed. Declared in settings_load.h. */
#include "store/settings_load.h"

#include <string.h>

static int take_change(void *context, const char *domain, size_t length, const char *provider,
		       struct error *err)
{
	struct domain_table_builder *builder = context;

	return provider ? domain_table_builder_set(builder, domain, length, provider, err)
			: domain_table_builder_remove(builder, domain, length, err);
}

int domain_table_load(struct store *store, uint64_t seed, struct domain_table **ret,
		      struct store_version *ret_version, struct error *err)
{
	CLEANUP(domain_table_builder_freep) struct domain_table_builder *builder = NULL;
	struct store_version version;

	if (domain_table_builder_new(NULL, seed, &builder, err) < 0 ||
	    store_read_changes(store, 0, take_change, builder, &version, err) < 0 ||
	    domain_table_builder_finish(&builder, ret, err) < 0)
		return -1;
	*ret_version = version;
	return 0;
}

/* A store of another instance is another store; one that went back is an older copy of ours. */
static bool continues(const struct store_version *now, const struct store_version *then)
{
	return strcmp(now->instance, then->instance) == 0 && now->sequence >= then->sequence;
}

int domain_table_follow(struct store *store, const struct domain_table *base, uint64_t seed,
			struct store_version *version, struct domain_table **ret, struct error *err)
{
	CLEANUP(domain_table_builder_freep) struct domain_table_builder *builder = NULL;
	struct store_version now;

	*ret = NULL;
	if (store_version(store, &now, err) < 0)
		return -1;
	if (!base || !continues(&now, version))
		return domain_table_load(store, seed, ret, version, err);
	if (now.sequence == version->sequence)
		return 0;
	if (domain_table_builder_new(base, seed, &builder, err) < 0)
		return -1;
	if (store_read_changes(store, version->sequence, take_change, builder, &now, err) < 0) {
		/* the base knows providers that no domain uses any more: begin anew */
		return err->code == ERROR_TOO_LARGE
			       ? domain_table_load(store, seed, ret, version, err)
			       : -1;
	}
	if (!continues(&now, version)) /* replaced just now */
		return domain_table_load(store, seed, ret, version, err);
	if (domain_table_builder_finish(&builder, ret, err) < 0)
		return -1;
	*version = now;
	return 0;
}
