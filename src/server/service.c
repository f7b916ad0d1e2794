/*
 * The main thread alone loads and publishes; workers only read what it published. A reload that
 * fails leaves everything as it was, says why, and is told by /-/ready until one succeeds.
 */
#include "server/service.h"

#include "base/bytes.h"
#include "server/clock.h"
#include "server/follower.h"
#include "server/listener.h"
#include "server/log.h"
#include "server/service_manager.h"
#include "server/shared_make.h"
#include "server/signer_follower.h"
#include "server/worker.h"

#include <errno.h>
#include <libxml/parser.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define RELOAD_MEMORY (32 * 1024 * 1024) /* bytes: of the largest settings, and more */
#define TIME_SIZE sizeof("2026-01-01T00:00:00Z")

struct service {
	const char *configuration_path;
	struct provider_set *providers;
	struct follower *follower;
	struct signer_follower *signers;
	char *store_url;
	struct shared shared;
	struct listener_set listeners;
	struct worker **workers;
	size_t worker_count;
	size_t faults;		  /* errors in files of settings pages */
	size_t domain_count;	  /* as last logged */
	int64_t reload_failed_at; /* seconds since 1970, 0: the last one went well */
	int64_t loaded_at;	  /* the settings: seconds since 1970 */
	int64_t alive_at;	  /* last told to the service manager: nanoseconds */
	struct tls_certificates_figures certificates; /* as last told */
};

static void log_findings(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		log_finding(&findings->list[i]);
	if (findings->errors + findings->warnings > findings->count)
		log_warning("%zu further findings: see signpost check",
			    findings->errors + findings->warnings - findings->count);
}

/* *ret_faults is how many errors there are in what is loaded all the same: in files of pages. */
static int load_providers(const char *path, struct provider_set **ret, size_t *ret_faults,
			  struct error *err)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	bool loaded = configuration_load(path, &configuration, &findings, err) == 0 &&
		      provider_set_load(configuration, ret, &findings, err) == 0;

	log_findings(&findings);
	if (loaded) {
		*ret_faults = findings.errors;
		return 0;
	}
	if (findings.errors) /* each has a line of its own */
		return error_set(err, err->code, "%zu error%s in the settings", findings.errors,
				 findings.errors == 1 ? "" : "s");
	return -1;
}

static void format_time(int64_t seconds, char ret[TIME_SIZE])
{
	time_t at = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&at, &parts) || !strftime(ret, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		ret[0] = '\0';
}

/* The lines of /-/ready. */
static void describe_state(const struct service *service, bool ready, struct bytes *text)
{
	const char *trouble = follower_trouble(service->follower);
	char at[TIME_SIZE];

	bytes_append_text(text, ready ? "ready\n" : "not ready\n");
	bytes_append_format(text, "providers: %zu\n", service->providers->count);
	bytes_append_format(text, "domains: %zu\n",
			    domain_table_count(follower_table(service->follower)));
	if (trouble) {
		format_time(follower_trouble_since(service->follower), at);
		bytes_append_format(
			text, "store: not readable since %s, %s: %s\n", at,
			ready ? "answering from what was last read" : "nothing read yet", trouble);
	} else {
		bytes_append_text(text, "store: ok\n");
	}
	signer_follower_describe(service->signers, text);
	if (service->shared.tls)
		tls_certificates_describe(tls_context_certificates(service->shared.tls), text);
	if (service->shared.seen)
		seen_log_describe(service->shared.seen, text);
	if (service->faults)
		bytes_append_format(text,
				    "pages: %zu error%s in their files, what is built in is used "
				    "instead: see signpost check\n",
				    service->faults, service->faults == 1 ? "" : "s");
	if (service->reload_failed_at) {
		format_time(service->reload_failed_at, at);
		bytes_append_format(
			text, "settings: the reload of %s failed, the earlier ones are used\n", at);
	}
}

static int publish(struct service *service, struct snapshot **ret, struct error *err)
{
	CLEANUP(settings_unrefp) struct settings *settings = NULL;
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	struct snapshot_state state = {
		.ready = follower_has_read(service->follower),
		.store_readable = !follower_trouble(service->follower),
		.reload_failed = service->reload_failed_at,
		.https = service->shared.tls,
		.settings_loaded = service->loaded_at,
	};

	describe_state(service, state.ready, &text);
	if (text.failed)
		return error_no_memory(err);
	state.text = text.data;
	if (settings_new(service->providers, follower_table(service->follower), &settings, err) <
		    0 ||
	    snapshot_new(settings, signer_follower_signer(service->signers), &state, ret, err) < 0)
		return -1;
	for (size_t i = 0; i < service->worker_count; i++)
		worker_publish(service->workers[i], *ret);
	return 0;
}

static void publish_to_workers(struct service *service)
{
	CLEANUP(snapshot_unrefp) struct snapshot *snapshot = NULL;
	struct error err = { 0 };

	if (publish(service, &snapshot, &err) < 0)
		log_error("cannot serve what was loaded: %s", err.text);
}

