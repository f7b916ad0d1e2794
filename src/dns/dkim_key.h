/* Public keys of DKIM signatures: what stands at SELECTOR._domainkey (RFC 6376 3.6.1). */
#ifndef DNS_DKIM_KEY_H
#define DNS_DKIM_KEY_H

#include "base/error.h"

#include <stddef.h>

#define DKIM_KEY_RSA_MIN 1024	  /* bits; receivers must not use shorter ones (RFC 8301 3.2) */
#define DKIM_KEY_RSA_ADVISED 2048 /* bits; signers should not use shorter ones (the same) */

/*
 * Judges the TXT string of a selector, all its parts joined: tags, and the key itself (RSA as RFC
 * 6376 has it, or Ed25519 by RFC 8463). As struct txt_rule wants it: ERROR_INVALID, or advice of
 * at most 200 bytes with its NUL, which is not touched if there is none.
 */
int dkim_key_check(const char *text, size_t size, char *ret_advice, struct error *err);

#endif
