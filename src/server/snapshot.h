/*
 * What every worker answers from at one moment: settings, what /-/ready says, who may ask it.
 * Immutable, reference-counted.
 */
#ifndef SERVER_SNAPSHOT_H
#define SERVER_SNAPSHOT_H

#include "base/cleanup.h"
#include "http/endpoint.h"
#include "model/network.h"
#include "render/settings.h"
#include "sign/profile_signer.h"

struct snapshot {
	int references;
	struct settings *settings;
	struct endpoint_state state; /* its text is owned */
	struct network_list operations;
	struct profile_signer *signer; /* valid when it was put here; NULL: none is */
};

/*
 * Takes a reference of settings and of signer (which may be NULL), and copies text. ERROR_INVALID:
 * http.operations_from cannot be read (configuration_parse() has refused that before).
 */
int snapshot_new(struct settings *settings, struct profile_signer *signer, bool ready,
		 const char *text, struct snapshot **ret, struct error *err);

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);
DEFINE_CLEANUP(struct snapshot *, snapshot_unref)

#endif
