// SPDX-License-Identifier: GPL-2.0-only
/* The whole of what a doctor reports, about two sample components and the interfaces test.0, test.1 and lo. */
#include "doctor.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "abi/pin_names.h"
#include "harness/run_program.h"
#include "harness/scratch_bpffs.h"
#include "sample_components.h"

#define VETH "test.0"

static struct sample_output output;
static size_t blocking;
static unsigned int fds_before;

static int set_up(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	sample_reset();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(output.text);
	output.text = NULL;
	(void)rmdir(scratch_path(ECBPF_PIN_BASE));
	assert_int_equal(scratch_open_fds(), fds_before);
	return 0;
}

static const struct component *const *table = sample_table;

/* Reports on `interface`, NULL: on what is found. */
static void examine(enum report_format format, const char *config, const char *interface)
{
	struct interface_list interfaces = { 0 };
	const struct doctor_options options = { .table = table,
						.bpffs = scratch_bpffs(),
						.config = config,
						.interfaces = &interfaces };
	struct problem problem = { 0 };
	struct report *report;

	free(output.text);
	if (interface)
		assert_int_equal(interface_list_add(&interfaces, interface, &problem), 0);
	sample_output_open(&output);
	report = report_new(format, output.stream, "ecbpf", DOCTOR_SCHEMA);
	assert_int_equal(doctor_report(report, &options, &blocking, &problem), 0);
	assert_string_equal(problem.text, "");
	assert_int_equal(report_finish(report), 0);
	sample_output_close(&output);
	interface_list_free(&interfaces);
}

static void expect(const char *text)
{
	if (!strstr(output.text, text))
		fail_msg("expected somewhere: %s\nfound: %s", text, output.text);
}

static void expect_not(const char *text)
{
	if (strstr(output.text, text))
		fail_msg("not expected: %s\nfound: %s", text, output.text);
}

static void make_pin_base(void)
{
	assert_int_equal(mkdir(scratch_path(ECBPF_PIN_BASE), 0755), 0);
}

static void nothing_is_wanted(void **state)
{
	(void)state;
	examine(REPORT_TEXT, sample_config("{\"interfaces\":[]}"), NULL);
	assert_int_equal(blocking, 0);
	expect("\nnote     interfaces: nothing is wanted on this host\n");
	expect_not("means no interface now");
	examine(REPORT_TEXT, sample_config("{}"), NULL);
	assert_int_equal(blocking, 0);
	expect("=== this host ===\nok       kernel: Linux ");
	expect("=== configuration ===\nok       file: /tmp/");
	expect("\nnote     interfaces: nothing is wanted on this host\n");
	expect("=== components ===\nok       xdp_root: neither wanted nor attached\n"
	       "ok       beta: neither wanted nor attached\n");
	expect("\nno interface is configured or attached; name some with --interface\n");
	expect("\n0 blocking, ");
	/* Looking makes no directory for the lock. */
	assert_int_equal(access(scratch_path(ECBPF_PIN_BASE), F_OK), -1);
}

static void what_is_wanted_is_looked_at(void **state)
{
	(void)state;
	examine(REPORT_TEXT, sample_config("{\"interfaces\":\"" VETH "\",\"beta\":{}}"), NULL);
	assert_int_equal(blocking, 0);
	expect("warning  xdp_root: is wanted by the configuration, and attached nowhere\n"
	       "         type: root_loader --attach --configured (or: systemctl start ecbpf.target)\n"
	       "warning  beta: is wanted by the configuration, and attached nowhere\n");
	expect("\n=== " VETH " ===\nok       link: up; driver veth\n");
	expect_not("=== lo ===");
	expect_not("no interface is configured");
}

static void only_what_was_asked_for(void **state)
{
	(void)state;
	examine(REPORT_TEXT, sample_config("{\"interfaces\":\"" VETH "\"}"), "test.1,nowhere");
	expect("\n=== test.1 ===\n");
	expect("\n=== nowhere ===\nblocking link: no such interface in this network namespace\n");
	expect_not("=== " VETH " ===");
	assert_int_equal(blocking, 1);
	expect("\n1 blocking, ");
}

