// SPDX-License-Identifier: GPL-2.0-only
/* What a check says about crafted facts; and about this host, on which it must change nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attached_host.h"
#include "harness/scratch_bpffs.h"
#include "offload_check.h"
#include "offload_verdicts.h"

static struct offload_device_facts devices[2];
static struct offload_facts facts;
static struct offload_findings findings;

/* Nothing to object to. */
static int craft(void **unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++)
		devices[i] = (struct offload_device_facts){
			.name = "eth0",
			.interface = { .ifindex = 7,
				       .has_ethernet = true,
				       .is_up = true,
				       .mtu = 1500 },
			.hook = OFFLOAD_HOOK_TCX,
			.tx_checksum = OFFLOAD_SWITCH_ON,
			.gro = OFFLOAD_SWITCH_UNKNOWN,
		};
	(void)snprintf(devices[1].name, sizeof(devices[1].name), "eth1.5");
	facts = (struct offload_facts){
		.host = { .jit = 1, .sysctl = { 0, 0 } },
		.devices = devices,
		.device_count = 2,
	};
	return 0;
}

static const struct offload_finding *find(const char *what)
{
	for (size_t i = 0; i < findings.count; i++) {
		if (!strcmp(findings.finding[i].what, what))
			return &findings.finding[i];
	}
	fail_msg("nothing is said about %s", what);
	return NULL;
}

static void assert_finding(const char *what, enum offload_verdict verdict, const char *text,
			   const char *type)
{
	const struct offload_finding *found = find(what);

	assert_int_equal(found->verdict, verdict);
	if (!strstr(found->text, text))
		fail_msg("'%s' is not in '%s'", text, found->text);
	assert_string_equal(found->type, type);
}

static void assert_host(const char *what, enum offload_verdict verdict, const char *text,
			const char *type)
{
	offload_verdicts_host(&facts, &findings);
	assert_finding(what, verdict, text, type);
}

static void assert_device(const char *what, enum offload_verdict verdict, const char *text,
			  const char *type)
{
	offload_verdicts_device(&facts, &devices[1], &findings);
	assert_finding(what, verdict, text, type);
}

static void a_good_host_lacks_nothing(void **unused)
{
	(void)unused;
	offload_verdicts_host(&facts, &findings);
	for (size_t i = 0; i < findings.count; i++)
		assert_int_equal(findings.finding[i].verdict, OFFLOAD_VERDICT_OK);
	assert_int_equal(findings.count, 4 + OFFLOAD_SYSCTL_COUNT);
	offload_verdicts_device(&facts, &devices[1], &findings);
	for (size_t i = 0; i < findings.count; i++)
		assert_int_equal(findings.finding[i].verdict, OFFLOAD_VERDICT_OK);
	assert_int_equal(findings.count, 7);
}

static void rights_and_bpffs(void **unused)
{
	(void)unused;
	(void)snprintf(facts.host.bpffs_problem, sizeof(facts.host.bpffs_problem), "no bpffs");
	assert_host("bpffs", OFFLOAD_VERDICT_MISSING, "no bpffs", "mount -t bpf bpf /sys/fs/bpf");
	(void)snprintf(facts.host.lacking, sizeof(facts.host.lacking), "CAP_BPF");
	assert_host("capabilities", OFFLOAD_VERDICT_MISSING, "lacks CAP_BPF", "run as root");
}

static void the_jit(void **unused)
{
	(void)unused;
	facts.host.jit = 0;
	assert_host("jit", OFFLOAD_VERDICT_NOTE, "slow", "sysctl -w net.core.bpf_jit_enable=1");
	facts.host.jit = -1;
	assert_host("jit", OFFLOAD_VERDICT_OK, "not told", "");
}

static void the_daemon(void **unused)
{
	(void)unused;
	facts.host.state = (struct offload_host_state){ .is_there = true };
	assert_host("daemon", OFFLOAD_VERDICT_NOTE, "none runs", "tc_offload --run");
	facts.host.state.daemon_state = OFFLOAD_DAEMON_SILENT;
	assert_host("daemon", OFFLOAD_VERDICT_NOTE, "none runs", "tc_offload --run");
	facts.host.state.daemon_state = OFFLOAD_DAEMON_RUNNING;
	facts.host.state.daemon.pid = 4711;
	assert_host("daemon", OFFLOAD_VERDICT_OK, "4711", "");
}

