#include "server/shared_make.h"

#include "server/clock.h"
#include "server/log.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#define NETWORKS 16384		 /* whose use of each limited thing is remembered, 40 bytes each */
#define DESCRIPTORS 24		 /* that the service itself needs, the store's among them */
#define DESCRIPTORS_OF_WORKER 24 /* its listening sockets among them */
#define DESCRIPTORS_OF_TLS 3	 /* of a connection: its socket, and the two ends of a pair */

static long worker_count(const struct configuration *configuration)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (configuration->http_workers)
		return configuration->http_workers;
	return cores < 1 ? 1 : cores;
}

/*
 * How many connections there may be: as configured, if the limit of descriptors can be raised for
 * them.
 */
static long connection_count(const struct configuration *configuration, long workers, bool https)
{
	long wanted = configuration->http_connections, each = https ? DESCRIPTORS_OF_TLS : 1;
	rlim_t reserve = (rlim_t)(DESCRIPTORS + workers * DESCRIPTORS_OF_WORKER);
	rlim_t needed = (rlim_t)(wanted * each) + reserve;
	struct rlimit limit;
	long possible;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
		return wanted;
	limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
	if ((setrlimit(RLIMIT_NOFILE, &limit) < 0 && getrlimit(RLIMIT_NOFILE, &limit) < 0) ||
	    limit.rlim_cur >= needed)
		return wanted;
	possible = limit.rlim_cur > reserve ? (long)(limit.rlim_cur - reserve) / each : 0;
	if (possible < workers)
		possible = workers;
	log_warning("%ju descriptors are allowed, so %ld connections instead of %ld%s",
		    (uintmax_t)limit.rlim_cur, possible, wanted,
		    https ? ", as each may take three with https" : "");
	return possible;
}

/* The host of a URL, to be freed; NULL: none, or no memory. */
static char *host_of(const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;

	return host ? strndup(host + 3, strcspn(host + 3, ":/")) : NULL;
}

static int make_tls(const struct configuration *configuration, struct shared *shared,
		    struct error *err)
{
	CLEANUP(freep) char *directory = NULL;
	CLEANUP(freep) char *site = host_of(configuration->site_url);
	const char *fallback[2];
	size_t count = 0;

	if (!configuration->tls_certificates)
		return error_set(
			err, ERROR_INVALID,
			"[tls] certificates is not set, but there are addresses for "
			"https: name the directory with the certificates, or take [listen] "
			"https out");
	directory = configuration_path(configuration, configuration->tls_certificates);
	if (!directory)
		return error_no_memory(err);
	if (site)
		fallback[count++] = site;
	if (configuration->dns_service)
		fallback[count++] = configuration->dns_service;
	return tls_context_new(directory, (size_t)configuration->tls_cache, fallback, count,
			       &shared->tls, err);
}

/* How much of each a network gets in a minute. */
static unsigned int rate_of(const struct configuration *configuration, enum endpoint_limit limit)
{
	switch (limit) {
	case LIMIT_FORM:
		return (unsigned int)configuration->http_forms_per_network;
	case LIMIT_PAGE:
		return (unsigned int)configuration->http_pages_per_network;
	case LIMIT_PROFILE:
		return (unsigned int)configuration->http_profiles_per_network;
	case LIMIT_NONE:
	case LIMIT_COUNT:
	default:
		return 0;
	}
}

static int make_limits(const struct configuration *configuration, struct shared *shared,
		       struct error *err)
{
	uint64_t seeds[LIMIT_COUNT];

	if (getrandom(seeds, sizeof(seeds), 0) != (ssize_t)sizeof(seeds))
		return error_errno(err, errno, "no random bytes");
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++) {
		if (network_limit_new(rate_of(configuration, i), NETWORKS, seeds[i],
				      &shared->limits[i], err) < 0)
			return -1;
	}
	return connection_limit_new(shared->connections_max,
				    (size_t)configuration->http_connections_per_address,
				    seeds[LIMIT_NONE], &shared->connections, err);
}

/* *ret is NULL if nothing is to be remembered. */
static int seen_path(const struct configuration *configuration, char **ret, struct error *err)
{
	*ret = NULL;
	if (!configuration->seen_file)
		return 0;
	*ret = configuration_path(configuration, configuration->seen_file);
	return *ret ? 0 : error_no_memory(err);
}

int shared_make(const struct configuration *configuration, bool https, struct shared *ret,
		struct error *err)
{
	long workers = worker_count(configuration);
	CLEANUP(freep) char *seen = NULL;

	ret->started = clock_seconds();
	ret->workers = (size_t)workers;
	ret->timeout = (unsigned int)configuration->http_timeout;
	ret->connections_max = (size_t)connection_count(configuration, workers, https);
	if (seen_path(configuration, &seen, err) < 0 ||
	    metrics_new(ret->workers, &ret->metrics, err) < 0 ||
	    make_limits(configuration, ret, err) < 0 ||
	    seen_log_new(seen, configuration->seen_days, ret->workers, &ret->seen, err) < 0)
		return -1;
	return https ? make_tls(configuration, ret, err) : 0;
}

int shared_reload(struct shared *shared, const struct configuration *configuration,
		  struct error *err)
{
	CLEANUP(freep) char *seen = NULL;

	if (seen_path(configuration, &seen, err) < 0 ||
	    seen_log_set(shared->seen, seen, configuration->seen_days, err) < 0)
		return -1;
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++)
		network_limit_set(shared->limits[i], rate_of(configuration, i));
	connection_limit_set(shared->connections,
			     (size_t)configuration->http_connections_per_address);
	return 0;
}

void shared_clear(struct shared *shared)
{
	tls_context_free(shared->tls);
	seen_log_free(shared->seen);
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++)
		network_limit_free(shared->limits[i]);
	connection_limit_free(shared->connections);
	metrics_free(shared->metrics);
}
