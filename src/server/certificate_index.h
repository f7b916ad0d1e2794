/*
 * What a walk through the directory found out: of each folder whether it can be used and until
 * when, in 16 bytes, so that the next walk reads only what has changed; and which folders have
 * names that nobody would look for there (certificate_folders.h). Immutable once it is finished,
 * reference-counted, and then safe in any thread.
 */
#ifndef SERVER_CERTIFICATE_INDEX_H
#define SERVER_CERTIFICATE_INDEX_H

#include "base/cleanup.h"
#include "base/error.h"
#include "model/domain_name.h"
#include "server/certificate_folders.h"
#include "server/certificate_names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct certificate_index;

enum certificate_verdict {
	CERTIFICATE_GOOD,  /* limit is the end of its validity, which may be over */
	CERTIFICATE_EARLY, /* limit is its begin, which is yet to come */
	CERTIFICATE_BAD,   /* cannot be used */
	CERTIFICATE_RETRY, /* could not be read, for a reason that may go by without a change */
};

struct certificate_record {
	uint64_t key; /* of the folder's name and its stamp; 0: is to be read again */
	enum certificate_verdict verdict;
	int64_t limit; /* seconds since 1970, up to 2106 */
};

/* An empty one, to be filled. seed makes the hash unforeseeable. ERROR_NO_MEMORY. */
int certificate_index_new(uint64_t seed, struct certificate_index **ret, struct error *err);

/* Adds what was found out of folder, with the names of its certificate, or NULL. ERROR_NO_MEMORY.
 */
int certificate_index_add(struct certificate_index *index, const char *folder,
			  const struct certificate_record *record,
			  const struct certificate_names *names, struct error *err);

/*
 * Looks in before, finished and of the same seed, or NULL, for the record with this key. Returns
 * whether it is there.
 */
bool certificate_index_record(const struct certificate_index *before, uint64_t key,
			      struct certificate_record *ret);

/*
 * Adds the record of that key from before, which has it, with the names that it had. before is the
 * same at each call for an index, up to its end. ERROR_NO_MEMORY.
 */
int certificate_index_carry(struct certificate_index *index, const struct certificate_index *before,
			    uint64_t key, const char *folder, struct error *err);

/* Nothing is added after this. ERROR_NO_MEMORY. */
int certificate_index_finish(struct certificate_index *index, struct error *err);

/* Writes the folders that may have a certificate for the name, room at most. Returns how many. */
size_t certificate_index_find(const struct certificate_index *index, const struct domain_name *name,
			      char (*ret)[CERTIFICATE_FOLDER_SIZE], size_t room);

struct certificate_index *certificate_index_ref(struct certificate_index *index); /* or NULL */
void certificate_index_unref(struct certificate_index *index);
DEFINE_CLEANUP(struct certificate_index *, certificate_index_unref)

#endif
