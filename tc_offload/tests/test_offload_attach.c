// SPDX-License-Identifier: GPL-2.0-only
/* Attach, upgrade and detach, and what of it is left when something is refused or killed. */
#include "offload_attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "attached_host.h"
#include "capability.h"
#include "flow_rule.h"
#include "offload_program.h"

#define must attached_host_must
#define FLOW "10.1.0.1:5000 > 10.2.0.1:53 => l2"
#define TCX_LIMIT 64 /* links that an interface takes on one side */
#define TCX_EGRESS 47

static struct problem *const problem = &attached_host_problem;

/* "tc_offload: attached to o0 (ingress, tcx)\n" */
static void assert_said(const char *verb, const char *interface, enum offload_side side,
			const char *behind)
{
	bool is_tcx = attached_host_state(interface, side).kind == TC_LINK_TCX;
	char line[256];

	snprintf(line, sizeof(line), "tc_offload: %s %s (%s, %s)%s\n", verb, interface,
		 offload_side_name(side), is_tcx ? "tcx" : "clsact", behind);
	assert_string_equal(attached_host_said(), line);
}

static void assert_attached(const char *interface, bool ingress, bool egress)
{
	struct tc_link_state in = attached_host_state(interface, OFFLOAD_INGRESS);
	struct tc_link_state out = attached_host_state(interface, OFFLOAD_EGRESS);

	assert_int_equal(in.kind != TC_LINK_NONE, ingress);
	assert_int_equal(out.kind != TC_LINK_NONE, egress);
}

static void assert_nothing_is_left(void)
{
	assert_int_equal(attached_host_pins(), 0);
	assert_attached("o0", false, false);
	assert_attached("o1", false, false);
	assert_false(attached_host_shows("tc qdisc show", "clsact"));
}

static struct flow_rule rule_of(const char *text)
{
	struct flow_rule rule;

	must(flow_rule_parse(text, &rule, problem));
	return rule;
}

static bool has_flow(const char *text)
{
	struct flow_rule rule = rule_of(text);
	struct offload_host host = attached_host_open();
	struct flow_value value;
	int err = flow_tables_find(&host.flows, FLOW_TABLE_STATIC, &rule.key, &value);

	offload_host_close(&host);
	return err == 0;
}

static int attach_with_flow(const char *interfaces, const char *flow)
{
	struct flow_rule_list flows = { 0 };
	struct offload_attach_wish wish = { .flows = &flows };
	struct flow_rule rule = rule_of(flow);
	int err;

	must(flow_rule_list_add(&flows, &rule, problem));
	err = attached_host_attach_as(interfaces, &wish);
	flow_rule_list_free(&flows);
	return err;
}

/* What a running program has been told about its place. */
static struct offload_at read_at(const char *interface, enum offload_side side)
{
	struct bpf_prog_info info = { 0 };
	struct bpf_map_info map_info;
	__u32 size = sizeof(info), maps[16], index = 0;
	struct offload_at at = { 0 };
	char rodata[64];
	int fd = bpf_prog_get_fd_by_id(attached_host_state(interface, side).program_id);

	assert_true(fd >= 0);
	info.nr_map_ids = sizeof(maps) / sizeof(*maps);
	info.map_ids = (uintptr_t)maps;
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	close(fd);
	for (__u32 i = 0; i < info.nr_map_ids; i++) {
		fd = bpf_map_get_fd_by_id(maps[i]);
		map_info = (struct bpf_map_info){ 0 };
		size = sizeof(map_info);
		assert_int_equal(bpf_obj_get_info_by_fd(fd, &map_info, &size), 0);
		if (strstr(map_info.name, ".rodata")) {
			assert_int_equal(bpf_map_lookup_elem(fd, &index, rodata), 0);
			memcpy(&at, rodata, sizeof(at));
		}
		close(fd);
	}
	return at;
}

static void every_side_is_attached_and_told(void **state)
{
	(void)state;
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	assert_attached("o0", true, false);
	assert_said("attached to", "o0", OFFLOAD_INGRESS, "");
	must(attached_host_attach("o1", OFFLOAD_AT_EGRESS));
	assert_attached("o1", false, true);
	must(attached_host_attach("lo", OFFLOAD_AT_BOTH));
	assert_attached("lo", true, true);
	assert_non_null(strstr(attached_host_said(), "attached to lo (ingress, "));
	assert_non_null(strstr(attached_host_said(), "attached to lo (egress, "));
	assert_int_equal(attached_host_places(), 4);
	must(attached_host_detach("lo,o0", OFFLOAD_AT_BOTH));
	assert_attached("lo", false, false);
	assert_attached("o0", false, false);
	assert_attached("o1", false, true);
	must(attached_host_detach("o1", OFFLOAD_AT_EGRESS));
	assert_string_equal(attached_host_said(), "tc_offload: detached from o1 (egress)\n");
	assert_nothing_is_left();
}

