/*
 * The strings of TXT records that receivers of mail and mail programs read: SPF (RFC 7208), DKIM
 * keys (RFC 6376, RFC 8301, RFC 8463), DMARC policies (RFC 7489), MTA-STS (RFC 8461), TLS-RPT (RFC
 * 8460), PACC digests (draft-ietf-mailmaint-pacc) and the paths of calendars and contacts (RFC
 * 6764). No server looks into them, and a receiver passes over what it does not understand without
 * a word.
 */
#ifndef DNS_TXT_RULES_H
#define DNS_TXT_RULES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define TXT_ADVICE_SIZE 200 /* bytes, with the final NUL */

struct txt_rule {
	const char *name;   /* "SPF string", "DMARC policy" */
	const char *begins; /* what all of them begin with, or NULL: any string is taken for one */
	bool several;	    /* more than one at a name is all right */
	const char *many;   /* what comes of it where it is not, as the rest of a sentence */

	/* Whether a reader takes a string for one of these at all, right or wrong. */
	bool (*takes)(const struct txt_rule *rule, const char *text, size_t size);
	/* Of a string that is taken: ERROR_INVALID, or advice in ret_advice, which is "" else. */
	int (*check)(const char *text, size_t size, char ret_advice[TXT_ADVICE_SIZE],
		     struct error *err);
};

/*
 * The rule for a string at a name, which is absolute and in lower case with its final dot. NULL:
 * anything may be meant.
 */
const struct txt_rule *txt_rule_find(const char *owner, const char *text, size_t size);

/*
 * Judges a string by its rule: size bytes of any kind, all strings of the record joined.
 * ERROR_INVALID says what is wrong without naming the record. ret_advice gets what is to be
 * thought about, or is "".
 */
int txt_rule_check(const struct txt_rule *rule, const char *text, size_t size,
		   char ret_advice[TXT_ADVICE_SIZE], struct error *err);

#endif
