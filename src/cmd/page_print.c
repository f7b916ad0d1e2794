#include "cmd/page_print.h"

#include "cmd/link_day.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "model/settings_link.h"

#include <string.h>

#define DAY 86400 /* seconds */

static const char *const names[] = {
	[PAGE_SCREEN] = "page",
	[PAGE_PRINT] = "page-print",
	[PAGE_TEXT] = "page-text",
};

int page_print_view(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(names[i], name) == 0)
			return (int)i;
	}
	return -1;
}

static int choose_language(const struct invocation *invocation,
			   const struct provider_set *providers, struct page_request *request)
{
	const char *tag = option_value(invocation, "language");
	int language = tag ? page_set_find_language(providers->pages, tag, strlen(tag)) : 0;

	if (language < 0) {
		complain("--language %s: not in [site] languages, which is \"%s\"", tag,
			 providers->configuration->site_languages);
		return STATUS_USAGE;
	}
	request->language = (size_t)language;
	request->language_chosen = tag != NULL;
	return STATUS_DONE;
}

/* Without keys a person's page has the links of the domain's. */
static int seal(const struct provider_set *providers, struct page_request *request,
		char token[SETTINGS_LINK_TOKEN_SIZE], struct error *err)
{
	struct settings_link link = {
		.last_day = link_day_after(providers->configuration->links_days),
	};

	if (!request->subject.address || !providers->link_keys.count)
		return 0;
	link.address = *request->subject.address;
	if (settings_link_seal(&providers->link_keys, &link, token, err) < 0)
		return -1;
	request->token = token;
	request->expires = ((int64_t)link.last_day + 1) * DAY - 1;
	return 0;
}

int page_print(const struct invocation *invocation, const struct provider_set *providers,
	       const struct provider_answers *answers, const struct document_subject *subject,
	       enum page_view view)
{
	struct page_request request = {
		.kind = PAGE_SETTINGS,
		.view = view,
		.standalone = true,
		.subject = *subject,
		.answers = answers,
	};
	char token[SETTINGS_LINK_TOKEN_SIZE];
	struct document document;
	struct error err;
	int status = choose_language(invocation, providers, &request);

	if (status != STATUS_DONE)
		return status;
	if (seal(providers, &request, token, &err) < 0 ||
	    page_make(providers, &request, &document, &err) < 0)
		return complain_error(&err);
	if (invocation->json)
		output_json(json_pack("{s:s, s:s, s:I}", "format", names[view], "media_type",
				      document.media_type, "bytes", (json_int_t)document.size));
	else
		output_bytes(document.bytes, document.size);
	free(document.bytes);
	return STATUS_DONE;
}
