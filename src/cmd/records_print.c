#include "cmd/records_print.h"

#include "cmd/command.h"
#include "cmd/output.h"

static void print_json(const struct domain_records *records, const struct domain_name *domain)
{
	char type[16];

	for (size_t i = 0; i < records->desired.count; i++) {
		const struct dns_record *record = records->desired.list[i];

		output_json(json_pack(
			"{s:s, s:s, s:s, s:I, s:s, s:s}", "domain", domain->text, "owner",
			record->owner, "type", dns_type_name(record->type, type), "ttl",
			(json_int_t)record->ttl, "rdata", record->rdata, "reason", record->reason));
	}
	for (size_t i = 0; i < records->note_count; i++)
		output_json(
			json_pack("{s:s, s:s}", "domain", domain->text, "note", records->notes[i]));
}

static int print_text(const struct domain_records *records, const struct domain_name *domain,
		      struct error *err)
{
	char *text = NULL;
	size_t size;

	if (domain_records_text(records, domain, &text, &size, err) < 0)
		return -1;
	output_bytes(text, size);
	free(text);
	return 0;
}

int records_print(const struct domain_records *records, const struct domain_name *domain, bool json)
{
	struct error err;

	if (json)
		print_json(records, domain);
	else if (print_text(records, domain, &err) < 0)
		return complain_error(&err);
	return STATUS_DONE;
}
