#include "server/metrics.h"

#include "server/metrics_totals.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct metrics *metrics_of(size_t workers)
{
	struct metrics *metrics = NULL;
	struct error err = { 0 };

	assert_int_equal(metrics_new(workers, &metrics, &err), 0);
	return metrics;
}

static char *render(const struct metrics *metrics, const struct metrics_gauges *gauges)
{
	struct bytes text = { 0 };
	struct error err = { 0 };
	char *ret = NULL;

	metrics_render(metrics, gauges, &text);
	assert_int_equal(bytes_take(&text, &ret, NULL, &err), 0);
	return ret;
}

/* What is another in each process and each version. */
static const struct {
	const char *begin, *instead;
} masks[] = {
	{ "signpost_build_info{version=\"", "VERSION\"} 1" },
	{ "process_cpu_seconds_total ", "0" },
	{ "process_resident_memory_bytes ", "0" },
	{ "process_open_fds ", "0" },
	{ "process_max_fds ", "0" },
};

static void append_masked(struct bytes *out, const char *line, size_t length)
{
	for (size_t i = 0; i < sizeof(masks) / sizeof(*masks); i++) {
		size_t size = strlen(masks[i].begin);

		if (strncmp(line, masks[i].begin, size) != 0)
			continue;
		bytes_append(out, line, size);
		bytes_append_text(out, masks[i].instead);
		if (i > 0)
			assert_true(strtod(line + size, NULL) > 0);
		return;
	}
	bytes_append(out, line, length);
}

static char *masked(const char *text)
{
	struct bytes out = { 0 };
	struct error err = { 0 };
	char *ret = NULL;

	for (const char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		append_masked(&out, line, (size_t)(end - line));
		bytes_append_text(&out, "\n");
	}
	assert_int_equal(bytes_take(&out, &ret, NULL, &err), 0);
	return ret;
}

static char *read_expected(void)
{
	struct bytes path = { 0 }, text = { 0 };
	struct error err = { 0 };
	char chunk[4096], *ret = NULL;
	FILE *file;

	bytes_append_format(&path, "%s/tests/unit/server/metrics.txt", getenv("SIGNPOST_SOURCE"));
	assert_false(path.failed);
	file = fopen(path.data, "re");
	assert_non_null(file);
	for (size_t size; (size = fread(chunk, 1, sizeof(chunk), file)) > 0;)
		bytes_append(&text, chunk, size);
	fclose(file);
	bytes_clear(&path);
	assert_int_equal(bytes_take(&text, &ret, NULL, &err), 0);
	return ret;
}

/* One of every kind of line; what two workers have counted is added. */
static void count_some(struct metrics *metrics)
{
	struct metrics_worker *first = metrics_worker(metrics, 0);
	struct metrics_worker *second = metrics_worker(metrics, 1);

	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		metrics_add(first, metric, 1);
		metrics_add(second, metric, 100 + metric);
	}
	metrics_request(first, KIND_AUTOCONFIG, CLIENT_THUNDERBIRD, 200, 34, 1200);
	metrics_request(second, KIND_AUTOCONFIG, CLIENT_THUNDERBIRD, 200, 50, 1200);
	metrics_request(second, KIND_AUTODISCOVER, CLIENT_OUTLOOK, 200, 71, 2000);
	metrics_request(second, KIND_NONE, CLIENT_NONE, 404, 7, 23);
	metrics_request(first, KIND_PAGE, CLIENT_BROWSER, 418, 5100, 40);
	metrics_request(first, KIND_FORM, CLIENT_BROWSER, 429, 11, 40);
	metrics_request(second, KIND_MOBILECONFIG, CLIENT_APPLE, 499, 12345678, 0);
	metrics_request(second, KIND_OPERATIONS, CLIENT_CURL, 503, -5, 10); /* clock went back */
}

static void prints_everything(void **state)
{
	static const struct metrics_gauges gauges = {
		.workers = 2,
		.providers = 3,
		.domains = 100000,
		.connections = 17,
		.connections_max = 10000,
		.ready = true,
		.store_readable = true,
		.started = 1795400000,
		.settings_loaded = 1795400100,
		.reload_failed = true,
		.page_variants = 12,
		.page_bytes = 340000,
		.tls = true,
		.certificate_folders = 500,
		.certificates_kept = 400,
		.certificates_unreadable = 3,
		.certificates_expired = 2,
		.certificates_ending = 1,
		.certificates_next_end = 1796000000,
		.certificate_hits = 9000,
		.certificate_reads = 450,
		.certificate_misses = 77,
		.profile_certificate_end = 1797000000,
		.seen_lost = 5,
	};
	CLEANUP(metrics_freep) struct metrics *metrics = metrics_of(2);
	CLEANUP(freep) char *text = NULL, *shown = NULL, *expected = read_expected();

	(void)state;
	count_some(metrics);
	text = render(metrics, &gauges);
	assert_non_null(strstr(text, "{version=\"" SIGNPOST_VERSION "\"} 1\n"));
	shown = masked(text);
	if (strcmp(shown, expected) != 0)
		fputs(shown, stderr); /* cmocka shows the beginning alone */
	assert_string_equal(shown, expected);
}

static void shows_each_count_once(void **state)
{
	static const struct metrics_gauges gauges = { 0 };

	(void)state;
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		CLEANUP(metrics_freep) struct metrics *metrics = metrics_of(1);
		CLEANUP(freep) char *text = NULL;
		const char *found;

		metrics_add(metrics_worker(metrics, 0), metric, 987654321);
		text = render(metrics, &gauges);
		found = strstr(text, " 987654321\n");
		assert_non_null(found);
		assert_null(strstr(found + 1, " 987654321\n"));
	}
}

