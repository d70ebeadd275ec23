// SPDX-License-Identifier: GPL-2.0-only
/* What is read of a pair of interfaces made for it, before and after it is changed with the usual tools. */
#include "interface_facts.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "abi/pin_names.h"
#include "interface_check.h"
#include "network_device.h"
#include "tc_link.h"
#include "harness/run_program.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"
#include "scratch_net.h"

static unsigned int fds_before;

static int make_interfaces(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	scratch_net_make_veth();
	return 0;
}

static int remove_all(void **state)
{
	unsigned int fds_left = scratch_open_fds();

	(void)state;
	scratch_net_remove_veth();
	assert_int_equal(bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL), 0);
	assert_int_equal(fds_left, fds_before);
	return 0;
}

static struct interface_facts read_facts(const char *name)
{
	struct interface_facts facts;

	memset(&facts, 0xff, sizeof(facts));
	interface_facts_read(&facts, scratch_bpffs(), name);
	return facts;
}

/* The kernel tells of a carrier up to a second after the interface went up, on busy machines later. */
static struct interface_facts read_running_facts(const char *name)
{
	struct interface_facts facts = read_facts(name);

	for (int looks = 0; looks < 1000 && !facts.is_running; looks++) {
		usleep(10000); /* poll interval */
		facts = read_facts(name);
	}
	return facts;
}

/* Kernels before 6.3 do not say what drivers can. */
static bool kernel_tells(void)
{
	uint64_t features;

	return network_device_features(if_nametoindex(SCRATCH_VETH), &features) == 0;
}

static void a_pair_of_interfaces(void **state)
{
	struct interface_facts facts = read_running_facts(SCRATCH_VETH);

	(void)state;
	assert_string_equal(facts.name, SCRATCH_VETH);
	assert_int_equal(facts.ifindex, if_nametoindex(SCRATCH_VETH));
	assert_true(facts.is_running && facts.is_veth && !facts.is_bond);
	assert_false(facts.has_vlan_devices || facts.has_tc_filters);
	assert_int_equal(facts.mtu, 1500);
	assert_true(facts.one_buffer > 3000 && facts.cpus >= 1);
	assert_string_equal(facts.switches.driver, "veth");
	assert_int_equal(facts.switches.lro, FACT_OFF);
	assert_int_equal(facts.native, FACT_ON);
	assert_int_equal(facts.frags, kernel_tells() ? FACT_ON : FACT_UNKNOWN);
	assert_string_equal(facts.peer, SCRATCH_PEER);
	assert_int_equal(facts.peer_mtu, 1500);
	assert_int_equal(facts.peer_tx_checksum, FACT_ON);
	assert_int_equal(facts.peer_program, FACT_OFF);
	assert_false(facts.program_unknown);
	assert_int_equal(facts.program_id, 0);
	assert_string_equal(facts.program, "");
}

static void no_interface(void **state)
{
	struct interface_facts facts = read_facts("nowhere");

	(void)state;
	assert_string_equal(facts.name, "nowhere");
	assert_int_equal(facts.ifindex, 0);
	assert_int_equal(facts.mtu, 0);
	/* The kernel would cut it at the colon. */
	assert_int_equal(read_facts(SCRATCH_VETH ":1").ifindex, 0);
}

static void loopback(void **state)
{
	struct interface_facts facts = read_facts("lo");

	(void)state;
	assert_string_equal(facts.switches.driver, "");
	assert_false(facts.is_veth);
	assert_int_equal(facts.native, FACT_OFF);
}

static void an_alternative_name(void **state)
{
	(void)state;
	assert_int_equal(SCRATCH_RUN("ip", "link", "property", "add", "dev", SCRATCH_VETH,
				     "altname", "the-other-name"),
			 0);
	assert_string_equal(read_facts("the-other-name").name, SCRATCH_VETH);
}

