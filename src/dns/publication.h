/*
 * The way of many domains' records from what should be to what is proven: desired records are made,
 * the live ones read, the plan made, written down as an intent in the store, carried out, read
 * back, and confirmed. A domain that fails stops no other; it is told by its outcome and reason.
 *
 * Whoever is killed in between leaves an intent in the store. The next run over the domain compares
 * it with what is live, and confirms or drops it.
 */
#ifndef DNS_PUBLICATION_H
#define DNS_PUBLICATION_H

#include "dns/authority.h"
#include "dns/change_plan.h"
#include "dns/domain_records.h"
#include "dns/live_records.h"
#include "dns/target_check.h"
#include "dns/zone_directory.h"
#include "dns/zone_text.h"
#include "store/dns_change.h"

#define PUBLICATION_BATCH 128	    /* domains at a time */
#define PUBLICATION_FILES_BATCH 512 /* of files, which cost a sync to disk each time */

enum publication_outcome {
	PUBLICATION_UNCHANGED, /* everything stands as it should */
	PUBLICATION_PLANNED,   /* has to change, nothing was done yet */
	PUBLICATION_DONE,      /* changed and read back */
	PUBLICATION_CONFLICT,  /* somebody else's records are in the way; nothing was changed */
	PUBLICATION_FAILED,    /* reason tells why, and what stands there now if that has changed */
};

/* One domain. Zero but for domain and provider at the beginning. */
struct publication {
	struct domain_name domain;
	char *provider; /* id; owned; NULL: the domain is not in the store (only undo can be wanted)
			 */

	enum publication_outcome outcome;
	char reason[ERROR_TEXT_SIZE]; /* of CONFLICT and FAILED: one sentence without the domain */

	struct domain_records records;
	struct dns_change last, pending; /* of the store */
	struct change_log last_log, pending_log;
	struct dns_record_list known; /* all of both logs, sorted */
	struct live_job live;	      /* as it was read, at the primary or in the file */
	struct change_plan *plan;     /* NULL after most failures */
	char **notes;		      /* about servers and rules; others are in records and plan */
	size_t note_count;
	struct dns_record_list frame; /* SOA and NS records of the file */
	bool as_written;    /* the file is byte for byte what would be written; no plan was made */
	bool frame_changes; /* they are not what the provider's zone file has */
	uint32_t serial;    /* of the zone after the change */
	bool prove_only;    /* the file is written, but was never seen at the server */
};

/* What all domains of a run share. Nothing is owned. */
struct publication_site {
	const struct provider_set *providers;
	const struct zone_set *zones;
	struct store *store; /* for reading if nothing is carried out; else opened for writing */
	struct exchange *exchange;
	const struct tsig_key *key;	      /* NULL: updates and transfers are not signed */
	const struct socket_address *primary; /* NULL: none is configured */
	struct authority_finder *authorities; /* NULL: only the primary is asked */
	struct target_check *targets;	      /* NULL: targets are not looked up */
	struct zone_directory *directory;     /* NULL: dynamic updates */
	enum zone_text_kind kind;	      /* of the directory's files */
	const char *reload;		      /* NULL: no command */
	const char *target;		      /* for the store: "update 127.0.0.1:5300" */
	const char *who, *what;		      /* for the store's audit lines */
	const char *adopt;		      /* as change_plan_input has it */
	unsigned int updates;		      /* under way at a time */
	unsigned int timeout;		      /* milliseconds, for the proof of files */
	bool transfer;			      /* zones are read whole */
	bool terse;			      /* of what is unchanged no plan is wanted */
	bool writes;			      /* an intent that was left is settled in the store */
	bool undo;			      /* take back the last change instead */
};

/* Reads what the store says of a domain: last, pending, and their logs. -1: memory or the store. */
int publication_load(const struct publication_site *site, struct publication *publication,
		     struct error *err);

/* Makes the desired records; a domain that has none has FAILED. */
void publication_make_records(const struct publication_site *site, struct publication *publication);

/* Makes desired records, reads the live ones and makes the plan of each. -1: memory or the store.
 */
int publication_plan(const struct publication_site *site, struct publication *list, size_t count,
		     struct error *err);

/* Carries out those that are PLANNED. -1: memory or the store; the zones are then as they are, and
 * the next run finds out. */
int publication_carry_out(const struct publication_site *site, struct publication *list,
			  size_t count, struct error *err);

/* Sets outcome and reason. */
void publication_fail(struct publication *publication, enum publication_outcome outcome,
		      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Frees what is in one, not the struct. */
void publication_clear(struct publication *publication);

#endif
