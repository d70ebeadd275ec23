/* SPDX-License-Identifier: GPL-2.0-only */
/* One classifier at tc ingress or egress of an interface: a tcx link where the kernel has them (6.6), else
 * a filter of the clsact qdisc, in direct action. Only what was made here is ever changed or removed:
 * foreign links, filters and qdiscs stay. The program says TCX_NEXT (-1), or others behind it are not
 * asked.
 *
 * Pins in `directory`: <side>_link_<ifindex> is the tcx link; <side>_program_<ifindex> the program of the
 * clsact filter, which tells it from a foreign one; clsact_<ifindex> remembers that the qdisc was made
 * here. A step that is killed leaves something that the next attach or detach finishes or clears. Under
 * the lock; in the interface's network namespace. */
#ifndef ECBPF_TC_LINK_H
#define ECBPF_TC_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "problem.h"

enum tc_link_side {
	TC_LINK_INGRESS,
	TC_LINK_EGRESS,
};

enum tc_link_kind {
	TC_LINK_NONE,
	TC_LINK_TCX,
	TC_LINK_CLSACT,
};

struct tc_link {
	const char *directory; /* exists, in a bpffs */
	uint32_t ifindex;
	enum tc_link_side side;
	uint16_t priority; /* of a clsact filter: lower ones come first; tcx links come as attached */
	bool only_clsact; /* as on kernels without tcx */
};

struct tc_link_state {
	enum tc_link_kind kind;
	uint32_t program_id; /* 0 with TC_LINK_NONE */
};

/* Attaches a loaded program (BPF_PROG_TYPE_SCHED_CLS); if ours is there already, this one takes its place
 * without a packet between them. On failure everything is as it was. */
int tc_link_attach(const struct tc_link *link, int program, struct problem *problem);

/* Takes it away, and the qdisc if that was made here and is empty now; 0 also if nothing is there, or if
 * the interface has gone. */
int tc_link_detach(const struct tc_link *link, struct problem *problem);

/* What is attached now, whatever the pins say. */
int tc_link_query(const struct tc_link *link, struct tc_link_state *ret_state,
		  struct problem *problem);

/* Interfaces that a directory has pins of this module for, each once: an array that the caller frees. */
int tc_link_list(const char *directory, uint32_t **ret_ifindexes, size_t *ret_count,
		 struct problem *problem);

#endif
