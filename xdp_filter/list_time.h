/* SPDX-License-Identifier: GPL-2.0-only */
/* Times of expiry: files tell UTC to the second, packets are compared with CLOCK_BOOTTIME. */
#ifndef XDP_FILTER_LIST_TIME_H
#define XDP_FILTER_LIST_TIME_H

#include <stdint.h>

#define LIST_TIME_SIZE sizeof("2026-12-24T18:00:00Z")

/* What the clocks showed at one moment. */
struct list_clock {
	uint64_t now;   /* CLOCK_BOOTTIME, nanoseconds */
	int64_t offset; /* CLOCK_REALTIME - CLOCK_BOOTTIME, nanoseconds */
};

void list_clock_read(struct list_clock *ret_clock);

/* Understands exactly "2026-12-24T18:00:00Z". *ret_expires is that moment on CLOCK_BOOTTIME: 1 for
 * what was before the boot, and over if it is not above clock->now. -EINVAL: no such time; -ERANGE:
 * too far away for a clock of nanoseconds (the year 2262). */
int list_time_parse(const char *text, const struct list_clock *clock, uint64_t *ret_expires);

/* The nearest second, as list_time_parse() reads it. Returns ret_text. */
const char *list_time_text(uint64_t expires, const struct list_clock *clock,
			   char ret_text[LIST_TIME_SIZE]);

#endif
