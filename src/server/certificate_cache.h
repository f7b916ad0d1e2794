/*
 * What is kept in memory of folders that were read, so many at most, and which of them were the
 * answer for a name. Whoever was not asked for is forgotten first. May be used by any thread; no
 * file is touched here.
 */
#ifndef SERVER_CERTIFICATE_CACHE_H
#define SERVER_CERTIFICATE_CACHE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "model/domain_name.h"
#include "server/certificate_pair.h"
#include "server/certificate_stamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CERTIFICATE_CACHE_MAX 1000000	   /* folders */
#define CERTIFICATE_CACHE_ANSWER_SECONDS 5 /* how long an answer stands before it is made anew */

struct certificate_cache;

/* What is known of a folder. */
struct certificate_state {
	struct certificate_stamp stamp; /* of the files before they were last read */
	int64_t read_at;		/* seconds since 1970 */
	bool failed;			/* the last reading */
	struct certificate_pair *pair;	/* of the last that did not fail; NULL: there was none */
};

/* Where a folder lies; 0: nowhere. Another one once it was forgotten. */
typedef uint64_t certificate_ticket;

/* folders is 1 to CERTIFICATE_CACHE_MAX; seed makes the hash unforeseeable. ERROR_NO_MEMORY. */
int certificate_cache_new(size_t folders, uint64_t seed, struct certificate_cache **ret,
			  struct error *err);

/* The ticket of a folder with what is known of it, its pair with a reference; 0: nothing is. */
certificate_ticket certificate_cache_find(struct certificate_cache *cache, const char *folder,
					  struct certificate_state *ret);

/*
 * Keeps what is known of a folder in place of what was, with a reference of its own. Another folder
 * may be forgotten for it. Returns the ticket; 0: there is no memory.
 */
certificate_ticket certificate_cache_put(struct certificate_cache *cache, const char *folder,
					 const struct certificate_state *state);

void certificate_cache_forget(struct certificate_cache *cache, const char *folder);

/*
 * The pairs that answer the name, one of a kind or NULL, each with a reference. Returns false, and
 * only NULLs, if none is known, if it is not valid at now or not kept any more, or if the answer is
 * so old that it has to be made anew; of several threads at once only the first is told so, the
 * others go on with the old answer.
 */
bool certificate_cache_answer(struct certificate_cache *cache, const struct domain_name *name,
			      int64_t now, struct certificate_pair *ret[CERTIFICATE_KIND_COUNT]);

/* Remembers which folders answer the name, one ticket of a kind or 0; only zeros: none does. */
void certificate_cache_remember(struct certificate_cache *cache, const struct domain_name *name,
				int64_t now,
				const certificate_ticket tickets[CERTIFICATE_KIND_COUNT]);

/* How many pairs are kept. */
size_t certificate_cache_count(struct certificate_cache *cache);

void certificate_cache_free(struct certificate_cache *cache);
DEFINE_CLEANUP(struct certificate_cache *, certificate_cache_free)

#endif
