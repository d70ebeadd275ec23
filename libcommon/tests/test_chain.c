// SPDX-License-Identifier: GPL-2.0-only
#include "chain.h"

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

static const char *pin(const struct chain *chain, int place, const char *name)
{
	static char path[BPFFS_PATH_SIZE];

	bpffs_join(path, place ? chain->second : chain->pins, name);
	return path;
}

static __u32 map_id(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

/* Opens the chain of the test a second time. */
static int open_again(struct chain *ret_chain, struct problem *problem)
{
	chain_init(ret_chain, scratch_bpffs(), SCRATCH_INTERFACE);
	return chain_open(ret_chain, problem);
}

static void init_sets_the_paths_and_opens_nothing(void **state)
{
	struct chain chain;

	(void)state;
	chain_init(&chain, "/sys/fs/bpf", "a123456.1234567");
	assert_string_equal(chain.interface, "a123456.1234567");
	assert_string_equal(chain.pins, "/sys/fs/bpf/ecbpf/a123456:1234567");
	assert_string_equal(chain.second, "/sys/fs/bpf/ecbpf/second_references/a123456:1234567");
	for (int i = 0; i < CHAIN_MAP_COUNT; i++)
		assert_int_equal(chain.map[i], -1);
	assert_int_equal(chain.link, -1);
	assert_false(chain_has_maps(&chain));
	chain_close(&chain);
}

static void open_finds_every_map(void **state)
{
	const struct chain *made = *state;
	struct problem problem = { 0 };
	struct chain chain;

	assert_int_equal(open_again(&chain, &problem), 0);
	assert_string_equal(problem.text, "");
	assert_true(chain_has_maps(&chain));
	for (int i = 0; i < CHAIN_MAP_COUNT; i++)
		assert_int_equal(map_id(chain.map[i]), map_id(made->map[i]));
	/* The link is pinned nowhere. */
	assert_int_equal(chain.missing_first, 1);
	assert_int_equal(chain.missing_second, 1);
	assert_int_equal(chain.link, -1);
	chain_close(&chain);
	assert_false(chain_has_maps(&chain));
}

static void either_place_is_enough(void **state)
{
	const struct chain *made = *state;

	for (int place = 0; place < 2; place++)
		for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
			const char *path = pin(made, place, chain_map_shapes[i].name);
			struct chain chain;

			assert_int_equal(bpffs_unpin(path, NULL), 0);
			assert_int_equal(open_again(&chain, NULL), 0);
			assert_int_equal(map_id(chain.map[i]), map_id(made->map[i]));
			assert_int_equal(chain.missing_first, 1 + !place);
			assert_int_equal(chain.missing_second, 1 + place);
			chain_close(&chain);
			assert_int_equal(bpffs_pin(made->map[i], path, NULL), 0);
		}
}

static void a_whole_place_may_be_gone(void **state)
{
	const struct chain *made = *state;
	struct chain chain;

	assert_int_equal(bpffs_remove_tree(made->pins, NULL), 0);
	assert_int_equal(open_again(&chain, NULL), 0);
	assert_true(chain_has_maps(&chain));
	assert_int_equal(chain.missing_first, CHAIN_MAP_COUNT + 1);
	chain_close(&chain);
	assert_int_equal(bpffs_remove_tree(made->second, NULL), 0);
	assert_int_equal(open_again(&chain, NULL), -ENOENT);
	chain_close(&chain);
}

static void a_map_pinned_nowhere_is_left_out(void **state)
{
	const struct chain *made = *state;
	struct chain chain;

	for (int place = 0; place < 2; place++)
		assert_int_equal(bpffs_unpin(pin(made, place, ECBPF_MAP_STATS), NULL), 0);
	assert_int_equal(open_again(&chain, NULL), 0);
	assert_int_equal(chain.map[CHAIN_STATS], -1);
	assert_true(chain.map[CHAIN_SLOTS] >= 0);
	assert_false(chain_has_maps(&chain));
	chain_close(&chain);
}

