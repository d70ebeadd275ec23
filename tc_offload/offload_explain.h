/* SPDX-License-Identifier: GPL-2.0-only */
/* --explain: what would become of a packet now, and why. */
#ifndef OFFLOAD_EXPLAIN_H
#define OFFLOAD_EXPLAIN_H

#include "problem.h"
#include "report.h"

/* Version of the shape of --explain --json. */
#define OFFLOAD_EXPLAIN_SCHEMA 1

/* `in`: a key as a rule has it, "10.0.0.1:5000 > 10.0.0.2:53 [udp|tcp] [on DEVICE] [vlan …]"; `interface`: it comes
 * by there, NULL: at each place where the program is attached. Changes nothing, sends nothing. -EINVAL, told: no
 * such key can be written; -ENOENT, told: nothing is attached (there). */
int offload_explain(struct report *report, const char *bpffs, const char *in, const char *interface,
		    struct problem *problem);

#endif
