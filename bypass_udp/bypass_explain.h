/* SPDX-License-Identifier: GPL-2.0-only */
/* --explain: what would become of a packet now, and why. */
#ifndef BYPASS_EXPLAIN_H
#define BYPASS_EXPLAIN_H

#include "problem.h"
#include "report.h"

/* Version of the shape of --explain --json. */
#define BYPASS_EXPLAIN_SCHEMA 1

struct bypass_explain_wish {
	const char *flow; /* as in a rule: "10.0.0.1:5000 > 10.0.0.2:53 [on DEVICE] [vlan …]" */
	const char *interface; /* it arrives at, NULL: any */
	unsigned int slot;     /* of bypass_udp there, may be BYPASS_SLOT_ANY */
};

/* Changes nothing, sends nothing. -EINVAL, told: no such flow can be written. */
int bypass_explain(struct report *report, const char *bpffs, const struct bypass_explain_wish *wish,
		   struct problem *problem);

#endif
