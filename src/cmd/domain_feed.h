/*
 * The domains that a command is about: its operands, the lines of a file (--from), or all of the
 * store (--all). Read completely before anything is done, a few dozen bytes each, so that a slow
 * source never keeps the store busy and how many there are is known.
 */
#ifndef CMD_DOMAIN_FEED_H
#define CMD_DOMAIN_FEED_H

#include "base/bytes.h"
#include "cmd/command.h"
#include "model/domain_name.h"
#include "store/store.h"

struct domain_feed {
	struct bytes names; /* NUL-terminated each, in the form of struct domain_name */
	size_t count;	    /* domains in it, each once */
	size_t refused;	    /* operands and lines that are no domains; they were complained about */
	size_t at;	    /* bytes of names already given out */
	bool many;	    /* a list or all, not operands */
};

/* Where --all takes its domains from. */
enum domain_feed_source { DOMAIN_FEED_STORE, DOMAIN_FEED_PUBLISHED };

/*
 * STATUS_USAGE, with a complaint: none of operands, --from and --all is given, or more than one.
 * The command is to have both options.
 */
int domain_feed_check(const struct invocation *invocation);

/* Reads them; complains about what is no domain. The caller clears *ret, on failure too. */
int domain_feed_open(const struct invocation *invocation, struct store *store,
		     enum domain_feed_source source, struct domain_feed *ret);

/* The next one; false at the end. */
bool domain_feed_next(struct domain_feed *feed, struct domain_name *ret);

/* From the beginning again. */
void domain_feed_rewind(struct domain_feed *feed);

void domain_feed_clear(struct domain_feed *feed);

#endif
