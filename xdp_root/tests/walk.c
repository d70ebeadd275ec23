// SPDX-License-Identifier: GPL-2.0-only
#include "walk.h"

#include <bpf/bpf.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define ALL_SLOTS ((1U << ECBPF_SLOT_COUNT) - 1)

/* The exchange of the first visitor is everyone's. */
static int exchange_fd(const struct walk *walk)
{
	return run_map(&walk->visitors[0], "walk_exchange");
}

static void share_exchange(const struct walk *walk, struct run_program *program)
{
	struct bpf_map *map = bpf_object__find_map_by_name(program->object, "walk_exchange");

	assert_int_equal(bpf_map__reuse_fd(map, exchange_fd(walk)), 0);
}

static void open_visitor(struct walk *walk, __u32 slot)
{
	struct run_program *visitor = &walk->visitors[slot];

	assert_int_equal(run_open(visitor, &walk->chain, TEST_OBJECT_DIR "/walk_visitor.o", NULL,
				  slot),
			 0);
	if (slot)
		share_exchange(walk, visitor);
	assert_int_equal(run_load(visitor), 0);
	walk->occupied |= 1U << slot;
}

static void open_hook(struct walk *walk, struct run_program *hook, const char *name, __u32 action)
{
	struct bpf_map *rodata;
	__u32 *captured_action;
	size_t size;

	assert_int_equal(run_open(hook, &walk->chain, TEST_OBJECT_DIR "/walk_hooks.o", name,
				  RUN_ALONE),
			 0);
	share_exchange(walk, hook);
	rodata = bpf_object__find_map_by_name(hook->object, ".rodata");
	assert_non_null(rodata);
	captured_action = (__u32 *)bpf_map__initial_value(rodata, &size);
	assert_true(size >= sizeof(*captured_action));
	*captured_action = action;
	assert_int_equal(run_load(hook), 0);
}

void walk_open(struct walk *walk, __u32 frags)
{
	memset(walk, 0, sizeof(*walk));
	assert_int_equal(run_chain_create(&walk->chain, frags), 0);
	assert_int_equal(run_open(&walk->root, &walk->chain, ECBPF_OBJECT_DIR "/xdp_root.o", NULL,
				  RUN_ROOT),
			 0);
	assert_int_equal(run_load(&walk->root), 0);
	for (__u32 slot = 0; slot < ECBPF_SLOT_COUNT; slot++)
		open_visitor(walk, slot);
	open_hook(walk, &walk->exit_hook, "walk_exit", 0);
	for (__u32 action = 0; action < ECBPF_CAPTURE_HOOK_COUNT; action++)
		open_hook(walk, &walk->capture_hooks[action], "walk_capture", action);
}

void walk_close(struct walk *walk)
{
	for (__u32 action = 0; action < ECBPF_CAPTURE_HOOK_COUNT; action++)
		run_close(&walk->capture_hooks[action]);
	run_close(&walk->exit_hook);
	for (__u32 slot = 0; slot < ECBPF_SLOT_COUNT; slot++)
		run_close(&walk->visitors[slot]);
	run_close(&walk->root);
	run_chain_close(&walk->chain);
}

int walk_set_up(void **state)
{
	*state = malloc(sizeof(struct walk));
	assert_non_null(*state);
	walk_open(*state, 0);
	return 0;
}

int walk_tear_down(void **state)
{
	walk_close(*state);
	free(*state);
	return 0;
}

/* The kernel takes milliseconds for a change of an array that programs jump through, so entries that
 * stay as they are are not touched. */
static void put(int array, const struct run_program *programs, unsigned int *installed,
		unsigned int wanted)
{
	for (__u32 entry = 0; *installed != wanted; entry++) {
		int fd = bpf_program__fd(programs[entry].program);
		unsigned int bit = 1U << entry;

		if ((*installed & bit) == (wanted & bit))
			continue;
		if (wanted & bit)
			assert_int_equal(bpf_map_update_elem(array, &entry, &fd, BPF_ANY), 0);
		else
			assert_int_equal(bpf_map_delete_elem(array, &entry), 0);
		*installed ^= bit;
	}
}

void walk_occupy(struct walk *walk, unsigned int mask)
{
	assert_int_equal(mask & ~ALL_SLOTS, 0);
	put(walk->chain.slots, walk->visitors, &walk->occupied, mask);
}

void walk_order(struct walk *walk, unsigned int slot, __u32 action, __u32 reason)
{
	walk->exchange.order[slot] =
		(struct walk_order){ .is_final = 1, .action = action, .reason = reason };
}

void walk_order_nothing(struct walk *walk)
{
	memset(walk->exchange.order, 0, sizeof(walk->exchange.order));
}

void walk_hook_exit(struct walk *walk, bool installed)
{
	put(walk->chain.exit_hook, &walk->exit_hook, &walk->hooked, installed);
}

void walk_hook_captures(struct walk *walk, unsigned int actions)
{
	put(walk->chain.capture_hook, walk->capture_hooks, &walk->captured, actions);
}

void walk_frame(struct walk *walk, const void *bytes, __u32 length)
{
	struct run_frame frame = { .bytes = bytes, .length = length };
	const struct ecbpf_exit_note nobody = { 0xff, 0xff, 0xff, 0xff };
	struct walk_exchange *exchange = &walk->exchange;
	__u32 only_entry = 0;

	exchange->visits = 0;
	exchange->exit_note = nobody;
	exchange->capture_note = nobody;
	assert_int_equal(bpf_map_update_elem(exchange_fd(walk), &only_entry, exchange, BPF_ANY), 0);
	assert_int_equal(run_stats_clear(&walk->chain), 0);
	assert_int_equal(run_packet(&walk->root, &frame, &walk->result), 0);
	assert_int_equal(bpf_map_lookup_elem(exchange_fd(walk), &only_entry, exchange), 0);
	assert_int_equal(run_stats(&walk->chain, &walk->stats), 0);
}

void walk_packet(struct walk *walk)
{
	static const unsigned char bytes[64];

	walk_frame(walk, bytes, sizeof(bytes));
}

void walk_assert_counted(const struct walk *walk, __u32 row, __u32 cell, __u32 reason)
{
	assert_int_equal(walk->stats.row[row].packets[reason][cell], 1);
	assert_int_equal(run_stats_total(&walk->stats), 1);
	assert_int_equal(walk->stats.last.row, row);
	assert_int_equal(walk->stats.last.action, cell);
	assert_int_equal(walk->stats.last.reason, reason);
	assert_int_equal(walk->stats.last.unused, 0);
}

void walk_assert_uncounted(const struct walk *walk)
{
	assert_int_equal(run_stats_total(&walk->stats), 0);
}

void walk_assert_visited(const struct walk *walk, const int *visited)
{
	const struct walk_exchange *exchange = &walk->exchange;
	__u32 count = 0;

	for (; visited[count] >= 0; count++)
		assert_int_equal(count < exchange->visits ? exchange->visited[count] : -1,
				 visited[count]);
	assert_int_equal(exchange->visits, count);
}
