// SPDX-License-Identifier: GPL-2.0-only
/* What runs after a final verdict: the exit hook, then the capture hook of the action. */
#include <linux/bpf.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../libcommon/abi/reasons.h"
#include "walk.h"

#define REASON 21
#define NOBODY 0xff
#define ALL_CAPTURES 0x1f

static int three_slots(void **state)
{
	walk_occupy(*state, 1U << 1 | 1U << 4 | 1U << 7);
	walk_order_nothing(*state);
	return 0;
}

static void assert_note(struct ecbpf_exit_note note, __u32 row, __u32 action, __u32 reason)
{
	assert_int_equal(note.row, row);
	assert_int_equal(note.action, action);
	assert_int_equal(note.reason, reason);
}

/* Any of 0..4, 5 and 255, decided in slot 4. */
static __u32 decide(struct walk *walk, __u32 action)
{
	walk_order(walk, 4, action, REASON);
	walk_packet(walk);
	return action > XDP_REDIRECT ? ECBPF_ACTION_INVALID : action;
}

static const __u32 actions[] = { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT, 5, 255 };
#define ACTION_COUNT (sizeof(actions) / sizeof(*actions))

static void the_exit_hook_sees_every_verdict(void **state)
{
	struct walk *walk = *state;

	walk_hook_exit(walk, true);
	walk_hook_captures(walk, 0);
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		__u32 cell = decide(walk, actions[i]);

		walk_assert_visited(walk, WALK_VISITED(1, 4, WALK_EXIT));
		assert_note(walk->exchange.exit_note, 4, cell, REASON);
		assert_int_equal(walk->result.action, cell);
		walk_assert_counted(walk, 4, cell, REASON);
	}
}

static void the_exit_hook_sees_what_no_slot_decided(void **state)
{
	struct walk *walk = *state;

	walk_hook_exit(walk, true);
	walk_hook_captures(walk, 0);
	walk_packet(walk);
	walk_assert_visited(walk, WALK_VISITED(1, 4, 7, WALK_EXIT));
	assert_note(walk->exchange.exit_note, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
	walk_assert_counted(walk, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
	walk_occupy(walk, 0);
	walk_packet(walk);
	walk_assert_visited(walk, WALK_VISITED(WALK_EXIT));
	assert_note(walk->exchange.exit_note, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
	assert_int_equal(walk->result.action, XDP_PASS);
	walk_assert_counted(walk, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

static void each_action_has_its_capture_hook_and_it_runs_last(void **state)
{
	struct walk *walk = *state;

	walk_hook_exit(walk, true);
	walk_hook_captures(walk, ALL_CAPTURES);
	for (__u32 action = 0; action < ECBPF_CAPTURE_HOOK_COUNT; action++) {
		decide(walk, action);
		walk_assert_visited(walk,
				    WALK_VISITED(1, 4, WALK_EXIT, WALK_CAPTURE + (int)action));
		assert_note(walk->exchange.capture_note, 4, action, REASON);
		assert_int_equal(walk->result.action, action);
		walk_assert_counted(walk, 4, action, REASON);
	}
}

static void a_capture_hook_needs_no_exit_hook(void **state)
{
	struct walk *walk = *state;

	walk_hook_exit(walk, false);
	walk_hook_captures(walk, ALL_CAPTURES);
	for (__u32 action = 0; action < ECBPF_CAPTURE_HOOK_COUNT; action++) {
		decide(walk, action);
		walk_assert_visited(walk, WALK_VISITED(1, 4, WALK_CAPTURE + (int)action));
		assert_note(walk->exchange.capture_note, 4, action, REASON);
		assert_int_equal(walk->result.action, action);
	}
	walk_order_nothing(walk);
	walk_packet(walk);
	walk_assert_visited(walk, WALK_VISITED(1, 4, 7, WALK_CAPTURE + XDP_PASS));
	assert_note(walk->exchange.capture_note, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

static void the_hook_of_another_action_does_not_run(void **state)
{
	struct walk *walk = *state;

	walk_hook_exit(walk, false);
	for (__u32 action = 0; action < ECBPF_CAPTURE_HOOK_COUNT; action++) {
		walk_hook_captures(walk, ALL_CAPTURES & ~(1U << action));
		decide(walk, action);
		walk_assert_visited(walk, WALK_VISITED(1, 4));
		assert_int_equal(walk->result.action, action);
	}
}

/* The kernel drops such a packet; there is no entry for it in xdpcap's array. */
static void an_invalid_action_is_not_captured(void **state)
{
	struct walk *walk = *state;

	walk_hook_exit(walk, true);
	walk_hook_captures(walk, ALL_CAPTURES);
	decide(walk, ECBPF_ACTION_INVALID);
	walk_assert_visited(walk, WALK_VISITED(1, 4, WALK_EXIT));
	decide(walk, 255);
	walk_assert_visited(walk, WALK_VISITED(1, 4, WALK_EXIT));
	assert_int_equal(walk->exchange.capture_note.row, NOBODY);
}

/* All eight slots and both hooks: the longest way there is. */
static void the_longest_way_stays_within_the_kernels_tail_calls(void **state)
{
	struct walk *walk = *state;

	walk_occupy(walk, 0xff);
	walk_hook_exit(walk, true);
	walk_hook_captures(walk, ALL_CAPTURES);
	walk_packet(walk);
	walk_assert_visited(walk, WALK_VISITED(0, 1, 2, 3, 4, 5, 6, 7, WALK_EXIT,
					       WALK_CAPTURE + XDP_PASS));
	walk_assert_counted(walk, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

static void absent_hooks_change_nothing(void **state)
{
	static struct ecbpf_stats without[ACTION_COUNT];
	struct walk *walk = *state;

	walk_hook_exit(walk, false);
	walk_hook_captures(walk, 0);
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		__u32 cell = decide(walk, actions[i]);

		walk_assert_visited(walk, WALK_VISITED(1, 4));
		assert_int_equal(walk->result.action, actions[i]);
		walk_assert_counted(walk, 4, cell, REASON);
		without[i] = walk->stats;
	}
	walk_hook_exit(walk, true);
	walk_hook_captures(walk, ALL_CAPTURES);
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		decide(walk, actions[i]);
		assert_memory_equal(&without[i], &walk->stats, sizeof(walk->stats));
	}
}

int main(void)
{
	/* In an order that changes the hooks seldom: a change takes the kernel long. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(absent_hooks_change_nothing, three_slots),
		cmocka_unit_test_setup(each_action_has_its_capture_hook_and_it_runs_last,
				       three_slots),
		cmocka_unit_test_setup(an_invalid_action_is_not_captured, three_slots),
		cmocka_unit_test_setup(the_longest_way_stays_within_the_kernels_tail_calls,
				       three_slots),
		cmocka_unit_test_setup(a_capture_hook_needs_no_exit_hook, three_slots),
		cmocka_unit_test_setup(the_hook_of_another_action_does_not_run, three_slots),
		cmocka_unit_test_setup(the_exit_hook_sees_every_verdict, three_slots),
		cmocka_unit_test_setup(the_exit_hook_sees_what_no_slot_decided, three_slots),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, walk_set_up, walk_tear_down);
}
