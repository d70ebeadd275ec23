/* SPDX-License-Identifier: GPL-2.0-only */
/* When sources expire: on CLOCK_BOOTTIME, which nobody sets and which goes on while a host sleeps. */
#ifndef XDP_FILTER_SOURCE_EXPIRY_H
#define XDP_FILTER_SOURCE_EXPIRY_H

#include <stdint.h>
#include "problem.h"
#include "source_list.h"

uint64_t source_expiry_now(void);

/* Understands "90s", "15m", "2h", "7d" (at most 3650 days): *ret_expires is that long from now on.
 * -EINVAL with a text that quotes the word. */
int source_expiry_parse(const char *text, uint64_t *ret_expires, struct problem *problem);

/* The same moment on CLOCK_REALTIME; 0 for never. */
uint64_t source_expiry_realtime(uint64_t expires);

/* Removes what has expired. */
void source_expiry_apply(struct source_list *list);

#endif
