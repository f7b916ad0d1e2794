/* How many a second: a token bucket that holds a tenth of a second's worth, at least one. */
#ifndef DNS_RATE_LIMIT_H
#define DNS_RATE_LIMIT_H

#include <stdint.h>

/* All zero lets everything through. Times are nanoseconds of a clock that begins anywhere. */
struct rate_limit {
	int64_t interval; /* between two; 0: any rate */
	int64_t slack;	  /* by which one may come early */
	int64_t next;	  /* when the next is due */
};

/* rate 0: any. */
void rate_limit_set(struct rate_limit *limit, unsigned int rate);

/* How long until the next may go, 0: now. */
int64_t rate_limit_wait(const struct rate_limit *limit, int64_t now);

/* One goes, whether it may or not. */
void rate_limit_take(struct rate_limit *limit, int64_t now);

#endif
