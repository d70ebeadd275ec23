// SPDX-License-Identifier: GPL-2.0-only
/* slot_table_recover() in every state that a killed loader, or another hand, can leave one slot in:
 * the array and the three directories are filled by hand with everything they can hold, and a plain
 * model says what must be there afterwards. Every test is run for a slot and for the exit hook. */
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
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "slot_table.h"

/* The one that is tried. */
static unsigned int slot;
static enum chain_map array;
static __u32 key;

/* What a directory holds, and in NOTHING, OLD and NEW what the array does. */
enum content {
	NOTHING, /* there is no directory */
	OLD,     /* a whole one, of the program that was there first */
	NEW,     /* a whole one, of the other program */
	MAP_ONLY,
	EMPTY,
	CONTENT_COUNT,
};

enum place { IN_PLACE, ASIDE_NEW, ASIDE_OLD, PLACE_COUNT };

static const char *const suffixes[PLACE_COUNT] = { "", "_new", "_old" };

struct state {
	enum content array;
	enum content directory[PLACE_COUNT];
};

static struct {
	int fd[CONTENT_COUNT]; /* of OLD and NEW */
	__u32 id[CONTENT_COUNT];
	__u32 stale_id; /* of a program that is gone */
	int map;
} programs;

static void load_programs(void)
{
	const struct map_shape shape = { "hits", BPF_MAP_TYPE_ARRAY, 4, 8, 1 };
	int stale = scratch_program("stale", BPF_PROG_TYPE_XDP, XDP_PASS);

	programs.stale_id = scratch_program_id(stale);
	close(stale);
	programs.map = scratch_map(&shape);
	for (enum content i = OLD; i <= NEW; i++) {
		programs.fd[i] =
			scratch_program(i == OLD ? "old" : "new", BPF_PROG_TYPE_XDP, (int)i);
		programs.id[i] = scratch_program_id(programs.fd[i]);
	}
}

static void close_programs(void)
{
	for (enum content i = OLD; i <= NEW; i++)
		close(programs.fd[i]);
	close(programs.map);
}

static void fill(const struct chain *chain, enum place place, enum content content)
{
	const struct slot_map map = { "hits", programs.map };
	const struct slot_content whole = { .program = programs.fd[content],
					    .maps = &map,
					    .map_count = 1 };
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];

	slot_table_path(chain, slot, suffixes[place], directory);
	assert_int_equal(bpffs_remove_tree(directory, NULL), 0);
	if (content == OLD || content == NEW)
		assert_int_equal(slot_table_pin(directory, &whole, NULL), 0);
	if (content == MAP_ONLY || content == EMPTY)
		assert_int_equal(bpffs_make_directory(directory), 0);
	bpffs_join(path, directory, "hits");
	if (content == MAP_ONLY)
		assert_int_equal(bpffs_pin(programs.map, path, NULL), 0);
}

static void record(const struct chain *chain, __u32 id)
{
	const struct ecbpf_program_record one = { .slot = slot, .name = "recorded" };

	assert_int_equal(bpf_map_update_elem(chain->map[CHAIN_PROGRAMS], &id, &one, BPF_ANY), 0);
}

static void construct(const struct chain *chain, const struct state *state)
{
	if (state->array)
		assert_int_equal(slot_table_set(chain, slot, programs.fd[state->array], NULL), 0);
	else
		(void)bpf_map_delete_elem(chain->map[array], &key);
	for (enum place place = IN_PLACE; place < PLACE_COUNT; place++)
		fill(chain, place, state->directory[place]);
	record(chain, programs.id[OLD]);
	record(chain, programs.id[NEW]);
	record(chain, programs.stale_id);
}

static bool is_whole(enum content content)
{
	return content == OLD || content == NEW;
}

/* What must be in place: what packets meet, if any directory holds it; else what was there, if that
 * is whole; else nothing. */
static enum content expected_in_place(const struct state *state)
{
	for (enum place place = IN_PLACE; place < PLACE_COUNT; place++) {
		if (state->array && state->directory[place] == state->array)
			return state->array;
	}
	return is_whole(state->directory[IN_PLACE]) ? state->directory[IN_PLACE] : NOTHING;
}

static bool has_record(const struct chain *chain, __u32 id)
{
	struct ecbpf_program_record one;

	return bpf_map_lookup_elem(chain->map[CHAIN_PROGRAMS], &id, &one) == 0;
}

static bool has_pin(const struct chain *chain, enum place place, const char *name)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];

	slot_table_path(chain, slot, suffixes[place], directory);
	if (!name)
		return bpffs_exists(directory);
	bpffs_join(path, directory, name);
	return bpffs_exists(path);
}

