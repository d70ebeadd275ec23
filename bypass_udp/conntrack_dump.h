/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_CONNTRACK_DUMP_H
#define BYPASS_CONNTRACK_DUMP_H

#include "conntrack_flow.h"
#include "problem.h"

/* Tells each flow that conntrack_flow_read() lets through and that is not about to end, as
 * CONNTRACK_UPDATED. A flow may be told twice; one that begins or ends meanwhile, or not. On failure
 * some were told. -EOPNOTSUPP or -EPROTONOSUPPORT: this kernel has no connection tracking to read. */
int conntrack_dump(conntrack_told told, void *context, struct problem *problem);

#endif
