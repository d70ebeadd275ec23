/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon: learns flows and keeps every flow of this network namespace as the kernel would have
 * it. */
#ifndef BYPASS_RUN_H
#define BYPASS_RUN_H

#include "problem.h"

/* Outlives the call. */
struct run_wish {
	const char *bpffs;
};

/* Runs until SIGTERM or SIGINT, then returns 0: all flows stay in the tables, learned ones go up the
 * stack from then on (after a kill: within five seconds). Waits until the program is attached to an interface
 * of this namespace, and again when it has been detached from the last one. SIGHUP: settings and
 * excluded prefixes are read again at once. Tells a service manager how it is, and gives up all rights
 * but CAP_BPF and CAP_NET_ADMIN. One per network namespace: -EBUSY tells the process id of the other. */
int bypass_run(const struct run_wish *wish, struct problem *problem);

#endif
