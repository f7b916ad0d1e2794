/*
 * draft-ietf-mailmaint-pacc: JSON at https://ua-auto-config.DOMAIN/.well-known/user-agent-
 * configuration.json. A digest of the exact bytes stands in DNS, so they depend on the provider and
 * the domain alone: fixed order of keys, no person, no time. Mail servers have no port in this
 * format: only those that use TLS from the start at the protocol's own port (993, 995, 465) are
 * named. The outgoing server stands under both names that it had in the drafts, smtp (-02) and
 * submit (-03): programs pass over names they do not know.
 */
#ifndef RENDER_PACC_H
#define RENDER_PACC_H

#include "model/email_provider.h"
#include "render/template.h"

/*
 * *ret has the hole HOLE_EMAILDOMAIN alone; it is NULL if the provider has no server that the
 * format can name. The caller frees it. ERROR_NO_MEMORY.
 */
int pacc_compile(const struct email_provider *provider, struct template **ret, struct error *err);

#endif
