/* signpost show: an answer as a mail program would get it, byte for byte. */
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/page_print.h"
#include "cmd/profile_maker.h"
#include "cmd/records_print.h"
#include "cmd/site.h"

#include "base/bytes.h"
#include "base/text.h"
#include "render/document.h"

#include <string.h>

/* Whom the answer is for, and of which provider. */
struct question {
	struct email_address address;
	struct document_subject subject;
	struct domain_name domain;
	const struct provider_answers *answers;
};

static int read_subject(const char *text, struct question *ret)
{
	struct error err;
	int result;

	if (strchr(text, '@')) {
		result = email_address_parse(text, strlen(text), &ret->address, &err);
		ret->domain = ret->address.domain;
		ret->subject.address = &ret->address;
	} else {
		result = domain_name_parse(text, strlen(text), &ret->domain, &err);
	}
	ret->subject.domain = &ret->domain;
	if (result == 0)
		return STATUS_DONE;
	complain("\"%s\": %s", text, err.text);
	return STATUS_USAGE;
}

/* The caller frees *ret. */
static int find_in_store(const struct configuration *configuration,
			 const struct domain_name *domain, char **ret)
{
	CLEANUP(store_closep) struct store *store = NULL;
	struct error err;
	int status = site_store(configuration, STORE_READ, &store);

	if (status != STATUS_DONE || store_find(store, domain, ret, &err) == 0)
		return status;
	if (err.code != ERROR_NOT_FOUND)
		return complain_error(&err);
	complain("%s is not in the store; signpost domain add %s --provider ID adds it",
		 domain->text, domain->text);
	return STATUS_FINDING;
}

/* The provider that --provider names, or that the store has for the domain. */
static int find_answers(const struct invocation *invocation, const struct provider_set *providers,
			struct question *question)
{
	const char *id = option_value(invocation, "provider");
	char *found = NULL;
	int status;

	if (!id) {
		status = find_in_store(providers->configuration, &question->domain, &found);
		if (status != STATUS_DONE)
			return status;
	}
	question->answers = site_find_provider(providers, id ? id : found);
	free(found);
	return question->answers ? STATUS_DONE : STATUS_FINDING;
}

static int read_choice(const struct invocation *invocation, const struct provider_set *providers,
		       struct document_choice *ret)
{
	static const char *const protocols[] = {
		[JSON_AUTODISCOVER] = "autodiscoverv1",
		[JSON_ACTIVESYNC] = "activesync",
		[JSON_EWS] = "ews",
	};
	const char *protocol = option_value(invocation, "protocol");
	int status = profile_maker_choose(providers, option_value(invocation, "content"),
					  option_value(invocation, "language"), ret);

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; protocol && i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (text_equals(protocol, strlen(protocol), protocols[i])) {
			ret->json = (enum document_json)i;
			return STATUS_DONE;
		}
	}
	if (!protocol)
		return STATUS_DONE;
	complain("--protocol %s: there are autodiscoverv1, activesync and ews", protocol);
	return STATUS_USAGE;
}

/* The mobileconfig format of a site without a namespace is the one case with a remedy. */
static int complain_document(const struct error *err, const struct provider_set *providers,
			     enum document_format format)
{
	int status = complain_error(err);

	if (err->code == ERROR_NOT_FOUND && format == DOCUMENT_MOBILECONFIG &&
	    !providers->configuration->profile_namespace)
		complain("[profile] namespace is not set: without it there are no profiles");
	return err->code == ERROR_NO_MEMORY ? status : STATUS_FINDING;
}

static int make_document(const struct provider_set *providers, enum document_format format,
			 const struct document_choice *choice, const struct question *question,
			 struct document *ret)
{
	struct error err;

	if (document_make(providers, question->answers, format, choice, &question->subject, ret,
			  &err) < 0)
		return complain_document(&err, providers, format);
	return STATUS_DONE;
}

/* Signed, as HTTP answers it. */
static int make_profile(const struct invocation *invocation, const struct provider_set *providers,
			const struct document_choice *choice, const struct question *question,
			struct document *ret)
{
	struct profile_maker maker;
	struct error err;
	int status = profile_maker_open(&maker, providers, option_value(invocation, "unsigned"));

