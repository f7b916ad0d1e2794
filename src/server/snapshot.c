#include "server/snapshot.h"

#include <string.h>

int snapshot_new(struct settings *settings, struct profile_signer *signer, bool ready,
		 const char *text, struct snapshot **ret, struct error *err)
{
	CLEANUP(snapshot_unrefp) struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return error_no_memory(err);
	snapshot->references = 1;
	snapshot->settings = settings_ref(settings);
	snapshot->signer = profile_signer_ref(signer);
	snapshot->state.ready = ready;
	snapshot->state.text = strdup(text);
	if (!snapshot->state.text)
		return error_no_memory(err);
	if (network_list_parse(settings->providers->configuration->http_operations_from,
			       &snapshot->operations, err) < 0)
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
	free(snapshot);
}