static void leaves_out_what_is_not_there(void **state)
{
	static const struct metrics_gauges gauges = { .profile_certificate_end = 0 };
	CLEANUP(metrics_freep) struct metrics *metrics = metrics_of(1);
	CLEANUP(freep) char *text = render(metrics, &gauges);

	(void)state;
	assert_null(strstr(text, "tls_certificate"));
	assert_null(strstr(text, "profile_certificate"));
	assert_null(strstr(text, "code=\"301\""));
	assert_non_null(strstr(text, "signpost_requests_total{kind=\"pacc\",code=\"500\"} 0\n"));
	assert_non_null(strstr(text, "signpost_tls_handshakes_total{version=\"1.3\","));
}

static struct metrics_totals totals_of(int64_t microseconds, unsigned int status)
{
	CLEANUP(metrics_freep) struct metrics *metrics = metrics_of(1);
	struct metrics_totals totals;

	metrics_request(metrics_worker(metrics, 0), KIND_PACC, CLIENT_CURL, status, microseconds,
			1);
	metrics_total(metrics, &totals);
	return totals;
}

/* A bound belongs to its bucket, which has all that is at most as long. */
static void finds_the_bucket(void **state)
{
	(void)state;
	for (size_t i = 0; i <= METRICS_BOUNDS; i++) {
		int64_t bound = i < METRICS_BOUNDS ? (int64_t)metrics_bounds[i] : INT64_MAX;
		int64_t first = i ? (int64_t)metrics_bounds[i - 1] + 1 : INT64_MIN;

		assert_int_equal(totals_of(bound, 200).durations[i], 1);
		assert_int_equal(totals_of(bound - 1, 200).durations[i], 1);
		assert_int_equal(totals_of(first, 200).durations[i], 1);
	}
	for (unsigned int power = 0; power < 63; power++) {
		int64_t duration = INT64_C(1) << power;
		size_t bucket = 0;

		while (metrics_bounds[bucket] < (uint64_t)duration)
			bucket++;
		assert_int_equal(totals_of(duration, 200).durations[bucket], 1);
	}
}

static void knows_the_statuses(void **state)
{
	static const unsigned int known[] = {
#define STATUS(status, always) status,
		METRICS_STATUSES(STATUS)
#undef STATUS
	};
	size_t code = 0;

	(void)state;
	assert_int_equal(sizeof(known) / sizeof(*known), CODE_OTHER);
	for (unsigned int status = 0; status < 1100; status++) {
		bool here = code < CODE_OTHER && known[code] == status;
		struct metrics_totals totals = totals_of(1, status);

		assert_int_equal(totals.requests[KIND_PACC][here ? code : CODE_OTHER], 1);
		code += here;
	}
	assert_int_equal(code, CODE_OTHER);
	assert_int_equal(totals_of(1, UINT32_MAX).requests[KIND_PACC][CODE_OTHER], 1);
}

#define WORKERS 3
#define TURNS 50000

struct counting {
	pthread_t thread;
	struct metrics_worker *worker;
	atomic_bool *done;
};

static void *count(void *arg)
{
	struct counting *counting = arg;

	for (unsigned int i = 0; i < TURNS; i++) {
		metrics_request(counting->worker, i % KIND_COUNT, i % CLIENT_KIND_COUNT, 200,
				i % 100, 3);
		metrics_add(counting->worker, METRIC_CONNECTIONS_HTTP, 2);
	}
	atomic_store(counting->done, true);
	return NULL;
}

/* Nothing is lost, and no count is ever less than before, while others count. */
static void adds_up_threads(void **state)
{
	CLEANUP(metrics_freep) struct metrics *metrics = metrics_of(WORKERS);
	struct counting counting[WORKERS];
	struct metrics_totals totals = { 0 }, before;
	uint64_t sum = 0, durations = 0;
	atomic_bool done = false;

	(void)state;
	for (size_t i = 0; i < WORKERS; i++) {
		counting[i].worker = metrics_worker(metrics, i);
		counting[i].done = &done;
		assert_int_equal(pthread_create(&counting[i].thread, NULL, count, &counting[i]), 0);
	}
	while (!atomic_load(&done)) {
		before = totals;
		metrics_total(metrics, &totals);
		assert_true(totals.bytes >= before.bytes);
		assert_true(totals.microseconds >= before.microseconds);
	}
	for (size_t i = 0; i < WORKERS; i++)
		pthread_join(counting[i].thread, NULL);
	metrics_total(metrics, &totals);
	for (size_t i = 0; i < KIND_COUNT; i++)
		sum += totals.requests[i][CODE_200];
	for (size_t i = 0; i <= METRICS_BOUNDS; i++)
		durations += totals.durations[i];
	assert_int_equal(sum, WORKERS * TURNS);
	assert_int_equal(durations, WORKERS * TURNS);
	assert_int_equal(totals.bytes, 3 * WORKERS * TURNS);
	assert_int_equal(totals.counts[METRIC_CONNECTIONS_HTTP], 2 * WORKERS * TURNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_everything),
		cmocka_unit_test(shows_each_count_once),
		cmocka_unit_test(leaves_out_what_is_not_there),
		cmocka_unit_test(finds_the_bucket),
		cmocka_unit_test(knows_the_statuses),
		cmocka_unit_test(adds_up_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
