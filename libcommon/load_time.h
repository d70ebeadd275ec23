/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_LOAD_TIME_H
#define ECBPF_LOAD_TIME_H

#include <stddef.h>
#include <stdint.h>

#define LOAD_TIME_SIZE 48

/* CLOCK_REALTIME in nanoseconds, as records keep it. */
uint64_t load_time_now(void);

/* Writes "Sat, 21 Nov 2026 12:00:00 +0000" (UTC) and returns ret_text; NULL for 0, which is unknown. */
const char *load_time_text(uint64_t nanoseconds, char ret_text[LOAD_TIME_SIZE]);

#endif
