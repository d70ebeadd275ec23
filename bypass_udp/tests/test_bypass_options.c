// SPDX-License-Identifier: GPL-2.0-only
/* What an operator types becomes settings, rules and wishes. */
#include "bypass_options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define WORDS 16
#define SECOND UINT64_C(1000000000)

static int do_nothing(void *options, struct problem *problem)
{
	(void)options;
	(void)problem;
	return 0;
}

#define VALUE(member) offsetof(struct bypass_options, member)

static const struct verb_row verbs[BYPASS_VERB_COUNT] = {
	[BYPASS_VERB_ATTACH] = { "attach", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_DETACH] = { "detach", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_RELOAD] = { "reload", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_SET] = { "set", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_FLOW_ADD] = { "flow-add", 0, "X", VALUE(flow_add), "", do_nothing },
	[BYPASS_VERB_FLOW_DEL] = { "flow-del", 0, "X", VALUE(flow_del), "", do_nothing },
	[BYPASS_VERB_FLOW_SHOW] = { "flow-show", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_FLOW_FILE] = { "flow-file", 0, "X", VALUE(flow_file), "", do_nothing },
	[BYPASS_VERB_EXCLUDE] = { "exclude", 0, "X", VALUE(exclude), "", do_nothing },
	[BYPASS_VERB_NO_EXCLUDE] = { "no-exclude", 0, "X", VALUE(no_exclude), "", do_nothing },
	[BYPASS_VERB_EXPLAIN] = { "explain", 0, "X", VALUE(explain), "", do_nothing },
	[BYPASS_VERB_FLOWS] = { "flows", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_RUN] = { "run", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_STATUS] = { "status", 0, NULL, 0, "", do_nothing },
	[BYPASS_VERB_STATS] = { "stats", 0, "X", VALUE(stats), "", do_nothing },
};

static struct problem problem;
static struct bypass_options options;

/* Words are separated by "|". */
static int parse(const char *line)
{
	static char text[512];
	char *words[WORDS] = { "bypass_udp" }, *rest = text, *word;
	struct command_line command_line = { .tool = "bypass_udp",
					     .verbs = verbs,
					     .verb_count = BYPASS_VERB_COUNT };
	const struct verb_row *verb;
	int count = 1;

	problem = (struct problem){ 0 };
	interface_list_free(&options.interfaces);
	options = (struct bypass_options){ 0 };
	snprintf(text, sizeof(text), "%s", line);
	while ((word = strsep(&rest, "|"))) {
		words[count++] = word;
		assert_true(count < WORDS);
	}
	command_line.options = bypass_option_rows(&command_line.option_count);
	return command_line_parse(&command_line, count, words, &options, &verb, &problem);
}

static void type(const char *line)
{
	if (parse(line))
		fail_msg("%s: %s", line, problem.text);
}

static void assert_says(const char *says)
{
	if (!strstr(problem.text, says))
		fail_msg("'%s' instead of '%s'", problem.text, says);
}

static void test_settings(void **state)
{
	struct bypass_request request;

	(void)state;
	type("--attach|-i|eth0,eth1|--monitor|on|--max-flows|5|--max-learned|6|--slot|3|--no-config");
	assert_int_equal(options.interfaces.count, 2);
	assert_int_equal(options.slot, 3);
	assert_int_equal(bypass_options_request(&options, &request, &problem), 0);
	assert_true(request.monitor);
	assert_int_equal(request.max_flows, 5);
	assert_int_equal(request.max_learned, 6);
	assert_false(request.given[BYPASS_SETTING_SAMPLE]);
	type("--set|--idle-timeout|60s,dns=10s,quic=120s|--sample|500ms|--learn|off|--learn-mark|"
	     "0x10/0xff|--observe-after|3");
	assert_int_equal(bypass_options_request(&options, &request, &problem), 0);
	assert_int_equal(request.idle[BYPASS_CLASS_QUIC], 120 * SECOND);
	assert_int_equal(request.sample, SECOND / 2);
	assert_int_equal(request.mark_mask, 0xff);
	assert_int_equal(request.observe_after, 3);
	type("--set|--learn-mark|x");
	assert_int_equal(bypass_options_request(&options, &request, &problem), -EINVAL);
	assert_says("--learn-mark: 'x' is neither off");
	type("--set");
	assert_int_equal(bypass_options_request(&options, &request, &problem), 0);
	assert_false(bypass_request_any(&request));
}

