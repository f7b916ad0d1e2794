/* How far a long command is, on standard error, and only if that is a terminal. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool shown;	       /* there is somebody to see it */
	const char *what;      /* "lines", "domains" */
	size_t total;	       /* how many there are; 0: not known */
	uint64_t begin, after; /* microseconds: start, and when to write next */
};

void progress_begin(struct progress *progress, const char *what);

/* To be called for every item; writes a few times a second. */
void progress_update(struct progress *progress, size_t count);

/* Clears the line, for other text to stand there. */
void progress_clear(const struct progress *progress);

#endif
