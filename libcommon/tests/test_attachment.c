// SPDX-License-Identifier: GPL-2.0-only
#include "attachment.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "interface.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "scratch_net.h"

static struct chain chain;
static unsigned int fds_before;

static int make_interfaces(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	scratch_net_make_veth();
	chain_init(&chain, scratch_bpffs(), SCRATCH_VETH);
	return 0;
}

/* L10 */
static int remove_all(void **state)
{
	unsigned int fds_left;

	(void)state;
	chain_close(&chain);
	fds_left = scratch_open_fds();
	scratch_net_remove_veth();
	assert_int_equal(bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL), 0);
	assert_int_equal(fds_left, fds_before);
	return 0;
}

/* A whole chain with a root on the interface; the id of the root. */
static __u32 attach_root(__u32 flags)
{
	int root = scratch_program("root", BPF_PROG_TYPE_XDP, XDP_PASS);
	struct ecbpf_chain_identity identity = {
		.abi_version = ECBPF_ABI_VERSION,
		.ifindex = if_nametoindex(SCRATCH_VETH),
		.mode = flags == XDP_FLAGS_SKB_MODE ? ECBPF_MODE_GENERIC : ECBPF_MODE_NATIVE,
		.interface = SCRATCH_VETH,
	};
	struct network_namespace here;
	__u32 id = scratch_program_id(root);

	assert_int_equal(network_namespace_current(&here), 0);
	identity.netns_cookie = here.cookie;
	identity.netns_inode = here.inode;
	scratch_chain_open(&chain, SCRATCH_VETH);
	assert_int_equal(chain_write_identity(&chain, &identity, NULL), 0);
	chain.link = scratch_net_link(root, SCRATCH_VETH, flags);
	for (int place = 0; place < 2; place++) {
		char path[BPFFS_PATH_SIZE];

		bpffs_join(path, place ? chain.second : chain.pins, ECBPF_PIN_LINK);
		assert_int_equal(bpffs_pin(chain.link, path, NULL), 0);
	}
	close(root);
	return id;
}

static void read_it(struct attachment *ret_attachment)
{
	struct problem problem = { 0 };

	memset(ret_attachment, 0xff, sizeof(*ret_attachment));
	assert_int_equal(attachment_read(&chain, ret_attachment, &problem), 0);
	assert_string_equal(problem.text, "");
}

static void nothing_runs_on_a_new_interface(void **state)
{
	struct attachment attachment;

	(void)state;
	read_it(&attachment);
	assert_int_equal(attachment.ifindex, if_nametoindex(SCRATCH_VETH));
	assert_int_equal(attachment.running_id, 0);
	assert_int_equal(attachment.running_mode, 0);
	assert_false(attachment.has_link || attachment.has_identity || attachment.ours ||
		     attachment.same_namespace);
}

static void an_interface_that_is_not_there_has_no_index(void **state)
{
	struct attachment attachment;

	(void)state;
	chain_init(&chain, scratch_bpffs(), "nowhere");
	read_it(&attachment);
	assert_int_equal(attachment.ifindex, 0);
	assert_int_equal(attachment.running_id, 0);
	assert_false(attachment.ours);
}

static void a_root_is_ours_in_either_mode(void **state)
{
	const __u32 flags[] = { XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE };

	(void)state;
	for (int i = 0; i < 2; i++) {
		__u32 id = attach_root(flags[i]);
		struct attachment attachment;

		read_it(&attachment);
		assert_true(attachment.ours && attachment.has_link && attachment.has_identity);
		assert_true(attachment.same_namespace);
		assert_int_equal(attachment.running_id, id);
		assert_int_equal(attachment.link_program_id, id);
		assert_int_equal(attachment.link_ifindex, attachment.ifindex);
		assert_int_equal(attachment.running_mode,
				 i ? ECBPF_MODE_GENERIC : ECBPF_MODE_NATIVE);
		/* The kernel detaches a link that nobody holds some time later: not waited for. */
		assert_int_equal(bpf_link_detach(chain.link), 0);
		read_it(&attachment);
		assert_int_equal(attachment.running_id, 0);
		assert_true(attachment.has_link && !attachment.ours);
		assert_int_equal(chain_remove(&chain, NULL), 0);
		chain_close(&chain);
	}
}

