/* signpost dns records: what has to stand in the customers' zones. */
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/records_print.h"
#include "cmd/site.h"

#include <string.h>

struct printing {
	const struct provider_set *providers;
	struct store *store;
	bool json;
	bool begun;
	bool incomplete; /* something was complained about */
};

static void print_domain(struct printing *printing, const struct domain_name *domain,
			 const char *id)
{
	const struct provider_answers *answers = provider_set_find(printing->providers, id);

	if (!answers) {
		complain("%s: its provider \"%s\" is not loaded", domain->text, id);
		printing->incomplete = true;
		return;
	}
	if (printing->begun && !printing->json)
		output_text("\n");
	printing->begun = true;
	if (records_print(printing->providers->configuration, answers->provider, domain,
			  printing->json) != STATUS_DONE)
		printing->incomplete = true;
}

static int print_listed(void *context, const char *domain, size_t length, const char *provider,
			struct error *err)
{
	struct printing *printing = context;
	struct domain_name name = { .length = length };

	memcpy(name.text, domain, length);
	name.text[length] = '\0';
	print_domain(printing, &name, provider);
	return output_wanted() ? 0 : error_set(err, ERROR_IO, "standard output is closed");
}

static int print_all(struct printing *printing)
{
	struct error err;

	if (store_list(printing->store, NULL, print_listed, printing, &err) < 0 && output_wanted())
		return complain_error(&err);
	return STATUS_DONE;
}

static int complain_named(struct printing *printing, const char *text, const char *reason)
{
	complain("\"%s\": %s", text, reason);
	printing->incomplete = true;
	return STATUS_DONE;
}

/* One domain of the command line. */
static int print_named(struct printing *printing, const char *text)
{
	struct domain_name domain;
	struct error err;
	char *id;

	if (domain_name_parse(text, strlen(text), &domain, &err) < 0)
		return complain_named(printing, text, err.text);
	if (store_find(printing->store, &domain, &id, &err) < 0)
		return err.code == ERROR_NOT_FOUND
			       ? complain_named(printing, text, "not in the store")
			       : complain_error(&err);
	print_domain(printing, &domain, id);
	free(id);
	return STATUS_DONE;
}

static int dns_records(const struct invocation *invocation)
{
	CLEANUP(provider_set_unrefp) struct provider_set *providers = NULL;
	CLEANUP(store_closep) struct store *store = NULL;
	struct printing printing = { .json = invocation->json };
	int status;

	if (!option_value(invocation, "all") == !invocation->operand_count) {
		complain("dns records needs either DOMAIN... or --all");
		return STATUS_USAGE;
	}
	status = site_providers(invocation, &providers);
	if (status == STATUS_DONE)
		status = site_store(providers->configuration, STORE_READ, &store);
	if (status != STATUS_DONE)
		return status;
	printing.providers = providers;
	printing.store = store;
	if (option_value(invocation, "all"))
		status = print_all(&printing);
	for (size_t i = 0; i < invocation->operand_count && status == STATUS_DONE; i++)
		status = print_named(&printing, invocation->operands[i]);
	return status == STATUS_DONE && printing.incomplete ? STATUS_FINDING : status;
}

static const struct command_option records_options[] = {
	{ "all", NULL, "the records of all domains in the store" },
	{ NULL, NULL, NULL },
};

const struct command command_dns_records = {
	.family = "dns",
	.name = "records",
	.operands = "DOMAIN...",
	.minimum = 0,
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Print the DNS records that lead mail programs to the answers.",
	.options = records_options,
	.run = dns_records,
};
