/* SPDX-License-Identifier: GPL-2.0-only */
/* The objects of the kernel side, tied to the maps that the interfaces of a network namespace share. */
#ifndef BYPASS_PROGRAM_H
#define BYPASS_PROGRAM_H

#include <stdint.h>
#include "flow_tables.h"
#include "problem.h"

struct bpf_object;

enum bypass_object {
	BYPASS_OBJECT_CONNTRACK, /* bypass_udp for kernels that let it set conntrack's timers */
	BYPASS_OBJECT_PLAIN,     /* bypass_udp */
	BYPASS_OBJECT_OBSERVER,
	BYPASS_OBJECT_EDIT,
	BYPASS_OBJECT_COUNT,
};

/* "bypass_udp_conntrack": what records and texts call it. */
const char *bypass_program_object_name(enum bypass_object which);

/* Maps that are pinned in the host directory, NULL at the end. */
extern const char *const bypass_program_shared[];

/* Opens an object, not loaded yet, and ties it to the shared maps that are pinned in `directory`. Close
 * it with bpf_object__close(). */
int bypass_program_open(enum bypass_object which, const char *directory,
			struct bpf_object **ret_object, struct problem *problem);

/* Makes and pins all shared maps, the tables of flows with these sizes, and the edit program. */
int bypass_program_pin_shared(const char *directory, uint32_t max_flows, uint32_t max_learned,
			      struct problem *problem);
/* As flow_tables_describe(), with the object that the tables were made from. */
int bypass_program_describe(struct flow_tables *tables, struct problem *problem);
/* Pins this version's edit program in the place of the one that is there. */
int bypass_program_pin_edit(const char *directory, struct problem *problem);

#endif