static void a_map_of_another_version_is_refused_from_either_place(void **state)
{
	const struct map_shape other = { ECBPF_MAP_CAPTURE_HOOK, BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 6 };
	const struct chain *made = *state;

	for (int place = 0; place < 2; place++) {
		const char *path = pin(made, place, other.name);
		struct problem problem = { 0 };
		struct chain chain;
		int fd = scratch_map(&other);

		assert_int_equal(bpffs_unpin(path, NULL), 0);
		assert_int_equal(bpffs_pin(fd, path, NULL), 0);
		close(fd);
		assert_int_equal(open_again(&chain, &problem), -EPROTO);
		assert_non_null(strstr(problem.text, path));
		assert_non_null(
			strstr(problem.text, "number of entries is 6, this build expects 5"));
		chain_close(&chain);
		assert_int_equal(bpffs_unpin(path, NULL), 0);
		assert_int_equal(bpffs_pin(made->map[CHAIN_CAPTURE_HOOK], path, NULL), 0);
	}
}

static void list_names_interfaces_of_both_places_once(void **state)
{
	struct interface_list list = { 0 };

	(void)state;
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/only_first")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/second_references/o:nly_sec")),
			 0);
	assert_int_equal(chain_list(scratch_bpffs(), &list, NULL), 0);
	assert_int_equal(list.count, 3);
	assert_true(interface_list_has(&list, SCRATCH_INTERFACE));
	assert_true(interface_list_has(&list, "only_first"));
	assert_true(interface_list_has(&list, "o.nly_sec"));
	interface_list_free(&list);
}

static void list_skips_what_is_no_interface(void **state)
{
	struct interface_list list = { 0 };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/not a name")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/two,names")), 0);
	assert_int_equal(bpffs_make_directory(scratch_path("ecbpf/a_name_that_is_far_too_long")),
			 0);
	assert_int_equal(chain_list(scratch_bpffs(), &list, &problem), 0);
	assert_int_equal(list.count, 1);
	assert_true(interface_list_has(&list, SCRATCH_INTERFACE));
	interface_list_free(&list);
}

static void list_of_nothing_is_empty(void **state)
{
	struct interface_list list = { 0 };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL), 0);
	assert_int_equal(chain_list(scratch_bpffs(), &list, &problem), 0);
	assert_int_equal(list.count, 0);
	assert_string_equal(problem.text, "");
}

static void the_identity_is_kept(void **state)
{
	const struct chain *chain = *state;
	const struct ecbpf_chain_identity identity = {
		.abi_version = ECBPF_ABI_VERSION,
		.ifindex = 4,
		.netns_cookie = 5,
		.netns_inode = 6,
		.attached_at = 7,
		.mode = ECBPF_MODE_GENERIC,
		.frags = 1,
		.interface = "eth0.100",
	};
	struct ecbpf_chain_identity read;

	assert_int_equal(chain_write_identity(chain, &identity, NULL), 0);
	assert_int_equal(chain_read_identity(chain, &read, NULL), 0);
	assert_memory_equal(&read, &identity, sizeof(read));
}

static void an_identity_of_another_version_is_refused(void **state)
{
	const struct chain *chain = *state;
	struct ecbpf_chain_identity identity = { .abi_version = ECBPF_ABI_VERSION + 1 };
	struct problem problem = { 0 };

	assert_int_equal(chain_write_identity(chain, &identity, NULL), 0);
	assert_int_equal(chain_read_identity(chain, &identity, &problem), -EPROTO);
	assert_string_equal(problem.text,
			    "the chain of eth0.100 has version 2, this build expects 1: --detach with "
			    "that version, then attach again");
	/* None was written yet: an attach was interrupted. */
	identity.abi_version = 0;
	assert_int_equal(chain_write_identity(chain, &identity, NULL), 0);
	assert_int_equal(chain_read_identity(chain, &identity, NULL), 0);
}

static void an_identity_without_its_map_is_an_error(void **state)
{
	struct ecbpf_chain_identity identity;
	struct problem problem = { 0 };
	struct chain nothing;

	(void)state;
	chain_init(&nothing, scratch_bpffs(), "eth1");
	assert_int_equal(chain_read_identity(&nothing, &identity, &problem), -EBADF);
	assert_non_null(strstr(problem.text, "cannot read xdp_chain of eth1: -EBADF"));
	assert_int_equal(chain_write_identity(&nothing, &identity, &problem), -EBADF);
	assert_non_null(strstr(problem.text, "cannot write xdp_chain of eth1: -EBADF"));
}

