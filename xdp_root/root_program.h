/* SPDX-License-Identifier: GPL-2.0-only */
/* The two programs that can stand at the root of a chain, loaded from the skeletons. */
#ifndef ECBPF_ROOT_PROGRAM_H
#define ECBPF_ROOT_PROGRAM_H

#include <stdbool.h>
#include "chain.h"
#include "problem.h"

/* Loads the root for a chain: with the chain's maps where it has them, and with new ones, which
 * are put into the chain, where it has not. fd of the program or a negative errno. */
int root_program_load(struct chain *chain, bool frags, struct problem *problem);

/* Loads the program that only passes. fd or a negative errno. */
int root_program_load_nop(bool frags, struct problem *problem);

/* 0 if this kernel knows multi-buffer XDP (5.18), else -EOPNOTSUPP with the problem told. Tries. */
int root_program_probe_frags(struct problem *problem);

#endif
