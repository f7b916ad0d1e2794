/*
 * What the dns commands share: everything that the configuration leads to, opened once, and the
 * domains worked off in batches, so that memory does not grow with their number.
 */
#ifndef CMD_DNS_RUN_H
#define CMD_DNS_RUN_H

#include "cmd/domain_feed.h"
#include "cmd/progress.h"
#include "dns/publication.h"

/* What a command needs besides configuration, providers, zone files and the store. */
enum dns_run_need {
	DNS_RUN_NETWORK = 1,	 /* name servers are asked */
	DNS_RUN_AUTHORITIES = 2, /* all authoritative servers, not just the primary */
	DNS_RUN_WRITE = 4,	 /* the store is written, and nobody else publishes meanwhile */
	DNS_RUN_PUBLISHED = 8,	 /* --all means the domains that were published */
	DNS_RUN_TARGET = 16,	 /* changes are planned for where dns.publish says */
	DNS_RUN_NOTES = 64,	 /* the store is written if this user may, not locked */
	DNS_RUN_PRIMARY = 32,	 /* and if that is by updates, there has to be a primary */
};

struct dns_run {
	const struct invocation *invocation;
	struct provider_set *providers;
	const struct configuration *configuration;
	struct zone_set *zones;
	struct store *store;
	bool notes; /* of DNS_RUN_NOTES: it can be written */
	struct store_lock *lock;
	struct exchange *exchange;
	struct tsig_key *key;
	struct socket_address_list primary, servers, resolvers, own;
	struct target_check *targets;
	struct authority_finder *authorities;
	struct zone_directory *directory;
	struct publication_site site;
	char target[512], who[64];
	struct domain_feed feed;
	struct progress progress;
	bool complained; /* of a domain */
	bool counting;	 /* it is only found out how many would change */
	bool quiet;	 /* there are many domains: those without news are only counted */
};

/* Complains. Returns STATUS_DONE or an exit status. To be closed in either case. */
int dns_run_open(const struct invocation *invocation, unsigned int needs, struct dns_run *ret);
void dns_run_close(struct dns_run *run);

/*
 * Called with up to PUBLICATION_BATCH or PUBLICATION_FILES_BATCH domains, whose provider is looked
 * up in the store (NULL: not there). Returns STATUS_DONE to go on, or the exit status of a failure.
 */
typedef int dns_run_batch(struct dns_run *run, struct publication *list, size_t count,
			  void *context);
int dns_run_each(struct dns_run *run, dns_run_batch *batch, void *context);

/*
 * All of a command that asks for nothing but its batches: opens, works off, closes. STATUS_FINDING
 * if a line was no domain or dns_run_complain() was called.
 */
int dns_run_whole(const struct invocation *invocation, unsigned int needs, dns_run_batch *batch,
		  void *context);

/* STATUS_USAGE, with a complaint: what --adopt says are no names. NULL is none. */
int dns_run_check_adopt(const char *names);

/* Complains about one that failed or is in conflict. */
void dns_run_complain(struct dns_run *run, const struct publication *publication);

#endif
