#include "cmd/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL 200000 /* microseconds */
#define STRIDE 512	/* items between two looks at the clock */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

void progress_begin(struct progress *progress, const char *what)
{
	progress->shown = isatty(STDERR_FILENO);
	progress->what = what;
	progress->total = 0;
	progress->begin = now();
	progress->after = progress->begin + INTERVAL;
}

void progress_update(struct progress *progress, size_t count)
{
	uint64_t time;

	if (!progress->shown || (!progress->total && count % STRIDE != 0))
		return; /* where the end is known, items come in batches and take their time */
	time = now();
	if (time < progress->after)
		return;
	progress->after = time + INTERVAL;
	fprintf(stderr, "\r%zu", count);
	if (progress->total)
		fprintf(stderr, " of %zu", progress->total);
	fprintf(stderr, " %s, %.0f a second\033[K", progress->what,
		(double)count * 1e6 / (double)(time - progress->begin));
	fflush(stderr);
}

void progress_clear(const struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}
