/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of flows on the scratch bpffs, with the real edit program, and packets that count in them on
 * every CPU. Functions fail the test when the kernel refuses something. */
#ifndef BYPASS_TESTS_FLOW_LAB_H
#define BYPASS_TESTS_FLOW_LAB_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include "flow_hammer.h"
#include "flow_tables.h"

#define LAB_CAPACITY 256             /* flows of a family either table holds at first */
#define LAB_FLOWS (2 * LAB_CAPACITY) /* as many of successive numbers */

struct flow_lab {
	struct bpf_object *edit;
	struct bpf_object *hammer;
	struct flow_tables tables; /* with BTF */
};

/* For cmocka: *state is a struct flow_lab. The teardown fails the test if file descriptors were left
 * open. (L10) */
int flow_lab_set_up(void **state);
int flow_lab_tear_down(void **state);

/* A flow that is rewritten; `variant` makes it another action. */
struct flow_entry flow_lab_entry(__u32 number, __u16 variant);
/* The first `count` of them, to be freed. */
struct flow_entry *flow_lab_entries(__u32 count, __u16 variant);

/* Packets for a table on two CPUs (one, if there is only one), from now on until flow_lab_stop(). Some
 * hundred have come on each when it returns. */
void flow_lab_start(struct flow_lab *lab, enum flow_table table);
/* Some hundred more have begun and ended on each when either returns. */
void flow_lab_pass(void);
void flow_lab_stop(void);

/* `count`, or a fifth of it where a shorter run was asked for (ECBPF_TEST_QUICK). */
unsigned int flow_lab_quick(unsigned int count);

/* What was counted for a key by all CPUs; meaningful while no packets are under way. */
struct hammer_hits flow_lab_hits(const struct flow_lab *lab, __u32 number);

#endif
