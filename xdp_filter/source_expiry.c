// SPDX-License-Identifier: GPL-2.0-only
#include "source_expiry.h"

#include <stdbool.h>
#include <time.h>

#include "duration.h"
#include "load_time.h"

#define NANOSECONDS 1000000000ULL

uint64_t source_expiry_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

int source_expiry_parse(const char *text, uint64_t *ret_expires, struct problem *problem)
{
	uint64_t seconds;
	int err = duration_parse(text, &seconds, problem);

	if (!err)
		*ret_expires = source_expiry_now() + seconds * NANOSECONDS;
	return err;
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
