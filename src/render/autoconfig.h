/*
 * The answer to Thunderbird, Thunderbird for Android, Evolution, KMail, Delta Chat:
 * clientConfig 1.1. It is the same for every address of a domain: the user's name stays the
 * vocabulary's placeholder, which every program that reads these files fills in; %EMAILDOMAIN% is
 * filled in here, because Evolution makes "" of it and Geary leaves it.
 */
#ifndef RENDER_AUTOCONFIG_H
#define RENDER_AUTOCONFIG_H

#include "model/email_provider.h"
#include "render/template.h"

/*
 * *ret has the hole HOLE_EMAILDOMAIN alone; the caller frees it. It is NULL where an incoming or
 * the outgoing server is missing, which no program takes. ERROR_NO_MEMORY.
 */
int autoconfig_compile(const struct email_provider *provider, struct template **ret,
		       struct error *err);

#endif