static void programs_know_their_place(void **state)
{
	struct offload_at at;
	bool knows_flag;

	(void)state;
	must(offload_program_probe_flag(OFFLOAD_FLAG_IPV6, &knows_flag, problem));
	attached_host_run("ip tuntap add t0 mode tun");
	must(attached_host_attach("o0,lo,t0", OFFLOAD_AT_BOTH));
	at = read_at("o0", OFFLOAD_EGRESS);
	assert_int_equal(at.ifindex, if_nametoindex("o0"));
	assert_int_equal(at.side, OFFLOAD_EGRESS);
	assert_int_equal(at.link_header, 14);
	assert_int_equal(at.is_loopback, 0);
	assert_int_equal(at.has_ipv6_flag, knows_flag);
	at = read_at("lo", OFFLOAD_INGRESS);
	assert_int_equal(at.ifindex, 1);
	assert_int_equal(at.side, OFFLOAD_INGRESS);
	assert_int_equal(at.link_header, 14);
	assert_int_equal(at.is_loopback, 1);
	at = read_at("t0", OFFLOAD_INGRESS);
	assert_int_equal(at.link_header, 0);
	assert_int_equal(at.is_loopback, 0);
}

static void flags_are_tried_not_guessed(void **state)
{
	bool known;

	(void)state;
	must(offload_program_probe_flag(BPF_F_MARK_MANGLED_0, &known, problem));
	assert_true(known);
	must(offload_program_probe_flag(1U << 20, &known, problem));
	assert_false(known);
}

static uint64_t counted(const char *interface, enum offload_side side)
{
	struct offload_host host = attached_host_open();
	struct offload_cpu sum;
	uint64_t packets = 0;

	must(offload_host_counters(&host, if_nametoindex(interface), side, &sum, problem));
	for (size_t i = 0; i < sizeof(sum.up) / sizeof(*sum.up); i++)
		packets += sum.up[i];
	offload_host_close(&host);
	return packets;
}

static void an_upgrade_keeps_flows_and_counters(void **state)
{
	uint32_t program;
	size_t pins;

	(void)state;
	must(attach_with_flow("lo", FLOW));
	assert_true(has_flow(FLOW));
	attached_host_run("ping -c 3 -i 0.01 127.0.0.1 >/dev/null");
	assert_int_equal(counted("lo", OFFLOAD_INGRESS), 6);
	program = attached_host_state("lo", OFFLOAD_INGRESS).program_id;
	pins = attached_host_pins();
	must(attach_with_flow("lo", "10.1.0.2:5000 > 10.2.0.1:53 => l2"));
	assert_said("upgraded on", "lo", OFFLOAD_INGRESS, "; flows and counters stay");
	assert_true(attached_host_state("lo", OFFLOAD_INGRESS).program_id != program);
	assert_int_equal(attached_host_pins(), pins);
	assert_true(has_flow(FLOW));
	/* Flows of a configuration are for the first. */
	assert_false(has_flow("10.1.0.2:5000 > 10.2.0.1:53 => l2"));
	attached_host_run("ping -c 1 127.0.0.1 >/dev/null");
	assert_int_equal(counted("lo", OFFLOAD_INGRESS), 8);
}

static void counters_of_another_shape_are_replaced(void **state)
{
	char name[64];
	int other = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 8, 1, NULL);

	(void)state;
	must(attached_host_attach("lo", OFFLOAD_AT_INGRESS));
	snprintf(name, sizeof(name), "%s", attached_host_path("/ingress_cpu_1"));
	must(bpffs_unpin(name, problem));
	must(bpffs_pin(other, name, problem));
	close(other);
	must(attached_host_attach("lo", OFFLOAD_AT_INGRESS));
	attached_host_run("ping -c 1 127.0.0.1 >/dev/null");
	assert_int_equal(counted("lo", OFFLOAD_INGRESS), 2);
}

