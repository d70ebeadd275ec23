/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OFFLOAD_REPORT_H
#define OFFLOAD_REPORT_H

#include "offload_state.h"
#include "report.h"

/* Reports a state: "host" (what the network namespace shares) and "places", an array with an object for
 * each interface and side. The shape is the same whatever is attached. */
void offload_report(struct report *report, const struct offload_state *state);

/* "none", "running", "silent". */
const char *offload_daemon_state_name(enum offload_daemon_state state);
/* "tcx", "clsact", NULL: not attached. */
const char *offload_kind_name(enum tc_link_kind kind);

/* Packets of a place: those that were rewritten, and all. */
uint64_t offload_report_rewritten(const struct offload_cpu *counters);
uint64_t offload_report_seen(const struct offload_cpu *counters);

#endif
