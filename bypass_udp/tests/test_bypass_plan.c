// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static struct bypass_plan plan;
static struct problem problem;
static char directory[] = "/tmp/test_bypass_plan.XXXXXX";

static int set_up(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bypass_plan_free(&plan);
	return 0;
}

static int parse(const char *content)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/ecbpf.json", directory);
	bypass_plan_free(&plan);
	return bypass_plan_parse(&plan, path, content, strlen(content), &problem);
}

static void must_parse(const char *content)
{
	if (parse(content))
		fail_msg("%s", problem.text);
}

static void assert_refused(const char *content, const char *says)
{
	assert_int_equal(parse(content), -EINVAL);
	if (!strstr(problem.text, says))
		fail_msg("'%s' instead of '%s'", problem.text, says);
}

static void test_nothing(void **state)
{
	(void)state;
	must_parse("{ \"xdp_filter\": { \"anything\": 1 } }");
	assert_false(plan.has_flows);
	assert_false(plan.has_excluded);
	assert_false(bypass_request_any(&plan.request));
	assert_int_equal(bypass_plan_load(&plan, NULL, false, &problem), 0);
	assert_int_equal(bypass_plan_load(&plan, "/nowhere/at/all", true, &problem), 0);
	assert_int_equal(bypass_plan_load(&plan, "/nowhere/at/all", false, &problem), -ENOENT);
	assert_string_equal(problem.text, "/nowhere/at/all: no such configuration file");
}

static void test_settings(void **state)
{
	struct bypass_request request;

	(void)state;
	must_parse(
		"{ \"bypass_udp\": { \"monitor\": true, \"max_flows\": 100, \"max_learned\": \"200\","
		" \"idle_timeout\": [\"30s\", \"dns=10s\"], \"sample\": \"1s\", \"learn\": \"off\","
		" \"learn_mark\": \"0x10/0xff\", \"observe_after\": 5,"
		" \"interface\": { \"eth1\": { \"monitor\": \"off\" }, \"eth2\": {} } } }");
	for (int i = 0; i < BYPASS_SETTING_COUNT; i++)
		assert_true(plan.request.given[i]);
	request = bypass_plan_request(&plan, "eth0");
	assert_true(request.monitor);
	assert_int_equal(request.max_flows, 100);
	assert_int_equal(request.max_learned, 200);
	assert_int_equal(request.idle[BYPASS_CLASS_QUIC], 30 * SECOND);
	assert_int_equal(request.idle[BYPASS_CLASS_DNS], 10 * SECOND);
	assert_int_equal(request.sample, SECOND);
	assert_false(request.learn);
	assert_int_equal(request.mark, 0x10);
	assert_int_equal(request.observe_after, 5);
	request = bypass_plan_request(&plan, "eth1");
	assert_false(request.monitor);
	assert_int_equal(request.observe_after, 5);
	request = bypass_plan_request(&plan, "eth2");
	assert_true(request.monitor);
	must_parse("{ \"bypass_udp\": { \"idle_timeout\": \"30s,dns=10s\" } }");
	assert_int_equal(plan.request.idle[BYPASS_CLASS_DNS], 10 * SECOND);
}

static void test_excluded(void **state)
{
	(void)state;
	must_parse("{ \"bypass_udp\": { \"exclude\": [\"10.0.0.0/8\", \"2001:db8::/32\"] } }");
	assert_true(plan.has_excluded);
	assert_int_equal(plan.excluded.count, 2);
	must_parse("{ \"bypass_udp\": { \"exclude\": [] } }");
	assert_true(plan.has_excluded);
	assert_int_equal(plan.excluded.count, 0);
}

static void write_file(const char *name, const char *content)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_flows(void **state)
{
	(void)state;
	must_parse(
		"{ \"bypass_udp\": { \"flows\": ["
		"{ \"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\", \"both\": true } ] } }");
	assert_true(plan.has_flows);
	assert_int_equal(plan.flows.count, 1);
	assert_true(plan.flows.rules[0].both);
	write_file("flows", "10.0.0.1:3 > 10.0.0.2:4 => l2\n10.0.0.1:5 > 10.0.0.2:6 => l2\n");
	must_parse("{ \"bypass_udp\": { \"flow_file\": \"flows\", \"flows\": ["
		   "{ \"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\" } ] } }");
	assert_int_equal(plan.flows.count, 3);
	must_parse("{ \"bypass_udp\": { \"flows\": [] } }");
	assert_true(plan.has_flows);
	assert_int_equal(plan.flows.count, 0);
}

static void test_where(void **state)
{
	(void)state;
	must_parse("{ \"bypass_udp\": {} }");
	assert_false(plan.has_slot);
	must_parse("{ \"bypass_udp\": { \"slot\": 0, \"interfaces\": [\"eth0\", \"enp*\","
		   " \"bond:bond0\", \"default-route\"] } }");
	assert_true(plan.has_slot);
	assert_int_equal(plan.slot, 0);
	assert_refused("{ \"bypass_udp\": { \"slot\": 8 } }", "bypass_udp.slot: is 0 to 7, not 8");
	assert_refused("{ \"bypass_udp\": { \"slot\": \"7\" } }", "bypass_udp.slot");
	assert_refused("{ \"bypass_udp\": { \"interfaces\": [\"a/b\"] } }", "a/b");
	assert_refused("{ \"bypass_udp\": { \"interfaces\": 7 } }", "bypass_udp.interfaces");
}

