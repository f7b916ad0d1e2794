/*
 * MTA-STS (RFC 8461): the policy at https://mta-sts.DOMAIN/.well-known/mta-sts.txt, which is the
 * same for all domains of a provider, and the id that stands for it in DNS.
 */
#ifndef RENDER_MTA_STS_H
#define RENDER_MTA_STS_H

#include "model/email_provider.h"
#include "render/template.h"

#define MTA_STS_ID_SIZE 33 /* bytes, with the final NUL; RFC 8461 3.1 allows 32 characters */

/* *ret has no hole; it is NULL if the provider has no policy. The caller frees it.
 * ERROR_NO_MEMORY. */
int mta_sts_compile(const struct email_provider *provider, struct template **ret,
		    struct error *err);

/*
 * The id of the provider's policy: 32 hexadecimal digits made of the policy's bytes, so that
 * senders fetch it anew exactly when it has changed; "" without a policy. ERROR_UNAVAILABLE:
 * OpenSSL has no SHA-256; ERROR_NO_MEMORY.
 */
int mta_sts_id(const struct email_provider *provider, char ret[MTA_STS_ID_SIZE], struct error *err);

#endif