/* L8 */
static void a_strangers_program_is_not_ours(void **state)
{
	int stranger = scratch_program("stranger", BPF_PROG_TYPE_XDP, XDP_DROP);
	struct attachment attachment;

	(void)state;
	attach_root(XDP_FLAGS_DRV_MODE);
	assert_int_equal(bpf_link_detach(chain.link), 0);
	assert_int_equal(bpf_xdp_attach((int)if_nametoindex(SCRATCH_VETH), stranger,
					XDP_FLAGS_DRV_MODE, NULL),
			 0);
	read_it(&attachment);
	assert_int_equal(attachment.running_id, scratch_program_id(stranger));
	assert_true(attachment.has_link);
	assert_int_equal(attachment.link_ifindex, 0);
	assert_false(attachment.ours);
	close(stranger);
}

static void the_link_of_an_interface_that_is_gone_is_dead(void **state)
{
	struct attachment attachment;
	__u32 id;

	(void)state;
	id = attach_root(XDP_FLAGS_DRV_MODE);
	scratch_net_remove_veth();
	read_it(&attachment);
	assert_int_equal(attachment.ifindex, 0);
	assert_true(attachment.has_link);
	assert_int_equal(attachment.link_ifindex, 0);
	assert_int_equal(attachment.link_program_id, id);
	assert_false(attachment.ours);
	/* A new one of the same name is not the old one. */
	scratch_net_make_veth();
	read_it(&attachment);
	assert_true(attachment.ifindex != 0);
	assert_false(attachment.ours);
}

/* After an interrupted attach one place holds a link of an interface that is gone. */
static void the_live_one_of_two_links_is_opened(void **state)
{
	(void)state;
	for (int dead = 0; dead < 2; dead++) {
		struct attachment attachment;
		char path[BPFFS_PATH_SIZE], kept[BPFFS_PATH_SIZE];
		__u32 id;

		attach_root(XDP_FLAGS_DRV_MODE);
		bpffs_join(path, dead ? chain.second : chain.pins, ECBPF_PIN_LINK);
		bpffs_join(kept, scratch_bpffs(), "dead_link");
		assert_int_equal(bpffs_rename(path, kept, NULL), 0);
		assert_int_equal(chain_remove(&chain, NULL), 0);
		chain_close(&chain);
		scratch_net_remove_veth();
		scratch_net_make_veth();
		id = attach_root(XDP_FLAGS_DRV_MODE);
		assert_int_equal(bpffs_rename(kept, path, NULL), 0);
		chain_close(&chain);
		chain_init(&chain, scratch_bpffs(), SCRATCH_VETH);
		assert_int_equal(chain_open(&chain, NULL), 0);
		read_it(&attachment);
		assert_int_equal(attachment.link_program_id, id);
		assert_true(attachment.ours);
		assert_int_equal(chain_remove(&chain, NULL), 0);
		chain_close(&chain);
		/* 5.10 detaches a link that nobody holds some time later, but with its device at
		 * once. */
		scratch_net_remove_veth();
		scratch_net_make_veth();
	}
}

static void another_namespace_is_noticed(void **state)
{
	struct ecbpf_chain_identity identity;
	struct attachment attachment;

	(void)state;
	attach_root(XDP_FLAGS_DRV_MODE);
	assert_int_equal(chain_read_identity(&chain, &identity, NULL), 0);
	identity.netns_inode++;
	identity.netns_cookie += identity.netns_cookie != 0;
	assert_int_equal(chain_write_identity(&chain, &identity, NULL), 0);
	read_it(&attachment);
	assert_false(attachment.same_namespace);
	assert_true(attachment.has_identity);
	assert_int_equal(attachment.identity.netns_inode, identity.netns_inode);
}