/* L3: what is pinned already is no obstacle, and stays what it is. */
static void pin_maps_completes_what_is_missing(void **state)
{
	struct chain *made = *state;
	struct chain chain;

	assert_int_equal(bpffs_remove_tree(made->second, NULL), 0);
	assert_int_equal(bpffs_unpin(pin(made, 0, ECBPF_MAP_CLEARED), NULL), 0);
	assert_int_equal(chain_pin_maps(made, NULL), 0);
	assert_int_equal(open_again(&chain, NULL), 0);
	assert_int_equal(chain.missing_first, 1);
	assert_int_equal(chain.missing_second, 1);
	for (int i = 0; i < CHAIN_MAP_COUNT; i++)
		assert_int_equal(map_id(chain.map[i]), map_id(made->map[i]));
	chain_close(&chain);
}

static void unpin_maps_leaves_the_identity(void **state)
{
	struct chain *made = *state;

	for (int i = 0; i < 2; i++)
		assert_int_equal(chain_unpin_maps(made, NULL), 0);
	for (int place = 0; place < 2; place++)
		for (int i = 0; i < CHAIN_MAP_COUNT; i++)
			assert_int_equal(bpffs_exists(pin(made, place, chain_map_shapes[i].name)),
					 i == CHAIN_IDENTITY);
}

static void remove_leaves_nothing(void **state)
{
	struct chain *made = *state;

	assert_int_equal(chain_remove(made, NULL), 0);
	assert_false(bpffs_exists(made->pins));
	assert_false(bpffs_exists(made->second));
	assert_int_equal(chain_remove(made, NULL), 0);
}

/* Of the shapes, those that a root uses are found through it; a map of another name is not taken. */
static void lost_maps_are_found_through_the_root(void **state)
{
	const struct map_shape other = { "other", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1 };
	struct chain *made = *state;
	int maps[] = { scratch_map(&other), made->map[CHAIN_SLOTS], made->map[CHAIN_STATS] };
	int root = scratch_program_with_maps("root", maps, 3);
	__u32 slots_id = map_id(made->map[CHAIN_SLOTS]), stats_id = map_id(made->map[CHAIN_STATS]);
	struct chain chain;

	assert_int_equal(bpffs_pin(root, pin(made, 1, ECBPF_PIN_ROOT), NULL), 0);
	close(root);
	close(maps[0]);
	assert_int_equal(chain_unpin_maps(made, NULL), 0);
	chain_close(made);
	assert_int_equal(open_again(&chain, NULL), 0);
	assert_int_equal(chain.map[CHAIN_SLOTS], -1);
	chain_find_maps(&chain);
	assert_int_equal(map_id(chain.map[CHAIN_SLOTS]), slots_id);
	assert_int_equal(map_id(chain.map[CHAIN_STATS]), stats_id);
	assert_int_equal(chain.map[CHAIN_EXIT_HOOK], -1);
	assert_int_equal(chain.map[CHAIN_PROGRAMS], -1);
	chain_close(&chain);
}

static void nothing_is_found_without_a_root(void **state)
{
	struct chain *made = *state;

	chain_close(made);
	chain_find_maps(made);
	for (int i = 0; i < CHAIN_MAP_COUNT; i++)
		assert_int_equal(made->map[i], -1);
}

#define CHAIN_TEST(name)                                                                           \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHAIN_TEST(init_sets_the_paths_and_opens_nothing),
		CHAIN_TEST(open_finds_every_map),
		CHAIN_TEST(either_place_is_enough),
		CHAIN_TEST(a_whole_place_may_be_gone),
		CHAIN_TEST(a_map_pinned_nowhere_is_left_out),
		CHAIN_TEST(a_map_of_another_version_is_refused_from_either_place),
		CHAIN_TEST(list_names_interfaces_of_both_places_once),
		CHAIN_TEST(list_skips_what_is_no_interface),
		CHAIN_TEST(list_of_nothing_is_empty),
		CHAIN_TEST(the_identity_is_kept),
		CHAIN_TEST(an_identity_of_another_version_is_refused),
		CHAIN_TEST(an_identity_without_its_map_is_an_error),
		CHAIN_TEST(pin_maps_completes_what_is_missing),
		CHAIN_TEST(unpin_maps_leaves_the_identity),
		CHAIN_TEST(remove_leaves_nothing),
		CHAIN_TEST(lost_maps_are_found_through_the_root),
		CHAIN_TEST(nothing_is_found_without_a_root),
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
