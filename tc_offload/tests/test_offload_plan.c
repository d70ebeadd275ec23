// SPDX-License-Identifier: GPL-2.0-only
#include "offload_plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define FLOW "{ \"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\" }"

static struct offload_plan plan;
static struct problem problem;
static char directory[] = "/tmp/test_offload_plan.XXXXXX";

/* `members` of the section. */
static int parse(const char *members)
{
	char path[128], content[1024];

	problem = (struct problem){ 0 };
	(void)snprintf(path, sizeof(path), "%s/ecbpf.json", directory);
	(void)snprintf(content, sizeof(content),
		       "{ \"xdp_filter\": { \"anything\": 1 },\n\"tc_offload\": %s }", members);
	offload_plan_free(&plan);
	return offload_plan_parse(&plan, path, content, strlen(content), &problem);
}

static void must_parse(const char *members)
{
	if (parse(members))
		fail_msg("%s", problem.text);
}

static void write_file(const char *name, const char *content)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_nothing(void **state)
{
	static const char others[] = "{ \"bypass_udp\": { \"max_flows\": 5 } }";

	(void)state;
	must_parse("{}");
	assert_true(plan.is_there);
	assert_null(plan.interfaces);
	assert_int_equal(plan.at, OFFLOAD_AT_INGRESS);
	assert_int_equal(plan.max_flows, 0);
	assert_false(plan.set_sysctls);
	assert_false(plan.has_flows);
	offload_plan_free(&plan);
	assert_int_equal(offload_plan_parse(&plan, "x", others, strlen(others), &problem), 0);
	assert_false(plan.is_there);
	assert_int_equal(plan.max_flows, 0);
	assert_int_equal(offload_plan_load(&plan, NULL, false, &problem), 0);
	assert_int_equal(offload_plan_load(&plan, "/nowhere/at/all", true, &problem), 0);
	assert_int_equal(offload_plan_load(&plan, "/nowhere/at/all", false, &problem), -ENOENT);
	assert_string_equal(problem.text, "/nowhere/at/all: no such configuration file");
}

static void test_everything(void **state)
{
	(void)state;
	must_parse("{ \"interfaces\": [\"lo\", \"eth0.5\"], \"at\": \"both\", \"max_flows\": 100,"
		   " \"set_sysctls\": true, \"flows\": [" FLOW "] }");
	assert_string_equal(plan.interfaces, "lo,eth0.5");
	assert_int_equal(plan.at, OFFLOAD_AT_BOTH);
	assert_int_equal(plan.max_flows, 100);
	assert_true(plan.set_sysctls);
	assert_true(plan.has_flows);
	assert_int_equal(plan.flows.count, 1);
	must_parse("{ \"interfaces\": \"lo,eth0\", \"at\": \"egress\", \"set_sysctls\": false,"
		   " \"max_flows\": 16777216, \"flows\": [] }");
	assert_string_equal(plan.interfaces, "lo,eth0");
	assert_int_equal(plan.at, OFFLOAD_AT_EGRESS);
	assert_int_equal(plan.max_flows, 16777216);
	assert_false(plan.set_sysctls);
	assert_true(plan.has_flows);
	assert_int_equal(plan.flows.count, 0);
}

static void test_from_a_file(void **state)
{
	char path[128];

	(void)state;
	write_file("flows",
		   "10.0.0.1:3 > 10.0.0.2:4 tcp => l2 both\n10.0.0.1:5 > 10.0.0.2:6 => l2\n");
	write_file("ecbpf.json",
		   "{ \"tc_offload\": { \"flow_file\": \"flows\", \"flows\": [" FLOW "] } }");
	(void)snprintf(path, sizeof(path), "%s/ecbpf.json", directory);
	offload_plan_free(&plan);
	assert_int_equal(offload_plan_load(&plan, path, false, &problem), 0);
	assert_int_equal(plan.flows.count, 3);
	assert_true(plan.flows.rules[0].both);
}

/* The line and the name of what is wrong. */
static void test_refused(void **state)
{
	static const struct {
		const char *members, *says;
	} rows[] = {
		{ "{ \"max_flow\": 1 }",
		  "line 2: tc_offload.max_flow: no such setting; did you mean 'max_flows'?" },
		{ "{\n\"at\": \"in\" }",
		  "line 3: tc_offload.at: is ingress, egress or both, not 'in'" },
		{ "{ \"at\": 1 }", "tc_offload.at" },
		{ "5", "tc_offload" },
		{ "{ \"max_flows\": 0 }", "tc_offload.max_flows: is 1 to 16777216, not 0" },
		{ "{ \"max_flows\": 16777217 }", "is 1 to 16777216, not 16777217" },
		{ "{ \"max_flows\": \"many\" }", "tc_offload.max_flows" },
		{ "{ \"set_sysctls\": \"yes\" }", "tc_offload.set_sysctls" },
		{ "{ \"interfaces\": [\"a/b\"] }", "a/b" },
		{ "{ \"interfaces\": [\"lo\", \"bond:\"] }", "tc_offload.interfaces" },
		{ "{ \"interfaces\": 7 }", "tc_offload.interfaces" },
		{ "{ \"flow_file\": \"no_such_file\" }", "/no_such_file: no such file" },
		{ "{ \"flow_file\": 5 }", "tc_offload.flow_file" },
		{ "{ \"flow_file\": \"bad\" }", "line 1: 'nonsense'" },
		{ "{ \"flows\": [{ \"in\": \"1.2.3.4:5\" }] }", "tc_offload.flows" },
		{ "{ \"interface\": {}, \"at\": 5 }", "1 more" },
	};

	(void)state;
	write_file("bad", "nonsense\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(parse(rows[i].members), -EINVAL);
		if (!strstr(problem.text, rows[i].says))
			fail_msg("'%s' instead of '%s'", problem.text, rows[i].says);
	}
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	static const char *const names[] = { "flows", "bad", "ecbpf.json" };
	char path[128];

	(void)state;
	offload_plan_free(&plan);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_from_a_file),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
