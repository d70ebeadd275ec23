/* SPDX-License-Identifier: GPL-2.0-only */
/* The objects of the kernel side, tied to the maps that the interfaces of a network namespace share. */
#ifndef OFFLOAD_PROGRAM_H
#define OFFLOAD_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include "flow_tables.h"
#include "problem.h"
#include "tc_offload.h"

/* Makes and pins all maps of the host directory, static tables of this size, and the edit program. */
int offload_program_pin_shared(const char *directory, uint32_t max_flows, struct problem *problem);
/* Pins this version's edit program in the place of the one that is there. */
int offload_program_pin_edit(const char *directory, struct problem *problem);
/* As flow_tables_describe(), with the object that the tables were made from. */
int offload_program_describe(struct flow_tables *tables, struct problem *problem);

#define OFFLOAD_FLAG_IPV6 (1U << 7) /* BPF_F_IPV6 of <linux/bpf.h>, whose version may be older */

/* Whether bpf_l4_csum_replace() knows a flag, by trying it. */
int offload_program_probe_flag(uint32_t flag, bool *ret_known, struct problem *problem);

/* A copy of the program for one place, loaded. */
struct offload_program {
	struct tc_offload *skeleton;
	bool counts_on; /* in the map that is pinned for the place already */
};

/* With the counters of the place, if some are pinned and of this build's shape; else with new ones. To be closed
 * also on failure. */
int offload_program_load(struct offload_program *ret_program, const char *directory,
			 const struct offload_at *at, struct problem *problem);
void offload_program_close(struct offload_program *program);
int offload_program_fd(const struct offload_program *program);

/* Pins its counters; whatever else is pinned there is replaced. */
int offload_program_pin_counters(const struct offload_program *program, const char *directory,
				 const struct offload_at *at, struct problem *problem);

#endif
