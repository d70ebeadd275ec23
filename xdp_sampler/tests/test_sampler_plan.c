// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recorder_filter.h"

#define SECTION(text) "{ \"other\": 1, \"xdp_sampler\": {\n" text "\n} }"

static int parse_for(struct sampler_plans *plans, const char *interfaces, const char *content,
		     struct problem *problem)
{
	struct interface_list list = { 0 };
	int err;

	*plans = (struct sampler_plans){ 0 };
	if (interfaces)
		assert_int_equal(interface_list_add(&list, interfaces, NULL), 0);
	err = sampler_plans_parse(plans, "/etc/x/ecbpf.json", content, strlen(content), &list,
				  problem);
	interface_list_free(&list);
	return err;
}

/* Errors behind the first are told on stderr. */
static int parse_silently(struct sampler_plans *plans, const char *content, struct problem *problem)
{
	FILE *kept = stderr, *nowhere = fopen("/dev/null", "we");
	int err;

	assert_non_null(nowhere);
	stderr = nowhere;
	err = parse_for(plans, "no0", content, problem);
	stderr = kept;
	fclose(nowhere);
	return err;
}

static struct sampler_plans plans_of(const char *interfaces, const char *content)
{
	struct problem problem = { 0 };
	struct sampler_plans plans;

	if (parse_for(&plans, interfaces, content, &problem))
		fail_msg("%s", problem.text);
	return plans;
}

static void assert_setting(const struct sampler_plan *plan, enum sampler_setting setting,
			   const char *wanted, bool is_given)
{
	char text[SAMPLER_SETTING_TEXT_SIZE];

	assert_string_equal(sampler_settings_text(&plan->settings, setting, text), wanted);
	assert_int_equal(plan->settings.given[setting], is_given);
}

