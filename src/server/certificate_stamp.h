/* What tells whether the files of a folder are those that were read before. */
#ifndef SERVER_CERTIFICATE_STAMP_H
#define SERVER_CERTIFICATE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#define CERTIFICATE_CHAIN_NAME "fullchain.pem"
#define CERTIFICATE_KEY_NAME "privkey.pem"

struct certificate_stamp {
	bool there;	/* one of the files is, or could be: it cannot be told */
	bool settled;	/* no file changed within the last two seconds, so a change will show */
	bool quiet;	/* nor within the last ten: nobody is in the middle of writing them */
	uint64_t value; /* another one if a file is another one, or has changed; never 0 */
};

/*
 * Looks at the two files of folder in directory, through symbolic links. now is in seconds since
 * 1970; the same seed makes the same value of the same files.
 */
void certificate_stamp_look(const char *directory, const char *folder, uint64_t seed, int64_t now,
			    struct certificate_stamp *ret);

/*
 * Whether a certificate may lie in folder: the quick answer for most names that strangers ask for.
 */
bool certificate_stamp_worth(const char *directory, const char *folder);

#endif