static void interfaces_that_are_missing(void **state)
{
	(void)state;
	examine(REPORT_TEXT, sample_config("{\"interfaces\":[\"nowhere\",\"" VETH "\",\"zz*\"]}"),
		NULL);
	expect("\nblocking interfaces: nowhere: no such interface");
	expect("\nwarning  interfaces: 'zz*' means no interface now that is not named before it\n");
	expect("\n=== " VETH " ===\n");
	expect_not("=== nowhere ===");
	assert_int_equal(blocking, 1);
}

static void a_component_needs_the_root(void **state)
{
	(void)state;
	examine(REPORT_TEXT,
		sample_config("{\"interfaces\":\"" VETH "\","
			      "\"beta\":{\"interfaces\":[\"" VETH "\",\"test.1\"]}}"),
		NULL);
	expect("\nblocking beta: is wanted at test.1, where the root, which it needs, is not\n"
	       "         type: \"test.1\" in the file's outer \"interfaces\"\n");
	expect_not("is wanted at " VETH);
}

static int two_are_missing(const struct config_file *file, bool *ret_wanted,
			   struct interface_list *ret_interfaces, unsigned int *ret_missing,
			   struct problem *problem)
{
	(void)file;
	(void)ret_interfaces;
	(void)problem;
	*ret_wanted = true;
	*ret_missing = 2;
	return 0;
}

static int add_findings(struct findings *findings, const char *bpffs, struct problem *problem)
{
	(void)bpffs;
	findings_add(findings, "sysctl", FINDING_WARNING, "route_localnet is off");
	return problem_set(problem, -EIO, "no more to see");
}

static void a_component_of_its_own_kind(void **state)
{
	struct component own = *sample_table[1];
	const struct component *const own_table[] = { &own, NULL };

	(void)state;
	make_pin_base();
	own.interfaces = two_are_missing;
	own.examine = add_findings;
	table = own_table;
	examine(REPORT_TEXT, sample_config("{\"beta\":{}}"), NULL);
	table = sample_table;
	assert_int_equal(blocking, 1);
	expect("\nblocking beta: 2 of the interfaces where it is wanted are not there");
	expect("\nwarning  sysctl: route_localnet is off\nnote     beta: cannot look: no more to see\n");
}

static void a_broken_file(void **state)
{
	(void)state;
	examine(REPORT_TEXT, sample_config("{\"interfaces\":\"" VETH "\""), NULL);
	assert_int_equal(blocking, 1);
	expect("\nblocking file: /tmp/");
	examine(REPORT_TEXT, sample_config("{\"beta\":{\"sise\":1}}"), NULL);
	assert_int_equal(blocking, 1);
	expect(": 1 error\n         type: ecbpf check-config --config /tmp/");
	examine(REPORT_TEXT, "/nowhere/ecbpf.json", NULL);
	assert_int_equal(blocking, 1);
	expect("\nblocking file: /nowhere/ecbpf.json: no such file\n");
}

static void modes_are_those_of_the_file(void **state)
{
	(void)state;
	examine(REPORT_TEXT,
		sample_config("{\"interfaces\":\"" VETH ",test.1\",\"xdp_root\":{"
			      "\"mode\":\"generic\"}}"),
		NULL);
	expect("=== " VETH " ===\nok       link: up; driver veth\n"
	       "ok       program: no XDP program runs here\n"
	       "note     native: generic mode is wanted");
	/* What is said of one interface comes before what is said of all. */
	examine(REPORT_TEXT,
		sample_config("{\"interfaces\":\"" VETH "\",\"xdp_root\":{"
			      "\"mode\":\"generic\",\"interface\":{"
			      "\"" VETH "\":{\"mode\":\"native\"}}}}"),
		NULL);
	expect("\nok       native: the driver runs native programs\n");
}

