// SPDX-License-Identifier: GPL-2.0-only
/* A program comes into the exit hook as one comes into a slot, and may share its maps with one there. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "abi/reasons.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "scratch_load.h"
#include "slot_table.h"

#define SLOT 4
#define STATE 4711

enum entry { COUNT = 1, NOTE, OWN };

static void read_place(const struct chain *chain, unsigned int place, struct slot *ret_slot)
{
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(slot_table_read(chain, slots, NULL), 0);
	*ret_slot = slots[place];
}

static int open_pin(const struct chain *chain, unsigned int place, const char *name)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];

	slot_table_path(chain, place, "", directory);
	bpffs_join(path, directory, name);
	return bpffs_open(path);
}

static __u32 hits_id(const struct chain *chain, unsigned int place)
{
	int fd = open_pin(chain, place, "hits");
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	close(fd);
	return info.id;
}

static __u64 hits(const struct chain *chain, unsigned int place, __u32 entry)
{
	int fd = open_pin(chain, place, "hits");
	__u64 value[2] = { 0 };

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &entry, value), 0);
	close(fd);
	return value[0];
}

static void write_state(const struct chain *chain, unsigned int place)
{
	int fd = open_pin(chain, place, "hits");
	__u64 value[2] = { STATE, STATE };
	__u32 entry = OWN;

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_update_elem(fd, &entry, value, BPF_ANY), 0);
	close(fd);
}

/* Gives the program in SLOT a packet; what came out of the chain. */
static __u32 run(const struct chain *chain)
{
	unsigned char frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = sizeof(frame));
	int fd = open_pin(chain, SLOT, ECBPF_PIN_PROGRAM);

	assert_true(fd >= 0);
	assert_int_equal(bpf_prog_test_run_opts(fd, &run), 0);
	close(fd);
	return run.retval;
}

static void load(struct scratch_load *load, const char *object, unsigned int place)
{
	load->object = object;
	load->slot = place;
	assert_int_equal(scratch_load(load), 0);
	assert_string_equal(load->said, "");
}

static void a_kit_program_is_published_and_meets_packets(void **state)
{
	struct scratch_load one = { .chain = *state };
	struct slot hook;

	load(&one, "subprogram_drop.o", SLOT);
	assert_int_equal(run(one.chain), XDP_DROP);
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	assert_true(one.kit);
	assert_int_equal(run(one.chain), XDP_DROP);
	assert_int_equal(hits(one.chain, ECBPF_EXIT_HOOK, COUNT), 1);
	assert_int_equal(hits(one.chain, ECBPF_EXIT_HOOK, NOTE) >> 16, ECBPF_EXIT_HOOK << 8 | SLOT);
	assert_int_equal(hits(one.chain, ECBPF_EXIT_HOOK, NOTE) & 0xff, XDP_DROP);
	read_place(one.chain, ECBPF_EXIT_HOOK, &hook);
	assert_int_equal(hook.program_id, one.program_id);
	assert_int_equal(hook.pinned_id, one.program_id);
	assert_true(hook.recorded);
	assert_string_equal(hook.name, "exit_hook_hits");
	assert_string_equal(hook.record.object, "exit_hook_hits.o");
	assert_int_equal(hook.record.slot, ECBPF_EXIT_HOOK);
	assert_int_equal(hook.record.kit, 1);
	scratch_load_end(&one);
}

static void cleared_packets_do_not_meet_it(void **state)
{
	struct scratch_load one = { .chain = *state };
	struct slot hook;
	int map;

	load(&one, "subprogram_drop.o", SLOT);
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	map = open_pin(one.chain, ECBPF_EXIT_HOOK, "hits");
	assert_int_equal(slot_table_clear(one.chain, ECBPF_EXIT_HOOK, NULL), 0);
	assert_int_equal(run(one.chain), XDP_DROP);
	read_place(one.chain, ECBPF_EXIT_HOOK, &hook);
	assert_int_equal(hook.program_id + hook.pinned_id + hook.recorded, 0);
	assert_true(open_pin(one.chain, ECBPF_EXIT_HOOK, "hits") < 0);
	for (__u32 entry = COUNT; entry <= NOTE; entry++) {
		__u64 value = STATE;

		assert_int_equal(bpf_map_lookup_elem(map, &entry, &value), 0);
		assert_int_equal(value, 0);
	}
	close(map);
	scratch_load_end(&one);
}

/* Whatever decided them, so that "seen" starts where it came. */
static void every_verdict_before_it_came_is_recorded(void **state)
{
	struct scratch_load one = { .chain = *state };
	struct slot hook;

	load(&one, "subprogram_drop.o", SLOT);
	run(one.chain);
	run(one.chain);
	assert_int_equal(slot_table_clear(one.chain, SLOT, NULL), 0);
	load(&one, "subprogram_hits.o", SLOT);
	run(one.chain);
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	read_place(one.chain, ECBPF_EXIT_HOOK, &hook);
	assert_int_equal(hook.record.seen_before, 3);
	scratch_load_end(&one);
}

static void it_is_replaced_as_in_a_slot(void **state)
{
	struct scratch_load one = { .chain = *state };
	char text[200];
	__u32 before;

	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	write_state(one.chain, ECBPF_EXIT_HOOK);
	before = one.program_id;
	one.object = "subprogram_drop.o";
	one.replace = SUBPROGRAM_REPLACE_SAME;
	assert_int_equal(scratch_load(&one), -EBUSY);
	snprintf(text, sizeof(text),
		 "eth0.100: the exit hook is taken by exit_hook_hits (id %u); unload it first",
		 before);
	assert_string_equal(one.problem.text, text);
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	assert_int_not_equal(one.program_id, before);
	assert_int_equal(hits(one.chain, ECBPF_EXIT_HOOK, OWN), STATE);
	scratch_load_end(&one);
}

