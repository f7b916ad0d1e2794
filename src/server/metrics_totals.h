/* What all workers have counted, added up: for the text, and for tests. */
#ifndef SERVER_METRICS_TOTALS_H
#define SERVER_METRICS_TOTALS_H

#include "server/metrics.h"

#include <stdint.h>

/* The statuses that answers have; always: shown before the first, else from then on. */
#define METRICS_STATUSES(X)                                                                        \
	X(200, true)                                                                               \
	X(301, false)                                                                              \
	X(302, false)                                                                              \
	X(303, false)                                                                              \
	X(400, false)                                                                              \
	X(404, true)                                                                               \
	X(405, false)                                                                              \
	X(408, false)                                                                              \
	X(410, false)                                                                              \
	X(413, false)                                                                              \
	X(414, false)                                                                              \
	X(415, false)                                                                              \
	X(422, false)                                                                              \
	X(429, false)                                                                              \
	X(431, false)                                                                              \
	X(499, false)                                                                              \
	X(500, true)                                                                               \
	X(503, true)

enum metrics_code {
#define METRICS_CODE(status, always) CODE_##status,
	METRICS_STATUSES(METRICS_CODE)
#undef METRICS_CODE
		CODE_OTHER,
	CODE_COUNT,
};

/*
 * Of the histogram: 10 us, 20 us, 50 us, ... 10 s. Most answers take 20 to 100 us; a profile's
 * signature, a page's first visitor and a slow body are the rest, up to [http] timeout.
 */
#define METRICS_BOUNDS 19
extern const uint64_t metrics_bounds[METRICS_BOUNDS + 1]; /* microseconds; the last is no bound */

struct metrics_totals {
	uint64_t counts[METRIC_COUNT];
	uint64_t requests[KIND_COUNT][CODE_COUNT];
	uint64_t clients[CLIENT_KIND_COUNT];
	uint64_t durations[METRICS_BOUNDS + 1]; /* each without those before it; the last: longer */
	uint64_t microseconds, bytes;
};

/*
 * While workers count this is of no one moment, but no count is ever lost, torn or less than in
 * an earlier call.
 */
void metrics_total(const struct metrics *metrics, struct metrics_totals *ret);

#endif
