/*
 * What a provider asks of mail servers that send to its domains (MTA-STS, RFC 8461): which hosts
 * take the mail, and what to do when none of them can be reached with good TLS. From the element
 * mtaSts of a provider document.
 */
#ifndef MODEL_MTA_STS_POLICY_H
#define MODEL_MTA_STS_POLICY_H

#include "base/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

#define MTA_STS_MX_MAX 10
#define MTA_STS_MAX_AGE_MIN 86400    /* seconds: a day, what RFC 8461 8.3 has a policy end with */
#define MTA_STS_MAX_AGE_MAX 31557600 /* seconds: a year, RFC 8461 3.2 */
#define MTA_STS_MAX_AGE_DEFAULT 604800

enum mta_sts_mode {
	MTA_STS_NONE,	 /* as if there were no policy: how one is withdrawn */
	MTA_STS_TESTING, /* mail is delivered, and reported where it would not have been */
	MTA_STS_ENFORCE, /* mail waits, and is returned in the end */
	MTA_STS_MODE_COUNT
};

struct mta_sts_policy {
	enum mta_sts_mode mode;
	unsigned int max_age;	  /* seconds */
	char *mx[MTA_STS_MX_MAX]; /* in the document's order, none twice: a name in the form of
				     struct domain_name, or "*." and one; owned */
	size_t mx_count;	  /* at least 1 */
};

/* The word of the policy and of the document ("testing"); never NULL. */
const char *mta_sts_mode_name(enum mta_sts_mode mode);

/* The value of a word, compared to the letter, or -1. */
int mta_sts_mode_from_name(const char *name);

/*
 * Whether a host of size bytes (lower case, A-labels, no final dot) is one of the policy's. "*."
 * stands for exactly one label (RFC 8461 4.1).
 */
bool mta_sts_policy_names(const struct mta_sts_policy *policy, const char *host, size_t size);

void mta_sts_policy_free(struct mta_sts_policy *policy);
DEFINE_CLEANUP(struct mta_sts_policy *, mta_sts_policy_free)

#endif
