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

/* What the main thread knows of itself. */
struct snapshot_state {
	bool ready; /* the store was read at least once */
	bool store_readable, reload_failed;
	bool https;		 /* offered by this service */
	int64_t settings_loaded; /* seconds since 1970 */
	const char *text;	 /* the lines of /-/ready */
};

struct snapshot {
	int references;
	struct settings *settings;
	struct endpoint_state state;	 /* its text is owned */
	struct network_list operations;	 /* who may ask for /-/ */
	struct network_list trusted;	 /* proxies */
	struct profile_signer *signer;	 /* valid when it was put here; NULL: none is */
	int64_t profile_certificate_end; /* of the signer: seconds since 1970; 0: there is none */
	char *acme_webroot;		 /* NULL: none */
	bool store_readable, reload_failed, https;
	int64_t settings_loaded;
};

/*
 * Takes a reference of settings and of signer (which may be NULL), and copies state. ERROR_INVALID:
 * a list of networks cannot be read (configuration_parse() has refused that before).
 */
int snapshot_new(struct settings *settings, struct profile_signer *signer,
		 const struct snapshot_state *state, struct snapshot **ret, struct error *err);

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);
DEFINE_CLEANUP(struct snapshot *, snapshot_unref)

#endif