static void sysctls_are_missing_only_if_a_flow_needs_them(void **unused)
{
	static const char typed[] = "sysctl -w net.ipv4.conf.lo.route_localnet=1 (or: tc_offload "
				    "--attach --interface lo --set-sysctls)";

	(void)unused;
	assert_host("sysctl", OFFLOAD_VERDICT_OK, "not needed", "");
	devices[0].interface.is_loopback = true;
	assert_host("sysctl", OFFLOAD_VERDICT_NOTE, "route_localnet is not 1", typed);
	facts.host.state.loopback_flows = 2;
	assert_host("sysctl", OFFLOAD_VERDICT_MISSING, "packets of 2 flows for an address", typed);
	devices[0].interface.is_loopback = false;
	assert_host("sysctl", OFFLOAD_VERDICT_MISSING, "packets of 2 flows for an address", typed);
	facts.host.sysctl[0] = 1;
	assert_host("sysctl", OFFLOAD_VERDICT_OK, "route_localnet is 1", "");
	assert_int_equal(findings.finding[findings.count - 1].verdict, OFFLOAD_VERDICT_MISSING);
	assert_non_null(strstr(findings.finding[findings.count - 1].text, "accept_local"));
}

static void an_impossible_interface_is_told_alone(void **unused)
{
	(void)unused;
	(void)snprintf(devices[1].problem, sizeof(devices[1].problem), "no such interface");
	assert_device("link", OFFLOAD_VERDICT_MISSING, "no such interface", "");
	assert_int_equal(findings.count, 1);
}

static void the_link(void **unused)
{
	(void)unused;
	assert_device("link", OFFLOAD_VERDICT_OK, "up, Ethernet", "");
	devices[1].interface.has_ethernet = false;
	(void)snprintf(devices[1].interface.kind, sizeof(devices[1].interface.kind), "wireguard");
	assert_device("link", OFFLOAD_VERDICT_OK, "up, bare IP packets, wireguard", "");
	devices[1].interface.is_up = false;
	assert_device("link", OFFLOAD_VERDICT_MISSING, "down", "ip link set dev eth1.5 up");
}

static void the_hook(void **unused)
{
	(void)unused;
	assert_device("hook", OFFLOAD_VERDICT_OK, "tcx", "");
	devices[1].hook = OFFLOAD_HOOK_CLSACT;
	assert_device("hook", OFFLOAD_VERDICT_OK, "clsact", "");
	devices[1].hook = OFFLOAD_HOOK_INGRESS_QDISC;
	assert_device("hook", OFFLOAD_VERDICT_NOTE, "ingress qdisc",
		      "tc qdisc replace dev eth1.5 clsact (its filters go)");
	devices[1].hook = OFFLOAD_HOOK_NONE;
	assert_device("hook", OFFLOAD_VERDICT_MISSING, "neither",
		      "install a kernel package that has sch_ingress");
	devices[1].hook = OFFLOAD_HOOK_UNKNOWN;
	assert_device("hook", OFFLOAD_VERDICT_MISSING, "may not ask", "run as root");
}

static void the_mtu_is_that_against_the_largest(void **unused)
{
	(void)unused;
	assert_device("mtu", OFFLOAD_VERDICT_OK, "1500", "");
	devices[0].interface.mtu = 65536;
	assert_device("mtu", OFFLOAD_VERDICT_NOTE, "1500, and 65536 on eth0", "");
	devices[1].interface.mtu = 65536;
	assert_device("mtu", OFFLOAD_VERDICT_OK, "65536", "");
	/* One that is not there has no MTU. */
	devices[0].interface.mtu = 70000;
	(void)snprintf(devices[0].problem, sizeof(devices[0].problem), "gone");
	assert_device("mtu", OFFLOAD_VERDICT_OK, "65536", "");
}