static void tables_are_as_large_as_the_first_said(void **state)
{
	struct offload_attach_wish wish = { .max_flows = 100 };
	struct offload_host host;
	uint32_t capacity;

	(void)state;
	must(attached_host_attach_as("o0", &wish));
	assert_null(strstr(attached_host_said(), "room"));
	host = attached_host_open();
	must(flow_tables_capacity(&host.flows, FLOW_TABLE_STATIC, &capacity, problem));
	assert_int_equal(capacity, 100);
	offload_host_close(&host);
	wish.max_flows = 200;
	must(attached_host_attach_as("o1", &wish));
	assert_non_null(strstr(attached_host_said(), "room for 100 flows already, not 200"));
	must(attached_host_detach("all", OFFLOAD_AT_BOTH));
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	host = attached_host_open();
	must(flow_tables_capacity(&host.flows, FLOW_TABLE_STATIC, &capacity, problem));
	assert_int_equal(capacity, OFFLOAD_FLOWS_DEFAULT);
	offload_host_close(&host);
}

static void an_unknown_interface_in_the_list_leaves_nothing(void **state)
{
	(void)state;
	assert_int_equal(attached_host_attach("o0,nowhere", OFFLOAD_AT_BOTH), -ENODEV);
	attached_host_told("nowhere: there is no such interface in this network namespace");
	assert_string_equal(attached_host_said(), "");
	assert_nothing_is_left();
	must(attached_host_attach("o1", OFFLOAD_AT_INGRESS));
	assert_int_equal(attached_host_attach("o0,nowhere", OFFLOAD_AT_BOTH), -ENODEV);
	assert_attached("o0", false, false);
	assert_attached("o1", true, false);
	assert_int_equal(attached_host_places(), 1);
}

static void all_without_any_is_refused(void **state)
{
	(void)state;
	assert_int_equal(attached_host_attach("all", OFFLOAD_AT_BOTH), -ENOENT);
	attached_host_told("name interfaces");
	assert_nothing_is_left();
}

/* So many of someone else's that there is no room for ours. */
static void fill_egress(const char *interface, int links[TCX_LIMIT])
{
	const struct bpf_insn next[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	for (int i = 0; i < TCX_LIMIT; i++) {
		int program = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "next", "GPL", next, 2, NULL);

		assert_true(program >= 0);
		links[i] =
			bpf_link_create(program, (int)if_nametoindex(interface), TCX_EGRESS, NULL);
		close(program);
	}
	/* Without tcx: a qdisc that has no egress. */
	if (links[0] < 0)
		attached_host_run("tc qdisc add dev %s ingress", interface);
}

static void empty_egress(const char *interface, const int links[TCX_LIMIT])
{
	if (links[0] < 0)
		attached_host_run("tc qdisc del dev %s ingress", interface);
	for (int i = 0; i < TCX_LIMIT; i++) {
		if (links[i] >= 0)
			close(links[i]);
	}
}

static void what_fails_half_way_is_undone(void **state)
{
	struct offload_attach_wish wish = { .at = OFFLOAD_AT_BOTH, .set_sysctls = true };
	int links[TCX_LIMIT];

	(void)state;
	fill_egress("o1", links);
	assert_true(attached_host_attach_as("o0,o1", &wish) < 0);
	attached_host_told("o1 (egress): ");
	assert_string_equal(attached_host_said(), "");
	assert_nothing_is_left();
	assert_true(attached_host_shows("sysctl net.ipv4.conf.lo.route_localnet", "= 0"));
	/* What was there before stays. */
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	assert_true(attached_host_attach_as("o0,o1", &wish) < 0);
	assert_attached("o0", true, false);
	assert_attached("o1", false, false);
	assert_int_equal(attached_host_places(), 1);
	assert_true(attached_host_shows("sysctl net.ipv4.conf.lo.route_localnet", "= 0"));
	empty_egress("o1", links);
	must(attached_host_attach_as("o0,o1", &wish));
	must(attached_host_detach("all", OFFLOAD_AT_BOTH));
	assert_nothing_is_left();
}

static void flows_that_are_refused_leave_nothing(void **state)
{
	(void)state;
	assert_true(
		attach_with_flow("o0", "10.1.0.1:5000 > 10.2.0.1:53 => l2 via 10.0.0.2 vlan 5.6") <
		0);
	assert_nothing_is_left();
}

