// SPDX-License-Identifier: GPL-2.0-only
/* A program takes the place of another: when it may (L9), and what state it finds there (L4). */
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
#include "scratch_load.h"
#include "slot_table.h"

#define SLOT 2
#define STATE 4711

static __u32 running(const struct chain *chain)
{
	__u32 slot = SLOT, id = 0;

	(void)bpf_map_lookup_elem(chain->map[CHAIN_SLOTS], &slot, &id);
	return id;
}

static int open_hits(const struct chain *chain)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	int fd;

	slot_table_path(chain, SLOT, "", directory);
	bpffs_join(path, directory, "hits");
	fd = bpffs_open(path);
	assert_true(fd >= 0);
	return fd;
}

static void write_state(const struct chain *chain)
{
	int fd = open_hits(chain);
	__u32 entry = 3;
	__u64 value = STATE;

	assert_int_equal(bpf_map_update_elem(fd, &entry, &value, BPF_ANY), 0);
	close(fd);
}

static __u64 read_state(const struct chain *chain)
{
	int fd = open_hits(chain);
	__u32 entry = 3;
	__u64 value[2] = { 0 };

	assert_int_equal(bpf_map_lookup_elem(fd, &entry, value), 0);
	close(fd);
	return value[0];
}

/* Puts the first version into the slot, with state in its map. */
static struct scratch_load first_load(const struct chain *chain)
{
	struct scratch_load load = { .chain = chain, .object = "subprogram_hits.o", .slot = SLOT };

	assert_int_equal(scratch_load(&load), 0);
	write_state(chain);
	return load;
}

static void assert_taken(struct scratch_load *load, __u32 id, const char *by, const char *advice)
{
	char text[300];

	snprintf(text, sizeof(text), "eth0.100: slot 2 is taken by %s (id %u); unload it first%s",
		 by, id, advice);
	assert_int_equal(scratch_load(load), -EBUSY);
	assert_string_equal(load->problem.text, text);
}

static void a_taken_slot_is_told_with_its_owner(void **state)
{
	struct scratch_load load = first_load(*state);
	__u32 id = load.program_id;

	assert_taken(&load, id, "count_hits_for_ever", " or add --replace");
	load.object = "subprogram_other_hits.o";
	assert_taken(&load, id, "count_hits_for_ever", " or add --replace");
	load.replace = SUBPROGRAM_REPLACE_SAME;
	assert_taken(&load, id, "count_hits_for_ever", "");
	assert_int_equal(running(load.chain), id);
	assert_int_equal(read_state(load.chain), STATE);
	scratch_load_end(&load);
}

/* What was meant to be there has the right to it. */
static void an_emptied_slot_is_taken_as_well(void **state)
{
	struct scratch_load load = first_load(*state);
	__u32 id = load.program_id, slot = SLOT;

	assert_int_equal(bpf_map_delete_elem(load.chain->map[CHAIN_SLOTS], &slot), 0);
	assert_taken(&load, id, "count_hits_for_ever", " or add --replace");
	load.replace = SUBPROGRAM_REPLACE_SAME;
	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(running(load.chain), load.program_id);
	assert_int_equal(read_state(load.chain), STATE);
	scratch_load_end(&load);
}

static void a_strangers_slot_is_taken_whatever_its_name(void **state)
{
	struct scratch_load load = { .chain = *state,
				     .object = "subprogram_hits.o",
				     .slot = SLOT,
				     .replace = SUBPROGRAM_REPLACE_SAME };
	int fd = scratch_program("count_hits_for_", BPF_PROG_TYPE_XDP, XDP_PASS);
	__u32 id = scratch_program_id(fd);

	assert_int_equal(slot_table_set(load.chain, SLOT, fd, NULL), 0);
	close(fd);
	assert_taken(&load, id, "count_hits_for_", "");
	assert_int_equal(running(load.chain), id);
	load.replace = SUBPROGRAM_REPLACE_ANY;
	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(running(load.chain), load.program_id);
	scratch_load_end(&load);
}

static void state_survives_a_replacement_by_the_same_program(void **state)
{
	const enum subprogram_replace ways[] = { SUBPROGRAM_REPLACE_SAME, SUBPROGRAM_REPLACE_ANY };
	struct scratch_load load = first_load(*state);

	for (int i = 0; i < 2; i++) {
		__u32 before = load.program_id;

		load.replace = ways[i];
		assert_int_equal(scratch_load(&load), 0);
		assert_int_not_equal(load.program_id, before);
		assert_int_equal(running(load.chain), load.program_id);
		assert_int_equal(read_state(load.chain), STATE);
	}
	scratch_load_end(&load);
}

static void state_of_another_shape_starts_anew(void **state)
{
	struct scratch_load load = first_load(*state);

	load.object = "subprogram_hits_wider.o";
	load.replace = SUBPROGRAM_REPLACE_SAME;
	assert_int_equal(scratch_load(&load), 0);
	assert_non_null(strstr(load.said, "the map hits has another shape than in the version it "
					  "replaces: it starts empty"));
	assert_int_equal(running(load.chain), load.program_id);
	assert_int_equal(read_state(load.chain), 0);
	scratch_load_end(&load);
}

static void another_program_does_not_inherit_state(void **state)
{
	struct scratch_load load = first_load(*state);

	load.object = "subprogram_other_hits.o";
	load.replace = SUBPROGRAM_REPLACE_ANY;
	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(running(load.chain), load.program_id);
	assert_int_equal(read_state(load.chain), 0);
	scratch_load_end(&load);
}

static void state_is_the_slots_and_not_another_slots(void **state)
{
	struct scratch_load load = first_load(*state);

	load.slot = SLOT + 1;
	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(slot_table_clear(load.chain, SLOT, NULL), 0);
	load.slot = SLOT;
	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(read_state(load.chain), 0);
	scratch_load_end(&load);
}

/* L4: nothing is lost when the new version cannot be loaded. */
static void a_failed_replacement_leaves_the_old_version(void **state)
{
	const char *const bad[] = { "subprogram_refused.o", "subprogram_other_kit.o",
				    "subprogram_no_xdp.o", "object_without_btf.o" };
	struct scratch_load load = first_load(*state);
	__u32 id = load.program_id;

	load.replace = SUBPROGRAM_REPLACE_ANY;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char path[BPFFS_PATH_SIZE];

		load.object = bad[i];
		assert_true(scratch_load(&load) < 0);
		assert_int_equal(running(load.chain), id);
		assert_int_equal(read_state(load.chain), STATE);
		slot_table_path(load.chain, SLOT, "_new", path);
		assert_false(bpffs_exists(path));
	}
	scratch_load_end(&load);
}

#define REPLACE_TEST(name)                                                                         \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPLACE_TEST(a_taken_slot_is_told_with_its_owner),
		REPLACE_TEST(an_emptied_slot_is_taken_as_well),
		REPLACE_TEST(a_strangers_slot_is_taken_whatever_its_name),
		REPLACE_TEST(state_survives_a_replacement_by_the_same_program),
		REPLACE_TEST(state_of_another_shape_starts_anew),
		REPLACE_TEST(another_program_does_not_inherit_state),
		REPLACE_TEST(state_is_the_slots_and_not_another_slots),
		REPLACE_TEST(a_failed_replacement_leaves_the_old_version),
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
