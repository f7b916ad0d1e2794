/*
 * The style is told from the number. Where it can be two (a time after 2033 that looks like a date)
 * either answer is behind the live one, which is all that a secondary server needs.
 */
#include "dns/serial.h"

#include <stdbool.h>
#include <time.h>

#define HALF (UINT32_C(1) << 31)
#define UNIX_TIME_FIRST 1000000000 /* September 2001: counters are far below */
#define YEAR_FIRST 1990
#define YEAR_LAST 4293 /* the last one whose dates fit into 32 bits */

int serial_compare(uint32_t a, uint32_t b)
{
	uint32_t distance = b - a;

	if (distance == 0)
		return 0;
	if (distance == HALF)
		return 2;
	return distance < HALF ? -1 : 1;
}

/* YYYYMMDD01 of a time in UTC, 0 for a year that does not fit. */
static uint32_t date_serial(int64_t now)
{
	time_t seconds = (time_t)now;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || tm.tm_year < YEAR_FIRST - 1900 ||
	    tm.tm_year > YEAR_LAST - 1900)
		return 0;
	return (uint32_t)(((tm.tm_year + 1900) * 100 + tm.tm_mon + 1) * 100 + tm.tm_mday) * 100 + 1;
}

/* Day 32 is a 31st after a hundred changes. */
static bool is_date(uint32_t serial)
{
	uint32_t year = serial / 1000000, month = serial / 10000 % 100, day = serial / 100 % 100;

	return year >= YEAR_FIRST && month >= 1 && month <= 12 && day >= 1 && day <= 32;
}

uint32_t serial_next(uint32_t live, int64_t now)
{
	uint32_t today = date_serial(now), next = live == UINT32_MAX ? 1 : live + 1;

	if (live == 0)
		return today ? today : 1;
	if (is_date(live))
		return live < today && serial_compare(live, today) < 0 ? today : next;
	if (live >= UNIX_TIME_FIRST && live < now && serial_compare(live, (uint32_t)now) < 0)
		return (uint32_t)now;
	return next;
}
