// SPDX-License-Identifier: GPL-2.0-only
#include "source_expiry.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "load_time.h"
#include "parse_number.h"

#define NANOSECONDS 1000000000ULL
#define DAY 86400ULL
#define LONGEST (3650 * DAY)

uint64_t source_expiry_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

static uint64_t seconds_of(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return DAY;
	default:
		return 0;
	}
}

int source_expiry_parse(const char *text, uint64_t *ret_expires, struct problem *problem)
{
	size_t length = strlen(text);
	uint64_t number, unit = length ? seconds_of(text[length - 1]) : 0;
	char digits[16];

	snprintf(digits, sizeof(digits), "%s", text);
	if (length && length < sizeof(digits))
		digits[length - 1] = '\0';
	if (!unit || parse_number(digits, 1, LONGEST / unit, &number))
		return problem_set(problem, -EINVAL,
				   "'%s' is not a duration: a number and s, m, h or d (15m, 7d), at "
				   "most 3650d",
				   text);
	*ret_expires = source_expiry_now() + number * unit * NANOSECONDS;
	return 0;
}

uint64_t source_expiry_realtime(uint64_t expires)
{
	return expires ? load_time_now() + (expires - source_expiry_now()) : 0;
}

static bool is_in_force(const struct source *source, const void *now)
{
	return !source->expires || source->expires > *(const uint64_t *)now;
}

void source_expiry_apply(struct source_list *list)
{
	uint64_t now = source_expiry_now();

	source_list_filter(list, is_in_force, &now);
}
