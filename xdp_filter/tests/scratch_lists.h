/* SPDX-License-Identifier: GPL-2.0-only */
/* Two source lists for each test of a file. */
#ifndef XDP_FILTER_TESTS_SCRATCH_LISTS_H
#define XDP_FILTER_TESTS_SCRATCH_LISTS_H

#include "source_list.h"

/* Longest there may be. */
#define TAG_63 "123456789012345678901234567890123456789012345678901234567890123"

extern struct source_list list, other;
extern struct problem problem;

/* For cmocka: empty before a test, freed after it. */
int scratch_lists_set_up(void **state);
int scratch_lists_tear_down(void **state);

#endif