static void large_frames(void **state)
{
	(void)state;
	assert_int_equal(SCRATCH_RUN("ip", "link", "set", "test.1", "mtu", "9000"), 0);
	examine(REPORT_TEXT, sample_config("{\"interfaces\":\"" VETH "\"}"), NULL);
	assert_int_equal(blocking, 1);
	expect("\nblocking mtu: 9000 at the other end, test.1: ");
	examine(REPORT_TEXT,
		sample_config("{\"interfaces\":\"" VETH "\",\"xdp_root\":{\"frags\":true}}"), NULL);
	if (run_frags_supported())
		expect("\nok       mtu: 9000: frames in several buffers are wanted\n");
	else
		expect("\nblocking mtu: 9000 at the other end, test.1: no programs for frames in "
		       "several buffers here, ");
	assert_int_equal(SCRATCH_RUN("ip", "link", "set", "test.1", "mtu", "1500"), 0);
}

static void components_that_are_sick(void **state)
{
	(void)state;
	make_pin_base();
	sample_root.headline = "slot 2 is empty";
	sample_root.headline_err = -EUCLEAN;
	sample_beta.headline_err = -EPERM;
	examine(REPORT_TEXT, sample_config("{}"), NULL);
	assert_int_equal(blocking, 1);
	expect("\nblocking xdp_root: slot 2 is empty\n         type: root_loader --status\n");
	expect("\nnote     beta: its map is broken\n");
	sample_reset();
	examine(REPORT_TEXT, sample_config("{}"), NULL);
	assert_int_equal(blocking, 0);
	expect("\nok       xdp_root: root is fine\nok       beta: beta is fine\n");
}

static void json(void **state)
{
	(void)state;
	examine(REPORT_JSON_LINE, sample_config("{\"interfaces\":\"nowhere\"}"), VETH);
	expect("{\"tool\":\"ecbpf\",\"schema_version\":1,\"host\":[{\"what\":\"kernel\",");
	expect("],\"configuration\":[{\"what\":\"file\",\"verdict\":\"ok\",");
	expect("],\"components\":[{\"what\":\"xdp_root\",\"verdict\":\"ok\",");
	expect("],\"interfaces\":{\"" VETH
	       "\":[{\"what\":\"link\",\"verdict\":\"ok\",\"text\":\"up; "
	       "driver veth\",\"fix\":null},");
	expect("]},\"blocking\":1,\"warnings\":");
}

static void the_verb_fails_if_anything_blocks(void **state)
{
	struct interface_list interfaces = { 0 };
	const struct doctor_options options = { .table = sample_table,
						.bpffs = scratch_bpffs(),
						.config = "/nowhere/ecbpf.json",
						.interfaces = &interfaces };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&interfaces, "nowhere", NULL), 0);
	assert_int_equal(doctor_run(&options, true, &problem), -EUCLEAN);
	assert_string_equal(problem.text, "2 things are blocking, see above");
	interface_list_free(&interfaces);
}

#define DOCTOR_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCTOR_TEST(nothing_is_wanted),
		DOCTOR_TEST(what_is_wanted_is_looked_at),
		DOCTOR_TEST(only_what_was_asked_for),
		DOCTOR_TEST(interfaces_that_are_missing),
		DOCTOR_TEST(a_component_needs_the_root),
		DOCTOR_TEST(a_component_of_its_own_kind),
		DOCTOR_TEST(a_broken_file),
		DOCTOR_TEST(modes_are_those_of_the_file),
		DOCTOR_TEST(large_frames),
		DOCTOR_TEST(components_that_are_sick),
		DOCTOR_TEST(json),
		DOCTOR_TEST(the_verb_fails_if_anything_blocks),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (!reason && unshare(CLONE_NEWNET))
		reason = "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (!reason && (SCRATCH_RUN("ip", "link", "add", VETH, "up", "type", "veth", "peer", "name",
				    "test.1") ||
			SCRATCH_RUN("ip", "link", "set", "test.1", "up")))
		reason = "no veth, or no ip command";
	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
