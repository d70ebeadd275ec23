// SPDX-License-Identifier: GPL-2.0-only
/* What an operator types becomes settings, rules and wishes. */
#include "bypass_options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "harness/typed_line.h"

#define SECOND UINT64_C(1000000000)

#define VALUE(member) offsetof(struct bypass_options, member)

static const struct verb_row verbs[BYPASS_VERB_COUNT] = {
	[BYPASS_VERB_ATTACH] = { .name = "attach" },
	[BYPASS_VERB_DETACH] = { .name = "detach" },
	[BYPASS_VERB_RELOAD] = { .name = "reload" },
	[BYPASS_VERB_SET] = { .name = "set" },
	[BYPASS_VERB_FLOW_ADD] = { .name = "flow-add",
				   .value_name = "X",
				   .offset = VALUE(flows.add) },
	[BYPASS_VERB_FLOW_DEL] = { .name = "flow-del",
				   .value_name = "X",
				   .offset = VALUE(flow_del) },
	[BYPASS_VERB_FLOW_SHOW] = { .name = "flow-show" },
	[BYPASS_VERB_FLOW_FILE] = { .name = "flow-file",
				    .value_name = "X",
				    .offset = VALUE(flow_file) },
	[BYPASS_VERB_EXCLUDE] = { .name = "exclude", .value_name = "X", .offset = VALUE(exclude) },
	[BYPASS_VERB_NO_EXCLUDE] = { .name = "no-exclude",
				     .value_name = "X",
				     .offset = VALUE(no_exclude) },
	[BYPASS_VERB_EXPLAIN] = { .name = "explain", .value_name = "X", .offset = VALUE(explain) },
	[BYPASS_VERB_FLOWS] = { .name = "flows" },
	[BYPASS_VERB_RUN] = { .name = "run" },
	[BYPASS_VERB_STATUS] = { .name = "status" },
	[BYPASS_VERB_STATS] = { .name = "stats", .value_name = "X", .offset = VALUE(stats) },
	[BYPASS_VERB_STATS_CONFIGURED] = { .name = "stats-configured" },
	[BYPASS_VERB_METRICS] = { .name = "metrics" },
	[BYPASS_VERB_CHECK_CONFIG] = { .name = "check-config" },
	[BYPASS_VERB_WANTED] = { .name = "wanted" },
};

static struct problem problem;
static struct bypass_options options;

const struct typed_tool typed_tool = {
	.verbs = verbs,
	.verb_count = BYPASS_VERB_COUNT,
	.rows = bypass_option_rows,
	.separator = "|",
	.options = &options,
	.options_size = sizeof(options),
	.problem = &problem,
};

static void test_settings(void **state)
{
	struct bypass_request request;

	(void)state;
	typed_take(
		"--attach|-i|eth0,eth1|--monitor|on|--max-flows|5|--max-learned|6|--slot|3|--no-config");
	assert_int_equal(options.interfaces.count, 2);
	assert_int_equal(options.slot, 3);
	assert_int_equal(bypass_options_request(&options, &request, &problem), 0);
	assert_true(request.monitor);
	assert_int_equal(request.max_flows, 5);
	assert_int_equal(request.max_learned, 6);
	assert_false(request.given[BYPASS_SETTING_SAMPLE]);
	typed_take(
		"--set|--idle-timeout|60s,dns=10s,quic=120s|--sample|500ms|--learn|off|--learn-mark|"
		"0x10/0xff|--observe-after|3");
	assert_int_equal(bypass_options_request(&options, &request, &problem), 0);
	assert_int_equal(request.idle[BYPASS_CLASS_QUIC], 120 * SECOND);
	assert_int_equal(request.sample, SECOND / 2);
	assert_int_equal(request.mark_mask, 0xff);
	assert_int_equal(request.observe_after, 3);
	typed_take("--set|--learn-mark|x");
	assert_int_equal(bypass_options_request(&options, &request, &problem), -EINVAL);
	typed_says("--learn-mark: 'x' is neither off");
	typed_take("--set");
	assert_int_equal(bypass_options_request(&options, &request, &problem), 0);
	assert_false(bypass_request_any(&request));
}

