/*
 * What was published in DNS, kept between runs: a row for each change of a domain's zone, written
 * as an intent before anything leaves and confirmed afterwards. So whoever is killed in between
 * leaves a row that the next run compares with the zone, and every confirmed change can be taken
 * back. A domain that is removed from the store keeps its rows: what stands in its zone is still
 * ours to take back.
 *
 * Names of domains are in the form of struct domain_name, times are seconds since 1970.
 */
#ifndef STORE_DNS_CHANGE_H
#define STORE_DNS_CHANGE_H

#include "store/store.h"

#define DNS_CHANGES_KEPT 10 /* confirmed ones of a domain; older ones are deleted */

struct dns_change {
	int64_t id;	       /* never given twice; 0: there is none, the rest is not set */
	int64_t undoes;	       /* id of the change that this one takes back, or 0 */
	int64_t at;	       /* of the intent, then of the confirmation */
	int64_t seen;	       /* when every authoritative server was seen with it, or 0 */
	uint32_t serial;       /* of the zone after it, or 0 if not known */
	uint32_t negative_ttl; /* seconds; of the zone before it */
	char *target;	 /* where it went: "update 127.0.0.1:5300", "zones DIRECTORY"; owned */
	char *log;	 /* of change_plan_log(); NUL-terminated, no other NUL; owned */
	size_t log_size; /* bytes, without the NUL */
};

/* Frees what is held and makes it all zero. */
void dns_change_clear(struct dns_change *change);

/*
 * The newest confirmed change of a domain that has not been taken back, and an intent whose end is
 * not known; each with id 0 if there is none. The caller clears both. A store of an older layout
 * has none. Nothing is set on failure.
 */
int store_dns_find(struct store *store, const struct domain_name *domain,
		   struct dns_change *ret_last, struct dns_change *ret_pending, struct error *err);

/*
 * All domains that have a confirmed change or an intent, sorted, in the store's domains or not.
 * Texts live until the callback returns; its -1 with *err set ends the reading with that error.
 */
typedef int store_dns_callback(void *context, const char *domain, size_t length, struct error *err);
int store_dns_list(struct store *store, store_dns_callback *callback, void *context,
		   struct error *err);

/*
 * What follows is done in a batch, store_begin() to store_commit(), whose audit line counts it; a
 * batch of these alone leaves the store's sequence as it is. ERROR_NOT_FOUND: there is no such
 * change; the batch stands as before. After any other failure it is lost, as with
 * store_set_domain().
 */

/*
 * An intent of a domain replaces an earlier one. target, log, undoes and negative_ttl are taken
 * from change; change->id is set. ERROR_NOT_FOUND: what it undoes is not the domain's newest
 * confirmed change.
 */
int store_dns_intend(struct store *store, const struct domain_name *domain,
		     struct dns_change *change, struct error *err);

/*
 * The intent was carried out. One that undoes removes itself and what it undid. Keeps the newest
 * DNS_CHANGES_KEPT. ERROR_NOT_FOUND: not an intent of the domain, or replaced since.
 */
int store_dns_confirm(struct store *store, const struct domain_name *domain, int64_t id,
		      uint32_t serial, struct error *err);

/* The intent came to nothing. ERROR_NOT_FOUND: not an intent, or replaced since. */
int store_dns_drop(struct store *store, int64_t id, struct error *err);

/*
 * Every authoritative server was seen with it; at is over 0. The first time stays. ERROR_NOT_FOUND:
 * not confirmed, or taken back since.
 */
int store_dns_seen(struct store *store, int64_t id, int64_t at, struct error *err);

/*
 * Only one process publishes at a time. The lock is on a file beside the store, PATH-lock, which
 * stays; it is held until it is given back or the process ends, however it ends. It holds between
 * processes: one takes it once at a time, with a store that it may write. ERROR_UNAVAILABLE: "...
 * is held by process N, ..."; ERROR_IO: the file cannot be made, opened or locked.
 */
struct store_lock;
int store_lock(struct store *store, struct store_lock **ret, struct error *err);
void store_unlock(struct store_lock *lock);
DEFINE_CLEANUP(struct store_lock *, store_unlock)

#endif
