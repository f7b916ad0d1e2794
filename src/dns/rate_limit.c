#include "dns/rate_limit.h"

#define SECOND 1000000000 /* nanoseconds */
#define BURST_PART 10	  /* of a second's worth */

void rate_limit_set(struct rate_limit *limit, unsigned int rate)
{
	unsigned int burst = rate / BURST_PART ? rate / BURST_PART : 1;

	*limit = (struct rate_limit){ .interval = rate ? SECOND / rate : 0 };
	limit->slack = limit->interval * (burst - 1);
}

int64_t rate_limit_wait(const struct rate_limit *limit, int64_t now)
{
	int64_t wait = limit->next - limit->slack - now;

	return limit->interval && wait > 0 ? wait : 0;
}

void rate_limit_take(struct rate_limit *limit, int64_t now)
{
	if (limit->next < now)
		limit->next = now;
	limit->next += limit->interval;
}