static void rp_filter(void **unused)
{
	(void)unused;
	assert_device("rp_filter", OFFLOAD_VERDICT_OK, "off", "");
	devices[1].rp_filter = 1;
	assert_device("rp_filter", OFFLOAD_VERDICT_NOTE, "strict",
		      "sysctl -w net/ipv4/conf/eth1.5/rp_filter=2");
	devices[1].rp_filter = 2;
	assert_device("rp_filter", OFFLOAD_VERDICT_OK, "loose", "");
	devices[1].rp_filter = -1;
	assert_device("rp_filter", OFFLOAD_VERDICT_OK, "not told", "");
}

/* Unlike with others of its kind, checksums and segmentation never matter; LRO does. */
static void the_switches(void **unused)
{
	(void)unused;
	for (int i = OFFLOAD_SWITCH_OFF; i <= OFFLOAD_SWITCH_UNKNOWN; i++) {
		devices[1].tx_checksum = devices[1].rx_checksum = (enum offload_switch)i;
		devices[1].gso = devices[1].gro = (enum offload_switch)i;
		assert_device("checksums", OFFLOAD_VERDICT_OK, "any setting is fine", "");
		assert_device("segmentation", OFFLOAD_VERDICT_OK, "any setting is fine", "");
	}
	devices[1].tx_checksum = OFFLOAD_SWITCH_ON;
	devices[1].rx_checksum = OFFLOAD_SWITCH_OFF;
	assert_device("checksums", OFFLOAD_VERDICT_OK, "tx on, rx off", "");
	devices[1].lro = OFFLOAD_SWITCH_ON;
	assert_device("lro", OFFLOAD_VERDICT_MISSING, "on", "ethtool -K eth1.5 lro off");
	devices[1].lro = OFFLOAD_SWITCH_UNKNOWN;
	assert_device("lro", OFFLOAD_VERDICT_OK, "not told", "");
}

/* All that a check could have changed, as one text that the caller frees. */
static char *snapshot(void)
{
	static const char command[] =
		"{ sysctl -a 2>/dev/null | grep -E 'rp_filter|localnet|accept_local|forwarding'; "
		"tc qdisc show; tc filter show dev o0 ingress; ip -d link; "
		"find %s; } >%s";
	char path[] = "/tmp/test_offload_check.XXXXXX", line[512];
	int fd = mkstemp(path);
	char *text = calloc(1, 1 << 20);
	FILE *file;

	assert_true(fd >= 0 && text);
	(void)snprintf(line, sizeof(line), command, attached_host_bpffs(), path);
	assert_int_equal(SCRATCH_RUN("sh", "-c", line), 0);
	file = fdopen(fd, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 500);
	fclose(file);
	unlink(path);
	return text;
}

/* The JSON of a check of these interfaces. */
static struct json_object *check(const char *bpffs, const char *interfaces, size_t *ret_missing)
{
	struct interface_list list = { 0 };
	struct problem problem = { 0 };
	struct json_object *json;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report = report_new(REPORT_JSON, stream, "tc_offload", OFFLOAD_CHECK_SCHEMA);

	if (*interfaces)
		assert_int_equal(interface_list_add(&list, interfaces, NULL), 0);
	if (offload_check(report, bpffs, &list, ret_missing, &problem))
		fail_msg("%s", problem.text);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	interface_list_free(&list);
	json = json_tokener_parse(text);
	assert_non_null(json);
	free(text);
	return json;
}

static struct json_object *member(struct json_object *json, const char *key)
{
	struct json_object *found;

	if (!json_object_object_get_ex(json, key, &found))
		fail_msg("there is no %s in %s", key, json_object_to_json_string(json));
	return found;
}

/* Of an interface. */
static const char *verdict_of(struct json_object *json, const char *interface, const char *what)
{
	struct json_object *array = member(member(json, "interfaces"), interface);

	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *finding = json_object_array_get_idx(array, i);

		if (!strcmp(json_object_get_string(member(finding, "what")), what))
			return json_object_get_string(member(finding, "verdict"));
	}
	return "nothing";
}

static void look_everywhere(void)
{
	unsigned int fds = scratch_open_fds();
	char *before = snapshot(), *after;
	size_t missing = 99;

	json_object_put(check(attached_host_bpffs(), "o0,lo,nowhere", &missing));
	json_object_put(check(attached_host_bpffs(), "", &missing));
	json_object_put(check(attached_host_bpffs(), "all", &missing));
	json_object_put(check("/proc", "", &missing));
	after = snapshot();
	assert_string_equal(before, after);
	assert_int_equal(scratch_open_fds(), fds);
	free(before);
	free(after);
}

