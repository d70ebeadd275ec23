// SPDX-License-Identifier: GPL-2.0-only
#include "monotonic_clock.h"

#include <time.h>

uint64_t monotonic_clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
