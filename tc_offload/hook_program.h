/* SPDX-License-Identifier: GPL-2.0-only */
/* What else is attached where a program of ours is, be it a tcx program or a filter of the clsact qdisc. */
#ifndef HOOK_PROGRAM_H
#define HOOK_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include "problem.h"
#include "tc_link.h"

#define HOOK_PROGRAM_NAME_SIZE 64

struct hook_program {
	enum tc_link_kind kind;
	uint32_t program_id;               /* 0: a filter that is no BPF program */
	uint32_t priority;                 /* of a filter */
	uint32_t handle;                   /* of a filter, 0: its kind does not have it */
	char name[HOOK_PROGRAM_NAME_SIZE]; /* the program's, or the filter's kind: "flower"; "": unknown */
};

/* Starts as zeros; release with hook_program_list_free(), also on failure. */
struct hook_program_list {
	struct hook_program *programs;
	size_t count;
};

/* Adds all at that side of the interface but `ours`: tcx programs in the order in which they run, then
 * filters. An interface that has gone has none. */
int hook_program_list_others(uint32_t ifindex, enum tc_link_side side,
			     const struct tc_link_state *ours, struct hook_program_list *list,
			     struct problem *problem);
void hook_program_list_free(struct hook_program_list *list);

/* When a program was loaded: CLOCK_REALTIME, nanoseconds; 0: it is gone, or this process may not know. */
uint64_t hook_program_loaded_at(uint32_t program_id);

/* 1: the kernel has tcx, 0: it has not; or a negative errno. Nothing is attached for it. */
int hook_program_has_tcx(uint32_t ifindex);

#endif
