/*
 * Signs Apple profiles: CMS SignedData (RFC 5652), DER, the content inside, the signer's
 * certificate and its intermediates inside, the root left out. Devices show the certificate's
 * common name in green if it leads to a root of theirs; an ordinary web server certificate does.
 */
#ifndef SIGN_PROFILE_SIGNER_H
#define SIGN_PROFILE_SIGNER_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/findings.h"
#include "model/configuration.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_SIGNER_EXPIRY_NEAR (7 * 24 * 3600) /* seconds: from then on it is a finding */

/* Reference-counted, immutable. */
struct profile_signer;

/*
 * Reads the certificate, first in its file, with its chain, and the key. Both are PEM; one file may
 * hold both.
 * ERROR_INVALID: another kind of file, an encrypted key, a key that is not the certificate's, a
 * kind of key other than RSA (2048 bits and more) and ECDSA (P-256, P-384), a key file that others
 * than owner and group may read. ERROR_NOT_FOUND, ERROR_TOO_LARGE, ERROR_IO. Texts begin with the
 * path and never hold a part of the key. *ret has one reference.
 */
int profile_signer_load(const char *certificate, const char *key, struct profile_signer **ret,
			struct error *err);

/*
 * The same with profile.certificate and profile.key; *ret is NULL if neither is set. ERROR_INVALID:
 * one of them is.
 */
int profile_signer_load_configured(const struct configuration *configuration,
				   struct profile_signer **ret, struct error *err);

/*
 * Adds what is worth telling at now (seconds since 1970): an error if the certificate has expired
 * or is not valid yet, a warning if it will be over within 7 days, if the chain is missing or out
 * of order, if it is signed by itself, if its purpose is something else than a server's or e-mail.
 */
void profile_signer_check(const struct profile_signer *signer, int64_t now,
			  struct findings *findings);

/* Whether a signature made at now would be by a certificate that is valid then. */
bool profile_signer_is_valid(const struct profile_signer *signer, int64_t now);

/* The end of its validity, its last second, since 1970. */
int64_t profile_signer_expires(const struct profile_signer *signer);

/*
 * *ret is DER with now as its signing time; the caller frees it. ERROR_UNAVAILABLE: the certificate
 * is not valid at now; its text says until or from when it is. Safe in several threads at once.
 */
int profile_signer_sign(const struct profile_signer *signer, const char *profile, size_t size,
			int64_t now, char **ret, size_t *ret_size, struct error *err);

struct profile_signer *profile_signer_ref(struct profile_signer *signer); /* NULL stays NULL */
void profile_signer_unref(struct profile_signer *signer);
DEFINE_CLEANUP(struct profile_signer *, profile_signer_unref)

#endif
