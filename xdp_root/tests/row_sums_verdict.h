/* SPDX-License-Identifier: GPL-2.0-only */
/* What a random packet asks of the program in a slot: one rule, for the kernel side and its model. */
#ifndef ECBPF_TESTS_ROW_SUMS_VERDICT_H
#define ECBPF_TESTS_ROW_SUMS_VERDICT_H

#include <linux/types.h>

/* Offsets of two bytes per slot. A frame that ends before them continues. */
#define ROW_SUMS_WISH 14
#define ROW_SUMS_REASON 22
#define ROW_SUMS_LENGTH 30

/* A wish below this continues; above, it is an action modulo 8 (5, 6 and 7 are invalid), but the
 * last is 255. */
#define ROW_SUMS_CONTINUE 180

#endif
