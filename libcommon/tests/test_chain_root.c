// SPDX-License-Identifier: GPL-2.0-only
/* The pins of root and link, in every state that a killed loader can leave them in. */
#include "chain_root.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "scratch_net.h"

#define ASIDE ECBPF_PIN_ROOT "_new"

static struct chain chain;
static unsigned int fds_before;
static int old_root, new_root;

static int make_chain(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	scratch_net_make_veth();
	scratch_chain_open(&chain, SCRATCH_VETH);
	old_root = scratch_program("old_root", BPF_PROG_TYPE_XDP, XDP_DROP);
	new_root = scratch_program("new_root", BPF_PROG_TYPE_XDP, XDP_PASS);
	chain.link = scratch_net_link(old_root, SCRATCH_VETH, XDP_FLAGS_DRV_MODE);
	return 0;
}

/* L10 */
static int remove_all(void **state)
{
	unsigned int fds_left;

	(void)state;
	chain_close(&chain);
	close(old_root);
	close(new_root);
	fds_left = scratch_open_fds();
	scratch_net_remove_veth();
	assert_int_equal(bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL), 0);
	assert_int_equal(fds_left, fds_before);
	return 0;
}

static const char *path_of(int place, const char *name)
{
	static char path[BPFFS_PATH_SIZE];

	bpffs_join(path, place ? chain.second : chain.pins, name);
	return path;
}

/* Of the program pinned there, 0: none. */
static __u32 pinned(int place, const char *name)
{
	int fd = bpffs_open(path_of(place, name));
	__u32 id = fd < 0 ? 0 : scratch_program_id(fd);

	if (fd >= 0)
		close(fd);
	return id;
}

static __u32 link_id(int fd)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	if (fd < 0)
		return 0;
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

static __u32 pinned_link(int place)
{
	int fd = bpffs_open(path_of(place, ECBPF_PIN_LINK));
	__u32 id = link_id(fd);

	if (fd >= 0)
		close(fd);
	return id;
}

static void assert_pins(int root, int aside)
{
	for (int place = 0; place < 2; place++) {
		assert_int_equal(pinned(place, ECBPF_PIN_ROOT),
				 root < 0 ? 0 : scratch_program_id(root));
		assert_int_equal(pinned(place, ASIDE), aside < 0 ? 0 : scratch_program_id(aside));
	}
}

static void a_first_root_is_pinned_with_its_link(void **state)
{
	(void)state;
	assert_int_equal(chain_root_stage(&chain, old_root, NULL), 0);
	assert_pins(-1, old_root);
	assert_int_equal(pinned_link(0) + pinned_link(1), 0);
	assert_int_equal(chain_root_commit(&chain, NULL), 0);
	assert_pins(old_root, -1);
	for (int place = 0; place < 2; place++)
		assert_int_equal(pinned_link(place), link_id(chain.link));
}

static void an_upgrade_replaces_the_root_and_keeps_the_link(void **state)
{
	(void)state;
	assert_int_equal(chain_root_stage(&chain, old_root, NULL), 0);
	assert_int_equal(chain_root_commit(&chain, NULL), 0);
	assert_int_equal(chain_root_stage(&chain, new_root, NULL), 0);
	assert_pins(old_root, new_root);
	assert_int_equal(bpf_link_update(chain.link, new_root, NULL), 0);
	assert_int_equal(chain_root_commit(&chain, NULL), 0);
	assert_pins(new_root, -1);
	for (int place = 0; place < 2; place++)
		assert_int_equal(pinned_link(place), link_id(chain.link));
}

static void a_killed_loaders_stage_is_no_obstacle(void **state)
{
	(void)state;
	assert_int_equal(bpffs_pin(new_root, path_of(1, ASIDE), NULL), 0);
	assert_int_equal(chain_root_stage(&chain, old_root, NULL), 0);
	assert_pins(-1, old_root);
}

/* A link of an interface that is gone gives way to the live one, in each place. */
static void a_dead_link_is_replaced(void **state)
{
	(void)state;
	for (int place = 0; place < 2; place++)
		assert_int_equal(bpffs_pin(chain.link, path_of(place, ECBPF_PIN_LINK), NULL), 0);
	close(chain.link);
	scratch_net_remove_veth();
	scratch_net_make_veth();
	chain.link = scratch_net_link(new_root, SCRATCH_VETH, XDP_FLAGS_DRV_MODE);
	assert_int_equal(chain_root_stage(&chain, new_root, NULL), 0);
	assert_int_equal(chain_root_commit(&chain, NULL), 0);
	for (int place = 0; place < 2; place++)
		assert_int_equal(pinned_link(place), link_id(chain.link));
	assert_pins(new_root, -1);
}

/* Pins a program, or none, as `name` in the places of the mask. */
static void pin_in(unsigned int places, const char *name, int program)
{
	for (int place = 0; place < 2; place++) {
		assert_int_equal(bpffs_unpin(path_of(place, name), NULL), 0);
		if (places & 1U << place)
			assert_int_equal(bpffs_pin(program, path_of(place, name), NULL), 0);
	}
}

/* In every place: what was aside is in place afterwards if the link runs it, else it is gone and the
 * old root stays. */
static void recovery_goes_by_what_the_link_runs(void **state)
{
	(void)state;
	for (int updated = 0; updated < 2; updated++) {
		int runs = updated ? new_root : old_root;

		assert_int_equal(bpf_link_update(chain.link, runs, NULL), 0);
		for (unsigned int aside = 0; aside < 4; aside++) {
			pin_in(3, ECBPF_PIN_ROOT, old_root);
			pin_in(aside, ASIDE, new_root);
			assert_int_equal(chain_root_recover(&chain, NULL), 0);
			for (int place = 0; place < 2; place++) {
				int root = updated && aside & 1U << place ? new_root : old_root;

				assert_int_equal(pinned(place, ECBPF_PIN_ROOT),
						 scratch_program_id(root));
				assert_int_equal(pinned(place, ASIDE), 0);
			}
		}
	}
}

static void recovery_without_a_link_forgets_what_was_aside(void **state)
{
	(void)state;
	close(chain.link);
	chain.link = -1;
	pin_in(3, ASIDE, new_root);
	assert_int_equal(chain_root_recover(&chain, NULL), 0);
	assert_pins(-1, -1);
}

#define ROOT_TEST(name) cmocka_unit_test_setup_teardown(name, make_chain, remove_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(a_first_root_is_pinned_with_its_link),
		ROOT_TEST(an_upgrade_replaces_the_root_and_keeps_the_link),
		ROOT_TEST(a_killed_loaders_stage_is_no_obstacle),
		ROOT_TEST(a_dead_link_is_replaced),
		ROOT_TEST(recovery_goes_by_what_the_link_runs),
		ROOT_TEST(recovery_without_a_link_forgets_what_was_aside),
	};
	const char *reason = scratch_net_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
