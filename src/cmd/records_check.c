#include "cmd/records_check.h"

#include "dns/domain_records.h"

#include <string.h>

static const struct domain_name sample = { 11, "example.com" };

/* What is told of: the zone file, or the provider if it has none. */
static const char *find_place(const struct provider_answers *answers, const struct zone_set *zones)
{
	const struct zone_file *file = zone_set_find(zones, answers->id);

	return file ? file->name : answers->id;
}

static void check_provider(const struct provider_set *providers,
			   const struct provider_answers *answers, const struct zone_set *zones,
			   struct findings *findings)
{
	static const struct dns_record_list none;
	CLEANUP(domain_records_clear) struct domain_records records = { 0 };
	CLEANUP(findings_clear) struct findings found = { 0 };
	const char *place = find_place(answers, zones);
	struct error err;
	int made = domain_records_make(providers, answers, zones, &sample, &records, &err);

	/* the first error is told by making them; here come all, and the warnings */
	if (domain_records_check(answers, &sample, &records.desired, &none, false, &found, &err) <
		    0 ||
	    (made < 0 && found.errors == 0))
		findings_add(findings, FINDING_ERROR, "%s: %s", place, err.text);
	for (size_t i = 0; i < found.count; i++)
		findings_add(findings, found.list[i].severity, "%s: %s", place, found.list[i].text);
}

void records_check(const struct provider_set *providers, const struct zone_set *zones,
		   struct findings *findings)
{
	for (size_t i = 0; i < zones->count; i++) {
		const struct zone_set_entry *entry = &zones->list[i];

		if (strcmp(entry->id, ZONE_SET_WITHDRAW) != 0 &&
		    !provider_set_find(providers, entry->id))
			findings_add(findings, FINDING_WARNING,
				     "%s: there is no provider \"%s\", so nobody uses the file",
				     entry->file->name, entry->id);
	}
	for (size_t i = 0; i < providers->count; i++) {
		const struct provider_answers *answers = providers->list[i];

		/* a site without any such file has its MX records elsewhere */
		if (zones->count > 0 && !zone_set_find(zones, answers->id))
			findings_add(findings, FINDING_WARNING,
				     "%s: has no zone file %s.zone: no MX, SPF, DKIM or DMARC "
				     "records are published for its domains",
				     answers->id, answers->id);
		check_provider(providers, answers, zones, findings);
	}
}
