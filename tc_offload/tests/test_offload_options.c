// SPDX-License-Identifier: GPL-2.0-only
/* What an operator types becomes wishes and rules. */
#include "offload_options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "harness/typed_line.h"

#define TEXT(verb, member)                                                                         \
	{                                                                                          \
		.name = (verb), .value_name = "X",                                                 \
		.offset = offsetof(struct offload_options, member)                                 \
	}

static const struct verb_row verbs[OFFLOAD_VERB_COUNT] = {
	[OFFLOAD_VERB_ATTACH] = { .name = "attach" },
	[OFFLOAD_VERB_DETACH] = { .name = "detach" },
	[OFFLOAD_VERB_RELOAD] = { .name = "reload" },
	[OFFLOAD_VERB_FLOW_ADD] = TEXT("flow-add", flows.add),
	[OFFLOAD_VERB_FLOW_DEL] = TEXT("flow-del", flow_del),
	[OFFLOAD_VERB_FLOW_SHOW] = { .name = "flow-show" },
	[OFFLOAD_VERB_FLOW_FILE] = TEXT("flow-file", flow_file),
	[OFFLOAD_VERB_FLOWS] = { .name = "flows" },
	[OFFLOAD_VERB_EXPLAIN] = TEXT("explain", explain),
	[OFFLOAD_VERB_RUN] = { .name = "run" },
	[OFFLOAD_VERB_STATUS] = { .name = "status" },
	[OFFLOAD_VERB_CHECK] = { .name = "check" },
	[OFFLOAD_VERB_METRICS] = { .name = "metrics" },
	[OFFLOAD_VERB_CHECK_CONFIG] = { .name = "check-config" },
	[OFFLOAD_VERB_WANTED] = { .name = "wanted" },
};

static struct problem problem;
static struct offload_options options;

const struct typed_tool typed_tool = {
	.verbs = verbs,
	.verb_count = OFFLOAD_VERB_COUNT,
	.rows = offload_option_rows,
	.separator = "|",
	.options = &options,
	.options_size = sizeof(options),
	.problem = &problem,
};

/* Over a plan that has everything. */
static void take_attach(const char *line, struct offload_attach_wish *ret_wish)
{
	static const struct offload_plan plan = {
		.at = OFFLOAD_AT_BOTH, .max_flows = 77, .set_sysctls = true, .has_flows = true
	};

	typed_take(line);
	assert_int_equal(offload_options_attach(&options, &plan, ret_wish, &problem), 0);
	assert_ptr_equal(ret_wish->flows, &plan.flows);
}

static void test_attach(void **state)
{
	struct offload_attach_wish wish;
	struct offload_plan nothing = { 0 };

	(void)state;
	take_attach("--attach|-i|eth9", &wish);
	assert_int_equal(wish.at, OFFLOAD_AT_BOTH);
	assert_int_equal(wish.max_flows, 77);
	assert_true(wish.set_sysctls);
	take_attach("--attach|-i|lo,eth0|--at|ingress|--max-flows|5|--no-config", &wish);
	assert_int_equal(wish.interfaces->count, 2);
	assert_string_equal(wish.interfaces->names[0], "lo");
	assert_int_equal(wish.at, OFFLOAD_AT_INGRESS);
	assert_int_equal(wish.max_flows, 5);
	typed_take("--attach|-i|lo|--at|egress|--set-sysctls");
	assert_int_equal(offload_options_attach(&options, &nothing, &wish, &problem), 0);
	assert_int_equal(wish.at, OFFLOAD_AT_EGRESS);
	assert_int_equal(wish.max_flows, 0);
	assert_true(wish.set_sysctls);
	assert_null(wish.flows);
	typed_take("--attach|-i|lo");
	assert_int_equal(offload_options_attach(&options, &nothing, &wish, &problem), 0);
	assert_int_equal(wish.at, OFFLOAD_AT_INGRESS);
	assert_false(wish.set_sysctls);
	typed_take("--attach");
	assert_int_equal(offload_options_attach(&options, &nothing, &wish, &problem), -EINVAL);
	typed_says("--attach needs --interface LIST, or \"interfaces\"");
}

static void test_detach(void **state)
{
	(void)state;
	typed_take("--detach|-i|all");
	assert_int_equal(offload_options_detach_at(&options), OFFLOAD_AT_BOTH);
	typed_take("--detach|-i|all|--at|ingress");
	assert_int_equal(offload_options_detach_at(&options), OFFLOAD_AT_INGRESS);
	typed_take("--detach|-i|all|--at|egress");
	assert_int_equal(offload_options_detach_at(&options), OFFLOAD_AT_EGRESS);
}

