// SPDX-License-Identifier: GPL-2.0-only
/* Publishing, clearing and reading slots; what a killed loader leaves is test_slot_recover.c's. Every
 * test is run for a slot and for the exit hook. */
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

static const struct place {
	unsigned int slot;
	const char *name, *directory;
	enum chain_map array;
	__u32 key;
} slot_3 = { 3, "slot 3", "slot_3", CHAIN_SLOTS, 3 },
  exit_hook = { ECBPF_EXIT_HOOK, "the exit hook", "exit_hook", CHAIN_EXIT_HOOK, 0 };
static const struct place *place;

static const struct map_shape private_shape = { "hits", BPF_MAP_TYPE_ARRAY, 4, 8, 4 };

/* Publishes a new program with one private map; its id. */
static __u32 publish_new(const struct chain *chain, unsigned int slot, const char *name,
			 const char *map_name)
{
	const struct slot_map map = { map_name, scratch_map(&private_shape) };
	struct slot_content content = {
		.program = scratch_program("kernel_name", BPF_PROG_TYPE_XDP, XDP_DROP),
		.record = { .slot = slot, .kit = 1, .loaded_at = 5, .seen_before = 7 },
		.maps = &map,
		.map_count = 1,
	};
	struct problem problem = { 0 };
	__u32 id = scratch_program_id(content.program);

	snprintf(content.record.name, sizeof(content.record.name), "%s", name);
	assert_int_equal(slot_table_publish(chain, slot, &content, &problem), 0);
	assert_string_equal(problem.text, "");
	close(content.program);
	close(map.fd);
	return id;
}

static void read_slot(const struct chain *chain, unsigned int slot, struct slot *ret_slot)
{
	struct slot slots[ECBPF_PLACE_COUNT];
	struct problem problem = { 0 };

	assert_int_equal(slot_table_read(chain, slots, &problem), 0);
	for (unsigned int i = 0; i < ECBPF_PLACE_COUNT; i++)
		assert_true(i == slot || (!slots[i].program_id && !slots[i].pinned_id &&
					  !slots[i].recorded && !*slots[i].name));
	*ret_slot = slots[slot];
}

static bool has_pin(const struct chain *chain, const char *suffix, const char *name)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];

	slot_table_path(chain, place->slot, suffix, directory);
	if (!name)
		return bpffs_exists(directory);
	bpffs_join(path, directory, name);
	return bpffs_exists(path);
}

static void empty_entry(const struct chain *chain)
{
	assert_int_equal(bpf_map_delete_elem(chain->map[place->array], &place->key), 0);
}

static bool has_record(const struct chain *chain, __u32 id)
{
	struct ecbpf_program_record record;

	return bpf_map_lookup_elem(chain->map[CHAIN_PROGRAMS], &id, &record) == 0;
}

static void assert_slot(const struct chain *chain, __u32 id, const char *name)
{
	struct slot slot;

	read_slot(chain, place->slot, &slot);
	assert_int_equal(slot.program_id, id);
	assert_int_equal(slot.pinned_id, id);
	assert_int_equal(slot.recorded, id != 0);
	assert_string_equal(slot.name, name);
	assert_int_equal(has_pin(chain, "", NULL), id != 0);
	assert_false(has_pin(chain, "_new", NULL));
	assert_false(has_pin(chain, "_old", NULL));
}

static void an_empty_table_reads_as_zeros(void **state)
{
	assert_slot(*state, 0, "");
}

static void paths_name_slot_and_suffix(void **state)
{
	const struct chain *chain = *state;
	char path[BPFFS_PATH_SIZE];

	slot_table_path(chain, 0, "", path);
	assert_string_equal(path, scratch_path("ecbpf/eth0:100/slot_0"));
	slot_table_path(chain, 7, "_old", path);
	assert_string_equal(path, scratch_path("ecbpf/eth0:100/slot_7_old"));
	slot_table_path(chain, ECBPF_EXIT_HOOK, "", path);
	assert_string_equal(path, scratch_path("ecbpf/eth0:100/exit_hook"));
	slot_table_path(chain, ECBPF_EXIT_HOOK, "_new", path);
	assert_string_equal(path, scratch_path("ecbpf/eth0:100/exit_hook_new"));
}

static void names_are_for_texts(void **state)
{
	char name[16];

	(void)state;
	for (unsigned int slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		snprintf(name, sizeof(name), "slot %u", slot);
		assert_string_equal(slot_table_name(slot), name);
	}
	assert_string_equal(slot_table_name(ECBPF_EXIT_HOOK), "the exit hook");
}

static void publish_fills_array_pins_and_record(void **state)
{
	const struct chain *chain = *state;
	__u32 id = publish_new(chain, place->slot, "a_name_of_more_than_15_characters", "hits"),
	      entry;
	struct slot slot;

	assert_slot(chain, id, "a_name_of_more_than_15_characters");
	assert_true(has_pin(chain, "", "hits"));
	read_slot(chain, place->slot, &slot);
	/* What packets meet. */
	assert_int_equal(bpf_map_lookup_elem(chain->map[place->array], &place->key, &entry), 0);
	assert_int_equal(entry, id);
	assert_int_equal(slot.record.slot, place->slot);
	assert_int_equal(slot.record.kit, 1);
	assert_int_equal(slot.record.loaded_at, 5);
	assert_int_equal(slot.record.seen_before, 7);
}