static void detach_wants_something_of_ours(void **state)
{
	(void)state;
	assert_int_equal(attached_host_detach("o0", OFFLOAD_AT_BOTH), -ENOENT);
	attached_host_told("tc_offload is not attached to o0; ");
	assert_int_equal(attached_host_detach("all", OFFLOAD_AT_BOTH), -ENOENT);
	attached_host_told("not attached to any interface of this network namespace");
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	assert_int_equal(attached_host_detach("o0,o1", OFFLOAD_AT_BOTH), -ENOENT);
	attached_host_told("not attached to o1; ");
	assert_int_equal(attached_host_detach("o0,nowhere", OFFLOAD_AT_BOTH), -ENOENT);
	attached_host_told("nowhere: there is no such interface");
	assert_int_equal(attached_host_detach("o0", OFFLOAD_AT_EGRESS), -ENOENT);
	attached_host_told("not attached to o0 (egress); ");
	assert_attached("o0", true, false);
	must(attached_host_detach("all", OFFLOAD_AT_BOTH));
	assert_nothing_is_left();
}

static void what_somebody_took_away_is_cleared(void **state)
{
	(void)state;
	must(attached_host_attach("o0,o1", OFFLOAD_AT_INGRESS));
	attached_host_force("o0", OFFLOAD_INGRESS);
	assert_int_equal(attached_host_places(), 2);
	must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
	assert_int_equal(attached_host_places(), 1);
	attached_host_force("o1", OFFLOAD_INGRESS);
	must(attached_host_attach("o1", OFFLOAD_AT_INGRESS));
	assert_attached("o1", true, false);
	assert_said("attached to", "o1", OFFLOAD_INGRESS, "");
	attached_host_force("o1", OFFLOAD_INGRESS);
	must(attached_host_detach("all", OFFLOAD_AT_BOTH));
	assert_nothing_is_left();
}

static void an_interface_that_has_gone_is_forgotten(void **state)
{
	(void)state;
	must(attached_host_attach("o0,o1", OFFLOAD_AT_BOTH));
	attached_host_run("ip link del o0");
	assert_int_equal(attached_host_places(), 4);
	assert_int_equal(attached_host_detach("o0", OFFLOAD_AT_BOTH), -ENOENT);
	assert_int_equal(attached_host_places(), 2);
	attached_host_run("ip link del o1");
	assert_int_equal(attached_host_detach("o1", OFFLOAD_AT_BOTH), -ENOENT);
	assert_int_equal(attached_host_pins(), 0);
}

static void other_names_lead_to_the_same_interface(void **state)
{
	(void)state;
	attached_host_run("ip link property add dev o0 altname uplink");
	must(attached_host_attach("uplink,o0", OFFLOAD_AT_INGRESS));
	assert_said("attached to", "o0", OFFLOAD_INGRESS, "");
	must(attached_host_detach("uplink,o0", OFFLOAD_AT_BOTH));
	assert_string_equal(attached_host_said(), "tc_offload: detached from o0 (ingress)\n");
	assert_nothing_is_left();
}

/* Does the call change something that outlives the process? */
static bool is_step(const struct __ptrace_syscall_info *call)
{
	switch (call->entry.nr) {
	case SYS_bpf:
		return call->entry.args[0] == BPF_OBJ_PIN ||
		       call->entry.args[0] == BPF_LINK_CREATE ||
		       call->entry.args[0] == BPF_LINK_UPDATE ||
		       call->entry.args[0] == BPF_LINK_DETACH;
#ifdef SYS_unlink
	case SYS_unlink:
	case SYS_rmdir:
	case SYS_rename:
	case SYS_mkdir:
#endif
	case SYS_unlinkat:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_mkdirat:
	case SYS_write:
		return true;
	default:
		return false;
	}
}

/* From one step that is tried to the next. */
static unsigned int stride(void)
{
	return getenv("ECBPF_TEST_QUICK") ? 5 : 1;
}

/* Runs it in a process that is killed before its step number `last`; false: it came to its end before. */
static bool run_killed(int (*work)(void), unsigned int last)
{
	struct __ptrace_syscall_info call;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)raise(SIGSTOP);
		_exit(work() ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL,
				PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD),
			 0);
	for (unsigned int step = 0; step <= last;) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		assert_true(WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(call), &call) > 0);
		if (call.op == PTRACE_SYSCALL_INFO_ENTRY)
			step += is_step(&call);
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return true;
}

