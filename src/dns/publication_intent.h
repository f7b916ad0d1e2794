/*
 * What the store says of changes that are under way: an intent for each before anything leaves, and
 * its end afterwards. For the parts of publication.
 */
#ifndef DNS_PUBLICATION_INTENT_H
#define DNS_PUBLICATION_INTENT_H

#include "dns/publication.h"

enum publication_end {
	PUBLICATION_END_KEEP,	 /* what became of it is not known: the next run finds out */
	PUBLICATION_END_CONFIRM, /* it stands in the zone */
	PUBLICATION_END_DROP,	 /* it came to nothing */
};

struct publication_intent {
	struct publication *publication;
	struct dns_change change;
	struct change_log log;
	enum publication_end end; /* KEEP, until somebody knows better */
};

struct publication_intents {
	struct publication_intent *list;
	size_t count;
};

/*
 * Writes the intents of those that are PLANNED, in one transaction. One that an earlier run has
 * left, whose file only has to be seen, is taken over. The caller clears *ret, on failure too.
 */
int publication_intents_begin(const struct publication_site *site, struct publication *list,
			      size_t count, struct publication_intents *ret, struct error *err);

/* Writes the ends, in one transaction. */
int publication_intents_end(const struct publication_site *site,
			    const struct publication_intents *intents, struct error *err);

void publication_intents_clear(struct publication_intents *intents);

/* Whether what was to be carried out is still to be. */
bool publication_intent_is_open(const struct publication_intent *intent);

/*
 * Compares what is live with a log: 1 if all that it added is there and all that it removed is
 * gone, 0 if it is the other way round, -1 if neither: somebody else has changed it since.
 */
int publication_log_applied(const struct change_log *log, const struct dns_record_list *live);

/*
 * Whether the change was made at all. One update, or one file, is all or nothing, so if any of what
 * it added is there it was, whatever somebody else has changed since.
 */
bool publication_log_went_through(const struct change_log *log, const struct dns_record_list *live);

/*
 * Settles the intent that an earlier run has left, by what is live now; without site->writes only
 * in memory. A file that is written and was never seen at the server keeps its intent, and has
 * prove_only set.
 */
int publication_settle(const struct publication_site *site, struct publication *publication,
		       struct error *err);

#endif
