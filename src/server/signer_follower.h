/*
 * Follows the certificate and key that Apple profiles are signed with: a pair that is renewed is
 * taken within two seconds, one that cannot be read leaves the earlier in use. Says in the log what
 * is new about it, and once a day what is wrong with the certificate's time.
 */
#ifndef SERVER_SIGNER_FOLLOWER_H
#define SERVER_SIGNER_FOLLOWER_H

#include "base/bytes.h"
#include "sign/profile_signer.h"

struct signer_follower;

/* Follows nothing yet. */
int signer_follower_new(struct signer_follower **ret, struct error *err);

/*
 * Follows the pair of the configuration, which may be none, and reads it at once, changed or not;
 * that it cannot be read is no failure. A configuration without certificate and key gives the
 * earlier signer up. now is in seconds since 1970. ERROR_NO_MEMORY.
 */
int signer_follower_set(struct signer_follower *follower, const struct configuration *configuration,
			int64_t now, struct error *err);

/*
 * Looks at the files, at most once for each value of now. Returns whether signer or state changed.
 */
bool signer_follower_look(struct signer_follower *follower, int64_t now);

/* What profiles may be signed with at the last look, with no reference added; NULL: nothing. */
struct profile_signer *signer_follower_signer(const struct signer_follower *follower);

/* Appends the lines of /-/ready. */
void signer_follower_describe(const struct signer_follower *follower, struct bytes *text);

void signer_follower_free(struct signer_follower *follower);
DEFINE_CLEANUP(struct signer_follower *, signer_follower_free)

#endif
