/* Which host people come to: that of site.url. */
#ifndef HTTP_SITE_HOST_H
#define HTTP_SITE_HOST_H

#include "model/configuration.h"
#include "model/domain_name.h"

#include <stdbool.h>

/* Whether name is the host of site.url, whatever the port; not if there is none. */
bool site_host_is(const struct configuration *configuration, const struct domain_name *name);

/* Whether site.url begins with https. */
bool site_host_is_secure(const struct configuration *configuration);

/*
 * The host of site.url, with the port if it has one: a piece of site.url of *ret_size bytes. NULL:
 * not set.
 */
const char *site_host_authority(const struct configuration *configuration, size_t *ret_size);

#endif
