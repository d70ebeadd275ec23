// SPDX-License-Identifier: GPL-2.0-only
/* The way of a packet through the slots, and where it is counted: the real root and programs of the
 * kit. The hooks behind a verdict are test_exit.c's. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../libcommon/abi/reasons.h"
#include "walk.h"

#define ALL_SLOTS 0xff

static int no_orders(void **state)
{
	walk_order_nothing(*state);
	return 0;
}

/* Slots in the mask, lowest first, as walk_assert_visited() wants them. */
static void slots_of(unsigned int mask, int ret_slots[ECBPF_SLOT_COUNT + 1])
{
	int count = 0;

	for (int slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		if (mask & 1U << slot)
			ret_slots[count++] = slot;
	}
	ret_slots[count] = -1;
}

static void assert_walks_whole(struct walk *walk, unsigned int mask)
{
	int slots[ECBPF_SLOT_COUNT + 1];

	slots_of(mask, slots);
	walk_order_nothing(walk);
	walk_packet(walk);
	walk_assert_visited(walk, slots);
	assert_int_equal(walk->result.action, XDP_PASS);
	walk_assert_counted(walk, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

static void assert_walks_up_to(struct walk *walk, unsigned int mask, unsigned int slot)
{
	int slots[ECBPF_SLOT_COUNT + 1];

	slots_of(mask & ((2U << slot) - 1), slots);
	walk_order_nothing(walk);
	walk_order(walk, slot, XDP_DROP, ECBPF_REASON_OWN);
	walk_packet(walk);
	walk_assert_visited(walk, slots);
	assert_int_equal(walk->result.action, XDP_DROP);
	walk_assert_counted(walk, slot, XDP_DROP, ECBPF_REASON_OWN);
}

/* In order, to the end if all continue, and to each slot of it that decides. */
static void every_subset_of_slots_is_walked(void **state)
{
	struct walk *walk = *state;

	for (unsigned int i = 0; i <= ALL_SLOTS; i++) {
		/* Each differs in one slot from the one before: a change takes the kernel long. */
		unsigned int mask = i ^ i >> 1;

		walk_occupy(walk, mask);
		assert_walks_whole(walk, mask);
		for (unsigned int slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
			if (mask & 1U << slot)
				assert_walks_up_to(walk, mask, slot);
		}
	}
}

/* C6: the root's own verdict is counted, in a row of its own. */
static void the_root_alone_passes_and_counts(void **state)
{
	struct walk *walk = *state;

	walk_occupy(walk, 0);
	walk_packet(walk);
	assert_int_equal(walk->result.action, XDP_PASS);
	walk_assert_counted(walk, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

/* What the program ordered, what packets get, and where it is counted. */
static const struct {
	__u32 order;
	__u32 action;
	__u32 cell;
} verdicts[] = {
	{ XDP_ABORTED, XDP_ABORTED, XDP_ABORTED },
	{ XDP_DROP, XDP_DROP, XDP_DROP },
	{ XDP_PASS, XDP_PASS, XDP_PASS },
	{ XDP_TX, XDP_TX, XDP_TX },
	{ XDP_REDIRECT, XDP_REDIRECT, XDP_REDIRECT },
	{ 5, 5, ECBPF_ACTION_INVALID },
	{ 6, 6, ECBPF_ACTION_INVALID },
	{ 128, 128, ECBPF_ACTION_INVALID },
	{ 255, 255, ECBPF_ACTION_INVALID },
	/* Above 255 an action must not wrap around to a valid one. */
	{ 256, 255, ECBPF_ACTION_INVALID },
	{ 256 + XDP_PASS, 255, ECBPF_ACTION_INVALID },
	{ 65536 + XDP_DROP, 255, ECBPF_ACTION_INVALID },
	{ 0x80000001, 255, ECBPF_ACTION_INVALID },
	{ 0xffffffff, 255, ECBPF_ACTION_INVALID },
};

static void every_verdict_is_counted_in_its_cell_from_every_slot(void **state)
{
	struct walk *walk = *state;

	walk_occupy(walk, ALL_SLOTS);
	for (unsigned int slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		walk_order_nothing(walk);
		for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
			walk_order(walk, slot, verdicts[i].order, ECBPF_REASON_OWN + slot);
			walk_packet(walk);
			assert_int_equal(walk->result.action, verdicts[i].action);
			walk_assert_counted(walk, slot, verdicts[i].cell, ECBPF_REASON_OWN + slot);
		}
	}
}

/* A program of no other row is touched by a reason that is out of range. */
static void every_reason_has_a_cell_and_others_are_masked(void **state)
{
	struct walk *walk = *state;

	walk_occupy(walk, ALL_SLOTS);
	for (unsigned int slot = 0; slot < ECBPF_SLOT_COUNT; slot += 7) {
		walk_order_nothing(walk);
		for (__u32 reason = 0; reason < 256; reason++) {
			walk_order(walk, slot, XDP_REDIRECT, reason);
			walk_packet(walk);
			walk_assert_counted(walk, slot, XDP_REDIRECT, reason % ECBPF_REASON_LIMIT);
		}
		walk_order(walk, slot, XDP_ABORTED, 0xffffffff);
		walk_packet(walk);
		walk_assert_counted(walk, slot, XDP_ABORTED, ECBPF_REASON_LIMIT - 1);
	}
}

static void a_final_pass_is_the_slots_and_not_the_roots(void **state)
{
	struct walk *walk = *state;

	walk_occupy(walk, 1U << 2 | 1U << 6);
	walk_order(walk, 2, XDP_PASS, ECBPF_REASON_NONE);
	walk_packet(walk);
	walk_assert_visited(walk, WALK_VISITED(2));
	walk_assert_counted(walk, 2, XDP_PASS, ECBPF_REASON_NONE);
}

static void set_slot(const struct walk *walk, __u32 slot, const struct run_program *program)
{
	int fd = bpf_program__fd(program->program);

	assert_int_equal(bpf_map_update_elem(walk->chain.slots, &slot, &fd, BPF_ANY), 0);
}

static void a_program_without_the_kit_ends_the_chain_uncounted(void **state)
{
	struct walk *walk = *state;
	struct run_program stranger;

	assert_int_equal(run_open(&stranger, &walk->chain, TEST_OBJECT_DIR "/stranger.o", NULL,
				  RUN_ALONE),
			 0);
	assert_int_equal(run_load(&stranger), 0);
	walk_occupy(walk, ALL_SLOTS);
	set_slot(walk, 3, &stranger);
	walk_packet(walk);
	walk_assert_visited(walk, WALK_VISITED(0, 1, 2));
	assert_int_equal(walk->result.action, XDP_TX);
	walk_assert_uncounted(walk);
	/* A slot before it is counted as ever. */
	walk_order(walk, 1, XDP_DROP, ECBPF_REASON_OWN);
	walk_packet(walk);
	walk_assert_counted(walk, 1, XDP_DROP, ECBPF_REASON_OWN);
	set_slot(walk, 3, &walk->visitors[3]);
	run_close(&stranger);
}

static void one_object_runs_in_any_slot_and_its_number_is_frozen(void **state)
{
	struct walk *walk = *state;

	for (__u32 slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		int fd = run_map(&walk->visitors[slot], ".rodata.ecbpf");
		struct ecbpf_program program = { 0 };
		__u32 only_entry = 0;

		assert_int_equal(bpf_map_lookup_elem(fd, &only_entry, &program), 0);
		assert_int_equal(program.abi_version, ECBPF_ABI_VERSION);
		assert_int_equal(program.slot, slot);
		assert_int_equal(bpf_map_update_elem(fd, &only_entry, &program, BPF_ANY), -EPERM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_root_alone_passes_and_counts, no_orders),
		cmocka_unit_test_setup(every_subset_of_slots_is_walked, no_orders),
		cmocka_unit_test_setup(every_verdict_is_counted_in_its_cell_from_every_slot,
				       no_orders),
		cmocka_unit_test_setup(every_reason_has_a_cell_and_others_are_masked, no_orders),
		cmocka_unit_test_setup(a_final_pass_is_the_slots_and_not_the_roots, no_orders),
		cmocka_unit_test_setup(a_program_without_the_kit_ends_the_chain_uncounted,
				       no_orders),
		cmocka_unit_test_setup(one_object_runs_in_any_slot_and_its_number_is_frozen,
				       no_orders),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, walk_set_up, walk_tear_down);
}
