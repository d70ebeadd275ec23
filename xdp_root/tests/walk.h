/* SPDX-License-Identifier: GPL-2.0-only */
/* A root, eight visitors and two hooks, loaded once; which of them are in place is changed from
 * packet to packet. Functions fail the test when the kernel refuses something. */
#ifndef ECBPF_TESTS_WALK_H
#define ECBPF_TESTS_WALK_H

#include <stdbool.h>
#include "harness/run_program.h"
#include "walk_exchange.h"

struct walk {
	struct run_chain chain;
	struct run_program root;
	struct run_program visitors[ECBPF_SLOT_COUNT];
	struct run_program exit_hook;
	struct run_program capture_hooks[ECBPF_CAPTURE_HOOK_COUNT];
	unsigned int occupied;         /* slots, */
	unsigned int hooked;           /* exit hook, */
	unsigned int captured;         /* and capture hooks that are in place */
	struct walk_exchange exchange; /* orders for the next packet; then what happened to it */
	struct run_result result;
	struct ecbpf_stats stats; /* of the last packet alone */
};

/* All slots are occupied, no hook is installed, every order is to continue. */
void walk_open(struct walk *walk, __u32 frags);
void walk_close(struct walk *walk);

/* The same for cmocka's groups of tests. */
int walk_set_up(void **state);
int walk_tear_down(void **state);

/* Fills exactly the slots of the mask with their visitors. */
void walk_occupy(struct walk *walk, unsigned int mask);
void walk_order(struct walk *walk, unsigned int slot, __u32 action, __u32 reason);
void walk_order_nothing(struct walk *walk);

void walk_hook_exit(struct walk *walk, bool installed);
/* Installs the capture hooks of exactly these actions. */
void walk_hook_captures(struct walk *walk, unsigned int actions);

/* Runs one frame through the root; counters and visits start from nothing. */
void walk_frame(struct walk *walk, const void *bytes, __u32 length);
/* The same with any frame. */
void walk_packet(struct walk *walk);

/* The packet was counted once, there, and the note says so. */
void walk_assert_counted(const struct walk *walk, __u32 row, __u32 cell, __u32 reason);
/* It was not counted. */
void walk_assert_uncounted(const struct walk *walk);
/* Exactly these ran, in this order; `visited` ends with -1. */
void walk_assert_visited(const struct walk *walk, const int *visited);

#define WALK_VISITED(...) ((const int[]){ __VA_ARGS__, -1 })

#endif