static int attach_both(void)
{
	struct offload_attach_wish wish = { .at = OFFLOAD_AT_BOTH, .set_sysctls = true };

	return attached_host_attach_as("o0,lo", &wish);
}

static int detach_both(void)
{
	return attached_host_detach("all", OFFLOAD_AT_BOTH);
}

static void expect_end(void)
{
	assert_int_equal(attached_host_pins(), 0);
	assert_attached("o0", false, false);
	assert_attached("lo", false, false);
	assert_true(attached_host_shows("sysctl net.ipv4.conf.lo.route_localnet", "= 0"));
	assert_true(attached_host_shows("sysctl net.ipv4.conf.lo.accept_local", "= 0"));
}

static void three_capabilities_are_enough(void **state)
{
	const int enough[] = { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON };
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (!child)
		_exit(capability_keep_only(enough, 3, problem) || attach_both() || attach_both() ||
		      detach_both());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	expect_end();
}

static void without_rights_it_says_which_are_missing(void **state)
{
	const int enough[] = { CAP_NET_ADMIN };
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (!child)
		_exit(capability_keep_only(enough, 1, problem) || attach_both() != -EPERM ||
		      !strstr(problem->text, "CAP_BPF"));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(attached_host_pins(), 0);
}

static void a_killed_attach_is_finished_by_the_next(void **state)
{
	unsigned int step = 0;

	(void)state;
	for (; run_killed(attach_both, step); step += stride()) {
		must(attach_both());
		assert_attached("o0", true, true);
		assert_attached("lo", true, true);
		(void)counted("o0", OFFLOAD_EGRESS);
		must(detach_both());
		expect_end();
	}
	assert_true(step > 20);
}

static void a_killed_attach_is_cleared(void **state)
{
	unsigned int step = 0;
	int err;

	(void)state;
	for (; run_killed(attach_both, step); step += stride()) {
		err = detach_both();
		assert_true(!err || err == -ENOENT);
		expect_end();
	}
	assert_true(step > 20);
}

static void a_killed_upgrade_loses_nothing(void **state)
{
	unsigned int step = 0;

	(void)state;
	must(attach_both());
	for (; run_killed(attach_both, step); step += stride()) {
		assert_attached("o0", true, true);
		assert_attached("lo", true, true);
	}
	assert_true(step > 5);
	must(attach_both());
	must(detach_both());
	expect_end();
}

static void a_killed_detach_is_finished_by_the_next(void **state)
{
	unsigned int step = 0;
	int err;

	(void)state;
	for (;; step += stride()) {
		must(attach_both());
		if (!run_killed(detach_both, step))
			break;
		err = detach_both();
		assert_true(!err || err == -ENOENT);
		expect_end();
	}
	expect_end();
	assert_true(step > 20);
}

#define ATTACH_TEST(name)                                                                          \
	cmocka_unit_test_setup_teardown(name, attached_host_set_up, attached_host_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ATTACH_TEST(every_side_is_attached_and_told),
		ATTACH_TEST(programs_know_their_place),
		ATTACH_TEST(flags_are_tried_not_guessed),
		ATTACH_TEST(an_upgrade_keeps_flows_and_counters),
		ATTACH_TEST(counters_of_another_shape_are_replaced),
		ATTACH_TEST(tables_are_as_large_as_the_first_said),
		ATTACH_TEST(an_unknown_interface_in_the_list_leaves_nothing),
		ATTACH_TEST(all_without_any_is_refused),
		ATTACH_TEST(what_fails_half_way_is_undone),
		ATTACH_TEST(flows_that_are_refused_leave_nothing),
		ATTACH_TEST(detach_wants_something_of_ours),
		ATTACH_TEST(what_somebody_took_away_is_cleared),
		ATTACH_TEST(an_interface_that_has_gone_is_forgotten),
		ATTACH_TEST(other_names_lead_to_the_same_interface),
		ATTACH_TEST(three_capabilities_are_enough),
		ATTACH_TEST(without_rights_it_says_which_are_missing),
		ATTACH_TEST(a_killed_attach_is_finished_by_the_next),
		ATTACH_TEST(a_killed_attach_is_cleared),
		ATTACH_TEST(a_killed_upgrade_loses_nothing),
		ATTACH_TEST(a_killed_detach_is_finished_by_the_next),
	};
	const char *reason = attached_host_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	attached_host_leave();
	return failed;
}
