// SPDX-License-Identifier: GPL-2.0-only
/* Which programs are taken, and in what words others are refused. What a replacement keeps is
 * test_subprogram_replace.c's. */
#include "subprogram.h"

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
#include "counters.h"
#include "harness/run_program.h"
#include "log.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "scratch_load.h"
#include "slot_table.h"

#define SLOT 4

static void assert_slot(const struct chain *chain, __u32 id, const char *name)
{
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(slot_table_read(chain, slots, NULL), 0);
	assert_int_equal(slots[SLOT].program_id, id);
	assert_int_equal(slots[SLOT].pinned_id, id);
	assert_string_equal(slots[SLOT].name, name);
}

/* The load fails so, in exactly these words, and the chain is as empty as before. */
static void assert_refused(const struct chain *chain, struct scratch_load load, int err,
			   const char *text)
{
	load.chain = chain;
	load.slot = SLOT;
	assert_int_equal(scratch_load(&load), err);
	assert_string_equal(load.problem.text, text);
	assert_string_equal(load.said, "");
	assert_slot(chain, 0, "");
	scratch_load_end(&load);
}

static void a_kit_program_is_loaded_and_published(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "subprogram_hits.o", .slot = SLOT };
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(scratch_load(&load), 0);
	assert_true(load.kit);
	assert_string_equal(load.said, "");
	assert_slot(load.chain, load.program_id, "count_hits_for_ever");
	assert_int_equal(slot_table_read(load.chain, slots, NULL), 0);
	assert_true(slots[SLOT].recorded);
	assert_int_equal(slots[SLOT].record.kit, 1);
	assert_int_equal(slots[SLOT].record.slot, SLOT);
	assert_string_equal(slots[SLOT].record.object, "subprogram_hits.o");
	assert_true(slots[SLOT].record.loaded_at > 0);
	scratch_load_end(&load);
}

static int open_own_map(const struct chain *chain, const char *name)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];

	slot_table_path(chain, SLOT, "", directory);
	bpffs_join(path, directory, name);
	return bpffs_open(path);
}

static void own_maps_are_pinned_and_shared_ones_are_the_chains(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "subprogram_hits.o", .slot = SLOT };
	int fd;

	assert_int_equal(scratch_load(&load), 0);
	fd = open_own_map(load.chain, "hits");
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(open_own_map(load.chain, ECBPF_MAP_STATS), -ENOENT);
	assert_int_equal(open_own_map(load.chain, ECBPF_MAP_SLOTS), -ENOENT);
	assert_int_equal(open_own_map(load.chain, ":rodata:ecbpf"), -ENOENT);
	scratch_load_end(&load);
}

/* Runs the program in `slot`, whose pin it is reached by; what it returned. */
static __u32 run_slot(const struct chain *chain, unsigned int slot)
{
	unsigned char frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = sizeof(frame));
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	int fd;

	slot_table_path(chain, slot, "", directory);
	bpffs_join(path, directory, ECBPF_PIN_PROGRAM);
	fd = bpffs_open(path);
	assert_true(fd >= 0);
	assert_int_equal(bpf_prog_test_run_opts(fd, &run), 0);
	close(fd);
	return run.retval;
}

static uint64_t packets(const struct chain *chain, unsigned int row, unsigned int action)
{
	struct counters counters = { 0 };
	uint64_t count;

	assert_int_equal(counters_read(chain, &counters, NULL), 0);
	count = counters_action(&counters, row, action);
	counters_free(&counters);
	return count;
}

/* The chain's counters, the row of its slot, and from there to the slots behind it only. */
static void a_loaded_program_knows_its_slot_and_chain(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "subprogram_hits.o", .slot = SLOT };
	const unsigned int droppers[] = { 0, 1, SLOT - 1, SLOT + 2 };

	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(run_slot(load.chain, SLOT), XDP_PASS);
	assert_int_equal(packets(load.chain, ECBPF_ROOT_ROW, XDP_PASS), 1);
	load.object = "subprogram_drop.o";
	for (int i = 0; i < 4; i++) {
		load.slot = droppers[i];
		assert_int_equal(scratch_load(&load), 0);
		assert_int_equal(run_slot(load.chain, droppers[i]), XDP_DROP);
		assert_int_equal(packets(load.chain, droppers[i], XDP_DROP), 1);
		assert_int_equal(run_slot(load.chain, SLOT), i == 3 ? XDP_DROP : XDP_PASS);
	}
	assert_int_equal(packets(load.chain, SLOT + 2, XDP_DROP), 2);
	assert_int_equal(packets(load.chain, ECBPF_ROOT_ROW, XDP_PASS), 4);
	scratch_load_end(&load);
}

