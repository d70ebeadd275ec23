/* SPDX-License-Identifier: GPL-2.0-only */
/* For offload_host*.c, offload_program.c and offload_attach.c. */
#ifndef OFFLOAD_HOST_INTERNAL_H
#define OFFLOAD_HOST_INTERNAL_H

#include "offload_host.h"

#define OFFLOAD_COUNTERS_NAME_SIZE 32

/* Opens one map of host->directory. -EPROTO, told: it is not there, or another version made it. */
int offload_host_open_map(struct offload_host *host, enum offload_host_map map,
			  struct problem *problem);

/* Writes what new maps begin with, the entries of flow_nexthops that always have the state of their index; only
 * host->directory is filled in. To be closed by the caller. */
int offload_host_fill(struct offload_host *host, struct problem *problem);

/* "ingress_cpu_7" */
void offload_host_counters_name(uint32_t ifindex, enum offload_side side,
				char ret_name[OFFLOAD_COUNTERS_NAME_SIZE]);

/* Takes a place away, also one that has pins left and nothing else. */
int offload_host_clear_place(const struct offload_host *host, uint32_t ifindex,
			     enum offload_side side, struct problem *problem);

#endif
