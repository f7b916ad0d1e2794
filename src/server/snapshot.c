#include "server/snapshot.h"

#include <string.h>

/* What comes from the configuration. */
static int read_configuration(const struct configuration *configuration, struct snapshot *snapshot,
			      struct error *err)
{
	if (network_list_parse(configuration->http_operations_from, &snapshot->operations, err) <
		    0 ||
	    (configuration->http_trusted_proxies &&
	     network_list_parse(configuration->http_trusted_proxies, &snapshot->trusted, err) < 0))
		return -1;
	if (!configuration->http_acme_webroot)
		return 0;
	snapshot->acme_webroot =
		configuration_path(configuration, configuration->http_acme_webroot);
	return snapshot->acme_webroot ? 0 : error_no_memory(err);
}

int snapshot_new(struct settings *settings, struct profile_signer *signer,
		 const struct snapshot_state *state, struct snapshot **ret, struct error *err)
{
	CLEANUP(snapshot_unrefp) struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return error_no_memory(err);
	snapshot->references = 1;
	snapshot->settings = settings_ref(settings);
	snapshot->signer = profile_signer_ref(signer);
	snapshot->profile_certificate_end = signer ? profile_signer_expires(signer) : 0;
	snapshot->store_readable = state->store_readable;
	snapshot->reload_failed = state->reload_failed;
	snapshot->https = state->https;
	snapshot->settings_loaded = state->settings_loaded;
	snapshot->state.ready = state->ready;
	snapshot->state.text = strdup(state->text);
	if (!snapshot->state.text)
		return error_no_memory(err);
	if (read_configuration(settings->providers->configuration, snapshot, err) < 0)
		return -1;
	*ret = snapshot;
	snapshot = NULL;
	return 0;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	__atomic_add_fetch(&snapshot->references, 1, __ATOMIC_RELAXED);
	return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
	if (!snapshot || __atomic_sub_fetch(&snapshot->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	settings_unref(snapshot->settings);
	profile_signer_unref(snapshot->signer);
	free((char *)snapshot->state.text);
	free(snapshot->acme_webroot);
	free(snapshot);
}
