/* The figures of this moment, put together for /-/metrics. */
#ifndef SERVER_GAUGES_H
#define SERVER_GAUGES_H

#include "base/bytes.h"
#include "server/shared.h"
#include "server/snapshot.h"

/* Appends all figures, those that were counted included: see metrics_render(). */
void gauges_render(const struct shared *shared, const struct snapshot *snapshot,
		   struct bytes *text);

#endif