static void switches(void **state)
{
	struct interface_facts facts;

	(void)state;
	assert_int_equal(read_facts(SCRATCH_VETH).switches.rx_vlan, FACT_ON);
	assert_int_equal(SCRATCH_RUN("ethtool", "-K", SCRATCH_VETH, "rxvlan", "off"), 0);
	assert_int_equal(SCRATCH_RUN("ethtool", "-K", SCRATCH_PEER, "tx", "off"), 0);
	facts = read_facts(SCRATCH_VETH);
	assert_int_equal(facts.switches.rx_vlan, FACT_OFF);
	assert_int_equal(facts.switches.tx_checksum, FACT_ON);
	assert_int_equal(facts.peer_tx_checksum, FACT_OFF);
	facts = read_facts(SCRATCH_PEER);
	assert_int_equal(facts.switches.tx_checksum, FACT_OFF);
	assert_int_equal(facts.peer_tx_checksum, FACT_ON);
}

static void links(void **state)
{
	(void)state;
	assert_int_equal(SCRATCH_RUN("ip", "link", "set", SCRATCH_PEER, "mtu", "9000", "down"), 0);
	assert_false(read_facts(SCRATCH_VETH).is_running);
	assert_int_equal(read_facts(SCRATCH_VETH).mtu, 1500);
	assert_int_equal(read_facts(SCRATCH_VETH).peer_mtu, 9000);
	assert_int_equal(read_facts(SCRATCH_PEER).mtu, 9000);
	/* Not every kernel has VLAN devices, or bonds. */
	if (SCRATCH_RUN("ip", "link", "add", "link", SCRATCH_VETH, "name", "test.0.5", "type",
			"vlan", "id", "5") == 0) {
		assert_true(read_facts(SCRATCH_VETH).has_vlan_devices);
		assert_false(read_facts(SCRATCH_PEER).has_vlan_devices);
	}
	if (SCRATCH_RUN("ip", "link", "add", "test.bond", "type", "bond") == 0) {
		assert_true(read_facts("test.bond").is_bond);
		assert_int_equal(SCRATCH_RUN("ip", "link", "delete", "test.bond"), 0);
	}
}

/* Told by the kernel since 6.3: the other end has to look at its frames. */
static void redirected_frames(void **state)
{
	(void)state;
	if (!kernel_tells())
		return;
	assert_int_equal(read_facts(SCRATCH_VETH).redirect, FACT_OFF);
	assert_int_equal(SCRATCH_RUN("ethtool", "-K", SCRATCH_PEER, "gro", "on"), 0);
	assert_int_equal(read_facts(SCRATCH_VETH).redirect, FACT_ON);
}

static void a_strangers_program(void **state)
{
	int program = scratch_program("stranger", BPF_PROG_TYPE_XDP, XDP_PASS);
	int native = scratch_net_link(program, SCRATCH_VETH, XDP_FLAGS_DRV_MODE);
	int generic = scratch_net_link(program, SCRATCH_PEER, XDP_FLAGS_SKB_MODE);
	struct interface_facts facts = read_facts(SCRATCH_VETH);
	const struct interface_wish native_wish = { .mode = ECBPF_MODE_NATIVE };
	struct problem problem = { 0 };
	char name[INTERFACE_PROGRAM_SIZE];

	(void)state;
	snprintf(name, sizeof(name), "id %u (stranger)", scratch_program_id(program));
	assert_int_equal(facts.program_id, scratch_program_id(program));
	assert_string_equal(facts.program, name);
	assert_int_equal(facts.program_mode, ECBPF_MODE_NATIVE);
	assert_int_equal(facts.is_ours, FACT_OFF);
	assert_int_equal(facts.peer_program, FACT_ON);
	assert_int_equal(read_facts(SCRATCH_PEER).program_mode, ECBPF_MODE_GENERIC);
	assert_int_equal(interface_check(SCRATCH_VETH, &native_wish, scratch_bpffs(), &problem),
			 -EBUSY);
	assert_non_null(strstr(problem.text, " (stranger) runs here, which is not ecbpf's"));
	close(native);
	close(generic);
	close(program);
}

