#include "cmd/link_day.h"

#include "model/settings_link.h"

#include <time.h>

#define SECONDS_A_DAY 86400

uint16_t link_day_after(long days)
{
	return settings_link_day((int64_t)time(NULL) + (int64_t)days * SECONDS_A_DAY);
}

void link_day_text(uint16_t day, char ret[LINK_DAY_SIZE])
{
	time_t seconds = (time_t)day * SECONDS_A_DAY;
	struct tm date;

	gmtime_r(&seconds, &date);
	strftime(ret, LINK_DAY_SIZE, "%Y-%m-%d", &date);
}