/* Looks at the store, tells what is new about it. Returns whether answers may change. */
static bool follow(struct service *service)
{
	bool trouble_before = follower_trouble(service->follower) != NULL;
	const char *trouble;
	size_t count;
	bool news;

	news = follower_look(service->follower);
	trouble = follower_trouble(service->follower);
	count = domain_table_count(follower_table(service->follower));
	if (!news && count == service->domain_count)
		return false;
	if (trouble)
		log_error("store: %s; answering for the %zu domains that were last read", trouble,
			  count);
	else if (trouble_before)
		log_message("store: readable again");
	if (count != service->domain_count)
		log_message("%zu domains", count);
	service->domain_count = count;
	return true;
}

/*
 * Follows the store that the configuration names. One that cannot be read may be the first, and is
 * waited for; it never takes the place of another.
 */
static int open_follower(struct service *service, const struct configuration *configuration,
			 struct error *err)
{
	CLEANUP(follower_freep) struct follower *follower = NULL;
	CLEANUP(freep) char *url = configuration_store_url(configuration);

	if (!url)
		return error_no_memory(err);
	if (service->store_url && strcmp(service->store_url, url) == 0)
		return 0;
	if (follower_new(url, &follower, err) < 0)
		return -1;
	if (service->follower) {
		follower_look(follower);
		if (!follower_has_read(follower))
			return error_set(err, ERROR_UNAVAILABLE, "store: %s",
					 follower_trouble(follower));
	}
	follower_free(service->follower);
	free(service->store_url);
	service->follower = follower;
	service->store_url = url;
	follower = NULL;
	url = NULL;
	return 0;
}

static bool differs(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

static void warn_of_restart(const struct configuration *old, const struct configuration *new)
{
	if (differs(old->listen_http, new->listen_http) ||
	    differs(old->listen_https, new->listen_https) ||
	    differs(old->tls_certificates, new->tls_certificates) ||
	    old->tls_cache != new->tls_cache || old->http_workers != new->http_workers ||
	    old->http_connections != new->http_connections ||
	    old->http_timeout != new->http_timeout)
		log_warning("[listen], [tls] and [http] workers, connections and timeout change "
			    "with a restart only");
}

/*
 * libxml2 2.9.14 does not survive every allocation that fails in the middle of a document, so a
 * reload does not begin without the memory that it may need.
 */
static int check_memory(struct error *err)
{
	void *volatile memory = malloc(RELOAD_MEMORY); /* not to be optimised away */

	free(memory);
	return memory ? 0 : error_no_memory(err);
}

static void reload(struct service *service)
{
	struct provider_set *providers = NULL, *old = service->providers;
	struct error err = { 0 };
	size_t faults;

	if (check_memory(&err) < 0 ||
	    load_providers(service->configuration_path, &providers, &faults, &err) < 0 ||
	    open_follower(service, providers->configuration, &err) < 0 ||
	    signer_follower_set(service->signers, providers->configuration, time(NULL), &err) < 0 ||
	    shared_reload(&service->shared, providers->configuration, &err) < 0) {
		provider_set_unref(providers);
		service->reload_failed_at = time(NULL);
		log_error("reload failed, the earlier settings are used: %s", err.text);
		publish_to_workers(service);
		return;
	}
	warn_of_restart(old->configuration, providers->configuration);
	service->providers = providers;
	service->loaded_at = time(NULL);
	service->faults = faults;
	service->reload_failed_at = 0;
	follow(service);
	publish_to_workers(service);
	provider_set_unref(old);
	log_message("reloaded: %zu providers", providers->count);
}

static int start_workers(struct service *service, struct error *err)
{
	CLEANUP(snapshot_unrefp) struct snapshot *snapshot = NULL;

	if (publish(service, &snapshot, err) < 0)
		return -1;
	service->workers = calloc(service->shared.workers, sizeof(struct worker *));
	if (!service->workers)
		return error_no_memory(err);
	while (service->worker_count < service->shared.workers) {
		if (worker_start(&service->listeners, &service->shared, service->worker_count,
				 snapshot, &service->workers[service->worker_count], err) < 0)
			return -1;
		service->worker_count++;
	}
	return 0;
}

static void stop_workers(struct service *service)
{
	for (size_t i = 0; i < service->worker_count; i++)
		worker_stop(service->workers[i]);
	for (size_t i = 0; i < service->worker_count; i++)
		worker_join(service->workers[i]);
	service->worker_count = 0;
}

/* The status line for the service manager. */
static void tell_ready(const struct service *service)
{
	char status[128];

	snprintf(status, sizeof(status), "%zu providers, %zu domains, %zu workers",
		 service->providers->count, domain_table_count(follower_table(service->follower)),
		 service->worker_count);
	service_manager_ready(status);
}

/* Reads the signals that have come. Returns whether one of them ends the service. */
static bool obey(struct service *service, int signal_fd)
{
	struct signalfd_siginfo info;
	bool again = false;

	while (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGHUP) {
			log_message("signal %u: finishing what is under way", info.ssi_signo);
			service_manager_stopping("finishing what is under way");
			return true;
		}
		again = true;
	}
	if (again) {
		service_manager_reloading();
		reload(service);
		tell_ready(service);
	}
	return false;
}