static void test_where_options_belong(void **state)
{
	static const char *const wrong[] = {
		"--attach|-i|lo|--both",
		"--attach|-i|lo|--at|inside",
		"--attach|-i|lo|--max-flows|0",
		"--attach|-i|lo|--max-flows|16777217",
		"--attach|-i|lo|--slot|3",
		"--detach|-i|lo|--max-flows|5",
		"--detach|-i|lo|--set-sysctls",
		"--reload|--no-config",
		"--reload|-i|lo",
		"--run|--interface|lo",
		"--status|--at|ingress",
		"--check|--config|x",
		"--check|--configured",
		"--detach|--configured",
		"--attach|--attached",
		"--metrics|--config|x",
		"--wanted|--no-config",
		"--check-config|-i|lo",
		"--flow-add|x|--interface|lo",
		"--flow-file|x|--both",
		"--flow-del|x|--dry-run",
		"--flow-show|--top|5",
		"--flows|--top|0",
		"--flows|--by|size",
		"--flows|--learned",
		"--explain|x|--config|y",
		"--flow-add",
	};
	static const char *const right[] = {
		"--attach|-i|lo|--max-flows|16777216",
		"--reload|--config|x",
		"--attach|--configured|--config|x",
		"--reload|--configured",
		"--detach|--attached|--at|egress",
		"--metrics|--bpffs|/x",
		"--check-config|--config|x",
		"--wanted|--config|x",
		"--flow-del|x|--both",
		"--flow-add|x|--both|--dry-run",
		"--explain|x|--json|--interface|lo",
		"--status|-i|lo,eth0|--json",
		"--check|-i|lo|--json|--bpffs|/x",
		"--flows|--top|3|--by|pps|--json",
		"--run|--verbose",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (typed_parse(wrong[i]) != -EINVAL)
			fail_msg("%s is taken", wrong[i]);
	}
	for (size_t i = 0; i < sizeof(right) / sizeof(*right); i++)
		typed_take(right[i]);
}

static void test_plan(void **state)
{
	struct offload_plan plan = { 0 };

	(void)state;
	typed_take("--attach|--config|/nowhere|--no-config");
	assert_int_equal(offload_options_plan(&options, true, &plan, &problem), -EINVAL);
	typed_says("--config and --no-config contradict each other");
	typed_take("--attach|--config|/nowhere");
	assert_int_equal(offload_options_plan(&options, true, &plan, &problem), -ENOENT);
	typed_take("--attach|--no-config");
	assert_int_equal(offload_options_plan(&options, true, &plan, &problem), 0);
	offload_plan_free(&plan);
}

static void test_rules(void **state)
{
	static const struct {
		const char *line;
		bool both;
	} good[] = {
		{ "--flow-add|10.0.0.1:1 > 10.0.0.2:2 tcp => l2 via 10.0.0.9", false },
		{ "--flow-add|10.0.0.1:1 > 10.0.0.2:2 tcp => l2 via 10.0.0.9|--both", true },
		{ "--flow-add|10.0.0.1:1 > 10.0.0.2:2 tcp => l2 via 10.0.0.9 both", true },
	};
	struct flow_rule_list rules = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		typed_take(good[i].line);
		assert_int_equal(flow_options_rules(&options.flows, &rules, &problem), 0);
		assert_int_equal(rules.count, 1);
		assert_int_equal(rules.rules[0].both, good[i].both);
		assert_int_equal(rules.rules[0].key.protocol, 6);
		flow_rule_list_free(&rules);
	}
	typed_take("--flow-add|10.0.0.1 => l2|--both");
	assert_int_equal(flow_options_rules(&options.flows, &rules, &problem), -EINVAL);
	typed_says("--flow-add '10.0.0.1 => l2': ");
	assert_int_equal(rules.count, 0);
	flow_rule_list_free(&rules);
}

static void test_flows(void **state)
{
	struct flow_listing_wish wish;
	struct flow_key key;

	(void)state;
	typed_take("--flows|--top|7|--by|bytes");
	assert_int_equal(flow_options_wish(&options.flows, 1U << FLOW_TABLE_STATIC, &key, &wish,
					   &problem),
			 0);
	assert_int_equal(wish.top, 7);
	assert_int_equal(wish.by, FLOW_LISTING_BY_BYTES);
	assert_int_equal(wish.tables, 1U << FLOW_TABLE_STATIC);
	assert_null(wish.key);
	typed_take("--flow-show|--flow|[fd00::1]:1 > [fd00::2]:2 tcp");
	assert_int_equal(flow_options_wish(&options.flows, 1U << FLOW_TABLE_STATIC, &key, &wish,
					   &problem),
			 0);
	assert_ptr_equal(wish.key, &key);
	assert_int_equal(key.family, FLOW_IPV6);
	assert_int_equal(wish.top, 0);
	typed_take("--flow-show|--flow|x");
	assert_int_equal(flow_options_wish(&options.flows, 1U << FLOW_TABLE_STATIC, &key, &wish,
					   &problem),
			 -EINVAL);
	typed_says("--flow 'x': ");
}

static void test_explain(void **state)
{
	const char *interface;

	(void)state;
	typed_take("--explain|x");
	assert_int_equal(offload_options_explain(&options, &interface, &problem), 0);
	assert_null(interface);
	typed_take("--explain|x|-i|eth0");
	assert_int_equal(offload_options_explain(&options, &interface, &problem), 0);
	assert_string_equal(interface, "eth0");
	typed_take("--explain|x|-i|eth0,eth1");
	assert_int_equal(offload_options_explain(&options, &interface, &problem), -EINVAL);
	typed_says("arrives at one interface");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attach),
		cmocka_unit_test(test_detach),
		cmocka_unit_test(test_where_options_belong),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, typed_teardown);
}
