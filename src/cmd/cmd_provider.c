/* signpost provider: the documents that say where mailboxes live. */
#include "base/bytes.h"
#include "cmd/file_write.h"
#include "cmd/findings_print.h"
#include "cmd/input.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/provider_print.h"
#include "cmd/site.h"
#include "store/settings_load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How many domains each provider of a set has. */
struct domain_counts {
	const struct provider_set *providers;
	size_t *counts; /* as providers->list; NULL: not known */
};

static int count_domain(void *context, const char *domain, size_t length, const char *provider,
			struct error *err)
{
	struct domain_counts *counts = context;
	size_t low = 0, high = counts->providers->count;

	(void)domain;
	(void)length;
	(void)err;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(provider, counts->providers->list[middle]->id);

		if (order == 0) {
			counts->counts[middle]++;
			break;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

/* The list is worth having without the store too. */
static int count_domains(struct domain_counts *counts)
{
	CLEANUP(store_closep) struct store *store = NULL;
	struct error err;
	int status = site_store(counts->providers->configuration, STORE_READ, &store);

	if (status != STATUS_DONE)
		return status;
	counts->counts = calloc(counts->providers->count + 1, sizeof(*counts->counts));
	if (!counts->counts) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	if (store_list(store, NULL, count_domain, counts, &err) == 0)
		return STATUS_DONE;
	free(counts->counts);
	counts->counts = NULL;
	return complain_error(&err);
}

static int provider_list(const struct invocation *invocation)
{
	CLEANUP(provider_set_unrefp) struct provider_set *providers = NULL;
	struct domain_counts counts = { .counts = NULL };
	int status = site_providers(invocation, &providers);

	if (status != STATUS_DONE)
		return status;
	counts.providers = providers;
	status = count_domains(&counts);
	if (!invocation->json)
		provider_print_heading(providers);
	for (size_t i = 0; i < providers->count; i++)
		provider_print_row(providers, i, counts.counts ? &counts.counts[i] : NULL,
				   invocation->json);
	free(counts.counts);
	return status;
}

/* A document and what is found in it. */
struct document_file {
	char *bytes;
	size_t size;
	struct email_provider *provider; /* NULL: it has errors */
	struct findings findings;
};

static void document_file_clear(struct document_file *file)
{
	free(file->bytes);
	email_provider_free(file->provider);
	findings_clear(&file->findings);
}

/* Returns the exit status of a file that cannot be read; faults in it are findings. */
static int read_document(const char *path, struct document_file *ret)
{
	struct error err;

	if (input_read(path, EMAIL_PROVIDER_XML_MAX, &ret->bytes, &ret->size, &err) < 0)
		return complain_error(&err);
	if (email_provider_parse(ret->bytes, ret->size, input_name(path), &ret->provider,
				 &ret->findings, &err) < 0 &&
	    ret->findings.errors == 0)
		return complain_error(&err);
	return STATUS_DONE;
}

static int provider_show(const struct invocation *invocation)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(document_file_clear) struct document_file file = { 0 };
	const char *id = invocation->operands[0];
	int status = site_configuration(invocation, &configuration);
	char *path;

	if (status != STATUS_DONE)
		return status;
	if (!provider_id_valid(id)) {
		complain("\"%s\" is not an id of a provider", id);
		return STATUS_USAGE;
	}
	path = site_provider_path(configuration, id);
	status = path ? read_document(path, &file) : STATUS_FINDING;
	if (status == STATUS_DONE && invocation->json)
		provider_print_full_json(id, path, file.provider, &file.findings);
	else if (status == STATUS_DONE)
		provider_print_full(id, path, file.provider, &file.findings);
	free(path);
	return status == STATUS_DONE && !file.provider ? STATUS_FINDING : status;
}

/* The id that --id gives, or the file's name without .xml, or that of the document. */
static int choose_id(const struct invocation *invocation, const struct email_provider *provider,
		     char *ret, size_t size)
{
	const char *path = invocation->operands[0], *slash = strrchr(path, '/');
	const char *id = option_value(invocation, "id");
	size_t length;

	if (!id && strcmp(path, "-") == 0)
		id = provider->id ? provider->id : "";
	else if (!id)
		id = slash ? slash + 1 : path;
	length = strlen(id);
	if (!option_value(invocation, "id") && length > 4 && strcmp(id + length - 4, ".xml") == 0)
		length -= 4;
	snprintf(ret, size, "%.*s", (int)length, id);
	if (length < size && provider_id_valid(ret))
		return STATUS_DONE;
	complain("\"%s\" is not an id of a provider (1 to 64 of a-z 0-9 - _ . that begin with a "
		 "letter or digit): give one with --id",
		 ret);
	return STATUS_USAGE;
}

/* Whether the service could make its answers of it. Takes the provider out of file. */
static int check_answers(const char *id, struct document_file *file,
			 const struct configuration *configuration)
{
	struct provider_answers *answers = NULL;
	struct email_provider *provider = file->provider;
	struct error err;

	file->provider = NULL;
	if (provider_answers_make(id, provider, configuration, &answers, &err) < 0)
		return complain_error(&err);
	provider_answers_free(answers);
	return STATUS_DONE;
}

static void print_imported(const struct invocation *invocation, const char *id, const char *path)
{
	bool dry_run = option_value(invocation, "dry-run");

	if (invocation->json)
		output_json(
			json_pack("{s:s, s:s, s:b}", "id", id, "path", path, "dry_run", dry_run));
	else
		output_text("%s: %s %s%s\n", id, dry_run ? "would be written to" : "written to",
			    path, dry_run ? "" : "; signpostd takes it at its next reload");
}

static int write_document(const struct invocation *invocation, const char *id, const char *path,
			  const struct document_file *file)
{
	bool replace = option_value(invocation, "replace");
	struct error err;
	int status;

	if (!replace && access(path, F_OK) == 0) {
		error_set(&err, ERROR_CONFLICT, "%s is there already; --replace replaces it", path);
		return complain_error(&err);
	}
	if (!option_value(invocation, "dry-run") &&
	    file_write(path, file->bytes, file->size, replace, &err) < 0)
		return complain_error(&err);
	status = STATUS_DONE;
	print_imported(invocation, id, path);
	return status;
}

static int provider_import(const struct invocation *invocation)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(document_file_clear) struct document_file file = { 0 };
	CLEANUP(freep) char *path = NULL;
	int status = site_configuration(invocation, &configuration);
	char id[80];

