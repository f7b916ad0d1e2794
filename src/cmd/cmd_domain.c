/* signpost domain: which customer domains there are, and the provider of each. */
#include "base/text.h"
#include "cmd/bulk.h"
#include "cmd/csv_feed.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/site.h"

#include <string.h>

/* Opens what a changing command needs: with --dry-run it must not even be able to write. */
static int open_store(const struct invocation *invocation,
		      const struct configuration *configuration, struct store **ret)
{
	return site_store(configuration,
			  option_value(invocation, "dry-run") ? STORE_READ : STORE_WRITE, ret);
}

/* One domain as an administrator wrote it. Returns STATUS_DONE also if it is refused. */
static int take_domain(struct bulk *bulk, size_t number, const char *text, size_t size,
		       const char *provider)
{
	struct domain_name domain;
	struct error err;

	if (domain_name_parse(text, size, &domain, &err) < 0) {
		bulk_refuse(bulk, number, text, size, err.text);
		return STATUS_DONE;
	}
	return bulk_row(bulk, number, &domain, provider);
}

static int take_operands(const struct invocation *invocation, struct bulk *bulk,
			 const char *provider)
{
	int status = bulk_begin(bulk);

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; i < invocation->operand_count && status == STATUS_DONE; i++) {
		const char *text = invocation->operands[i];

		status = take_domain(bulk, i + 1, text, strlen(text), provider);
	}
	return bulk_end(bulk, status);
}

/* A file with one line for each domain, and how its lines are to be taken. */
struct list {
	struct bulk *bulk;
	const struct provider_set *providers;	 /* NULL: only the domains count */
	const struct provider_answers *provider; /* of lines that name none, or NULL */
};

/* The provider's id for a line, or NULL with a reason. */
static const char *choose_provider(const struct list *list, const struct csv_line *fields,
				   const char **reason)
{
	const struct provider_answers *answers = list->provider;

	if (fields->count > 1 && fields->sizes[1]) {
		answers = strlen(fields->fields[1]) == fields->sizes[1]
				  ? provider_set_find(list->providers, fields->fields[1])
				  : NULL;
		*reason = "there is no such provider";
	} else {
		*reason = "the line names no provider, and there is no --provider for such lines";
	}
	return answers ? answers->id : NULL;
}

static int take_line(void *context, const struct csv_feed_line *line)
{
	const struct list *list = context;
	const struct csv_line *fields = line->fields;
	const char *provider = NULL, *reason = NULL;

	if (list->providers) {
		provider = choose_provider(list, fields, &reason);
		if (!provider) {
			bulk_refuse(list->bulk, line->number, line->text, line->size, reason);
			return STATUS_DONE;
		}
	}
	return take_domain(list->bulk, line->number, fields->fields[0], fields->sizes[0], provider);
}

static int take_file(const char *path, struct list *list)
{
	const struct csv_feed feed = {
		.heading = "domain",
		.fields_max = 2,
		.form = "DOMAIN or DOMAIN,PROVIDER",
		.context = list,
		.take = take_line,
		.refusals = &list->bulk->refusals,
		.progress = &list->bulk->progress,
	};
	struct input_lines lines;
	struct error err;
	int status;

	if (input_open(&lines, path, &err) < 0)
		return complain_error(&err);
	list->bulk->source = lines.name;
	status = bulk_begin(list->bulk);
	if (status == STATUS_DONE)
		status = bulk_end(list->bulk, csv_feed_run(&feed, &lines));
	input_close(&lines);
	return status;
}

/* What add and import have in common: the providers, one of them perhaps chosen, and the store. */
static int begin_setting(const struct invocation *invocation, struct provider_set **providers,
			 const struct provider_answers **provider, struct store **store)
{
	const char *id = option_value(invocation, "provider");
	int status = site_providers(invocation, providers);

	if (status != STATUS_DONE)
		return status;
	if (id) {
		*provider = site_find_provider(*providers, id);
		if (!*provider)
			return STATUS_FINDING;
	}
	return open_store(invocation, (*providers)->configuration, store);
}

static int domain_add(const struct invocation *invocation)
{
	CLEANUP(provider_set_unrefp) struct provider_set *providers = NULL;
	CLEANUP(store_closep) struct store *store = NULL;
	const struct provider_answers *provider = NULL;
	struct bulk bulk = {
		.what = "domain add",
		.dry_run = option_value(invocation, "dry-run"),
		.json = invocation->json,
	};
	int status;

	if (!option_value(invocation, "provider")) {
		complain("domain add needs --provider ID; signpost provider list tells which there "
			 "are");
		return STATUS_USAGE;
	}
	status = begin_setting(invocation, &providers, &provider, &store);
	if (status != STATUS_DONE || !provider)
		return status;
	bulk.store = store;
	return take_operands(invocation, &bulk, provider->id);
}