static void publish_replaces_what_was_there(void **state)
{
	const struct chain *chain = *state;
	__u32 old_id = publish_new(chain, place->slot, "old", "old_map");
	__u32 new_id = publish_new(chain, place->slot, "new", "new_map");

	assert_slot(chain, new_id, "new");
	assert_true(has_pin(chain, "", "new_map"));
	assert_false(has_pin(chain, "", "old_map"));
	assert_false(has_record(chain, old_id));
	assert_true(has_record(chain, new_id));
}

static void a_program_published_again_keeps_its_record(void **state)
{
	const struct chain *chain = *state;
	struct slot_content content = {
		.program = scratch_program("kernel_name", BPF_PROG_TYPE_XDP, XDP_DROP),
		.record = { .slot = place->slot, .name = "same" },
	};
	struct problem problem = { 0 };
	__u32 id = scratch_program_id(content.program);

	for (int i = 0; i < 2; i++) {
		assert_int_equal(slot_table_publish(chain, place->slot, &content, &problem), 0);
		assert_slot(chain, id, "same");
	}
	close(content.program);
}

/* Publishing this content fails so, with text and tail in what is told, and all is as before. */
static void assert_refused(const struct chain *chain, const struct slot_content *content, int err,
			   const char *text, const char *tail)
{
	__u32 before = publish_new(chain, place->slot, "before", "hits");
	__u32 id = scratch_program_id(content->program);
	struct problem problem = { 0 };
	unsigned int fds = scratch_open_fds();
	char whole[100];

	snprintf(whole, sizeof(whole), "%s%s", text, tail);
	assert_int_equal(slot_table_publish(chain, place->slot, content, &problem), err);
	assert_non_null(strstr(problem.text, whole));
	assert_int_equal(scratch_open_fds(), fds);
	assert_slot(chain, before, "before");
	assert_true(has_pin(chain, "", "hits"));
	assert_true(has_record(chain, before));
	assert_false(has_record(chain, id));
}

static void a_program_that_the_array_refuses_changes_nothing(void **state)
{
	const struct slot_content content = {
		.program = scratch_program("other", BPF_PROG_TYPE_SOCKET_FILTER, 0),
	};

	assert_refused(*state, &content, -EINVAL,
		       "eth0.100: the kernel does not let this program into ", place->name);
	close(content.program);
}

static void a_map_that_cannot_be_pinned_changes_nothing(void **state)
{
	const struct chain *chain = *state;
	const struct slot_map maps[] = { { "hits", chain->map[CHAIN_STATS] },
					 { "hits", chain->map[CHAIN_STATS] } };
	const struct slot_content content = {
		.program = scratch_program("twice", BPF_PROG_TYPE_XDP, XDP_PASS),
		.maps = maps,
		.map_count = 2,
	};

	assert_refused(chain, &content, -EEXIST, place->directory, "_new/hits: -EEXIST");
	close(content.program);
}

static void a_full_table_of_records_changes_nothing(void **state)
{
	const struct chain *chain = *state;
	const struct ecbpf_program_record record = { 0 };
	const struct slot_content content = {
		.program = scratch_program("too_many", BPF_PROG_TYPE_XDP, XDP_PASS),
	};
	const __u32 other_ids = 0x40000000;

	for (__u32 i = 0; i + 1 < ECBPF_PROGRAM_RECORDS; i++) {
		__u32 id = other_ids + i;

		assert_int_equal(bpf_map_update_elem(chain->map[CHAIN_PROGRAMS], &id, &record, 0),
				 0);
	}
	assert_refused(chain, &content, -E2BIG, "eth0.100: cannot record the program of ",
		       place->name);
	assert_int_equal(slot_table_recover(chain, NULL), 0);
	assert_int_equal(slot_table_publish(chain, place->slot, &content, NULL), 0);
	assert_slot(chain, scratch_program_id(content.program), "");
	close(content.program);
}

static void clear_empties_array_pins_and_record(void **state)
{
	const struct chain *chain = *state;
	struct problem problem = { 0 };
	__u32 id = publish_new(chain, place->slot, "gone", "hits");

	assert_int_equal(slot_table_clear(chain, place->slot, &problem), 0);
	assert_slot(chain, 0, "");
	assert_false(has_record(chain, id));
	/* Nothing to do is no failure. */
	assert_int_equal(slot_table_clear(chain, place->slot, &problem), 0);
	assert_string_equal(problem.text, "");
}

static void clear_of_an_emptied_slot_removes_its_pins(void **state)
{
	const struct chain *chain = *state;
	struct problem problem = { 0 };
	__u32 id = publish_new(chain, place->slot, "gone", "hits");

	empty_entry(chain);
	assert_int_equal(slot_table_clear(chain, place->slot, &problem), 0);
	assert_slot(chain, 0, "");
	assert_false(has_record(chain, id));
}

