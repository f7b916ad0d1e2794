#include "server/gauges.h"

static void read_certificates(const struct shared *shared, struct metrics_gauges *gauges)
{
	struct tls_certificates_figures figures;

	tls_certificates_figures(tls_context_certificates(shared->tls), &figures);
	gauges->tls = true;
	gauges->certificate_folders = figures.folders;
	gauges->certificates_kept = figures.kept;
	gauges->certificates_unreadable = figures.unreadable;
	gauges->certificates_expired = figures.expired;
	gauges->certificates_ending = figures.ending;
	gauges->certificates_next_end = figures.next_end;
	gauges->certificate_hits = figures.hits;
	gauges->certificate_reads = figures.reads;
	gauges->certificate_misses = figures.misses;
}

void gauges_render(const struct shared *shared, const struct snapshot *snapshot, struct bytes *text)
{
	const struct provider_set *providers = snapshot->settings->providers;
	struct metrics_gauges gauges = {
		.workers = shared->workers,
		.providers = providers->count,
		.domains = domain_table_count(snapshot->settings->domains),
		.connections = connection_limit_open(shared->connections),
		.connections_max = shared->connections_max,
		.ready = snapshot->state.ready,
		.store_readable = snapshot->store_readable,
		.started = shared->started,
		.settings_loaded = snapshot->settings_loaded,
		.reload_failed = snapshot->reload_failed,
		.profile_certificate_end = snapshot->profile_certificate_end,
		.seen_lost = seen_log_lost(shared->seen),
	};

	if (shared->tls)
		read_certificates(shared, &gauges);
	page_cache_figures(providers->page_cache, &gauges.page_variants, &gauges.page_bytes);
	metrics_render(shared->metrics, &gauges, text);
}