static int domain_import(const struct invocation *invocation)
{
	CLEANUP(provider_set_unrefp) struct provider_set *providers = NULL;
	CLEANUP(store_closep) struct store *store = NULL;
	struct bulk bulk = {
		.what = "domain import",
		.dry_run = option_value(invocation, "dry-run"),
		.json = invocation->json,
	};
	struct list list = { .bulk = &bulk };
	int status = begin_setting(invocation, &providers, &list.provider, &store);

	if (status != STATUS_DONE)
		return status;
	bulk.store = store;
	list.providers = providers;
	return take_file(invocation->operands[0], &list);
}

static int domain_remove(const struct invocation *invocation)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(store_closep) struct store *store = NULL;
	const char *from = option_value(invocation, "from");
	struct bulk bulk = {
		.what = "domain remove",
		.removes = true,
		.dry_run = option_value(invocation, "dry-run"),
		.json = invocation->json,
	};
	struct list list = { .bulk = &bulk };
	int status;

	if (!from == !invocation->operand_count) {
		complain("domain remove needs either DOMAIN... or --from FILE");
		return STATUS_USAGE;
	}
	status = site_configuration(invocation, &configuration);
	if (status == STATUS_DONE)
		status = open_store(invocation, configuration, &store);
	if (status != STATUS_DONE)
		return status;
	bulk.store = store;
	return from ? take_file(from, &list) : take_operands(invocation, &bulk, NULL);
}

/* Ends a reading of the store that nobody looks at any more. */
static int stop_unless_wanted(struct error *err)
{
	return output_wanted() ? 0 : error_set(err, ERROR_IO, "standard output is closed");
}

static int print_domain(void *context, const char *domain, size_t length, const char *provider,
			struct error *err)
{
	const struct invocation *invocation = context;
	CLEANUP(freep) char *name = NULL;

	(void)length;
	if (invocation->json) {
		output_json(json_pack("{s:s, s:s}", "domain", domain, "provider", provider));
	} else {
		name = domain_name_unicode(domain);
		output_text("%-40s %s%s%s\n", domain, provider, name ? "  " : "", name ? name : "");
	}
	return stop_unless_wanted(err);
}

static int print_csv(void *context, const char *domain, size_t length, const char *provider,
		     struct error *err)
{
	const struct invocation *invocation = context;

	if (invocation->json)
		return print_domain(context, domain, length, provider, err);
	output_text("%s,%s\n", domain, provider);
	return stop_unless_wanted(err);
}

static int list_domains(const struct invocation *invocation, const char *provider,
			store_domain_callback *callback)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(store_closep) struct store *store = NULL;
	int status = site_configuration(invocation, &configuration);
	struct error err;

	if (status == STATUS_DONE)
		status = site_store(configuration, STORE_READ, &store);
	if (status != STATUS_DONE)
		return status;
	if (callback == print_csv && !invocation->json)
		output_text("domain,provider\n");
	if (store_list(store, provider, callback, (void *)invocation, &err) < 0 && output_wanted())
		return complain_error(&err);
	return STATUS_DONE;
}

static int domain_list(const struct invocation *invocation)
{
	return list_domains(invocation, option_value(invocation, "provider"), print_domain);
}

/* Ids of providers and names of domains hold nothing that would need a quote. */
static int domain_export(const struct invocation *invocation)
{
	return list_domains(invocation, NULL, print_csv);
}

static const struct command_option add_options[] = {
	{ "provider", "ID", "the provider of these domains" },
	{ "dry-run", NULL, "change nothing, print what would be counted" },
	{ NULL, NULL, NULL },
};

const struct command command_domain_add = {
	.family = "domain",
	.name = "add",
	.operands = "DOMAIN...",
	.minimum = 1,
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Add domains, or give domains that are there another provider.",
	.options = add_options,
	.run = domain_add,
};

static const struct command_option import_options[] = {
	{ "provider", "ID", "the provider for lines that name none" },
	{ "dry-run", NULL, "change nothing, print what would be refused and counted" },
	{ NULL, NULL, NULL },
};

const struct command command_domain_import = {
	.family = "domain",
	.name = "import",
	.operands = "FILE",
	.minimum = 1,
	.maximum = 1,
	.sentence = "Add the domains of a file with lines DOMAIN or DOMAIN,PROVIDER.",
	.options = import_options,
	.run = domain_import,
};

static const struct command_option remove_options[] = {
	{ "from", "FILE", "remove the domains of a file, one a line" },
	{ "dry-run", NULL, "change nothing, print what would be counted" },
	{ NULL, NULL, NULL },
};

const struct command command_domain_remove = {
	.family = "domain",
	.name = "remove",
	.operands = "DOMAIN...",
	.minimum = 0,
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Remove domains: the service does not know them any more.",
	.options = remove_options,
	.run = domain_remove,
};

static const struct command_option list_options[] = {
	{ "provider", "ID", "only the domains of this provider" },
	{ NULL, NULL, NULL },
};

const struct command command_domain_list = {
	.family = "domain",
	.name = "list",
	.operands = "",
	.sentence = "Print all domains and their providers, sorted.",
	.options = list_options,
	.run = domain_list,
};

const struct command command_domain_export = {
	.family = "domain",
	.name = "export",
	.operands = "",
	.sentence = "Print all domains as CSV that domain import reads back.",
	.run = domain_export,
};
