// SPDX-License-Identifier: GPL-2.0-only
#include "load_time.h"

#include <time.h>

#define NANOSECONDS 1000000000ULL

uint64_t load_time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

const char *load_time_text(uint64_t nanoseconds, char ret_text[LOAD_TIME_SIZE])
{
	time_t seconds = (time_t)(nanoseconds / NANOSECONDS);
	struct tm utc;

	if (!nanoseconds || !gmtime_r(&seconds, &utc))
		return NULL;
	strftime(ret_text, LOAD_TIME_SIZE, "%a, %d %b %Y %T +0000", &utc);
	return ret_text;
}