static bool is_recovered(const struct chain *chain, const struct state *state)
{
	enum content in_place = expected_in_place(state);
	struct slot slots[ECBPF_PLACE_COUNT];
	bool good = true;

	assert_int_equal(slot_table_read(chain, slots, NULL), 0);
	good &= slots[slot].program_id == programs.id[state->array];
	good &= slots[slot].pinned_id == programs.id[in_place];
	good &= has_pin(chain, IN_PLACE, NULL) == (in_place != NOTHING);
	good &= has_pin(chain, IN_PLACE, "hits") == (in_place != NOTHING);
	good &= !has_pin(chain, ASIDE_NEW, NULL) && !has_pin(chain, ASIDE_OLD, NULL);
	for (enum content i = OLD; i <= NEW; i++)
		good &= has_record(chain, programs.id[i]) == (state->array == i || in_place == i);
	good &= !has_record(chain, programs.stale_id);
	for (unsigned int i = 0; i < ECBPF_PLACE_COUNT; i++)
		good &= i == slot || (!slots[i].program_id && !slots[i].pinned_id);
	return good;
}

/* Told by its place in the enumeration, so that a failure can be read. */
static int try_state(const struct chain *chain, const struct state *state)
{
	static const char *const names[] = { "nothing", "old", "new", "map only", "empty" };
	struct problem problem = { 0 };
	bool good;
	int err;

	construct(chain, state);
	err = slot_table_recover(chain, &problem);
	good = !err && is_recovered(chain, state);
	/* A second run finds nothing to do. */
	good &= slot_table_recover(chain, &problem) == 0 && is_recovered(chain, state);
	if (!good)
		print_error("array %s, in place %s, _new %s, _old %s: %s\n", names[state->array],
			    names[state->directory[IN_PLACE]], names[state->directory[ASIDE_NEW]],
			    names[state->directory[ASIDE_OLD]],
			    err ? problem.text : "not recovered as expected");
	return !good;
}

static void every_half_done_state_is_finished_or_undone(void **unused)
{
	struct chain *chain = *unused;
	unsigned int fds;
	struct state state;
	int failed = 0;

	load_programs();
	fds = scratch_open_fds();
	for (state.array = NOTHING; state.array <= NEW; state.array++)
		for (int i = 0; i < CONTENT_COUNT * CONTENT_COUNT * CONTENT_COUNT; i++) {
			state.directory[IN_PLACE] = i % CONTENT_COUNT;
			state.directory[ASIDE_NEW] = i / CONTENT_COUNT % CONTENT_COUNT;
			state.directory[ASIDE_OLD] = i / CONTENT_COUNT / CONTENT_COUNT;
			failed += try_state(chain, &state);
		}
	assert_int_equal(scratch_open_fds(), fds);
	close_programs();
	assert_int_equal(failed, 0);
}

/* A program that someone put into the array without a loader: it stays, and nothing is made up. */
static void a_strangers_program_is_left_alone(void **unused)
{
	struct chain *chain = *unused;
	struct slot slots[ECBPF_PLACE_COUNT];

	load_programs();
	assert_int_equal(slot_table_set(chain, slot, programs.fd[OLD], NULL), 0);
	assert_int_equal(slot_table_recover(chain, NULL), 0);
	assert_int_equal(slot_table_read(chain, slots, NULL), 0);
	assert_int_equal(slots[slot].program_id, programs.id[OLD]);
	assert_int_equal(slots[slot].pinned_id, 0);
	assert_false(slots[slot].recorded);
	close_programs();
}

static void every_stale_record_of_a_full_table_is_forgotten(void **unused)
{
	struct chain *chain = *unused;
	__u32 none;

	load_programs();
	for (__u32 i = 0; i < ECBPF_PROGRAM_RECORDS; i++)
		record(chain, 0x40000000 + i);
	assert_int_equal(slot_table_recover(chain, NULL), 0);
	assert_int_equal(bpf_map_get_next_key(chain->map[CHAIN_PROGRAMS], NULL, &none), -ENOENT);
	close_programs();
}

static void all_slots_are_recovered_at_once(void **unused)
{
	struct chain *chain = *unused;
	char path[BPFFS_PATH_SIZE];

	for (unsigned int i = 0; i < ECBPF_PLACE_COUNT; i++) {
		slot_table_path(chain, i, i % 2 ? "_new" : "_old", path);
		assert_int_equal(bpffs_make_directory(path), 0);
	}
	assert_int_equal(slot_table_recover(chain, NULL), 0);
	for (unsigned int i = 0; i < ECBPF_PLACE_COUNT; i++) {
		slot_table_path(chain, i, i % 2 ? "_new" : "_old", path);
		assert_false(bpffs_exists(path));
	}
}

#define RECOVER_TEST(name)                                                                         \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RECOVER_TEST(every_half_done_state_is_finished_or_undone),
		RECOVER_TEST(a_strangers_program_is_left_alone),
		RECOVER_TEST(every_stale_record_of_a_full_table_is_forgotten),
		RECOVER_TEST(all_slots_are_recovered_at_once),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	slot = 5, array = CHAIN_SLOTS, key = 5;
	failed = cmocka_run_group_tests_name("a slot", tests, NULL, NULL);
	slot = ECBPF_EXIT_HOOK, array = CHAIN_EXIT_HOOK, key = 0;
	failed += cmocka_run_group_tests_name("the exit hook", tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
