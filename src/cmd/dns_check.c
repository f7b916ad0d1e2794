#include "cmd/dns_check.h"

#include "dns/tsig_key.h"
#include "dns/zone_directory.h"
#include "model/socket_address.h"

#include <string.h>

static void check_primary(const struct configuration *configuration, const char *path,
			  struct findings *findings)
{
	struct socket_address_list primary = { .count = 0 };
	struct error err;

	if (configuration->dns_primary &&
	    socket_address_list_parse(configuration->dns_primary, 53, &primary, &err) == 0 &&
	    primary.count > 1)
		findings_add(
			findings, FINDING_ERROR,
			"%s: [dns] primary: one address, not %zu; the others belong to servers",
			path, primary.count);
}

static void check_key(const struct configuration *configuration, const char *path,
		      struct findings *findings)
{
	CLEANUP(tsig_key_freep) struct tsig_key *key = NULL;
	CLEANUP(freep) char *name = NULL;
	struct error err;

	if (!configuration->dns_key)
		return;
	name = configuration_path(configuration, configuration->dns_key);
	if (name && tsig_key_load(name, &key, &err) < 0)
		findings_add(findings, FINDING_ERROR, "%s: [dns] key: %s", path, err.text);
}

static void check_directory(const struct configuration *configuration, const char *path,
			    struct findings *findings)
{
	CLEANUP(zone_directory_closep) struct zone_directory *directory = NULL;
	CLEANUP(freep) char *name = NULL;
	struct error err;

	if (strcmp(configuration->dns_publish, "update") == 0)
		return;
	if (!configuration->dns_directory) {
		findings_add(findings, FINDING_ERROR,
			     "%s: [dns] directory: not set: where should the files of publish = %s "
			     "go?",
			     path, configuration->dns_publish);
		return;
	}
	name = configuration_path(configuration, configuration->dns_directory);
	if (name && zone_directory_open(name, &directory, &err) < 0)
		findings_add(findings, FINDING_ERROR, "%s: [dns] directory: %s", path, err.text);
}

void dns_check(const struct configuration *configuration, const char *path,
	       struct findings *findings)
{
	check_primary(configuration, path, findings);
	check_key(configuration, path, findings);
	check_directory(configuration, path, findings);
}
