/* What is wrong with the DNS records of a site's providers, before any domain has them. */
#ifndef CMD_RECORDS_CHECK_H
#define CMD_RECORDS_CHECK_H

#include "base/findings.h"
#include "dns/zone_set.h"
#include "render/settings.h"

/*
 * Makes the records of each provider for example.com and adds what dns/record_rules.h has against
 * them, and a warning for each zone file without a provider.
 */
void records_check(const struct provider_set *providers, const struct zone_set *zones,
		   struct findings *findings);

#endif
