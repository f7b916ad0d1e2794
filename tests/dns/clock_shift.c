/*
 * Preloaded into a name server, it makes the server's clock wrong by CLOCK_SHIFT seconds, as the
 * environment has it. Only the time of day: waiting goes on as ever.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	const char *shift = getenv("CLOCK_SHIFT");
	int result = (int)syscall(SYS_clock_gettime, clock, ret);

	if (result == 0 && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		ret->tv_sec += atoi(shift);
	return result;
}
