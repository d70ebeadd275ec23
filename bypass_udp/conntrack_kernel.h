/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the kernel tracks connections, and its settings of that, in this network namespace. */
#ifndef BYPASS_CONNTRACK_KERNEL_H
#define BYPASS_CONNTRACK_KERNEL_H

#include <stdint.h>
#include "problem.h"

/* 0, or -EOPNOTSUPP or -EPROTONOSUPPORT: it cannot be asked about connections. Loads the module. */
int conntrack_kernel_check(struct problem *problem);

/* The value of net.netfilter.NAME. -EOPNOTSUPP: there is no such setting. */
int conntrack_kernel_setting(const char *name, uint64_t *ret, struct problem *problem);

#endif
