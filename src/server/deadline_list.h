/*
 * Things that may all wait equally long, in the order in which they began to: the first is the
 * first whose time is over. Owns nothing.
 */
#ifndef SERVER_DEADLINE_LIST_H
#define SERVER_DEADLINE_LIST_H

#include <stddef.h>
#include <stdint.h>

struct deadline_list {
	struct deadline *first, *last;
	size_t count;
};

/* Part of what waits. All zero: in no list. */
struct deadline {
	struct deadline_list *list;
	struct deadline *before, *behind;
	int64_t since; /* nanoseconds, CLOCK_MONOTONIC */
};

/* Begins to wait in list, from now on; leaves the list where it has waited before. */
void deadline_start(struct deadline_list *list, struct deadline *deadline);

/* Waits no longer; does nothing if it did not. */
void deadline_stop(struct deadline *deadline);

/* The first, if it has waited longer than that (nanoseconds), else NULL. */
struct deadline *deadline_over(const struct deadline_list *list, int64_t longest);

/* Milliseconds until the first has waited so long, 0: it has; -1: nobody waits. */
int64_t deadline_next(const struct deadline_list *list, int64_t longest);

#endif
