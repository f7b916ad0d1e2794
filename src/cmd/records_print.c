#include "cmd/records_print.h"

#include "cmd/command.h"
#include "cmd/output.h"
#include "dns/discovery_records.h"

static void print_json(const struct discovery_records *records, const struct domain_name *domain)
{
	for (size_t i = 0; i < records->count; i++) {
		const struct discovery_record *record = &records->list[i];

		output_json(json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "domain", domain->text,
				      "owner", record->owner, "type", record->type, "ttl",
				      (json_int_t)record->ttl, "rdata", record->rdata, "reason",
				      record->reason));
	}
	for (size_t i = 0; i < records->note_count; i++)
		output_json(
			json_pack("{s:s, s:s}", "domain", domain->text, "note", records->notes[i]));
}

static int print_text(const struct discovery_records *records, const struct domain_name *domain,
		      struct error *err)
{
	char *text = NULL;
	size_t size;

	if (discovery_records_text(records, domain, &text, &size, err) < 0)
		return -1;
	output_bytes(text, size);
	free(text);
	return 0;
}

int records_print(const struct configuration *configuration, const struct email_provider *provider,
		  const struct domain_name *domain, bool json)
{
	const struct discovery_policy policy = {
		.service = configuration->dns_service,
		.autodiscover = (enum autodiscover_record)autodiscover_record_from_name(
			configuration->dns_autodiscover),
		.ttl = (unsigned int)configuration->dns_ttl,
	};
	CLEANUP(discovery_records_clear) struct discovery_records records = { 0 };
	struct error err;
	int result = discovery_records_make(provider, domain, &policy, &records, &err);

	if (result == 0 && json)
		print_json(&records, domain);
	else if (result == 0)
		result = print_text(&records, domain, &err);
	if (result == 0)
		return STATUS_DONE;
	error_prefix(&err, "%s", domain->text);
	(void)complain_error(&err);
	return STATUS_FINDING;
}