	if (status == STATUS_DONE)
		status = read_document(invocation->operands[0], &file);
	if (status != STATUS_DONE)
		return status;
	findings_complain(&file.findings);
	if (!file.provider)
		return STATUS_FINDING;
	status = choose_id(invocation, file.provider, id, sizeof(id));
	if (status == STATUS_DONE)
		status = check_answers(id, &file, configuration);
	if (status != STATUS_DONE)
		return status;
	path = site_provider_path(configuration, id);
	if (!path)
		return STATUS_FINDING;
	return write_document(invocation, id, path, &file);
}

const struct command command_provider_list = {
	.family = "provider",
	.name = "list",
	.operands = "",
	.sentence = "Print all providers with their servers and how many domains use them.",
	.run = provider_list,
};

const struct command command_provider_show = {
	.family = "provider",
	.name = "show",
	.operands = "ID",
	.minimum = 1,
	.maximum = 1,
	.sentence = "Print what is given out of one provider's document, and every finding.",
	.run = provider_show,
};

static const struct command_option import_options[] = {
	{ "id", "ID", "the provider's id instead of the file's name without .xml" },
	{ "replace", NULL, "replace a provider that is there" },
	{ "dry-run", NULL, "check the document and write nothing" },
	{ NULL, NULL, NULL },
};

const struct command command_provider_import = {
	.family = "provider",
	.name = "import",
	.operands = "FILE",
	.minimum = 1,
	.maximum = 1,
	.sentence = "Check a clientConfig document and make it a provider.",
	.options = import_options,
	.run = provider_import,
};