/* Kernels since 5.15 refuse a second program then. Frames in several buffers came with 5.18. */
static void the_masters_program(void **state)
{
	const struct interface_wish wish = { .mode = ECBPF_MODE_NATIVE };
	int program = scratch_program("stranger", BPF_PROG_TYPE_XDP, XDP_PASS);
	int link, below;

	(void)state;
	assert_int_equal(SCRATCH_RUN("ip", "link", "add", "test.bridge", "type", "bridge"), 0);
	assert_int_equal(SCRATCH_RUN("ip", "link", "set", SCRATCH_VETH, "master", "test.bridge"),
			 0);
	assert_string_equal(read_facts(SCRATCH_VETH).busy_master, "");
	link = scratch_net_link(program, "test.bridge", XDP_FLAGS_SKB_MODE);
	assert_string_equal(read_facts(SCRATCH_VETH).busy_master, "test.bridge");
	assert_string_equal(read_facts(SCRATCH_PEER).busy_master, "");
	assert_int_equal(interface_check(SCRATCH_VETH, &wish, scratch_bpffs(), NULL), -EBUSY);
	below = bpf_link_create(program, (int)if_nametoindex(SCRATCH_VETH), BPF_XDP, NULL);
	assert_true(below < 0 || !run_frags_supported());
	if (below >= 0)
		close(below);
	close(link);
	close(program);
	assert_int_equal(SCRATCH_RUN("ip", "link", "delete", "test.bridge"), 0);
}

/* A link that is pinned for `pinned`. */
static void attach_ours(struct chain *chain, const char *pinned)
{
	int program = scratch_program("ours", BPF_PROG_TYPE_XDP, XDP_PASS);
	struct ecbpf_chain_identity identity = { .abi_version = ECBPF_ABI_VERSION, .frags = 1 };
	char path[BPFFS_PATH_SIZE];

	scratch_chain_open(chain, pinned);
	assert_int_equal(chain_write_identity(chain, &identity, NULL), 0);
	chain->link = scratch_net_link(program, SCRATCH_VETH, XDP_FLAGS_DRV_MODE);
	bpffs_join(path, chain->pins, ECBPF_PIN_LINK);
	assert_int_equal(bpffs_pin(chain->link, path, NULL), 0);
	close(program);
}

/* Whoever attaches it again knows better what can be changed. */
static void our_program(void **state)
{
	const struct interface_wish generic = { .mode = ECBPF_MODE_GENERIC };
	struct interface_facts facts;
	struct chain chain;

	(void)state;
	attach_ours(&chain, SCRATCH_VETH);
	facts = read_facts(SCRATCH_VETH);
	assert_int_equal(facts.is_ours, FACT_ON);
	assert_true(facts.program_frags);
	assert_int_equal(interface_check(SCRATCH_VETH, &generic, scratch_bpffs(), NULL), 0);
	assert_int_equal(read_facts(SCRATCH_PEER).program_id, 0);
	chain_close(&chain);
}

static void our_program_under_an_old_name(void **state)
{
	struct chain chain;

	(void)state;
	attach_ours(&chain, "eth0.old");
	assert_int_equal(read_facts(SCRATCH_VETH).is_ours, FACT_ON);
	chain_close(&chain);
}

static void filters(void **state)
{
	int program = scratch_program("filter", BPF_PROG_TYPE_SCHED_CLS, -1);
	struct tc_link link = { .directory = scratch_bpffs(),
				.ifindex = if_nametoindex(SCRATCH_VETH),
				.side = TC_LINK_EGRESS,
				.priority = 1,
				.only_clsact = true };

	(void)state;
	/* Not every kernel has clsact. */
	if (tc_link_attach(&link, program, NULL) == 0) {
		assert_true(read_facts(SCRATCH_VETH).has_tc_filters);
		assert_false(read_facts(SCRATCH_PEER).has_tc_filters);
		assert_int_equal(tc_link_detach(&link, NULL), 0);
		assert_false(read_facts(SCRATCH_VETH).has_tc_filters);
	}
	close(program);
}

#define FACTS_TEST(name) cmocka_unit_test_setup_teardown(name, make_interfaces, remove_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FACTS_TEST(a_pair_of_interfaces),
		FACTS_TEST(no_interface),
		FACTS_TEST(loopback),
		FACTS_TEST(an_alternative_name),
		FACTS_TEST(switches),
		FACTS_TEST(links),
		FACTS_TEST(redirected_frames),
		FACTS_TEST(a_strangers_program),
		FACTS_TEST(the_masters_program),
		FACTS_TEST(our_program),
		FACTS_TEST(our_program_under_an_old_name),
		FACTS_TEST(filters),
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
