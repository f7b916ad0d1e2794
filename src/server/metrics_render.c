/*
 * A series is there from the beginning, with 0, because rate() cannot see the step from nothing
 * to 1. Only requests, which are a table of kinds and statuses, have what is rare left out until
 * it occurs. Names are as Prometheus wants them: base units, _total for what only grows.
 */
#include "server/metrics_totals.h"
#include "server/process_figures.h"

#include <inttypes.h>

#define PREFIX "signpost_"

static void put_head(struct bytes *text, const char *name, const char *type, const char *help)
{
	bytes_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Counts of one name: each is a counter with labels of its own. */

struct series {
	const char *labels; /* "" for the end */
	enum metric metric;
};

static const struct counter {
	const char *name, *help;
	struct series series[5];
} counters[] = {
	{ PREFIX "connections_accepted_total",
	  "Connections accepted, by how the client came.",
	  { { "{transport=\"http\"}", METRIC_CONNECTIONS_HTTP },
	    { "{transport=\"https\"}", METRIC_CONNECTIONS_HTTPS } } },
	{ PREFIX "connections_refused_total",
	  "Connections closed at once: too many in all, or from one address.",
	  { { "{reason=\"all\"}", METRIC_REFUSED_ALL },
	    { "{reason=\"address\"}", METRIC_REFUSED_ADDRESS } } },
	{ PREFIX "connections_cut_total",
	  "Connections closed from here: idle ones to make room for others, slow ones at the time "
	  "limit.",
	  { { "{reason=\"idle\"}", METRIC_SHED }, { "{reason=\"slow\"}", METRIC_CUT_SLOW } } },
	{ PREFIX "accept_failures_total",
	  "Connections that could not be accepted for want of descriptors or memory.",
	  { { "", METRIC_ACCEPT_FAILED } } },
	{ PREFIX "tls_handshakes_total",
	  "TLS handshakes finished, by version, and whether with a ticket.",
	  { { "{version=\"1.2\",resumed=\"no\"}", METRIC_HANDSHAKES_TLS12 },
	    { "{version=\"1.2\",resumed=\"yes\"}", METRIC_HANDSHAKES_TLS12_RESUMED },
	    { "{version=\"1.3\",resumed=\"no\"}", METRIC_HANDSHAKES_TLS13 },
	    { "{version=\"1.3\",resumed=\"yes\"}", METRIC_HANDSHAKES_TLS13_RESUMED } } },
	{ PREFIX "tls_handshakes_failed_total",
	  "TLS handshakes ended without success.",
	  { { "{reason=\"no_certificate\"}", METRIC_HANDSHAKES_NO_CERTIFICATE },
	    { "{reason=\"timeout\"}", METRIC_HANDSHAKES_TIMED_OUT },
	    { "{reason=\"other\"}", METRIC_HANDSHAKES_FAILED } } },
	{ PREFIX "requests_limited_total",
	  "Requests answered with 429, by what their network has had enough of.",
	  { { "{limit=\"form\"}", METRIC_LIMITED_FORM },
	    { "{limit=\"page\"}", METRIC_LIMITED_PAGE },
	    { "{limit=\"profile\"}", METRIC_LIMITED_PROFILE } } },
	{ PREFIX "profiles_total",
	  "Apple profiles given out: signed, or unsigned though a certificate is configured.",
	  { { "{signed=\"yes\"}", METRIC_PROFILES_SIGNED },
	    { "{signed=\"no\"}", METRIC_PROFILES_UNSIGNED } } },
	{ PREFIX "out_of_memory_total",
	  "Requests and connections given up for lack of memory.",
	  { { "", METRIC_OUT_OF_MEMORY } } },
	{ PREFIX "log_lines_lost_total",
	  "Log lines that were dropped because nobody read them.",
	  { { "", METRIC_LOG_LINES_LOST } } },
};

static void put_counter(struct bytes *text, const struct counter *counter,
			const struct metrics_totals *totals)
{
	put_head(text, counter->name, "counter", counter->help);
	for (const struct series *series = counter->series; series->labels; series++)
		bytes_append_format(text, "%s%s %" PRIu64 "\n", counter->name, series->labels,
				    totals->counts[series->metric]);
}

/* Requests */

static const struct {
	const char *name;
	bool always;
} codes[CODE_COUNT] = {
#define METRICS_CODE(status, always) { #status, always },
	METRICS_STATUSES(METRICS_CODE)
#undef METRICS_CODE
		{ "other", false },
};

static void put_requests(struct bytes *text, const struct metrics_totals *totals)
{
	static const char name[] = PREFIX "requests_total";

	put_head(text, name, "counter", "Requests answered, by what was asked for and status.");
	for (size_t kind = 0; kind < KIND_COUNT; kind++) {
		for (size_t code = 0; code < CODE_COUNT; code++) {
			uint64_t count = totals->requests[kind][code];

			if (count || codes[code].always)
				bytes_append_format(
					text, "%s{kind=\"%s\",code=\"%s\"} %" PRIu64 "\n", name,
					request_kind_name((enum request_kind)kind),
					codes[code].name, count);
		}
	}
}

static void put_clients(struct bytes *text, const struct metrics_totals *totals)
{
	static const char name[] = PREFIX "clients_total";

	put_head(text, name, "counter",
		 "Requests answered, by the kind of program that asked, as it calls itself.");
	for (size_t client = 0; client < CLIENT_KIND_COUNT; client++)
		bytes_append_format(text, "%s{client=\"%s\"} %" PRIu64 "\n", name,
				    client_kind_name((enum client_kind)client),
				    totals->clients[client]);
}

/* Microseconds as seconds, which is what Prometheus calculates with. */
static void put_seconds(struct bytes *text, const char *name, uint64_t microseconds)
{
	bytes_append_format(text, "%s %" PRIu64 ".%06" PRIu64 "\n", name, microseconds / 1000000,
			    microseconds % 1000000);
}

static void put_durations(struct bytes *text, const struct metrics_totals *totals)
{
	static const char name[] = PREFIX "request_duration_seconds";
	uint64_t count = 0;

	put_head(text, name, "histogram",
		 "Time from a request's first line to its answer handed to the connection.");
	for (size_t i = 0; i < METRICS_BOUNDS; i++) {
		count += totals->durations[i];
		bytes_append_format(text, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
				    (double)metrics_bounds[i] / 1e6, count);
	}
	count += totals->durations[METRICS_BOUNDS];
	bytes_append_format(text, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	put_seconds(text, PREFIX "request_duration_seconds_sum", totals->microseconds);
	bytes_append_format(text, "%s_count %" PRIu64 "\n", name, count);
}

/* What is so at the moment */

static void put_gauge(struct bytes *text, const char *name, const char *help, uint64_t value)
{
	put_head(text, name, "gauge", help);
	bytes_append_format(text, "%s %" PRIu64 "\n", name, value);
}

/* 0 is none, and then there is no such line: nobody shall take it for the year 1970. */
static void put_time(struct bytes *text, const char *name, const char *help, int64_t seconds)
{
	if (seconds)
		put_gauge(text, name, help, (uint64_t)seconds);
}

static void put_service(struct bytes *text, const struct metrics_gauges *g)
{
	put_head(text, PREFIX "build_info", "gauge", "The version that runs.");
	bytes_append_text(text, PREFIX "build_info{version=\"" SIGNPOST_VERSION "\"} 1\n");
	put_gauge(text, PREFIX "ready",
		  "Whether the store has been read, so that domains are known.", g->ready);
	put_gauge(text, PREFIX "store_readable",
		  "Whether the store can be read now; if not, what was last read is served.",
		  g->store_readable);
	put_time(text, PREFIX "settings_loaded_timestamp_seconds",
		 "When configuration and provider documents were last loaded.", g->settings_loaded);
	put_gauge(text, PREFIX "settings_reload_failed",
		  "Whether the last reload failed, so that earlier settings are served.",
		  g->reload_failed);
	put_gauge(text, PREFIX "providers", "Provider documents that are loaded.", g->providers);
	put_gauge(text, PREFIX "domains", "Domains that are known.", g->domains);
	put_gauge(text, PREFIX "workers", "Threads that answer.", g->workers);
	put_gauge(text, PREFIX "connections", "Connections that are open.", g->connections);
	put_gauge(text, PREFIX "connections_limit", "Connections that may be open at a time.",
		  g->connections_max);
	put_gauge(text, PREFIX "pages_kept", "Variants of settings pages kept in memory.",
		  g->page_variants);
	put_gauge(text, PREFIX "pages_kept_bytes", "Memory of the settings pages that are kept.",
		  g->page_bytes);
	put_time(text, PREFIX "profile_certificate_end_timestamp_seconds",
		 "When the certificate ends that Apple profiles are signed with; absent without "
		 "one.",
		 g->profile_certificate_end);
	put_head(text, PREFIX "seen_lost_total", "counter",
		 "Requests that the seen-log had no room for.");
	bytes_append_format(text, PREFIX "seen_lost_total %" PRIu64 "\n", g->seen_lost);
}

static void put_certificates(struct bytes *text, const struct metrics_gauges *g)
{
	static const char lookups[] = PREFIX "tls_certificate_lookups_total";

	put_gauge(text, PREFIX "tls_certificate_folders", "Folders of certificates.",
		  g->certificate_folders);
	put_gauge(text, PREFIX "tls_certificates_kept", "Certificates kept in memory.",
		  g->certificates_kept);
	put_gauge(text, PREFIX "tls_certificates_unreadable",
		  "Folders without a certificate and a key that fit.", g->certificates_unreadable);
	put_gauge(text, PREFIX "tls_certificates_expired",
		  "Folders whose certificate is not valid now.", g->certificates_expired);
	put_gauge(text, PREFIX "tls_certificates_ending",
		  "Folders whose certificate is valid for less than 14 days more.",
		  g->certificates_ending);
	put_time(text, PREFIX "tls_certificates_next_end_timestamp_seconds",
		 "When the first of the valid certificates ends.", g->certificates_next_end);
	put_head(text, lookups, "counter",
		 "Names that clients asked for, by where their certificate was found.");
	bytes_append_format(text,
			    "%s{result=\"memory\"} %" PRIu64 "\n%s{result=\"disk\"} %" PRIu64
			    "\n%s{result=\"none\"} %" PRIu64 "\n",
			    lookups, g->certificate_hits, lookups, g->certificate_reads, lookups,
			    g->certificate_misses);
}

/* The names that Prometheus' client libraries have for a process. */
static void put_process(struct bytes *text, int64_t started)
{
	static const char cpu[] = "process_cpu_seconds_total";
	struct process_figures figures;

	process_figures_read(&figures);
	put_head(text, cpu, "counter", "Processor time of the process, user and system.");
	put_seconds(text, cpu, (uint64_t)figures.cpu_microseconds);
	if (figures.resident_bytes)
		put_gauge(text, "process_resident_memory_bytes",
			  "Memory of the process that is resident.",
			  (uint64_t)figures.resident_bytes);
	put_gauge(text, "process_open_fds", "Descriptors that are open.",
		  (uint64_t)figures.descriptors);
	if (figures.descriptors_max >= 0)
		put_gauge(text, "process_max_fds", "Descriptors that may be open.",
			  (uint64_t)figures.descriptors_max);
	put_time(text, "process_start_time_seconds", "When the process started.", started);
}

void metrics_render(const struct metrics *metrics, const struct metrics_gauges *gauges,
		    struct bytes *text)
{
	struct metrics_totals totals;

	metrics_total(metrics, &totals);
	put_service(text, gauges);
	put_requests(text, &totals);
	put_clients(text, &totals);
	put_durations(text, &totals);
	put_head(text, PREFIX "response_body_bytes_total", "counter", "Bytes of answers' bodies.");
	bytes_append_format(text, PREFIX "response_body_bytes_total %" PRIu64 "\n", totals.bytes);
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		put_counter(text, &counters[i], &totals);
	if (gauges->tls)
		put_certificates(text, gauges);
	put_process(text, gauges->started);
}
