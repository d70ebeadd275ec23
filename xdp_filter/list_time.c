// SPDX-License-Identifier: GPL-2.0-only
#include "list_time.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND 1000000000LL

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

void list_clock_read(struct list_clock *ret_clock)
{
	int64_t now = read_clock(CLOCK_BOOTTIME);

	ret_clock->now = (uint64_t)now;
	ret_clock->offset = read_clock(CLOCK_REALTIME) - now;
}

static bool has_shape(const char *text)
{
	static const char shape[] = "0000-00-00T00:00:00Z";

	if (strlen(text) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (shape[i] == '0' ? !digit : text[i] != shape[i])
			return false;
	}
	return true;
}

static int parse_seconds(const char *text, time_t *ret_seconds)
{
	struct tm utc = { 0 };
	struct tm shifted;

	if (!has_shape(text) || !strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc))
		return -EINVAL;
	/* timegm() takes 31 February for 3 March, and a second 60 for the next minute. */
	shifted = utc;
	*ret_seconds = timegm(&shifted);
	return shifted.tm_mday == utc.tm_mday && shifted.tm_sec == utc.tm_sec ? 0 : -EINVAL;
}

int list_time_parse(const char *text, const struct list_clock *clock, uint64_t *ret_expires)
{
	time_t seconds;
	int64_t expires;

	if (parse_seconds(text, &seconds) < 0)
		return -EINVAL;
	/* What is before 1970 is over anyway. */
	if (seconds < 0)
		seconds = 0;
	if (__builtin_mul_overflow((int64_t)seconds, SECOND, &expires) ||
	    __builtin_sub_overflow(expires, clock->offset, &expires))
		return -ERANGE;
	*ret_expires = expires > 0 ? (uint64_t)expires : 1;
	return 0;
}

const char *list_time_text(uint64_t expires, const struct list_clock *clock,
			   char ret_text[LIST_TIME_SIZE])
{
	int64_t real;
	time_t seconds;
	struct tm utc = { 0 };

	if (expires > INT64_MAX || __builtin_add_overflow((int64_t)expires, clock->offset, &real) ||
	    __builtin_add_overflow(real, SECOND / 2, &real))
		real = INT64_MAX;
	seconds = real > 0 ? real / SECOND : 0;
	gmtime_r(&seconds, &utc);
	strftime(ret_text, LIST_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return ret_text;
}