static void test_no_section(void **state)
{
	struct sampler_plans plans = plans_of("no0,no1", "{}");
	char text[SAMPLER_SETTING_TEXT_SIZE];
	struct sampler_settings standard;

	(void)state;
	sampler_settings_standard(&standard);
	assert_int_equal(plans.count, 2);
	for (unsigned int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		assert_setting(&plans.plans[1], i, sampler_settings_text(&standard, i, text),
			       false);
	assert_int_equal(plans.plans[1].recorder_count, 0);
	assert_int_equal(plans.sinks.count, 0);
	assert_non_null(sampler_plans_find(&plans, "no1"));
	assert_null(sampler_plans_find(&plans, "no2"));
	sampler_plans_free(&plans);
}

static void test_settings(void **state)
{
	struct sampler_plans plans =
		plans_of("no0",
			 SECTION("\"at\": [\"ingress\", \"verdict\"], \"rate\": \"drop=10,1000\","
				 "\"verdict\": [\"drop\", \"tx\"], \"slot\": [0, \"root\"],"
				 "\"reason\": [17, \"not_ip\"], \"capture_length\": \"full\","
				 "\"ring_size\": 1048576"));
	const struct sampler_plan *plan = &plans.plans[0];

	(void)state;
	assert_setting(plan, SAMPLER_SETTING_AT, "ingress,verdict", true);
	assert_setting(plan, SAMPLER_SETTING_RATE, "drop=10,1000", true);
	assert_setting(plan, SAMPLER_SETTING_VERDICT, "drop,tx", true);
	assert_setting(plan, SAMPLER_SETTING_SLOT, "0,root", true);
	assert_setting(plan, SAMPLER_SETTING_REASON, "not_ip,reason_17", true);
	assert_setting(plan, SAMPLER_SETTING_CAPTURE_LENGTH, "full", true);
	assert_setting(plan, SAMPLER_SETTING_RING_SIZE, "1M", true);
	assert_setting(plan, SAMPLER_SETTING_INGRESS_SLOT, "1", false);
	sampler_plans_free(&plans);
}

static void test_what_differs(void **state)
{
	struct sampler_plans plans =
		plans_of("no0,no1",
			 SECTION("\"rate\": 100, \"slot\": 2, \"recorders\": [ \"* * * 53 UDP\" ],"
				 "\"interface\": { \"no1\": { \"rate\": 7, \"recorders\": [] },"
				 "\"no2\": { \"rate\": 8 } }"));
	const struct sampler_plan *first = sampler_plans_find(&plans, "no0");
	const struct sampler_plan *second = sampler_plans_find(&plans, "no1");

	(void)state;
	assert_setting(first, SAMPLER_SETTING_RATE, "100", true);
	assert_setting(second, SAMPLER_SETTING_RATE, "7", true);
	assert_setting(second, SAMPLER_SETTING_SLOT, "2", true);
	assert_int_equal(first->recorder_count, 1);
	assert_int_equal(second->recorder_count, 0);
	sampler_plans_free(&plans);
}

static void test_recorders(void **state)
{
	struct sampler_plans plans = plans_of(
		"no0",
		SECTION("\"recorders\": [ \"* * * 53 UDP\", { \"filter\": \"10.0.0.0/8 * * 80 "
			"TCP\", \"id\": 9, \"priority\": 3, \"capture\": \"full\", \"limit\": "
			"5, \"duration\": \"1h\" } ]"));
	const struct recorder *recorders = plans.plans[0].recorders;
	char text[RECORDER_FILTER_TEXT_SIZE];

	(void)state;
	assert_int_equal(plans.plans[0].recorder_count, 2);
	assert_int_equal(recorders[0].id, 0);
	assert_int_equal(recorders[0].origin, RECORDER_BY_FILE);
	assert_int_equal(recorders[0].capture_length, 128);
	assert_int_equal(recorders[0].expires, 0);
	assert_string_equal(recorder_filter_text(&recorders[0].filter, text), "* * * 53 UDP");
	assert_int_equal(recorders[1].id, 9);
	assert_int_equal(recorders[1].priority, 3);
	assert_int_equal(recorders[1].capture_length, RECORDER_FULL);
	assert_int_equal(recorders[1].limit, 5);
	assert_int_equal(recorders[1].origin, RECORDER_BY_FILE);
	assert_true(recorders[1].expires > recorder_now());
	sampler_plans_free(&plans);
}

/* A number that one of them names is not given to another. */
static void test_recorder_ids(void **state)
{
	struct sampler_plans plans =
		plans_of("no0", SECTION("\"recorders\": [ \"* * * 1 TCP\", { \"filter\": \"* * * 2 "
					"TCP\", \"id\": 1 } ]"));

	(void)state;
	assert_int_equal(plans.plans[0].recorder_count, 2);
	assert_int_equal(plans.plans[0].recorders[0].id, 0);
	assert_int_equal(plans.plans[0].recorders[1].id, 1);
	sampler_plans_free(&plans);
}

static void test_sinks(void **state)
{
	struct sampler_plans plans = plans_of(
		"no0",
		SECTION("\"sinks\": [ { \"file\": \"drops.pcapng\", \"type\": \"pcapng\", "
			"\"rotate_size\": \"100M\", \"keep_files\": 5, \"takes\": \"chance\" },"
			"{ \"type\": \"sflow\", \"collector\": [\"192.0.2.1\", \"192.0.2.2:99\"] },"
			"{ \"type\": \"json\", \"file\": \"/x.jsonl\", \"rotate_seconds\": 60 },"
			"{ \"type\": \"live\" } ]"));
	const struct sink_wish *wishes = plans.sinks.wishes;

	(void)state;
	assert_int_equal(plans.sinks.count, 4);
	assert_int_equal(wishes[0].kind, SINK_PCAPNG);
	assert_string_equal(wishes[0].target, "/etc/x/drops.pcapng");
	assert_int_equal(wishes[0].rotate_bytes, 100 << 20);
	assert_int_equal(wishes[0].keep_files, 5);
	assert_int_equal(wishes[0].takes, SINK_TAKES_CHANCE);
	assert_int_equal(wishes[1].kind, SINK_SFLOW);
	assert_string_equal(wishes[1].target, "192.0.2.1,192.0.2.2:99");
	assert_string_equal(wishes[2].target, "/x.jsonl");
	assert_int_equal(wishes[2].rotate_seconds, 60);
	assert_string_equal(wishes[3].target, "-");
	sampler_plans_free(&plans);
}

/* The file's are for who resolves them; a plan is for those that were asked for. */
static void test_interfaces(void **state)
{
	static const char content[] = SECTION("\"interfaces\": [\"no3\", \"enp*\"], \"rate\": 5");
	struct sampler_plans plans = plans_of(NULL, content);

	(void)state;
	assert_int_equal(plans.count, 0);
	sampler_plans_free(&plans);
	plans = plans_of("no7", content);
	assert_int_equal(plans.count, 1);
	assert_setting(sampler_plans_find(&plans, "no7"), SAMPLER_SETTING_RATE, "5", true);
	assert_null(sampler_plans_find(&plans, "no3"));
	sampler_plans_free(&plans);
}

static void test_errors(void **state)
{
	static const struct {
		const char *content;
		const char *says;
	} rows[] = {
		{ "{ \"xdp_sampler\": 5 }", "line 1: xdp_sampler: " },
		{ SECTION("\"rates\": 1"),
		  "line 2: xdp_sampler.rates: no such setting; did you mean 'rate'?" },
		{ SECTION("\"rate\": -1"), "line 2: xdp_sampler.rate: '-1' is not a rate" },
		{ SECTION("\"rate\": true"), "line 2: xdp_sampler.rate: " },
		{ SECTION("\"rate\": [[1]]"), "line 2: xdp_sampler.rate[0]: " },
		{ SECTION("\"slot\": [1,\n9]"), "line 2: xdp_sampler.slot: '9' is not a slot" },
		{ SECTION("\"ring_size\": 5000000"), "'5000000' is not a power of two" },
		{ SECTION("\"recorders\": 1"), "line 2: xdp_sampler.recorders: " },
		{ SECTION("\"recorders\": [1]"), "line 2: xdp_sampler.recorders[0]: " },
		{ SECTION("\"recorders\": [ {} ]"), "recorders[0]: a recorder needs a filter" },
		{ SECTION("\"recorders\": [\n\"* * * 80\"]"),
		  "line 3: xdp_sampler.recorders[0]: " },
		{ SECTION("\"recorders\": [ {\"filter\": \"* * * * *\",\n\"id\": 0} ]"),
		  "line 3: xdp_sampler.recorders[0].id: " },
		{ SECTION("\"recorders\": [ {\"filter\": \"* * * * *\", \"speed\": 1} ]"),
		  "xdp_sampler.recorders[0].speed: no such setting" },
		{ SECTION("\"sinks\": [ { \"type\": \"json\", \"file\": \"x\",\n\"keepfiles\": 1 } ]"),
		  "line 3: xdp_sampler.sinks[0].keepfiles: no such setting; did you mean 'keep_files'?" },
		{ SECTION("\"recorders\": [ \"* * * 1 TCP\",\n\"* 0 * 1 6\" ]"),
		  "line 3: xdp_sampler.recorders[1]: " },
		{ SECTION("\"recorders\": [ {\"filter\": \"* * * 1 TCP\", \"id\": 3},\n{\"filter\": "
			  "\"* * * 2 TCP\", \"id\": 3} ]"),
		  "line 3: xdp_sampler.recorders[1]: " },
		{ SECTION("\"sinks\": {}"), "line 2: xdp_sampler.sinks: " },
		{ SECTION("\"sinks\": [ {} ]"), "xdp_sampler.sinks[0]: a sink needs a type" },
		{ SECTION("\"sinks\": [ { \"type\": \"disc\" } ]"),
		  "xdp_sampler.sinks[0].type: 'disc' is no kind of sink" },
		{ SECTION("\"sinks\": [ { \"type\": \"pcapng\" } ]"),
		  "xdp_sampler.sinks[0]: a pcapng sink needs a file" },
		{ SECTION("\"sinks\": [ { \"type\": \"json\", \"file\": \"x\",\n\"agent\": \"y\" } ]"),
		  "line 3: xdp_sampler.sinks[0].agent: is nothing for a json sink" },
		{ SECTION("\"sinks\": [ { \"type\": \"json\", \"file\": \"x\" },\n{ \"type\": "
			  "\"pcapng\", \"file\": \"x\" } ]"),
		  "line 3: xdp_sampler.sinks[1]: '/etc/x/x' is the target of a json sink" },
		{ SECTION("\"sinks\": [ { \"type\": \"json\", \"file\": \"\" } ]"),
		  "'' is not 1 to" },
		{ SECTION("\"interfaces\": [\"a b\"]"), "line 2: xdp_sampler.interfaces[0]: " },
		{ SECTION("\"interfaces\": 5"), "line 2: xdp_sampler.interfaces: " },
		{ SECTION("\"interface\": []"), "line 2: xdp_sampler.interface: " },
		{ SECTION("\"interface\": { \"a/b\": {} }"), "'a/b' is not an interface name" },
		{ SECTION("\"interface\": { \"no9\":\n{ \"rate\": \"x\" } }"),
		  "line 3: xdp_sampler.interface.no9.rate: 'x' is not a rate" },
		{ SECTION("\"interface\": { \"no9\": { \"sinks\": [] } }"),
		  "xdp_sampler.interface.no9.sinks: no such setting" },
		{ SECTION("\"rate\": \"x\",\n\"slot\": 9, \"speed\": 1"), "(and 2 more)" },
		{ "{ \"xdp_sampler\": {", "line 1: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct problem problem = { 0 };
		struct sampler_plans plans;

		assert_int_equal(parse_silently(&plans, rows[i].content, &problem), -EINVAL);
		if (!strstr(problem.text, rows[i].says) ||
		    strncmp(problem.text, "/etc/x/ecbpf.json: line ", 24) != 0)
			fail_msg("%s\n%s", rows[i].content, problem.text);
		sampler_plans_free(&plans);
	}
}

static void test_no_file(void **state)
{
	struct interface_list list = { 0 };
	struct sampler_plans plans = { 0 };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&list, "no0", NULL), 0);
	assert_int_equal(sampler_plans_load(&plans, "/nowhere.json", false, &list, &problem),
			 -ENOENT);
	assert_string_equal(problem.text, "/nowhere.json: no such configuration file");
	sampler_plans_free(&plans);
	assert_int_equal(sampler_plans_load(&plans, "/nowhere.json", true, &list, &problem), 0);
	assert_int_equal(plans.count, 1);
	sampler_plans_free(&plans);
	assert_int_equal(sampler_plans_load(&plans, NULL, false, &list, &problem), 0);
	assert_int_equal(plans.count, 1);
	sampler_plans_free(&plans);
	assert_int_equal(sampler_plans_load(&plans, "/etc", true, &list, &problem), -EISDIR);
	sampler_plans_free(&plans);
	interface_list_free(&list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_section),   cmocka_unit_test(test_settings),
		cmocka_unit_test(test_what_differs), cmocka_unit_test(test_recorders),
		cmocka_unit_test(test_recorder_ids), cmocka_unit_test(test_sinks),
		cmocka_unit_test(test_interfaces),   cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
