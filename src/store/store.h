/*
 * What is kept between runs: domains and the provider of each, an audit line for every change, and
 * what was published in DNS (dns_change.h). One interface, SQLite behind it now (store_sqlite.c);
 * kept small so that another database can stand there. Names of domains are in the form of struct
 * domain_name.
 *
 * Every change of a domain raises the store's sequence number and is marked with it, so that a
 * reader can follow: store_read_changes() from the sequence it has last seen.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "model/domain_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum store_mode {
	STORE_READ,   /* ERROR_NOT_FOUND if there is none; never writes or creates */
	STORE_WRITE,  /* ERROR_NOT_FOUND if there is none */
	STORE_CREATE, /* makes one if there is none */
};

/*
 * Opens the store at url, "sqlite:PATH" with an absolute path. ERROR_NOT_FOUND; ERROR_UNAVAILABLE:
 * locked longer than two seconds; ERROR_INVALID: not a store of ours (an empty or foreign database,
 * a newer version of the layout); ERROR_IO: damaged or not readable; ERROR_CONFLICT: a new one
 * finds the log of one that was deleted. Every function for reading may find ERROR_UNAVAILABLE and
 * go through the next time.
 *
 * A store of an older layout is read as it is. Who opens it for writing brings it to this program's
 * layout, in one transaction; an older program refuses it from then on.
 *
 * One thread at a time uses a store, and none is carried through a fork.
 */
int store_open(const char *url, enum store_mode mode, struct store **ret, struct error *err);
void store_close(struct store *store);
DEFINE_CLEANUP(struct store *, store_close)

/* Identity and age of what the store holds. */
struct store_version {
	char instance[33]; /* hexadecimal, made with the store: tells a replaced store from a
			      changed one */
	uint64_t sequence; /* of the last change */
};

int store_version(struct store *store, struct store_version *ret, struct error *err);

/* How many domains there are. */
int store_count(struct store *store, size_t *ret, struct error *err);

/*
 * Called for each domain; provider is NULL for one that was removed. Texts live until it returns.
 * A return of -1 with *err set ends the reading with that error.
 */
typedef int store_domain_callback(void *context, const char *domain, size_t length,
				  const char *provider, struct error *err);

/*
 * Calls back for each domain that changed after sequence `after` and is there, or was removed; 0
 * gives all that are there. Reads one consistent state, whose version goes to *ret_version.
 */
int store_read_changes(struct store *store, uint64_t after, store_domain_callback *callback,
		       void *context, struct store_version *ret_version, struct error *err);

/* All domains sorted by name; those of one provider if provider is not NULL. */
int store_list(struct store *store, const char *provider, store_domain_callback *callback,
	       void *context, struct error *err);

/* The provider of one domain; the caller frees *ret. ERROR_NOT_FOUND. */
int store_find(struct store *store, const struct domain_name *domain, char **ret,
	       struct error *err);

/* Since when a domain has its provider, seconds since 1970; 0: not known, or no such domain. */
int store_since(struct store *store, const struct domain_name *domain, int64_t *ret,
		struct error *err);

/*
 * Changes come in batches, each one transaction: whoever is killed leaves the whole batch or
 * nothing. `who` (a user's name) and `what` (the command) go into the audit line, with the counts
 * of the batch. A batch without a change leaves no trace.
 */
int store_begin(struct store *store,
		struct error *err); /* ERROR_UNAVAILABLE: somebody else writes */

enum store_outcome { STORE_ADDED, STORE_CHANGED, STORE_UNCHANGED, STORE_REMOVED, STORE_ABSENT };

int store_set_domain(struct store *store, const struct domain_name *domain, const char *provider,
		     enum store_outcome *ret, struct error *err);
int store_remove_domain(struct store *store, const struct domain_name *domain,
			enum store_outcome *ret, struct error *err);
int store_commit(struct store *store, const char *who, const char *what, struct error *err);
void store_rollback(struct store *store);

/* The fault of a damaged store, or 0 if it is sound: SQLite's own integrity check. */
int store_check(struct store *store, struct error *err);

#endif
