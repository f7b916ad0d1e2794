/* Sender Policy Framework strings (RFC 7208), as far as they can be judged without DNS. */
#ifndef DNS_SPF_H
#define DNS_SPF_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define SPF_LOOKUPS_MAX 10 /* RFC 7208 4.6.4 */
#define SPF_SIZE_MAX 450   /* bytes that fit into one answer beside others, RFC 7208 3.4 */

struct spf {
	unsigned int lookups; /* terms that cost one: include, a, mx, ptr, exists, redirect; what
				 the included ones cost is not known here */
	char all;	      /* the qualifier of "all": + - ~ ?, or '\0' if there is no "all" */
	bool redirect;
	bool ptr;
};

/* Whether a TXT string is an SPF record: "v=spf1" in any case, alone or before a blank. */
bool spf_is(const char *text, size_t size);

/*
 * Reads a string for which spf_is() holds by the grammar of RFC 7208 12, and refuses besides what
 * it permits and nobody means: terms that are never looked at (behind "all", or "redirect" beside
 * it), and names with other signs than letters, digits, hyphens and underscores. ERROR_INVALID
 * names the term. Nothing is written on failure.
 */
int spf_parse(const char *text, size_t size, struct spf *ret, struct error *err);

#endif
