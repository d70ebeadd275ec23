// SPDX-License-Identifier: GPL-2.0-only
/* What is said about interfaces of every kind, most of which no single machine has. */
#include "interface_check.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* A card without faults. */
static struct interface_facts good_facts(void)
{
	return (struct interface_facts){
		.name = "eth0",
		.ifindex = 5,
		.is_running = true,
		.mtu = 1500,
		.one_buffer = 3506,
		.cpus = 4,
		.switches = { .driver = "i40e",
			      .lro = FACT_OFF,
			      .gro_hw = FACT_OFF,
			      .rx_vlan = FACT_OFF,
			      .tx_checksum = FACT_ON,
			      .combined = 4,
			      .combined_max = 8 },
		.native = FACT_ON,
		.frags = FACT_ON,
		.redirect = FACT_ON,
	};
}

static void set_down(struct interface_facts *facts)
{
	facts->is_running = false;
}

static void set_bond(struct interface_facts *facts)
{
	facts->is_bond = true;
}

static void set_gone(struct interface_facts *facts)
{
	*facts = (struct interface_facts){ .name = "eth0" };
}

static void set_no_native(struct interface_facts *facts)
{
	facts->native = FACT_OFF;
	facts->mtu = 65536;
}

static void set_native_unknown(struct interface_facts *facts)
{
	facts->native = FACT_UNKNOWN;
}

static void set_foreign(struct interface_facts *facts)
{
	facts->program_id = 12;
	facts->is_ours = FACT_OFF;
	strcpy(facts->program, "id 12 (their_program)");
}

static void set_dispatcher(struct interface_facts *facts)
{
	set_foreign(facts);
	strcpy(facts->program, "id 12 (xdp_dispatcher)");
}

static void set_whose_unknown(struct interface_facts *facts)
{
	set_foreign(facts);
	facts->is_ours = FACT_UNKNOWN;
}

static void set_program_unknown(struct interface_facts *facts)
{
	facts->program_unknown = true;
}

static void set_ours(struct interface_facts *facts)
{
	set_foreign(facts);
	facts->is_ours = FACT_ON;
	facts->program_mode = ECBPF_MODE_NATIVE;
}

static void set_ours_generic(struct interface_facts *facts)
{
	set_ours(facts);
	facts->program_mode = ECBPF_MODE_GENERIC;
}

/* What the kernel has agreed to is no matter any more. */
static void set_ours_against_all(struct interface_facts *facts)
{
	set_ours(facts);
	facts->native = FACT_OFF;
	facts->mtu = 9000;
	strcpy(facts->switches.driver, "ena");
	facts->switches.combined = 8;
}

static void set_master(struct interface_facts *facts)
{
	strcpy(facts->busy_master, "bond0");
}

static void set_mtu_2000(struct interface_facts *facts)
{
	facts->mtu = 2000;
}

static void set_mtu_3506(struct interface_facts *facts)
{
	facts->mtu = 3506;
	strcpy(facts->switches.driver, "virtio_net");
}

static void set_mtu_3507(struct interface_facts *facts)
{
	facts->mtu = 3507;
}

static void set_no_frags(struct interface_facts *facts)
{
	facts->mtu = 9000;
	facts->frags = FACT_OFF;
}

static void set_tun(struct interface_facts *facts)
{
	facts->mtu = 9000;
	strcpy(facts->switches.driver, "tun");
}

static void set_igc(struct interface_facts *facts)
{
	facts->mtu = 1501;
	facts->frags = FACT_OFF;
	strcpy(facts->switches.driver, "igc");
}

static void set_veth(struct interface_facts *facts)
{
	facts->is_veth = true;
	strcpy(facts->switches.driver, "veth");
	strcpy(facts->peer, "peer0");
	facts->peer_mtu = 1500;
	facts->peer_tx_checksum = FACT_OFF;
	facts->peer_program = FACT_ON;
}

static void set_veth_peer_mtu(struct interface_facts *facts)
{
	set_veth(facts);
	facts->peer_mtu = 9000;
}

static void set_veth_peer_small(struct interface_facts *facts)
{
	set_veth(facts);
	facts->mtu = 9000;
}

static void set_veth_peer_elsewhere(struct interface_facts *facts)
{
	set_veth(facts);
	*facts->peer = '\0';
	facts->peer_mtu = 0;
	facts->mtu = 9000;
}

static void set_veth_checksum(struct interface_facts *facts)
{
	set_veth(facts);
	facts->peer_tx_checksum = FACT_ON;
}