static void an_identity_of_another_version_is_refused(void **state)
{
	const struct ecbpf_chain_identity identity = { .abi_version = 99 };
	struct problem problem = { 0 };
	struct attachment attachment;

	(void)state;
	attach_root(XDP_FLAGS_DRV_MODE);
	assert_int_equal(chain_write_identity(&chain, &identity, NULL), 0);
	assert_int_equal(attachment_read(&chain, &attachment, &problem), -EPROTO);
	assert_non_null(strstr(problem.text, "has version 99, this build expects 1"));
	/* So that it can be detached. */
	assert_true(attachment.ours);
}

/* Fails so; what was opened is closed by chain_close(). */
static void assert_required(const char *interface, int err, const char *text)
{
	struct problem problem = { 0 };
	struct attachment attachment;
	struct chain found;

	assert_int_equal(attachment_require_root(&found, scratch_bpffs(), interface, &attachment,
						 &problem),
			 err);
	assert_string_equal(problem.text, text);
	if (!err)
		assert_true(attachment.ours && chain_has_maps(&found));
	chain_close(&found);
}

static void what_keeps_a_program_from_being_loaded_is_told(void **state)
{
	(void)state;
	assert_required("nowhere", -ENODEV, "nowhere: no such interface in this network namespace");
	assert_required(SCRATCH_VETH, -ENOENT,
			"test.0: no root array is attached here; run: xdp_root_loader --attach "
			"--interface test.0");
	attach_root(XDP_FLAGS_DRV_MODE);
	assert_required(SCRATCH_VETH, 0, "");
	/* L3: a root that runs without its pins is not a healthy one. */
	assert_int_equal(chain_unpin_maps(&chain, NULL), 0);
	assert_required(SCRATCH_VETH, -ENOENT,
			"test.0: the root has no slots (it was left by --detach --nop, or pins were "
			"removed); run: xdp_root_loader --attach --interface test.0");
	assert_int_equal(chain_remove(&chain, NULL), 0);
	assert_required(SCRATCH_VETH, -ENOENT,
			"test.0: no root array is attached here; run: xdp_root_loader --attach "
			"--interface test.0");
}

static void a_program_is_described_by_id_and_name(void **state)
{
	int fd = scratch_program("some_name", BPF_PROG_TYPE_XDP, XDP_PASS);
	__u32 id = scratch_program_id(fd);
	char text[64], expected[64];

	(void)state;
	snprintf(expected, sizeof(expected), "id %u (some_name)", id);
	attachment_describe_program(id, text, sizeof(text));
	assert_string_equal(text, expected);
	close(fd);
	attachment_describe_program(0xffffffff, text, sizeof(text));
	assert_string_equal(text, "id 4294967295");
	attachment_describe_program(0xffffffff, text, 5);
	assert_string_equal(text, "id 4");
}

#define ATTACHMENT_TEST(name) cmocka_unit_test_setup_teardown(name, make_interfaces, remove_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACHMENT_TEST(nothing_runs_on_a_new_interface),
		ATTACHMENT_TEST(an_interface_that_is_not_there_has_no_index),
		ATTACHMENT_TEST(a_root_is_ours_in_either_mode),
		ATTACHMENT_TEST(a_strangers_program_is_not_ours),
		ATTACHMENT_TEST(the_link_of_an_interface_that_is_gone_is_dead),
		ATTACHMENT_TEST(the_live_one_of_two_links_is_opened),
		ATTACHMENT_TEST(another_namespace_is_noticed),
		ATTACHMENT_TEST(an_identity_of_another_version_is_refused),
		ATTACHMENT_TEST(what_keeps_a_program_from_being_loaded_is_told),
		ATTACHMENT_TEST(a_program_is_described_by_id_and_name),
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
