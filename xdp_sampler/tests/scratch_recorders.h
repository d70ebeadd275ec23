/* SPDX-License-Identifier: GPL-2.0-only */
/* A recorder set for each test of a file. */
#ifndef SCRATCH_RECORDERS_H
#define SCRATCH_RECORDERS_H

#include "problem.h"
#include "recorder_set.h"

extern struct recorder_set set;
extern struct problem problem;

/* For cmocka: empty before a test, freed after it. */
int scratch_recorders_set_up(void **state);
int scratch_recorders_tear_down(void **state);

#endif
