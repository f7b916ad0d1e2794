#include "cmd/dns_run.h"

#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/site.h"
#include "store/settings_load.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static int complain_configuration(const struct error *err)
{
	(void)complain_error(err);
	return EX_CONFIG;
}

/* Lists were checked when the configuration was read. */
static int read_addresses(struct dns_run *run)
{
	const struct configuration *c = run->configuration;
	uint16_t port = (uint16_t)c->dns_port;
	const struct {
		const char *text;
		struct socket_address_list *ret;
	} lists[] = {
		{ c->dns_primary, &run->primary },
		{ c->dns_servers, &run->servers },
		{ c->dns_resolvers, &run->resolvers },
	};
	struct error err;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (lists[i].text &&
		    socket_address_list_parse(lists[i].text, port, lists[i].ret, &err) < 0)
			return complain_configuration(&err);
	}
	if (run->primary.count > 1) {
		complain("dns.primary is one address, not %zu; the others belong to dns.servers",
			 run->primary.count);
		return EX_CONFIG;
	}
	run->own = run->servers;
	if (run->primary.count && run->own.count < SOCKET_ADDRESS_LIST_MAX)
		run->own.list[run->own.count++] = run->primary.list[0];
	return STATUS_DONE;
}

static int open_key(struct dns_run *run)
{
	CLEANUP(freep) char *path = NULL;
	struct error err;

	if (!run->configuration->dns_key)
		return STATUS_DONE;
	path = configuration_path(run->configuration, run->configuration->dns_key);
	if (!path)
		error_no_memory(&err);
	else if (tsig_key_load(path, &run->key, &err) == 0)
		return STATUS_DONE;
	error_prefix(&err, "[dns] key");
	return complain_configuration(&err);
}

static int open_network(struct dns_run *run, unsigned int needs)
{
	const struct configuration *c = run->configuration;
	const struct exchange_limits limits = {
		.timeout = (unsigned int)c->dns_timeout * 1000,
		.in_flight =
			100, /* more at one server overflows its buffer, and answers are lost */
		.rate = (unsigned int)c->dns_queries,
		.rate_server = (unsigned int)c->dns_queries_per_server,
		.own = &run->own,
	};
	struct authority_settings settings = {
		.servers = &run->servers,
		.resolvers = &run->resolvers,
		.port = (uint16_t)c->dns_port,
	};
	int status = read_addresses(run);
	struct error err;

	if (status == STATUS_DONE)
		status = open_key(run);
	if (status != STATUS_DONE)
		return status;
	if (run->primary.count)
		settings.primary = &run->primary.list[0];
	if (exchange_new(&limits, &run->exchange, &err) < 0 ||
	    (run->resolvers.count &&
	     target_check_new(run->exchange, &run->resolvers.list[0], &run->targets, &err) < 0) ||
	    (needs & DNS_RUN_AUTHORITIES &&
	     authority_finder_new(run->exchange, &settings, &run->authorities, &err) < 0))
		return complain_error(&err);
	return STATUS_DONE;
}

/* Where changes go: files, or the primary. */
static int open_target(struct dns_run *run, unsigned int needs)
{
	const struct configuration *c = run->configuration;
	CLEANUP(freep) char *path = NULL;
	char address[SOCKET_ADDRESS_TEXT_SIZE];
	struct error err;

	if (strcmp(c->dns_publish, "update") == 0) {
		if (!run->primary.count && needs & DNS_RUN_PRIMARY) {
			complain("dns.primary is not set: where should updates go?");
			return EX_CONFIG;
		}
		if (!run->primary.count)
			return STATUS_DONE;
		snprintf(run->target, sizeof(run->target), "update %s",
			 socket_address_text(&run->primary.list[0], 53, address));
		return STATUS_DONE;
	}
	if (!c->dns_directory) {
		complain("dns.directory is not set: where should the files of dns.publish = %s go?",
			 c->dns_publish);
		return EX_CONFIG;
	}
	path = configuration_path(c, c->dns_directory);
	if (!path) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	if (zone_directory_open(path, &run->directory, &err) < 0) {
		error_prefix(&err, "[dns] directory");
		return complain_configuration(&err);
	}
	snprintf(run->target, sizeof(run->target), "%s %s", c->dns_publish, path);
	return STATUS_DONE;
}

/* Whoever may only read the store may look all the same. */
static bool open_for_notes(struct dns_run *run)
{
	CLEANUP(freep) char *url = configuration_store_url(run->configuration);
	struct error ignored;

	return url && store_open(url, STORE_WRITE, &run->store, &ignored) == 0;
}

static int open_store(struct dns_run *run, unsigned int needs)
{
	enum store_mode mode = needs & DNS_RUN_WRITE ? STORE_WRITE : STORE_READ;
	struct error err;
	int status;

	run->notes = needs & DNS_RUN_NOTES && open_for_notes(run);
	if (run->notes)
		return STATUS_DONE;
	status = site_store(run->configuration, mode, &run->store);
	if (status == STATUS_DONE && needs & DNS_RUN_WRITE &&
	    store_lock(run->store, &run->lock, &err) < 0)
		return complain_error(&err);
	return status;
}

