// SPDX-License-Identifier: GPL-2.0-only
/* What other hands did to slots is put right: entries emptied, pins removed. */
#include "slot_repair.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "capture.h"
#include "log.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "slot_table.h"

#define SLOT 6

/* Repairs; what was said on stderr must be exactly this. */
static void repair(const struct chain *chain, int expected, const char *said)
{
	unsigned int fds = scratch_open_fds();
	struct problem problem = { 0 };
	struct capture capture;
	int err;

	log_open("xdp_test", false);
	capture_begin(&capture, STDERR_FILENO);
	err = slot_repair(chain, &problem);
	capture_end(&capture);
	assert_int_equal(err, expected);
	assert_int_equal(problem.text[0] != '\0', expected != 0);
	assert_string_equal(capture.text, said);
	free(capture.text);
	/* L10 */
	assert_int_equal(scratch_open_fds(), fds);
}

/* Publishes a program that uses the maps, of which those from the second on are its own. */
static __u32 publish(const struct chain *chain, unsigned int slot, const char *name,
		     const int *maps, size_t map_count)
{
	static struct slot_map own[8];
	struct slot_content content = {
		.program = scratch_program_with_maps("kernel_name", maps, map_count),
		.record = { .slot = slot, .kit = 1 },
		.maps = own,
	};
	__u32 id = scratch_program_id(content.program);

	for (size_t i = 1; i < map_count; i++)
		own[content.map_count++] = (struct slot_map){ i == 1 ? "hits" : "misses", maps[i] };
	snprintf(content.record.name, sizeof(content.record.name), "%s", name);
	assert_int_equal(slot_table_publish(chain, slot, &content, NULL), 0);
	close(content.program);
	return id;
}

static int own_map(const char *name)
{
	const struct map_shape shape = { name, BPF_MAP_TYPE_ARRAY, 4, 8, 1 };

	return scratch_map(&shape);
}

static void empty_entry(const struct chain *chain, __u32 slot)
{
	bool is_hook = slot == ECBPF_EXIT_HOOK;
	__u32 key = is_hook ? 0 : slot;
	int array = chain->map[is_hook ? CHAIN_EXIT_HOOK : CHAIN_SLOTS];

	assert_int_equal(bpf_map_delete_elem(array, &key), 0);
}

static void remove_pins(const struct chain *chain, unsigned int slot)
{
	char path[BPFFS_PATH_SIZE];

	slot_table_path(chain, slot, "", path);
	assert_int_equal(bpffs_remove_tree(path, NULL), 0);
}

static __u32 pinned_map_id(const struct chain *chain, unsigned int slot, const char *name)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd;

	slot_table_path(chain, slot, "", directory);
	bpffs_join(path, directory, name);
	fd = bpffs_open(path);
	if (fd < 0)
		return 0;
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	close(fd);
	return info.id;
}