static void set_veth_checksum_elsewhere(struct interface_facts *facts)
{
	set_veth(facts);
	*facts->peer = '\0';
	facts->peer_tx_checksum = FACT_UNKNOWN;
}

static void set_veth_no_program(struct interface_facts *facts)
{
	set_veth(facts);
	facts->peer_program = FACT_OFF;
}

static void set_veth_no_redirect(struct interface_facts *facts)
{
	set_veth(facts);
	facts->redirect = FACT_OFF;
}

static void set_no_redirect(struct interface_facts *facts)
{
	facts->redirect = FACT_OFF;
}

static void set_lro(struct interface_facts *facts)
{
	facts->switches.lro = FACT_ON;
}

static void set_lro_refused(struct interface_facts *facts)
{
	set_lro(facts);
	strcpy(facts->switches.driver, "mlx5_core");
}

static void set_lro_ours(struct interface_facts *facts)
{
	set_lro_refused(facts);
	set_ours(facts);
}

static void set_gro_hw(struct interface_facts *facts)
{
	facts->switches.gro_hw = FACT_ON;
	strcpy(facts->switches.driver, "virtio_net");
}

static void set_gro_hw_fixed(struct interface_facts *facts)
{
	set_gro_hw(facts);
	facts->switches.gro_hw_fixed = true;
}

static void set_gro_hw_refused(struct interface_facts *facts)
{
	set_gro_hw(facts);
	strcpy(facts->switches.driver, "gve");
}

static void set_rx_vlan(struct interface_facts *facts)
{
	facts->switches.rx_vlan = FACT_ON;
}

static void set_rx_vlan_devices(struct interface_facts *facts)
{
	set_rx_vlan(facts);
	facts->has_vlan_devices = true;
}

static void set_ena(struct interface_facts *facts)
{
	strcpy(facts->switches.driver, "ena");
	facts->switches.combined = 5;
}

static void set_ena_half(struct interface_facts *facts)
{
	set_ena(facts);
	facts->switches.combined = 4;
}

static void set_separate_channels(struct interface_facts *facts)
{
	strcpy(facts->switches.driver, "bnxt_en");
	facts->switches.combined = 0;
	facts->switches.rx = 4;
	facts->switches.tx = 3;
}

static void set_few_channels(struct interface_facts *facts)
{
	facts->switches.combined = 2;
}

static void set_few_possible_channels(struct interface_facts *facts)
{
	facts->switches.combined = facts->switches.combined_max = 2;
}

static void set_filters(struct interface_facts *facts)
{
	facts->has_tc_filters = true;
}

#define NATIVE                                                                                     \
	{                                                                                          \
		.mode = ECBPF_MODE_NATIVE                                                          \
	}
#define FRAGS                                                                                      \
	{                                                                                          \
		.mode = ECBPF_MODE_NATIVE, .frags = true                                           \
	}
#define GENERIC                                                                                    \
	{                                                                                          \
		.mode = ECBPF_MODE_GENERIC                                                         \
	}

