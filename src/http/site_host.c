#include "http/site_host.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

const char *site_host_authority(const struct configuration *configuration, size_t *ret_size)
{
	const char *url = configuration->site_url;
	const char *host = url ? strstr(url, "://") : NULL;

	if (!host)
		return NULL;
	host += strlen("://");
	*ret_size = strcspn(host, "/");
	return host;
}

bool site_host_is(const struct configuration *configuration, const struct domain_name *name)
{
	size_t size = 0;
	const char *host = site_host_authority(configuration, &size);

	return host && name->length <= size && strncasecmp(host, name->text, name->length) == 0 &&
	       strchr(":/", host[name->length]);
}

bool site_host_is_secure(const struct configuration *configuration)
{
	return configuration->site_url && text_begins(configuration->site_url, "https://");
}
