/* SPDX-License-Identifier: GPL-2.0-only */
/* The pins of a chain's root program and link, in both places. A new program is pinned aside before
 * packets can meet it and takes its place afterwards, so that a killed loader can be made good:
 * what the link runs decides. All under the lock. */
#ifndef ECBPF_CHAIN_ROOT_H
#define ECBPF_CHAIN_ROOT_H

#include "chain.h"
#include "problem.h"

/* Before the atomic step: pins the program aside. The directories must be there. */
int chain_root_stage(const struct chain *chain, int program, struct problem *problem);

/* After it: puts the program in place, and pins the chain's link wherever it is not pinned yet. */
int chain_root_commit(const struct chain *chain, struct problem *problem);

/* Commits or forgets a program that was left aside. */
int chain_root_recover(const struct chain *chain, struct problem *problem);

#endif
