/*
 * signpost domain show: a domain's provider, and what the service noted of it. The question that it
 * is there for: has this customer's program asked after the move, and what was it given?
 */
#include "cmd/domain_feed.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/seen_print.h"
#include "cmd/site.h"
#include "store/dns_change.h"

#include <time.h>

/* The file of what was seen, as far as there is one. */
static int open_seen(const struct configuration *configuration, struct seen_view *view)
{
	struct error err;

	if (!configuration->seen_file)
		return STATUS_DONE;
	view->path = configuration_path(configuration, configuration->seen_file);
	if (!view->path) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	if (seen_store_open(view->path, SEEN_STORE_READ, &view->store, &err) == 0 &&
	    seen_store_written(view->store, &view->written, &err) == 0)
		return STATUS_DONE;
	view->unreadable = err.code != ERROR_NOT_FOUND;
	return view->unreadable ? complain_error(&err) : STATUS_DONE;
}

/* What the store knows; a domain that is not in it has no provider. */
static int look_up(struct store *store, struct seen_domain *domain)
{
	struct dns_change last = { 0 }, pending = { 0 };
	struct error err;

	if (store_find(store, domain->name, &domain->provider, &err) < 0 &&
	    err.code != ERROR_NOT_FOUND)
		return complain_error(&err);
	if (store_since(store, domain->name, &domain->since, &err) < 0 ||
	    store_dns_find(store, domain->name, &last, &pending, &err) < 0)
		return complain_error(&err);
	domain->published = last.id ? last.at : 0;
	domain->published_seen = last.seen;
	dns_change_clear(&last);
	dns_change_clear(&pending);
	return domain->provider ? STATUS_DONE : STATUS_FINDING;
}

static int show_domain(const struct invocation *invocation, struct store *store,
		       struct seen_view *view, const struct domain_name *name)
{
	struct seen_domain domain = { .name = name };
	int status = look_up(store, &domain), printed = STATUS_DONE;

	if (status == STATUS_DONE || status == STATUS_FINDING)
		printed = seen_print_domain(view, &domain, invocation->json);
	free(domain.provider);
	return printed != STATUS_DONE ? printed : status;
}

static int show_all(const struct invocation *invocation, struct store *store,
		    struct seen_view *view)
{
	CLEANUP(domain_feed_clear) struct domain_feed feed = { 0 };
	int status = domain_feed_open(invocation, store, DOMAIN_FEED_STORE, &feed);
	struct domain_name name;

	while ((status == STATUS_DONE || status == STATUS_FINDING) && output_wanted() &&
	       domain_feed_next(&feed, &name)) {
		int one = show_domain(invocation, store, view, &name);

		status = one == STATUS_DONE ? status : one;
	}
	if (!invocation->json && feed.count)
		seen_print_end(view);
	return status == STATUS_DONE && feed.refused ? STATUS_FINDING : status;
}

static int domain_show(const struct invocation *invocation)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(store_closep) struct store *store = NULL;
	CLEANUP(seen_view_clear) struct seen_view view = { .now = (int64_t)time(NULL) };
	int status = domain_feed_check(invocation), seen, shown;

	if (status == STATUS_DONE)
		status = site_configuration(invocation, &configuration);
	if (status == STATUS_DONE)
		status = site_store(configuration, STORE_READ, &store);
	if (status != STATUS_DONE)
		return status;
	view.days = configuration->seen_days;
	seen = open_seen(configuration, &view);
	shown = show_all(invocation, store, &view);
	return seen != STATUS_DONE ? seen : shown;
}

static const struct command_option show_options[] = {
	{ "from", "FILE", "the domains of a file, one a line" },
	{ "all", NULL, "all domains of the store" },
	{ NULL, NULL, NULL },
};

const struct command command_domain_show = {
	.family = "domain",
	.name = "show",
	.operands = "DOMAIN...",
	.minimum = 0,
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Print a domain's provider, which programs asked, and what they were given.",
	.details = "Programs are noted if [seen] file is set; the service writes them every 20 "
		   "seconds.",
	.options = show_options,
	.run = domain_show,
};