/* The one finding that is not "ok"; `what` NULL: there is none. */
static const struct {
	const char *name;
	void (*set)(struct interface_facts *facts);
	struct interface_wish wish;
	const char *what;
	enum finding_verdict verdict;
	const char *text; /* somewhere in it */
	const char *fix;  /* all of it */
} cases[] = {
	{ "nothing to say", NULL, NATIVE, NULL, 0, NULL, NULL },
	{ "gone", set_gone, NATIVE, "link", FINDING_BLOCKING, "no such interface", "" },
	{ "down", set_down, NATIVE, "link", FINDING_NOTE, "is down", "ip link set dev eth0 up" },
	{ "bond", set_bond, NATIVE, "link", FINDING_NOTE, "is a bond",
	  "\"bond:eth0\" in \"interfaces\" instead of \"eth0\"" },
	{ "no native", set_no_native, NATIVE, "native", FINDING_BLOCKING, "does not run native",
	  "\"mode\": \"generic\" in \"xdp_root\" (slower, works everywhere)" },
	{ "no native, generic", set_no_native, GENERIC, NULL, 0, NULL, NULL },
	{ "native unknown", set_native_unknown, NATIVE, "native", FINDING_NOTE, "does not tell",
	  "" },
	{ "generic for nothing", NULL, GENERIC, "native", FINDING_NOTE, "could do native",
	  "\"mode\": \"native\" in \"xdp_root\"" },
	{ "foreign", set_foreign, NATIVE, "program", FINDING_BLOCKING, "id 12 (their_program)",
	  "ip link set dev eth0 xdp off, or its own tool" },
	{ "dispatcher", set_dispatcher, NATIVE, "program", FINDING_BLOCKING,
	  "id 12 (xdp_dispatcher)",
	  "xdp-loader unload eth0 --all (then load its programs into slots)" },
	{ "whose", set_whose_unknown, NATIVE, "program", FINDING_NOTE, "may not see",
	  "the same as root" },
	{ "program unknown", set_program_unknown, NATIVE, "program", FINDING_NOTE, "does not say",
	  "" },
	{ "master", set_master, NATIVE, "program", FINDING_BLOCKING, "belongs to bond0, which has",
	  "ip link set dev bond0 xdp off, or its own tool" },
	{ "ours", set_ours, NATIVE, NULL, 0, NULL, NULL },
	{ "ours in another mode", set_ours_generic, NATIVE, "program", FINDING_BLOCKING,
	  "runs in generic mode, wanted is native",
	  "xdp_root_loader --detach --interface eth0, then --attach --configured" },
	{ "ours against all", set_ours_against_all, NATIVE, NULL, 0, NULL, NULL },
	{ "MTU 2000", set_mtu_2000, NATIVE, "mtu", FINDING_NOTE, "2000: drivers differ",
	  "\"frags\": true in \"xdp_root\", if --attach refuses" },
	{ "MTU 2000, frags", set_mtu_2000, FRAGS, NULL, 0, NULL, NULL },
	{ "MTU 3506", set_mtu_3506, NATIVE, NULL, 0, NULL, NULL },
	{ "MTU 3507", set_mtu_3507, NATIVE, "mtu", FINDING_BLOCKING,
	  "3507: programs for frames in several buffers are not wanted, and one buffer holds frames of "
	  "an MTU of 3506",
	  "\"frags\": true in \"xdp_root\", or ip link set dev eth0 mtu 1500" },
	{ "MTU 3507, frags", set_mtu_3507, FRAGS, NULL, 0, NULL, NULL },
	{ "no frags", set_no_frags, NATIVE, "mtu", FINDING_BLOCKING,
	  "9000: ", "ip link set dev eth0 mtu 3506" },
	{ "no frags, frags", set_no_frags, FRAGS, "mtu", FINDING_BLOCKING,
	  "9000: no programs for frames", "ip link set dev eth0 mtu 3506" },
	{ "tun", set_tun, NATIVE, NULL, 0, NULL, NULL },
	{ "igc", set_igc, NATIVE, "mtu", FINDING_BLOCKING, "an MTU of 1500",
	  "ip link set dev eth0 mtu 1500" },
	{ "veth", set_veth, NATIVE, NULL, 0, NULL, NULL },
	{ "peer's MTU", set_veth_peer_mtu, NATIVE, "mtu", FINDING_BLOCKING,
	  "9000 at the other end, peer0:",
	  "\"frags\": true in \"xdp_root\", or ip link set dev peer0 mtu 1500" },
	{ "only the peer's MTU", set_veth_peer_small, NATIVE, NULL, 0, NULL, NULL },
	{ "checksums", set_veth_checksum, NATIVE, "checksums", FINDING_WARNING,
	  "peer0 leaves checksums unfinished", "ethtool -K peer0 tx off" },
	{ "checksums elsewhere", set_veth_checksum_elsewhere, NATIVE, "checksums", FINDING_NOTE,
	  "the other end, if tx is on there, leaves",
	  "ethtool -K PEER tx off (in its network namespace)" },
	{ "transmit", set_veth_no_program, NATIVE, "transmit", FINDING_NOTE, "peer0 takes",
	  "attach one that passes everything to peer0" },
	{ "redirect to veth", set_veth_no_redirect, NATIVE, "redirect", FINDING_NOTE, "are lost",
	  "ethtool -K peer0 gro on" },
	{ "redirect", set_no_redirect, NATIVE, "redirect", FINDING_NOTE, "once a program runs",
	  "" },
	{ "LRO", set_lro, NATIVE, "lro", FINDING_NOTE, "would see merged",
	  "ethtool -K eth0 lro off" },
	{ "LRO refused", set_lro_refused, NATIVE, "lro", FINDING_BLOCKING,
	  "refuses native programs", "ethtool -K eth0 lro off" },
	{ "LRO, ours", set_lro_ours, NATIVE, "lro", FINDING_WARNING, "programs see frames",
	  "ethtool -K eth0 lro off" },
	{ "GRO-HW", set_gro_hw, NATIVE, "gro-hw", FINDING_NOTE, "would see merged",
	  "ethtool -K eth0 rx-gro-hw off" },
	{ "GRO-HW fixed", set_gro_hw_fixed, NATIVE, "gro-hw", FINDING_BLOCKING,
	  "only the hypervisor",
	  "\"mode\": \"generic\" in \"xdp_root\"; or in QEMU: guest_tso4=off,guest_tso6=off,"
	  "guest_ecn=off,guest_ufo=off,guest_csum=off" },
	{ "GRO-HW refused", set_gro_hw_refused, NATIVE, "gro-hw", FINDING_BLOCKING,
	  "refuses native programs", "ethtool -K eth0 rx-gro-hw off" },
	{ "VLAN tags", set_rx_vlan, NATIVE, "rxvlan", FINDING_NOTE, "out of received frames, so",
	  "ethtool -K eth0 rxvlan off" },
	{ "VLAN devices", set_rx_vlan_devices, NATIVE, "rxvlan", FINDING_WARNING,
	  "(VLAN devices are above it)", "ethtool -K eth0 rxvlan off" },
	{ "ENA", set_ena, NATIVE, "channels", FINDING_BLOCKING, "5 of 8",
	  "ethtool -L eth0 combined 4" },
	{ "ENA, half", set_ena_half, NATIVE, NULL, 0, NULL, NULL },
	{ "separate channels", set_separate_channels, NATIVE, "channels", FINDING_BLOCKING,
	  "4 to receive and 3 to transmit", "ethtool -L eth0 rx 0 tx 0 combined 4" },
	{ "few channels", set_few_channels, NATIVE, "channels", FINDING_NOTE, "2 of 8, for 4 CPUs",
	  "ethtool -L eth0 combined 4" },
	{ "as many as there are", set_few_possible_channels, NATIVE, NULL, 0, NULL, NULL },
	{ "filters", set_filters, NATIVE, "tc", FINDING_NOTE, "clsact qdisc", "" },
};