	if (status == STATUS_DONE && profile_maker_make(&maker, question->answers, choice,
							&question->subject, ret, &err) < 0)
		status = complain_document(&err, providers, DOCUMENT_MOBILECONFIG);
	profile_maker_close(&maker);
	return status;
}

static int print_document(const struct invocation *invocation, const struct provider_set *providers,
			  enum document_format format, const struct question *question)
{
	struct document_choice choice = { 0 };
	struct document document;
	int status = read_choice(invocation, providers, &choice);

	if (status == STATUS_DONE)
		status = format == DOCUMENT_MOBILECONFIG
				 ? make_profile(invocation, providers, &choice, question, &document)
				 : make_document(providers, format, &choice, question, &document);
	if (status != STATUS_DONE)
		return status;
	if (invocation->json)
		output_json(json_pack(
			"{s:s, s:s, s:I, s:s*}", "format", document_format_name(format),
			"media_type", document.media_type, "bytes", (json_int_t)document.size,
			"file_name", *document.file_name ? document.file_name : NULL));
	else
		output_bytes(document.bytes, document.size);
	free(document.bytes);
	return STATUS_DONE;
}

static int print_records(const struct invocation *invocation, const struct provider_set *providers,
			 const struct question *question)
{
	CLEANUP(domain_records_clear) struct domain_records records = { 0 };
	CLEANUP(zone_set_freep) struct zone_set *zones = NULL;
	int status = site_zones(providers->configuration, &zones);
	struct error err;

	if (status != STATUS_DONE)
		return status;
	if (domain_records_make(providers, question->answers, zones, &question->domain, &records,
				&err) == 0)
		return records_print(&records, &question->domain, invocation->json);
	error_prefix(&err, "%s", question->domain.text);
	(void)complain_error(&err);
	return STATUS_FINDING;
}

static void complain_format(const char *format)
{
	CLEANUP(bytes_clear) struct bytes names = { 0 };

	for (int i = 0; i < DOCUMENT_FORMAT_COUNT; i++)
		bytes_append_format(&names, "%s, ", document_format_name((enum document_format)i));
	complain("unknown format %s; there are %spage, page-print, page-text and records", format,
		 names.data ? names.data : "");
}

static int show(const struct invocation *invocation)
{
	CLEANUP(provider_set_unrefp) struct provider_set *providers = NULL;
	const char *name = invocation->operands[1];
	struct question question = { .answers = NULL };
	int format = document_format_from_name(name), view = page_print_view(name), status;
	bool records = strcmp(name, "records") == 0;

	if (format < 0 && view < 0 && !records) {
		complain_format(name);
		return STATUS_USAGE;
	}
	status = read_subject(invocation->operands[0], &question);
	if (status == STATUS_DONE)
		status = site_providers(invocation, &providers);
	if (status == STATUS_DONE)
		status = find_answers(invocation, providers, &question);
	if (status != STATUS_DONE)
		return status;
	if (records)
		return print_records(invocation, providers, &question);
	if (view >= 0)
		return page_print(invocation, providers, question.answers, &question.subject,
				  (enum page_view)view);
	return print_document(invocation, providers, (enum document_format)format, &question);
}

static const struct command_option show_options[] = {
	{ "provider", "ID", "show this provider's answer, whatever the store has" },
	{ "content", "WORD", "of mobileconfig: mail (the default), all or activesync" },
	{ "protocol", "WORD",
	  "of autodiscover-json: autodiscoverv1 (the default), activesync or ews" },
	{ "language", "TAG", "the language of what people read in it" },
	{ "unsigned", NULL, "of mobileconfig: leave the signature out" },
	{ NULL, NULL, NULL },
};

const struct command command_show = {
	.name = "show",
	.operands = "ADDRESS|DOMAIN FORMAT",
	.minimum = 2,
	.maximum = 2,
	.sentence = "Print what a mail program is answered.",
	.details = "FORMAT is autoconfig, autodiscover, activesync, autodiscover-json, "
		   "mobileconfig, pacc,\nmta-sts, qr, page, page-print, page-text or records.",
	.options = show_options,
	.run = show,
};
