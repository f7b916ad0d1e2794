/* The two clocks of the server. */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC: for durations. */
int64_t clock_ns(void);

/* Seconds since 1970: for what people and certificates call a time; it may be set back. */
int64_t clock_seconds(void);

#endif