static void fill_site(struct dns_run *run, unsigned int needs)
{
	const struct configuration *c = run->configuration;
	bool transfer = strcmp(c->dns_read, "transfer") == 0 && run->primary.count;

	run->site = (struct publication_site){
		.providers = run->providers,
		.zones = run->zones,
		.store = run->store,
		.exchange = run->exchange,
		.key = run->key,
		.primary = run->primary.count ? &run->primary.list[0] : NULL,
		.authorities = transfer ? NULL : run->authorities,
		.targets = run->targets,
		.directory = run->directory,
		.kind = strcmp(c->dns_publish, "zones") == 0 ? ZONE_TEXT_ZONE : ZONE_TEXT_FRAGMENT,
		.reload = c->dns_reload,
		.target = run->target,
		.who = site_user(run->who, sizeof(run->who)),
		.updates = (unsigned int)c->dns_updates,
		.timeout = (unsigned int)c->dns_timeout * 1000,
		.transfer = transfer,
		.writes = needs & DNS_RUN_WRITE,
	};
}

int dns_run_open(const struct invocation *invocation, unsigned int needs, struct dns_run *ret)
{
	int status;

	*ret = (struct dns_run){ .invocation = invocation };
	status = domain_feed_check(invocation);
	if (status == STATUS_DONE)
		status = site_providers(invocation, &ret->providers);
	if (status != STATUS_DONE)
		return status;
	ret->configuration = ret->providers->configuration;
	status = site_zones(ret->configuration, &ret->zones);
	if (status == STATUS_DONE)
		status = open_store(ret, needs);
	if (status == STATUS_DONE && needs & DNS_RUN_NETWORK)
		status = open_network(ret, needs);
	if (status == STATUS_DONE && needs & DNS_RUN_TARGET)
		status = open_target(ret, needs);
	if (status == STATUS_DONE)
		status = domain_feed_open(invocation, ret->store,
					  needs & DNS_RUN_PUBLISHED ? DOMAIN_FEED_PUBLISHED
								    : DOMAIN_FEED_STORE,
					  &ret->feed);
	ret->quiet = ret->feed.many;
	if (status == STATUS_DONE)
		fill_site(ret, needs);
	return status;
}

void dns_run_close(struct dns_run *run)
{
	zone_directory_closep(&run->directory);
	target_check_freep(&run->targets);
	authority_finder_freep(&run->authorities);
	exchange_freep(&run->exchange);
	tsig_key_freep(&run->key);
	store_unlockp(&run->lock);
	store_closep(&run->store);
	zone_set_freep(&run->zones);
	provider_set_unrefp(&run->providers);
	domain_feed_clear(&run->feed);
}

/* Fills the batch. Returns how many there are, or -1. */
static long next_batch(struct dns_run *run, struct publication *list, size_t room,
		       struct error *err)
{
	size_t count = 0;

	while (count < room && domain_feed_next(&run->feed, &list[count].domain)) {
		struct publication *publication = &list[count++];

		if (store_find(run->store, &publication->domain, &publication->provider, err) < 0) {
			if (err->code != ERROR_NOT_FOUND)
				return -1;
			publication->provider = NULL;
		}
	}
	return (long)count;
}

int dns_run_each(struct dns_run *run, dns_run_batch *batch, void *context)
{
	size_t room = run->directory ? PUBLICATION_FILES_BATCH : PUBLICATION_BATCH;
	struct publication *list = calloc(room, sizeof(*list));
	int status = STATUS_DONE;
	size_t done = 0;
	struct error err;
	long count = 0;

	if (!list)
		error_no_memory(&err);
	domain_feed_rewind(&run->feed);
	progress_begin(&run->progress, run->counting ? "domains looked at" : "domains");
	run->progress.total = run->feed.count;
	/* what changes zones goes on though nobody reads what it says */
	while (status == STATUS_DONE && list && (output_wanted() || run->site.writes) &&
	       (count = next_batch(run, list, room, &err)) > 0) {
		status = batch(run, list, (size_t)count, context);
		for (long i = 0; i < count; i++)
			publication_clear(&list[i]);
		done += (size_t)count;
		progress_update(&run->progress, done);
	}
	progress_clear(&run->progress);
	for (size_t i = 0; list && i < room; i++)
		publication_clear(&list[i]);
	if (!list || count < 0)
		status = complain_error(&err);
	free(list);
	return status;
}

int dns_run_whole(const struct invocation *invocation, unsigned int needs, dns_run_batch *batch,
		  void *context)
{
	struct dns_run run;
	int status = dns_run_open(invocation, needs, &run);

	if (status == STATUS_DONE)
		status = dns_run_each(&run, batch, context);
	if (status == STATUS_DONE && (run.complained || run.feed.refused))
		status = STATUS_FINDING;
	dns_run_close(&run);
	return status;
}

void dns_run_complain(struct dns_run *run, const struct publication *publication)
{
	run->complained = true;
	progress_clear(&run->progress);
	complain("%s: %s", publication->domain.text, publication->reason);
}

/* As a plan would, but before anybody is asked anything. */
int dns_run_check_adopt(const char *names)
{
	const struct domain_name domain = { 11, "example.com" };
	const struct dns_record_list none = { 0 };
	const struct change_plan_input input = {
		.domain = &domain,
		.zone = &domain,
		.desired = &none,
		.expected = &none,
		.live = &none,
		.adopt = names,
	};
	CLEANUP(change_plan_freep) struct change_plan *plan = NULL;
	struct error err;

	if (change_plan_make(&input, &plan, &err) == 0)
		return STATUS_DONE;
	complain("--%s", err.text);
	return STATUS_USAGE;
}