static void test_where_options_belong(void **state)
{
	static const char *const wrong[] = {
		"--set|--max-flows|5",    "--detach|--monitor|on",
		"--run|--interface|eth0", "--flow-add|x|--interface|eth0",
		"--flow-file|x|--both",   "--flow-del|x|--dry-run",
		"--status|--top|5",       "--flow-show|--learned",
		"--stats|5|--json",       "--explain|x|--config|y",
		"--attach|--slot|8",      "--flows|--top|0",
		"--flows|--by|size",      "--stats|5|--format|xml",
		"--stats|5|--config|x",   "--stats-configured|--format|json",
		"--stats-configured|5",   "--status|--configured",
		"--detach|--configured",  "--attach|--attached",
		"--metrics|--config|x",   "--check-config|--interface|eth0",
		"--wanted|--no-config",   "--flow-add",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (typed_parse(wrong[i]) != -EINVAL)
			fail_msg("%s is taken", wrong[i]);
	}
	typed_take("--flow-del|x|--both");
	typed_take("--stats|5|--interface|eth0|--format|statsd|--to|udp:h:1");
	typed_take("--explain|x|--json|--interface|eth0");
	typed_take("--reload|--config|x");
	typed_take("--detach|-i|eth0|--slot|0");
	typed_take("--detach|--attached");
	assert_true(options.attached);
	typed_take("--attach|--configured|--config|x");
	assert_true(options.configured);
	typed_take("--reload|--configured");
	typed_take("--stats-configured|--config|x");
	typed_take("--check-config|--config|x");
	typed_take("--wanted|--config|x");
	typed_take("--metrics|--bpffs|/x");
}

static void test_plan(void **state)
{
	struct bypass_plan plan = { 0 };

	(void)state;
	typed_take("--attach|--config|/nowhere|--no-config");
	assert_int_equal(bypass_options_plan(&options, true, &plan, &problem), -EINVAL);
	typed_says("--config and --no-config contradict each other");
	typed_take("--attach|--config|/nowhere");
	assert_int_equal(bypass_options_plan(&options, true, &plan, &problem), -ENOENT);
	typed_take("--attach|--no-config");
	assert_int_equal(bypass_options_plan(&options, true, &plan, &problem), 0);
	bypass_plan_free(&plan);
}

static void test_rules(void **state)
{
	struct flow_rule_list rules = { 0 };

	(void)state;
	typed_take("--flow-add|10.0.0.1:1 > 10.0.0.2:2 => l2");
	assert_int_equal(flow_options_rules(&options.flows, &rules, &problem), 0);
	assert_int_equal(rules.count, 1);
	assert_false(rules.rules[0].both);
	flow_rule_list_free(&rules);
	typed_take("--flow-add|10.0.0.1:1 > 10.0.0.2:2 => l2|--both");
	assert_int_equal(flow_options_rules(&options.flows, &rules, &problem), 0);
	assert_true(rules.rules[0].both);
	flow_rule_list_free(&rules);
	typed_take("--flow-add|10.0.0.1:1 > 10.0.0.2:2 => l2 both");
	assert_int_equal(flow_options_rules(&options.flows, &rules, &problem), 0);
	assert_true(rules.rules[0].both);
	flow_rule_list_free(&rules);
	typed_take("--flow-add|10.0.0.1 => l2");
	assert_int_equal(flow_options_rules(&options.flows, &rules, &problem), -EINVAL);
	typed_says("--flow-add '10.0.0.1 => l2': ");
	flow_rule_list_free(&rules);
}

static void test_flows(void **state)
{
	struct flow_listing_wish wish;
	struct flow_key key;

	(void)state;
	typed_take("--flows|--top|7|--by|bytes|--learned");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOWS, &key, &wish, &problem),
			 0);
	assert_int_equal(wish.top, 7);
	assert_int_equal(wish.by, FLOW_LISTING_BY_BYTES);
	assert_int_equal(wish.tables, 1U << FLOW_TABLE_LEARNED);
	assert_null(wish.key);
	typed_take("--flows|--by|bps|--static");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOWS, &key, &wish, &problem),
			 0);
	assert_int_equal(wish.by, FLOW_LISTING_BY_BPS);
	assert_int_equal(wish.tables, 1U << FLOW_TABLE_STATIC);
	typed_take("--flows");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOWS, &key, &wish, &problem),
			 0);
	assert_int_equal(wish.tables, 0);
	typed_take("--flow-show|--flow|10.0.0.1:1 > 10.0.0.2:2 on eth0");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOW_SHOW, &key, &wish,
					      &problem),
			 0);
	assert_int_equal(wish.tables, 1U << FLOW_TABLE_STATIC);
	assert_ptr_equal(wish.key, &key);
	assert_int_equal(key.family, FLOW_IPV4);
	typed_take("--flow-show|--flow|x");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOW_SHOW, &key, &wish,
					      &problem),
			 -EINVAL);
	typed_says("--flow 'x': ");
}

static void test_seconds(void **state)
{
	uint64_t seconds;

	(void)state;
	typed_take("--stats|60");
	assert_int_equal(bypass_options_seconds(&options, &seconds, &problem), 0);
	assert_int_equal(seconds, 60);
	typed_take("--stats|0");
	assert_int_equal(bypass_options_seconds(&options, &seconds, &problem), -EINVAL);
	typed_says("from 1 to 86400, not '0'");
	typed_take("--stats|60s");
	assert_int_equal(bypass_options_seconds(&options, &seconds, &problem), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings), cmocka_unit_test(test_where_options_belong),
		cmocka_unit_test(test_plan),     cmocka_unit_test(test_rules),
		cmocka_unit_test(test_flows),    cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, typed_teardown);
}