static void what_had_reached_the_slot_before_is_recorded(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "subprogram_hits.o", .slot = SLOT };
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(scratch_load(&load), 0);
	for (int i = 0; i < 3; i++)
		run_slot(load.chain, SLOT);
	load.replace = SUBPROGRAM_REPLACE_SAME;
	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(slot_table_read(load.chain, slots, NULL), 0);
	assert_int_equal(slots[SLOT].record.seen_before, 3);
	scratch_load_end(&load);
}

static void a_program_without_the_kit_is_taken_with_a_warning(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "stranger.o", .slot = SLOT };
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(scratch_load(&load), 0);
	assert_false(load.kit);
	assert_string_equal(load.said,
			    "xdp_test: stranger.o: not built with the subprogram kit: it ends the "
			    "chain in slot 4 and its packets are not counted\n");
	assert_slot(load.chain, load.program_id, "stranger_transmit");
	assert_int_equal(slot_table_read(load.chain, slots, NULL), 0);
	assert_int_equal(slots[SLOT].record.kit, 0);
	scratch_load_end(&load);
}

static void of_several_programs_one_must_be_named(void **state)
{
	struct scratch_load load = { .chain = *state,
				     .object = "subprogram_several.o",
				     .slot = SLOT };

	assert_refused(*state, load, -EINVAL,
		       "subprogram_several.o: has 2 XDP programs; name one with --program");
	load.program = "second";
	assert_int_equal(scratch_load(&load), 0);
	assert_slot(load.chain, load.program_id, "second");
	scratch_load_end(&load);
}

static void an_unknown_name_is_told(void **state)
{
	assert_refused(*state,
		       (struct scratch_load){ .object = "subprogram_several.o",
					      .program = "third" },
		       -ENOENT, "subprogram_several.o: no XDP program is called 'third'");
	/* There is one, but it is no XDP program. */
	assert_refused(*state,
		       (struct scratch_load){ .object = "subprogram_several.o",
					      .program = "no_xdp" },
		       -ENOENT, "subprogram_several.o: no XDP program is called 'no_xdp'");
	assert_refused(*state,
		       (struct scratch_load){ .object = "subprogram_hits.o", .program = "" },
		       -ENOENT, "subprogram_hits.o: no XDP program is called ''");
}

static void an_object_without_a_program_is_told(void **state)
{
	assert_refused(*state, (struct scratch_load){ .object = "subprogram_no_xdp.o" }, -ENOENT,
		       "subprogram_no_xdp.o: no XDP program in it");
}

static void a_file_that_is_no_object_is_told(void **state)
{
	assert_refused(*state, (struct scratch_load){ .object = "/nowhere.o" }, -ENOEXEC,
		       "/nowhere.o: cannot open: -ENOENT (No such file or directory)");
	assert_refused(*state, (struct scratch_load){ .object = "/proc/self/exe" }, -ENOEXEC,
		       "/proc/self/exe: not a BPF object file; build it with clang -target bpf");
	assert_refused(*state,
		       (struct scratch_load){ .object = TEST_OBJECT_DIR "/object_without_btf.o" },
		       -ENOEXEC,
		       TEST_OBJECT_DIR "/object_without_btf.o: no BTF; build it with clang -g");
}

static void another_kit_is_refused_with_both_versions(void **state)
{
	char text[300];

	snprintf(text, sizeof(text),
		 "subprogram_other_kit.o: built with another subprogram kit (version %d, 64 bytes; "
		 "this loader has version %d, %zu bytes); build it again",
		 ECBPF_ABI_VERSION, ECBPF_ABI_VERSION, sizeof(struct ecbpf_program));
	assert_refused(*state, (struct scratch_load){ .object = "subprogram_other_kit.o" }, -EPROTO,
		       text);
	snprintf(text, sizeof(text),
		 "subprogram_newer_kit.o: built with another subprogram kit (version %d, %zu bytes; "
		 "this loader has version %d, %zu bytes); build it again",
		 ECBPF_ABI_VERSION + 1, sizeof(struct ecbpf_program), ECBPF_ABI_VERSION,
		 sizeof(struct ecbpf_program));
	assert_refused(*state, (struct scratch_load){ .object = "subprogram_newer_kit.o" }, -EPROTO,
		       text);
}

static void a_program_for_single_buffers_stays_out_of_a_frags_chain(void **state)
{
	assert_refused(*state, (struct scratch_load){ .object = "stranger.o", .frags = 1 }, -EINVAL,
		       "stranger.o: program 'stranger_transmit' is in section \"xdp\", not "
		       "\"xdp.frags\": it does not handle multi-buffer frames, and eth0.100 was "
		       "attached with --frags");
}

/* Whatever its section says, the chain decides. */
static void a_frags_program_is_loaded_without_frags_in_a_chain_without(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "stranger.o", .slot = SLOT };

	assert_int_equal(scratch_load(&load), 0);
	load.object = "subprogram_hits.o";
	load.slot = SLOT + 1;
	/* The array would refuse a program with the flag beside one without it. */
	assert_int_equal(scratch_load(&load), 0);
	scratch_load_end(&load);
}