/* It ends nothing, and its packets were counted before. */
static void without_the_kit_there_is_nothing_to_warn_of(void **state)
{
	struct scratch_load one = { .chain = *state };

	load(&one, "stranger.o", ECBPF_EXIT_HOOK);
	assert_false(one.kit);
	scratch_load_end(&one);
}

static void maps_of_the_sibling_are_shared_both_ways(void **state)
{
	const struct {
		const char *object;
		unsigned int place;
	} places[] = { { "subprogram_hits.o", SLOT }, { "exit_hook_hits.o", ECBPF_EXIT_HOOK } };

	for (int first = 0; first < 2; first++) {
		struct scratch_load one = { .chain = *state };
		int second = 1 - first;

		load(&one, places[first].object, places[first].place);
		write_state(one.chain, places[first].place);
		one.has_sibling = true;
		one.sibling = places[first].place;
		load(&one, places[second].object, places[second].place);
		assert_int_equal(hits_id(one.chain, SLOT), hits_id(one.chain, ECBPF_EXIT_HOOK));
		assert_int_equal(hits(one.chain, places[second].place, OWN), STATE);
		/* The pins that are left keep it. */
		assert_int_equal(slot_table_clear(one.chain, places[first].place, NULL), 0);
		assert_int_equal(hits(one.chain, places[second].place, OWN), STATE);
		assert_int_equal(slot_table_clear(one.chain, places[second].place, NULL), 0);
		scratch_load_end(&one);
	}
}

static void without_a_sibling_nothing_is_shared(void **state)
{
	struct scratch_load one = { .chain = *state };

	load(&one, "subprogram_hits.o", SLOT);
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	assert_int_not_equal(hits_id(one.chain, SLOT), hits_id(one.chain, ECBPF_EXIT_HOOK));
	/* The place number is 0 in who says nothing: slot 0 is no sibling by that. */
	assert_int_equal(slot_table_clear(one.chain, ECBPF_EXIT_HOOK, NULL), 0);
	load(&one, "subprogram_hits.o", 0);
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	assert_int_not_equal(hits_id(one.chain, 0), hits_id(one.chain, ECBPF_EXIT_HOOK));
	scratch_load_end(&one);
}

static void its_own_maps_go_before_the_siblings(void **state)
{
	struct scratch_load one = { .chain = *state };
	__u32 own;

	load(&one, "subprogram_hits.o", SLOT);
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	own = hits_id(one.chain, ECBPF_EXIT_HOOK);
	one.replace = SUBPROGRAM_REPLACE_SAME;
	one.has_sibling = true;
	one.sibling = SLOT;
	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	assert_int_equal(hits_id(one.chain, ECBPF_EXIT_HOOK), own);
	/* Another program's are not its own. */
	load(&one, "exit_hook_hits.o", SLOT + 1);
	one.replace = SUBPROGRAM_REPLACE_ANY;
	load(&one, "subprogram_other_hits.o", SLOT + 1);
	assert_int_equal(hits_id(one.chain, SLOT + 1), hits_id(one.chain, SLOT));
	scratch_load_end(&one);
}

/* An upgrade to another shape: the first of the two starts anew and says so, the second follows it. */
static void of_its_own_of_another_shape_the_siblings_is_taken(void **state)
{
	struct scratch_load one = { .chain = *state };

	load(&one, "subprogram_hits_wider.o", ECBPF_EXIT_HOOK);
	load(&one, "subprogram_hits.o", SLOT);
	one.replace = SUBPROGRAM_REPLACE_ANY;
	one.has_sibling = true;
	one.sibling = SLOT;
	load(&one, "subprogram_hits.o", ECBPF_EXIT_HOOK);
	assert_int_equal(hits_id(one.chain, ECBPF_EXIT_HOOK), hits_id(one.chain, SLOT));
	one.slot = ECBPF_EXIT_HOOK;
	one.object = "subprogram_hits_wider.o";
	assert_int_equal(scratch_load(&one), 0);
	assert_string_equal(one.said,
			    "xdp_test: subprogram_hits_wider.o: the map hits has another shape than "
			    "in the version it replaces: it starts empty\n");
	assert_int_not_equal(hits_id(one.chain, ECBPF_EXIT_HOOK), hits_id(one.chain, SLOT));
	scratch_load_end(&one);
}

static void a_sibling_without_maps_is_no_obstacle(void **state)
{
	struct scratch_load one = { .chain = *state, .has_sibling = true, .sibling = SLOT };

	load(&one, "exit_hook_hits.o", ECBPF_EXIT_HOOK);
	assert_int_equal(hits(one.chain, ECBPF_EXIT_HOOK, COUNT), 0);
	scratch_load_end(&one);
}

#define HOOK_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOOK_TEST(a_kit_program_is_published_and_meets_packets),
		HOOK_TEST(cleared_packets_do_not_meet_it),
		HOOK_TEST(every_verdict_before_it_came_is_recorded),
		HOOK_TEST(it_is_replaced_as_in_a_slot),
		HOOK_TEST(without_the_kit_there_is_nothing_to_warn_of),
		HOOK_TEST(maps_of_the_sibling_are_shared_both_ways),
		HOOK_TEST(without_a_sibling_nothing_is_shared),
		HOOK_TEST(its_own_maps_go_before_the_siblings),
		HOOK_TEST(of_its_own_of_another_shape_the_siblings_is_taken),
		HOOK_TEST(a_sibling_without_maps_is_no_obstacle),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
