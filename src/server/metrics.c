/*
 * A worker's counters have one writer, so adding is a load and a store, without a locked
 * instruction; each worker's lie in cache lines of their own. All of them are 64 bits, which no
 * service lives long enough to wrap round.
 */
#include "server/metrics.h"

#include "server/metrics_totals.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 128 /* bytes: some processors fetch lines in pairs */

/* struct metrics_totals, of one worker. */
#define COUNTERS (sizeof(struct metrics_totals) / sizeof(uint64_t))

struct metrics_worker {
	_Alignas(CACHE_LINE) _Atomic uint64_t counters[COUNTERS];
};

struct metrics {
	size_t count;
	struct metrics_worker *workers;
};

_Static_assert(sizeof(struct metrics_totals) == COUNTERS * sizeof(uint64_t), "counters only");

/* The place of a member of struct metrics_totals among the counters. */
#define PLACE(member) (offsetof(struct metrics_totals, member) / sizeof(uint64_t))

const uint64_t metrics_bounds[METRICS_BOUNDS + 1] = {
	10,    20,    50,     100,    200,    500,     1000,	2000,	 5000,	   10000,
	20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000, 10000000, UINT64_MAX,
};

/*
 * How many bounds are less than 2^place. From one power of two to the next there is one bound at
 * most, since each is at least twice the one before it: one comparison is left.
 */
static const uint8_t bounds_below[24] = {
	0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 17, 18,
};

static size_t bound_of(uint64_t microseconds)
{
	size_t power = 63U - (size_t)__builtin_clzll(microseconds | 1);
	size_t below = power < sizeof(bounds_below) ? bounds_below[power] : METRICS_BOUNDS;

	return below + (microseconds > metrics_bounds[below]);
}

#define STATUS_END 504

static const uint8_t codes[STATUS_END] = {
#define CODE_AT(status, always) [status] = CODE_##status + 1, /* 0: none of them */
	METRICS_STATUSES(CODE_AT)
#undef CODE_AT
};

static size_t code_of(unsigned int status)
{
	return status < STATUS_END && codes[status] ? codes[status] - 1U : CODE_OTHER;
}

int metrics_new(size_t workers, struct metrics **ret, struct error *err)
{
	CLEANUP(metrics_freep) struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return error_no_memory(err);
	metrics->count = workers;
	metrics->workers = aligned_alloc(CACHE_LINE, workers * sizeof(*metrics->workers));
	if (!metrics->workers)
		return error_no_memory(err);
	memset((void *)metrics->workers, 0, workers * sizeof(*metrics->workers));
	*ret = metrics;
	metrics = NULL;
	return 0;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	free(metrics->workers);
	free(metrics);
}

struct metrics_worker *metrics_worker(struct metrics *metrics, size_t number)
{
	return &metrics->workers[number];
}

static inline void add(struct metrics_worker *worker, size_t place, uint64_t count)
{
	_Atomic uint64_t *counter = &worker->counters[place];

	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + count,
			      memory_order_relaxed);
}

void metrics_add(struct metrics_worker *worker, enum metric metric, uint64_t count)
{
	add(worker, PLACE(counts) + metric, count);
}

void metrics_request(struct metrics_worker *worker, enum request_kind kind, enum client_kind client,
		     unsigned int status, int64_t microseconds, uint64_t bytes)
{
	uint64_t duration = microseconds > 0 ? (uint64_t)microseconds : 0;

	add(worker, PLACE(requests) + kind * CODE_COUNT + code_of(status), 1);
	add(worker, PLACE(clients) + client, 1);
	add(worker, PLACE(durations) + bound_of(duration), 1);
	add(worker, PLACE(microseconds), duration);
	add(worker, PLACE(bytes), bytes);
}

void metrics_total(const struct metrics *metrics, struct metrics_totals *ret)
{
	uint64_t sums[COUNTERS] = { 0 };

	for (size_t i = 0; i < metrics->count; i++) {
		for (size_t place = 0; place < COUNTERS; place++)
			sums[place] += atomic_load_explicit(&metrics->workers[i].counters[place],
							    memory_order_relaxed);
	}
	memcpy(ret, sums, sizeof(sums));
}
