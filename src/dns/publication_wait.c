#include "dns/publication_parts.h"

#include <time.h>

#define PAUSE_FIRST 20 /* milliseconds; doubled each time, up to */
#define PAUSE_MAX 1000

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void publication_wait_begin(struct publication_wait *wait, unsigned int longest)
{
	wait->end = milliseconds() + longest;
	wait->pause = PAUSE_FIRST;
}

bool publication_wait(struct publication_wait *wait)
{
	const struct timespec rest = { wait->pause / 1000, wait->pause % 1000 * 1000000 };

	if (milliseconds() >= wait->end)
		return false;
	nanosleep(&rest, NULL);
	wait->pause = wait->pause * 2 > PAUSE_MAX ? PAUSE_MAX : wait->pause * 2;
	return true;
}