static void clear_of_a_strangers_slot_empties_it(void **state)
{
	const struct chain *chain = *state;
	int fd = scratch_program("stranger", BPF_PROG_TYPE_XDP, XDP_PASS);

	assert_int_equal(slot_table_set(chain, place->slot, fd, NULL), 0);
	assert_int_equal(slot_table_clear(chain, place->slot, NULL), 0);
	assert_slot(chain, 0, "");
	close(fd);
}

static void an_emptied_slot_tells_what_was_meant_to_be_there(void **state)
{
	const struct chain *chain = *state;
	__u32 id = publish_new(chain, place->slot, "meant", "hits");
	struct slot slot;

	empty_entry(chain);
	read_slot(chain, place->slot, &slot);
	assert_int_equal(slot.program_id, 0);
	assert_int_equal(slot.pinned_id, id);
	assert_true(slot.recorded);
	assert_string_equal(slot.name, "meant");
}

static void a_stranger_has_the_kernels_name(void **state)
{
	const struct chain *chain = *state;
	int fd = scratch_program("stranger_prog", BPF_PROG_TYPE_XDP, XDP_PASS);
	struct slot slot;

	assert_int_equal(slot_table_set(chain, place->slot, fd, NULL), 0);
	read_slot(chain, place->slot, &slot);
	assert_int_equal(slot.program_id, scratch_program_id(fd));
	assert_int_equal(slot.pinned_id, 0);
	assert_false(slot.recorded);
	assert_string_equal(slot.name, "stranger_prog");
	close(fd);
}

static void places_do_not_meet_in_the_same_key(void **state)
{
	const struct chain *chain = *state;
	__u32 first = publish_new(chain, 0, "first", "hits");
	__u32 hook = publish_new(chain, ECBPF_EXIT_HOOK, "hook", "hits");
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(slot_table_read(chain, slots, NULL), 0);
	assert_int_equal(slots[0].program_id, first);
	assert_int_equal(slots[ECBPF_EXIT_HOOK].program_id, hook);
	assert_string_equal(slots[ECBPF_EXIT_HOOK].name, "hook");
	assert_int_equal(slot_table_clear(chain, ECBPF_EXIT_HOOK, NULL), 0);
	read_slot(chain, 0, &slots[0]);
	assert_int_equal(slots[0].program_id, first);
	assert_int_equal(slots[0].pinned_id, first);
}

/* As before --attach has found a map whose pins are gone. */
static void an_array_that_is_not_open_reads_as_empty(void **state)
{
	struct chain *chain = *state;
	__u32 id = publish_new(chain, place->slot, "meant", "hits");
	struct slot slot;

	close(chain->map[place->array]);
	chain->map[place->array] = -1;
	read_slot(chain, place->slot, &slot);
	assert_int_equal(slot.program_id, 0);
	assert_int_equal(slot.pinned_id, id);
}

static void a_record_without_end_is_cut(void **state)
{
	const struct chain *chain = *state;
	__u32 id = publish_new(chain, place->slot, "name", "hits");
	struct ecbpf_program_record record;
	struct slot slot;

	memset(&record, 'x', sizeof(record));
	assert_int_equal(bpf_map_update_elem(chain->map[CHAIN_PROGRAMS], &id, &record, 0), 0);
	read_slot(chain, place->slot, &slot);
	assert_int_equal(strlen(slot.name), ECBPF_NAME_SIZE - 1);
	assert_int_equal(strlen(slot.record.object), ECBPF_NAME_SIZE - 1);
}

#define SLOT_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SLOT_TEST(an_empty_table_reads_as_zeros),
		SLOT_TEST(paths_name_slot_and_suffix),
		SLOT_TEST(publish_fills_array_pins_and_record),
		SLOT_TEST(publish_replaces_what_was_there),
		SLOT_TEST(a_program_published_again_keeps_its_record),
		SLOT_TEST(a_program_that_the_array_refuses_changes_nothing),
		SLOT_TEST(a_map_that_cannot_be_pinned_changes_nothing),
		SLOT_TEST(a_full_table_of_records_changes_nothing),
		SLOT_TEST(clear_empties_array_pins_and_record),
		SLOT_TEST(clear_of_an_emptied_slot_removes_its_pins),
		SLOT_TEST(clear_of_a_strangers_slot_empties_it),
		SLOT_TEST(an_emptied_slot_tells_what_was_meant_to_be_there),
		SLOT_TEST(a_stranger_has_the_kernels_name),
		SLOT_TEST(a_record_without_end_is_cut),
		SLOT_TEST(names_are_for_texts),
		SLOT_TEST(places_do_not_meet_in_the_same_key),
		SLOT_TEST(an_array_that_is_not_open_reads_as_empty),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	place = &slot_3;
	failed = cmocka_run_group_tests_name("a slot", tests, NULL, NULL);
	place = &exit_hook;
	failed += cmocka_run_group_tests_name("the exit hook", tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
