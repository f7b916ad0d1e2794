#include "cmd/findings_print.h"

#include "cmd/output.h"

const char *finding_severity_name(enum finding_severity severity)
{
	return severity == FINDING_ERROR ? "error" : "warning";
}

void findings_print(const struct findings *findings, bool json)
{
	size_t more = findings->errors + findings->warnings - findings->count;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		const char *severity = finding_severity_name(finding->severity);

		if (json)
			output_json(json_pack("{s:s, s:s}", "severity", severity, "text",
					      finding->text));
		else
			output_text("%s: %s\n", severity, finding->text);
	}
	if (more && !json)
		output_text("%zu more\n", more);
}

void findings_complain(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		complain("%s: %s", finding_severity_name(finding->severity), finding->text);
	}
}