static const struct finding *find_other(const struct findings *findings, size_t *ret_count)
{
	const struct finding *other = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < findings->count; i++) {
		assert_true(*findings->finding[i].text);
		if (findings->finding[i].verdict == FINDING_OK)
			continue;
		other = &findings->finding[i];
		++*ret_count;
	}
	return other;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct interface_facts facts = good_facts();
		struct findings findings = { 0 };
		const struct finding *other;
		size_t count;

		if (cases[i].set)
			cases[i].set(&facts);
		interface_check_findings(&facts, &cases[i].wish, &findings);
		other = find_other(&findings, &count);
		if (count != (cases[i].what ? 1 : 0) ||
		    (other &&
		     (strcmp(other->what, cases[i].what) || other->verdict != cases[i].verdict ||
		      !strstr(other->text, cases[i].text) || strcmp(other->fix, cases[i].fix))))
			fail_msg("%s: %zu findings, the last %s %s: %s; %s", cases[i].name, count,
				 other ? finding_verdict_name(other->verdict) : "",
				 other ? other->what : "", other ? other->text : "",
				 other ? other->fix : "");
		findings_free(&findings);
	}
}

/* Its MTU may be what keeps it from running programs, or not: nobody here knows the other end's. */
static void test_unknown_peer(void **state)
{
	const struct interface_wish wish = NATIVE;
	struct interface_facts facts = good_facts();
	struct findings findings = { 0 };

	(void)state;
	set_veth_peer_elsewhere(&facts);
	interface_check_findings(&facts, &wish, &findings);
	assert_int_equal(findings_of(&findings, FINDING_BLOCKING), 0);
	assert_int_equal(findings_of(&findings, FINDING_WARNING), 1);
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.finding[i].verdict == FINDING_WARNING)
			assert_string_equal(findings.finding[i].fix,
					    "\"frags\": true in \"xdp_root\", or ip link set dev PEER "
					    "mtu 1500 (in its network namespace)");
	}
	findings_free(&findings);
}

static void test_before_attach(void **state)
{
	const struct interface_wish wish = NATIVE, generic = GENERIC;
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(interface_check("no_such", &wish, "/sys/fs/bpf", &problem), -ENODEV);
	assert_string_equal(problem.text,
			    "no_such: link: no such interface in this network namespace");
	/* Every kernel has this one, and it has no native mode. */
	assert_int_equal(interface_check("lo", &wish, "/sys/fs/bpf", &problem), -EOPNOTSUPP);
	assert_non_null(strstr(problem.text, "lo: native: the driver does not run native XDP "
					     "programs; type: \"mode\": \"generic\""));
	assert_int_equal(interface_check("lo", &wish, "/nowhere", NULL), -EOPNOTSUPP);
	assert_int_equal(interface_check("lo", &generic, "/sys/fs/bpf", &problem), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_unknown_peer),
		cmocka_unit_test(test_before_attach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