/* Tells the service manager that all threads turn. */
static void tell_alive(struct service *service)
{
	int64_t interval = service_manager_watchdog() * 1000000, now = clock_ns();
	bool alive = true;

	if (!interval || now - service->alive_at < interval)
		return;
	for (size_t i = 0; i < service->worker_count; i++)
		alive &= worker_is_alive(service->workers[i]);
	if (alive)
		service_manager_alive();
	service->alive_at = now;
}

/* Whether /-/ready would say something else of the certificates. */
static bool look_at_certificates(struct service *service)
{
	struct tls_certificates_figures now, *last = &service->certificates;
	bool news;

	if (!service->shared.tls)
		return false;
	tls_certificates_figures(tls_context_certificates(service->shared.tls), &now);
	news = now.folders != last->folders || now.unreadable != last->unreadable ||
	       now.expired != last->expired || now.ending != last->ending ||
	       now.next_end != last->next_end;
	*last = now;
	return news;
}

static void watch_until_stopped(struct service *service, int signal_fd)
{
	struct pollfd item = { .fd = signal_fd, .events = POLLIN };

	for (;;) {
		int ready = poll(&item, 1, FOLLOWER_INTERVAL_MS);
		bool news;

		if (ready > 0 && obey(service, signal_fd))
			return;
		news = follow(service);
		news |= seen_log_has_news(service->shared.seen);
		news |= look_at_certificates(service);
		if (signer_follower_look(service->signers, time(NULL)) || news)
			publish_to_workers(service);
		tell_alive(service);
	}
}

static void log_addresses(const struct socket_address_list *addresses, const char *scheme)
{
	char text[SOCKET_ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < addresses->count; i++) {
		socket_address_text(&addresses->list[i], 0, text);
		log_message("listening on %s://%s", scheme, text);
	}
}

static void log_start(const struct service *service)
{
	log_addresses(&service->listeners.http, "http");
	log_addresses(&service->listeners.https, "https");
	if (service->listeners.passed.count)
		log_message("listening on %zu sockets of the service manager",
			    service->listeners.passed.count);
	log_message("%zu providers, %zu domains, %zu workers", service->providers->count,
		    domain_table_count(follower_table(service->follower)), service->worker_count);
}

/* Sockets that are passed take the place of those in the configuration. */
static int find_listeners(struct service *service, struct error *err)
{
	const struct configuration *configuration = service->providers->configuration;
	struct listener_set *set = &service->listeners;

	if (service_manager_sockets(&set->passed, err) < 0)
		return -1;
	if (set->passed.count)
		return 0;
	if (socket_address_list_parse(configuration->listen_http, 0, &set->http, err) < 0 ||
	    socket_address_list_parse(configuration->listen_https ? configuration->listen_https
								  : "",
				      0, &set->https, err) < 0)
		return -1;
	if (set->http.count + set->https.count == 0)
		return error_set(err, ERROR_INVALID,
				 "%s: [listen] http and https are empty: nothing to do",
				 service->configuration_path);
	for (size_t i = 0; i < set->http.count; i++) {
		if (listener_probe(&set->http.list[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < set->https.count; i++) {
		if (listener_probe(&set->https.list[i], err) < 0)
			return -1;
	}
	return 0;
}

static bool listens_for_https(const struct listener_set *set)
{
	for (size_t i = 0; i < set->passed.count; i++) {
		if (set->passed.list[i].https)
			return true;
	}
	return set->https.count > 0;
}

static int serve(struct service *service, int signal_fd, struct error *err)
{
	if (load_providers(service->configuration_path, &service->providers, &service->faults,
			   err) < 0 ||
	    find_listeners(service, err) < 0 ||
	    open_follower(service, service->providers->configuration, err) < 0 ||
	    signer_follower_new(&service->signers, err) < 0 ||
	    signer_follower_set(service->signers, service->providers->configuration, time(NULL),
				err) < 0 ||
	    shared_make(service->providers->configuration, listens_for_https(&service->listeners),
			&service->shared, err) < 0)
		return -1;
	service->loaded_at = service->shared.started;
	follow(service);
	if (start_workers(service, err) < 0)
		return -1;
	log_start(service);
	tell_ready(service);
	watch_until_stopped(service, signal_fd);
	return 0;
}

int service_run(const char *configuration_path, struct error *err)
{
	struct service service = { .configuration_path = configuration_path };
	sigset_t signals;
	int signal_fd, result;

	xmlInitParser(); /* libxml2 wants that done before there are threads */
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return error_errno(err, errno, "signals");
	signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signal_fd < 0)
		return error_errno(err, errno, "signalfd");
	result = serve(&service, signal_fd, err);
	stop_workers(&service);
	free(service.workers);
	shared_clear(&service.shared);
	follower_free(service.follower);
	signer_follower_free(service.signers);
	free(service.store_url);
	provider_set_unref(service.providers);
	close(signal_fd);
	return result;
}