static void test_stats(void **state)
{
	char path[128];

	(void)state;
	must_parse("{ \"bypass_udp\": {} }");
	assert_false(plan.stats.is_given);
	must_parse("{ \"bypass_udp\": { \"stats\": { \"seconds\": 86400 } } }");
	assert_true(plan.stats.is_given);
	assert_int_equal(plan.stats.seconds, 86400);
	assert_int_equal(plan.stats.format, BYPASS_STATS_JSON);
	assert_null(plan.stats.to);
	must_parse("{ \"bypass_udp\": { \"stats\": { \"seconds\": 1, \"format\": \"statsd\","
		   " \"to\": \"udp:[::1]:8125\" } } }");
	assert_int_equal(plan.stats.format, BYPASS_STATS_STATSD);
	assert_string_equal(plan.stats.to, "udp:[::1]:8125");
	must_parse("{ \"bypass_udp\": { \"stats\": { \"seconds\": 5, \"format\": \"prometheus\","
		   " \"to\": \"out/bypass.prom\" } } }");
	snprintf(path, sizeof(path), "%s/out/bypass.prom", directory);
	assert_string_equal(plan.stats.to, path);
	must_parse("{ \"bypass_udp\": { \"stats\": { \"seconds\": 5, \"to\": \"-\" } } }");
	assert_string_equal(plan.stats.to, "-");
}

static void test_bad_stats(void **state)
{
	static const struct {
		const char *stats, *says;
	} rows[] = {
		{ "{}", "bypass_udp.stats: no \"seconds\"" },
		{ "5", "bypass_udp.stats: '5' is not an object" },
		{ "{ \"seconds\": 0 }", "bypass_udp.stats.seconds: is 1 to 86400, not 0" },
		{ "{ \"seconds\": 86401 }", "is 1 to 86400, not 86401" },
		{ "{ \"seconds\": \"5\" }", "bypass_udp.stats.seconds" },
		{ "{ \"second\": 5 }", "did you mean 'seconds'?" },
		{ "{ \"seconds\": 5, \"format\": \"xml\" }",
		  "bypass_udp.stats.format: is json, statsd or prometheus, not 'xml'" },
		{ "{ \"seconds\": 5, \"to\": \"udp:x\" }", "bypass_udp.stats.to: " },
		{ "{ \"seconds\": 5, \"to\": \"dir/\" }", "bypass_udp.stats.to: " },
		{ "{ \"seconds\": 5, \"to\": 5 }", "bypass_udp.stats.to: " },
		{ "{ \"seconds\": 5, \"format\": \"prometheus\", \"to\": \"udp:h:1\" }",
		  "bypass_udp.stats: 'udp:h:1': prometheus fetches files" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char content[256];

		snprintf(content, sizeof(content), "{ \"bypass_udp\": { \"stats\": %s } }",
			 rows[i].stats);
		assert_refused(content, rows[i].says);
	}
}

/* The line and the name of what is wrong. */
static void test_refused(void **state)
{
	(void)state;
	assert_refused("{ \"bypass_udp\": { \"monitr\": 1 } }",
		       "line 1: bypass_udp.monitr: no such setting; did you mean 'monitor'?");
	assert_refused("{\n\"bypass_udp\": {\n\"sample\": \"5ms\" } }",
		       "line 3: bypass_udp.sample: '5ms' is not a time");
	assert_refused("{ \"bypass_udp\": 5 }", "bypass_udp");
	assert_refused("{ \"bypass_udp\": { \"learn\": {} } }", "bypass_udp.learn");
	assert_refused("{ \"bypass_udp\": { \"exclude\": [\"10.0.0.1/8\"] } }",
		       "10.0.0.0/8 may be meant");
	assert_refused("{ \"bypass_udp\": { \"exclude\": [7] } }", "bypass_udp.exclude");
	assert_refused("{ \"bypass_udp\": { \"interface\": { \"eth0\": { \"sample\": \"1s\" } } } }",
		       "bypass_udp.interface.eth0.sample: is not an interface's own");
	assert_refused("{ \"bypass_udp\": { \"interface\": { \"eth0\": { \"monitr\": 1 } } } }",
		       "bypass_udp.interface.eth0.monitr: no such setting; did you mean 'monitor'?");
	assert_refused("{ \"bypass_udp\": { \"interface\": { \"a/b\": {} } } }",
		       "'a/b' is not an interface name");
	assert_refused("{ \"bypass_udp\": { \"interface\": [] } }", "bypass_udp.interface");
	assert_refused("{ \"bypass_udp\": { \"flow_file\": \"no_such_file\" } }", "no_such_file");
	assert_refused("{ \"bypass_udp\": { \"flows\": [{ \"in\": \"1.2.3.4:5\" }] } }",
		       "bypass_udp.flows");
	write_file("bad", "nonsense\n");
	assert_refused("{ \"bypass_udp\": { \"flow_file\": \"bad\" } }", "line 1");
	assert_refused("{ \"bypass_udp\": { \"sample\": \"1\", \"learn\": \"1\" } }", "1 more");
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/flows", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/bad", directory);
	unlink(path);
	return rmdir(directory);
}

#define PLAN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_nothing),   PLAN_TEST(test_settings), PLAN_TEST(test_excluded),
		PLAN_TEST(test_flows),     PLAN_TEST(test_where),    PLAN_TEST(test_stats),
		PLAN_TEST(test_bad_stats), PLAN_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
