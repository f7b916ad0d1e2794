/*
 * What the service counts, and the text of /-/metrics (Prometheus text format 0.0.4). Every worker
 * counts for itself, with relaxed atomic operations and no lock; whoever renders adds them up. The
 * set of labels is fixed: no domain, no address, no header is ever one.
 */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "http/client_kind.h"
#include "http/request_kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is counted one by one. */
enum metric {
	METRIC_CONNECTIONS_HTTP, /* accepted */
	METRIC_CONNECTIONS_HTTPS,
	METRIC_REFUSED_ALL,	 /* closed at once: as many as there may be are open */
	METRIC_REFUSED_ADDRESS,	 /* closed at once: this address has too many */
	METRIC_SHED,		 /* idle ones closed to make room for new ones */
	METRIC_CUT_SLOW,	 /* closed for their slowness */
	METRIC_ACCEPT_FAILED,	 /* no descriptor, no memory */
	METRIC_HANDSHAKES_TLS12, /* finished, full */
	METRIC_HANDSHAKES_TLS13,
	METRIC_HANDSHAKES_TLS12_RESUMED, /* finished, with a ticket */
	METRIC_HANDSHAKES_TLS13_RESUMED,
	METRIC_HANDSHAKES_NO_CERTIFICATE, /* ended: there is none for the name */
	METRIC_HANDSHAKES_FAILED,	  /* ended for another reason */
	METRIC_HANDSHAKES_TIMED_OUT,
	METRIC_LIMITED_FORM, /* answered 429 */
	METRIC_LIMITED_PAGE,
	METRIC_LIMITED_PROFILE,
	METRIC_PROFILES_SIGNED,
	METRIC_PROFILES_UNSIGNED, /* though a certificate is configured */
	METRIC_OUT_OF_MEMORY,	  /* requests and connections given up for lack of it */
	METRIC_LOG_LINES_LOST,
	METRIC_COUNT,
};

struct metrics;

/* The counters of one worker, which alone adds to them. */
struct metrics_worker;

/* workers: at least 1. ERROR_NO_MEMORY. The caller frees *ret, after all workers have ended. */
int metrics_new(size_t workers, struct metrics **ret, struct error *err);

/* The counters of worker number (from 0); live as long as metrics. */
struct metrics_worker *metrics_worker(struct metrics *metrics, size_t number);

void metrics_add(struct metrics_worker *worker, enum metric metric, uint64_t count);

/*
 * One answered request: signpost_requests_total{kind,code} (code: its status, 200, 404, ..., those
 * that occur; what is not among them is "other"), signpost_clients_total{client}, and the histogram
 * signpost_request_duration_seconds, whose buckets go from 10 us to 10 s (10, 20, 50, 100, ...).
 * bytes is the body's size.
 */
void metrics_request(struct metrics_worker *worker, enum request_kind kind, enum client_kind client,
		     unsigned int status, int64_t microseconds, uint64_t bytes);

/* What is not counted but is so at the moment; filled in by the service. Times: seconds, 1970. */
struct metrics_gauges {
	size_t workers, providers, domains;
	size_t connections, connections_max;
	bool ready, store_readable;
	int64_t started, settings_loaded; /* when */
	bool reload_failed;
	size_t page_variants; /* kept in memory, and their bytes */
	size_t page_bytes;
	bool tls; /* whether what begins with certificate is shown */
	size_t certificate_folders, certificates_kept, certificates_unreadable,
		certificates_expired, certificates_ending;
	int64_t certificates_next_end; /* 0: none */
	uint64_t certificate_hits, certificate_reads, certificate_misses;
	int64_t profile_certificate_end; /* 0: profiles are not signed */
	uint64_t seen_lost;		 /* requests that the seen-log had no room for */
};

/*
 * Appends all of it, with HELP and TYPE, plus what the process has: process_cpu_seconds_total,
 * process_resident_memory_bytes, process_open_fds, process_max_fds, process_start_time_seconds
 * (names as Prometheus' client libraries have them), signpost_build_info{version}.
 */
void metrics_render(const struct metrics *metrics, const struct metrics_gauges *gauges,
		    struct bytes *text);

void metrics_free(struct metrics *metrics);
DEFINE_CLEANUP(struct metrics *, metrics_free)

#endif