static void nothing_is_changed(void **unused)
{
	(void)unused;
	look_everywhere();
	attached_host_must(attached_host_attach("o0", OFFLOAD_AT_BOTH));
	look_everywhere();
	attached_host_must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
	assert_int_equal(attached_host_pins(), 0);
	look_everywhere();
}

/* Of which the sides count once. */
static void what_is_attached_is_looked_at(void **unused)
{
	struct json_object *json;
	size_t missing = 0;

	(void)unused;
	attached_host_must(attached_host_attach("o1", OFFLOAD_AT_BOTH));
	json = check(attached_host_bpffs(), "", &missing);
	assert_int_equal(json_object_object_length(member(json, "interfaces")), 1);
	assert_string_equal(verdict_of(json, "o1", "link"), "ok");
	assert_int_equal(missing, 0);
	json_object_put(json);
	json = check(attached_host_bpffs(), "o0", &missing);
	assert_int_equal(json_object_object_length(member(json, "interfaces")), 1);
	assert_string_equal(verdict_of(json, "o0", "link"), "ok");
	json_object_put(json);
	attached_host_must(attached_host_detach("o1", OFFLOAD_AT_BOTH));
}

static void what_this_host_lacks_is_found(void **unused)
{
	struct json_object *json;
	size_t missing = 0;

	(void)unused;
	json = check(attached_host_bpffs(), "o0,nowhere", &missing);
	assert_int_equal(missing, 1);
	assert_int_equal(json_object_get_uint64(member(json, "missing")), 1);
	assert_string_equal(verdict_of(json, "o0", "link"), "ok");
	assert_string_equal(verdict_of(json, "o0", "hook"), "ok");
	assert_string_equal(verdict_of(json, "o0", "checksums"), "ok");
	assert_string_equal(verdict_of(json, "nowhere", "link"), "missing");
	json_object_put(json);
	assert_int_equal(SCRATCH_RUN("ip", "link", "set", "o0", "down", "mtu", "1400"), 0);
	json = check("/proc", "o0,o1", &missing);
	assert_int_equal(missing, 2);
	assert_string_equal(verdict_of(json, "o0", "link"), "missing");
	assert_string_equal(verdict_of(json, "o0", "mtu"), "note");
	assert_string_equal(verdict_of(json, "o1", "mtu"), "ok");
	json_object_put(json);
}

/* "All" has no virtual ones; lo is looked at. */
static void without_a_list_it_is_all(void **unused)
{
	struct json_object *json;
	size_t missing = 0;

	(void)unused;
	json = check(attached_host_bpffs(), "", &missing);
	assert_int_equal(json_object_object_length(member(json, "interfaces")), 1);
	(void)member(member(json, "interfaces"), "lo");
	json_object_put(json);
}

#define CHECK_TEST(name) cmocka_unit_test_setup(name, craft)
#define HERE_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(name, attached_host_set_up, attached_host_tear_down)

int main(void)
{
	const struct CMUnitTest pure[] = {
		CHECK_TEST(a_good_host_lacks_nothing),
		CHECK_TEST(rights_and_bpffs),
		CHECK_TEST(the_jit),
		CHECK_TEST(the_daemon),
		CHECK_TEST(sysctls_are_missing_only_if_a_flow_needs_them),
		CHECK_TEST(an_impossible_interface_is_told_alone),
		CHECK_TEST(the_link),
		CHECK_TEST(the_hook),
		CHECK_TEST(the_mtu_is_that_against_the_largest),
		CHECK_TEST(rp_filter),
		CHECK_TEST(the_switches),
	};
	const struct CMUnitTest here[] = {
		HERE_TEST(nothing_is_changed),
		HERE_TEST(what_is_attached_is_looked_at),
		HERE_TEST(what_this_host_lacks_is_found),
		HERE_TEST(without_a_list_it_is_all),
	};
	int failed = cmocka_run_group_tests(pure, NULL, NULL);
	const char *reason = attached_host_enter();

	if (failed)
		return failed;
	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	failed = cmocka_run_group_tests(here, NULL, NULL);
	attached_host_leave();
	return failed;
}