static void test_where_options_belong(void **state)
{
	static const char *const wrong[] = {
		"--set|--max-flows|5",
		"--detach|--monitor|on",
		"--run|--interface|eth0",
		"--flow-add|x|--interface|eth0",
		"--flow-file|x|--both",
		"--flow-del|x|--dry-run",
		"--status|--top|5",
		"--flow-show|--learned",
		"--stats|5|--json",
		"--explain|x|--config|y",
		"--attach|--slot|8",
		"--flows|--top|0",
		"--flows|--by|size",
		"--stats|5|--format|xml",
		"--flow-add",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (parse(wrong[i]) != -EINVAL)
			fail_msg("%s is taken", wrong[i]);
	}
	type("--flow-del|x|--both");
	type("--stats|5|--interface|eth0|--format|statsd|--to|udp:h:1");
	type("--explain|x|--json|--interface|eth0");
	type("--reload|--config|x");
	type("--detach|-i|eth0|--slot|0");
}

static void test_plan(void **state)
{
	struct bypass_plan plan = { 0 };

	(void)state;
	type("--attach|--config|/nowhere|--no-config");
	assert_int_equal(bypass_options_plan(&options, true, &plan, &problem), -EINVAL);
	assert_says("--config and --no-config contradict each other");
	type("--attach|--config|/nowhere");
	assert_int_equal(bypass_options_plan(&options, true, &plan, &problem), -ENOENT);
	type("--attach|--no-config");
	assert_int_equal(bypass_options_plan(&options, true, &plan, &problem), 0);
	bypass_plan_free(&plan);
}

static void test_rules(void **state)
{
	struct flow_rule_list rules = { 0 };

	(void)state;
	type("--flow-add|10.0.0.1:1 > 10.0.0.2:2 => l2");
	assert_int_equal(bypass_options_rules(&options, &rules, &problem), 0);
	assert_int_equal(rules.count, 1);
	assert_false(rules.rules[0].both);
	flow_rule_list_free(&rules);
	type("--flow-add|10.0.0.1:1 > 10.0.0.2:2 => l2|--both");
	assert_int_equal(bypass_options_rules(&options, &rules, &problem), 0);
	assert_true(rules.rules[0].both);
	flow_rule_list_free(&rules);
	type("--flow-add|10.0.0.1:1 > 10.0.0.2:2 => l2 both");
	assert_int_equal(bypass_options_rules(&options, &rules, &problem), 0);
	assert_true(rules.rules[0].both);
	flow_rule_list_free(&rules);
	type("--flow-add|10.0.0.1 => l2");
	assert_int_equal(bypass_options_rules(&options, &rules, &problem), -EINVAL);
	assert_says("--flow-add '10.0.0.1 => l2': ");
	flow_rule_list_free(&rules);
}

static void test_flows(void **state)
{
	struct bypass_flows_wish wish;
	struct flow_key key;

	(void)state;
	type("--flows|--top|7|--by|bytes|--learned");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOWS, &key, &wish, &problem),
			 0);
	assert_int_equal(wish.top, 7);
	assert_int_equal(wish.by, BYPASS_BY_BYTES);
	assert_int_equal(wish.tables, 1U << FLOW_TABLE_LEARNED);
	assert_null(wish.key);
	type("--flows|--by|bps|--static");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOWS, &key, &wish, &problem),
			 0);
	assert_int_equal(wish.by, BYPASS_BY_BPS);
	assert_int_equal(wish.tables, 1U << FLOW_TABLE_STATIC);
	type("--flows");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOWS, &key, &wish, &problem),
			 0);
	assert_int_equal(wish.tables, 0);
	type("--flow-show|--flow|10.0.0.1:1 > 10.0.0.2:2 on eth0");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOW_SHOW, &key, &wish,
					      &problem),
			 0);
	assert_int_equal(wish.tables, 1U << FLOW_TABLE_STATIC);
	assert_ptr_equal(wish.key, &key);
	assert_int_equal(key.family, FLOW_IPV4);
	type("--flow-show|--flow|x");
	assert_int_equal(bypass_options_flows(&options, BYPASS_VERB_FLOW_SHOW, &key, &wish,
					      &problem),
			 -EINVAL);
	assert_says("--flow 'x': ");
}

static void test_seconds(void **state)
{
	uint64_t seconds;

	(void)state;
	type("--stats|60");
	assert_int_equal(bypass_options_seconds(&options, &seconds, &problem), 0);
	assert_int_equal(seconds, 60);
	type("--stats|0");
	assert_int_equal(bypass_options_seconds(&options, &seconds, &problem), -EINVAL);
	assert_says("from 1 to 86400, not '0'");
	type("--stats|60s");
	assert_int_equal(bypass_options_seconds(&options, &seconds, &problem), -EINVAL);
}

static int free_options(void **state)
{
	(void)state;
	interface_list_free(&options.interfaces);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings), cmocka_unit_test(test_where_options_belong),
		cmocka_unit_test(test_plan),     cmocka_unit_test(test_rules),
		cmocka_unit_test(test_flows),    cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, free_options);
}