static void a_frags_chain_takes_frags_programs_only(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "subprogram_hits.o", .frags = 1 };

	if (!run_frags_supported()) {
		print_message("SKIP: this kernel has no multi-buffer XDP\n");
		skip();
	}
	assert_int_equal(scratch_load(&load), 0);
	/* As if a loader did not look at the flag: the kernel does. */
	load.object = "stranger.o";
	load.slot = SLOT;
	load.frags = 0;
	assert_int_equal(scratch_load(&load), -EINVAL);
	assert_string_equal(load.problem.text,
			    "eth0.100: the kernel does not let this program into slot 4: its type, "
			    "attach type or frags flag differs from the root's: -EINVAL (Invalid "
			    "argument)");
	assert_slot(load.chain, 0, "");
	scratch_load_end(&load);
}

static void what_the_verifier_refuses_is_told_with_its_log(void **state)
{
	struct scratch_load load = { .chain = *state,
				     .object = "subprogram_refused.o",
				     .slot = SLOT };

	assert_true(scratch_load(&load) < 0);
	assert_non_null(strstr(load.problem.text,
			       "subprogram_refused.o: the kernel refuses program "
			       "'reads_anywhere': -EACCES"));
	assert_true(load.problem.show_kept_log);
	assert_non_null(strstr(log_kept(), "invalid access to packet"));
	assert_string_equal(load.said, "");
	assert_slot(load.chain, 0, "");
	scratch_load_end(&load);
}

static void a_slot_out_of_range_is_told(void **state)
{
	struct scratch_load load = { .chain = *state, .object = "subprogram_hits.o", .slot = 9 };

	assert_int_equal(scratch_load(&load), -ERANGE);
	assert_string_equal(load.problem.text, "slot 9 is out of range 0..7");
	scratch_load_end(&load);
}

/* Its numbers would go into the chain's counters. */
static void a_strangers_maps_of_shared_names_are_its_own(void **state)
{
	const char *const names[] = { ECBPF_MAP_STATS, ECBPF_MAP_CAPTURE_HOOK,
				      ECBPF_MAP_EXIT_HOOK };
	struct scratch_load load = { .chain = *state,
				     .object = "subprogram_namesake_map.o",
				     .slot = SLOT };
	struct counters counters = { 0 };

	assert_int_equal(scratch_load(&load), 0);
	assert_int_equal(run_slot(load.chain, SLOT), XDP_PASS);
	assert_int_equal(counters_read(load.chain, &counters, NULL), 0);
	assert_int_equal(counters_reached(counters.total, 0), 0);
	counters_free(&counters);
	for (int i = 0; i < 3; i++) {
		int fd = open_own_map(load.chain, names[i]);

		assert_true(fd >= 0);
		close(fd);
	}
	scratch_load_end(&load);
}

static void a_map_with_the_name_of_the_programs_pin_is_refused(void **state)
{
	assert_refused(*state, (struct scratch_load){ .object = "subprogram_program_map.o" },
		       -EINVAL,
		       "subprogram_program_map.o: no map may be called 'program', which is the name "
		       "of the program's pin");
}

#define SUBPROGRAM_TEST(name)                                                                      \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUBPROGRAM_TEST(a_kit_program_is_loaded_and_published),
		SUBPROGRAM_TEST(own_maps_are_pinned_and_shared_ones_are_the_chains),
		SUBPROGRAM_TEST(a_loaded_program_knows_its_slot_and_chain),
		SUBPROGRAM_TEST(what_had_reached_the_slot_before_is_recorded),
		SUBPROGRAM_TEST(a_program_without_the_kit_is_taken_with_a_warning),
		SUBPROGRAM_TEST(of_several_programs_one_must_be_named),
		SUBPROGRAM_TEST(an_unknown_name_is_told),
		SUBPROGRAM_TEST(an_object_without_a_program_is_told),
		SUBPROGRAM_TEST(a_file_that_is_no_object_is_told),
		SUBPROGRAM_TEST(another_kit_is_refused_with_both_versions),
		SUBPROGRAM_TEST(a_program_for_single_buffers_stays_out_of_a_frags_chain),
		SUBPROGRAM_TEST(a_frags_program_is_loaded_without_frags_in_a_chain_without),
		SUBPROGRAM_TEST(a_frags_chain_takes_frags_programs_only),
		SUBPROGRAM_TEST(what_the_verifier_refuses_is_told_with_its_log),
		SUBPROGRAM_TEST(a_slot_out_of_range_is_told),
		SUBPROGRAM_TEST(a_strangers_maps_of_shared_names_are_its_own),
		SUBPROGRAM_TEST(a_map_with_the_name_of_the_programs_pin_is_refused),
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