static __u32 map_id(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

static void assert_slot(const struct chain *chain, unsigned int slot, __u32 running, __u32 pinned)
{
	struct slot slots[ECBPF_PLACE_COUNT];

	assert_int_equal(slot_table_read(chain, slots, NULL), 0);
	assert_int_equal(slots[slot].program_id, running);
	assert_int_equal(slots[slot].pinned_id, pinned);
}

static void a_chain_in_order_is_left_alone(void **state)
{
	const struct chain *chain = *state;
	__u32 id = publish(chain, SLOT, "filter", &chain->map[CHAIN_STATS], 1);

	repair(chain, 0, "");
	assert_slot(chain, SLOT, id, id);
}

static void emptied_entries_are_filled_again(void **state)
{
	const struct chain *chain = *state;
	static const struct {
		__u32 slot;
		const char *name;
	} cases[] = { { 0, "first" }, { 7, "last" }, { ECBPF_EXIT_HOOK, "hook" } };
	__u32 ids[3];

	for (int i = 0; i < 3; i++) {
		ids[i] = publish(chain, cases[i].slot, cases[i].name, &chain->map[CHAIN_STATS], 1);
		empty_entry(chain, cases[i].slot);
	}
	repair(chain, 0,
	       "xdp_test: eth0.100: slot 0 was empty: first is back in it\n"
	       "xdp_test: eth0.100: slot 7 was empty: last is back in it\n"
	       "xdp_test: eth0.100: the exit hook was empty: hook is back in it\n");
	for (int i = 0; i < 3; i++)
		assert_slot(chain, cases[i].slot, ids[i], ids[i]);
	repair(chain, 0, "");
}

static void removed_pins_are_made_again(void **state)
{
	const struct chain *chain = *state;
	const int maps[] = { chain->map[CHAIN_STATS], own_map("hits") };
	__u32 id = publish(chain, SLOT, "filter", maps, 2);

	remove_pins(chain, SLOT);
	assert_slot(chain, SLOT, id, 0);
	repair(chain, 0, "xdp_test: eth0.100: the pins of slot 6 (filter) were gone: made again\n");
	assert_slot(chain, SLOT, id, id);
	assert_int_equal(pinned_map_id(chain, SLOT, "hits"), map_id(maps[1]));
	/* The chain's maps have their own pins. */
	assert_int_equal(pinned_map_id(chain, SLOT, ECBPF_MAP_STATS), 0);
	close(maps[1]);
}

/* Two places with the same maps: both have them again. */
static void removed_pins_of_the_exit_hook_are_made_again(void **state)
{
	const struct chain *chain = *state;
	const int maps[] = { chain->map[CHAIN_EXIT_HOOK], own_map("hits") };
	__u32 id = publish(chain, SLOT, "ingress", maps, 2);
	__u32 hook = publish(chain, ECBPF_EXIT_HOOK, "verdict", maps, 2);

	remove_pins(chain, SLOT);
	remove_pins(chain, ECBPF_EXIT_HOOK);
	assert_slot(chain, ECBPF_EXIT_HOOK, hook, 0);
	repair(chain, 0,
	       "xdp_test: eth0.100: the pins of slot 6 (ingress) were gone: made again\n"
	       "xdp_test: eth0.100: the pins of the exit hook (verdict) were gone: made again\n");
	assert_slot(chain, SLOT, id, id);
	assert_slot(chain, ECBPF_EXIT_HOOK, hook, hook);
	assert_int_equal(pinned_map_id(chain, SLOT, "hits"), map_id(maps[1]));
	assert_int_equal(pinned_map_id(chain, ECBPF_EXIT_HOOK, "hits"), map_id(maps[1]));
	assert_int_equal(pinned_map_id(chain, ECBPF_EXIT_HOOK, ECBPF_MAP_EXIT_HOOK), 0);
	close(maps[1]);
}

static void read_only_data_is_not_pinned(void **state)
{
	const struct chain *chain = *state;
	const int maps[] = { chain->map[CHAIN_STATS], own_map("hits"), own_map("filter.rodata") };
	__u32 id = publish(chain, SLOT, "filter", maps, 3);

	remove_pins(chain, SLOT);
	repair(chain, 0, "xdp_test: eth0.100: the pins of slot 6 (filter) were gone: made again\n");
	assert_slot(chain, SLOT, id, id);
	assert_true(pinned_map_id(chain, SLOT, "hits") != 0);
	assert_int_equal(pinned_map_id(chain, SLOT, "filter:rodata"), 0);
	close(maps[1]);
	close(maps[2]);
}

/* The kernel tells only the first 15 characters, which two maps may share. */
static void maps_of_one_short_name_are_no_obstacle(void **state)
{
	const struct chain *chain = *state;
	const int maps[] = { chain->map[CHAIN_STATS], own_map("list_of_sources_ipv4"),
			     own_map("list_of_sources_ipv6") };
	__u32 id = publish(chain, SLOT, "filter", maps, 3);

	remove_pins(chain, SLOT);
	repair(chain, 0, "xdp_test: eth0.100: the pins of slot 6 (filter) were gone: made again\n");
	assert_slot(chain, SLOT, id, id);
	close(maps[1]);
	close(maps[2]);
}

static void a_strangers_program_is_left_alone(void **state)
{
	const struct chain *chain = *state;
	int fd = scratch_program("stranger", BPF_PROG_TYPE_XDP, XDP_PASS);
	__u32 id = scratch_program_id(fd);

	assert_int_equal(slot_table_set(chain, SLOT, fd, NULL), 0);
	assert_int_equal(slot_table_set(chain, ECBPF_EXIT_HOOK, fd, NULL), 0);
	close(fd);
	repair(chain, 0, "");
	assert_slot(chain, SLOT, id, 0);
	assert_slot(chain, ECBPF_EXIT_HOOK, id, 0);
}

static void a_pin_that_cannot_be_published_is_told(void **state)
{
	const struct chain *chain = *state;
	const struct slot_content content = {
		.program = scratch_program("other", BPF_PROG_TYPE_SOCKET_FILTER, 0),
	};
	char path[BPFFS_PATH_SIZE];
	__u32 first = publish(chain, 0, "first", &chain->map[CHAIN_STATS], 1);

	slot_table_path(chain, SLOT, "", path);
	assert_int_equal(slot_table_pin(path, &content, NULL), 0);
	close(content.program);
	empty_entry(chain, 0);
	repair(chain, -EINVAL, "xdp_test: eth0.100: slot 0 was empty: first is back in it\n");
	assert_slot(chain, 0, first, first);
}

#define REPAIR_TEST(name)                                                                          \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPAIR_TEST(a_chain_in_order_is_left_alone),
		REPAIR_TEST(emptied_entries_are_filled_again),
		REPAIR_TEST(removed_pins_are_made_again),
		REPAIR_TEST(removed_pins_of_the_exit_hook_are_made_again),
		REPAIR_TEST(read_only_data_is_not_pinned),
		REPAIR_TEST(maps_of_one_short_name_are_no_obstacle),
		REPAIR_TEST(a_strangers_program_is_left_alone),
		REPAIR_TEST(a_pin_that_cannot_be_published_is_told),
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
