/* SPDX-License-Identifier: GPL-2.0-only */
/* The sysctls that let the stack take IPv4 packets for 127.0.0.0/8 which arrive once more at lo:
 * net.ipv4.conf.lo.route_localnet and .accept_local, both (measured; IPv6 needs none, and no other way does).
 * Those of other interfaces and of "all" are never touched. */
#ifndef OFFLOAD_SYSCTLS_H
#define OFFLOAD_SYSCTLS_H

#include "offload_host.h"
#include "problem.h"

/* "net.ipv4.conf.lo.route_localnet" */
const char *offload_sysctl_name(unsigned int number);
/* Of this network namespace. */
int offload_sysctl_read(unsigned int number, int *ret_value, struct problem *problem);

/* Sets those that are 0 and remembers it: all of them or none. Under the lock. */
int offload_sysctls_set(const struct offload_host *host, struct problem *problem);
/* Takes back what has been set since the state was `before`, unless somebody has changed it. Under the lock. */
int offload_sysctls_undo(const struct offload_host *host, const struct offload_sysctls *before,
			 struct problem *problem);
/* Gives back what was set, unless somebody has changed it since. Under the lock. */
int offload_sysctls_restore(const struct offload_host *host, struct problem *problem);

#endif
