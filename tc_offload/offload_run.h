/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon: keeps the next hop of every flow of this network namespace what the kernel's routes, links and
 * neighbours say. Without it packets of flows go on, to the next hop of before; the kernel itself resolves its
 * link address then. */
#ifndef OFFLOAD_RUN_H
#define OFFLOAD_RUN_H

#include "problem.h"

/* Outlives the call. */
struct offload_run_wish {
	const char *bpffs;
};

/* Runs until SIGTERM or SIGINT, then returns 0: all flows stay. Waits until the program is attached to an
 * interface of this namespace, and again when it has been detached from the last one. SIGHUP: flows, next hops
 * and routes are read again at once. One per network namespace: -EBUSY tells the process id of the other. */
int offload_run(const struct offload_run_wish *wish, struct problem *problem);

#endif
