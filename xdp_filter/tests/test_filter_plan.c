// SPDX-License-Identifier: GPL-2.0-only
/* The configuration file and its list files become one plan for each interface, or one problem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter_plan.h"
#include "program_slot.h"

static char directory[] = "/tmp/test_filter_plan.XXXXXX";
static struct problem problem;
static struct interface_list interfaces;
static struct filter_plans plans;

static const char *const files[] = { "config.json", "drop.list", "allow.list", "bad.list" };

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const char *content)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	strcpy(strrchr(directory, '.'), ".XXXXXX");
	assert_non_null(mkdtemp(directory));
	put("drop.list", "192.0.2.0/24 ; lab\n2001:db8::/32\n");
	put("allow.list", "192.0.2.7\n198.51.100.0/24 drop\n");
	put("bad.list", "192.0.2.0/24\nno address\n");
	assert_int_equal(interface_list_add(&interfaces, "eth0,eth1", &problem), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	filter_plans_free(&plans);
	interface_list_free(&interfaces);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		unlink(path_of(files[i]));
	assert_int_equal(rmdir(directory), 0);
	return 0;
}

static int load(const char *content)
{
	put("config.json", content);
	return filter_plans_load(&plans, path_of("config.json"), false, &interfaces, &problem);
}

static void assert_standard(const struct filter_plan *plan)
{
	struct filter_config config;

	filter_settings_standard(&config);
	assert_non_null(plan);
	assert_memory_equal(&plan->config, &config, sizeof(config));
	assert_int_equal(plan->sources.count, 0);
	assert_int_equal(plan->slot, PROGRAM_SLOT_ANY);
}

static void assert_source(const struct filter_plan *plan, size_t number, const char *prefix,
			  uint8_t action, const char *tag)
{
	const struct source *source = &plan->sources.sources[number];
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	assert_true(number < plan->sources.count);
	assert_string_equal(address_prefix_text(&source->prefix, text, sizeof(text)), prefix);
	assert_int_equal(source->action, action);
	assert_int_equal(source->origin, SOURCE_FROM_CONFIG);
	assert_true(source->load_time && !source->expires);
	assert_string_equal(plan->sources.tags + source->tag, tag);
}

static void test_no_file(void **state)
{
	(void)state;
	assert_int_equal(filter_plans_load(&plans, NULL, false, &interfaces, &problem), 0);
	assert_standard(filter_plans_find(&plans, "eth0"));
	assert_standard(filter_plans_find(&plans, "eth1"));
	assert_null(filter_plans_find(&plans, "eth2"));
}

static void test_missing_file(void **state)
{
	const char *path = path_of("config.json");

	(void)state;
	assert_int_equal(filter_plans_load(&plans, path, true, &interfaces, &problem), 0);
	assert_standard(filter_plans_find(&plans, "eth0"));
	filter_plans_free(&plans);
	assert_int_equal(filter_plans_load(&plans, path, false, &interfaces, &problem), -ENOENT);
	assert_non_null(strstr(problem.text, "/config.json: no such configuration file"));
}

static void test_file(void **state)
{
	const struct filter_plan *plan;

	(void)state;
	assert_int_equal(
		load("{\"xdp_filter\": {\"fragments_ipv4\": \"drop\", \"drop\": "
		     "\"drop.list\", \"allow\": [\"allow.list\"], \"interface\": "
		     "{\"eth1\": {\"ptb_mtu\": 1400, \"drop\": [], \"slot\": 6}}, \"slot\": 5}}"),
		0);
	plan = filter_plans_find(&plans, "eth0");
	assert_int_equal(plan->config.fragments_ipv4, FILTER_FRAGMENTS_DROP);
	assert_int_equal(plan->config.ptb_mtu, 0);
	assert_int_equal(plan->slot, 5);
	assert_int_equal(plan->sources.count, 4);
	assert_source(plan, 0, "192.0.2.0/24", SOURCE_DROP, "lab");
	assert_source(plan, 1, "192.0.2.7/32", SOURCE_ALLOW, "");
	assert_source(plan, 2, "198.51.100.0/24", SOURCE_DROP, "");
	assert_source(plan, 3, "2001:db8::/32", SOURCE_DROP, "");
	plan = filter_plans_find(&plans, "eth1");
	assert_int_equal(plan->config.fragments_ipv4, FILTER_FRAGMENTS_DROP);
	assert_int_equal(plan->config.ptb_mtu, 1400);
	assert_int_equal(plan->slot, 6);
	assert_int_equal(plan->sources.count, 2);
	assert_source(plan, 0, "192.0.2.7/32", SOURCE_ALLOW, "");
}

static void test_without_section(void **state)
{
	(void)state;
	assert_int_equal(load("{\"other\": {}}"), 0);
	assert_standard(filter_plans_find(&plans, "eth0"));
}

/* One bad word anywhere, and there is no plan. */
static void test_bad(void **state)
{
	static const struct {
		const char *content, *text;
	} cases[] = {
		{ "{", "config.json" },
		{ "{\"xdp_filter\": {\"fragments\": \"drop\"}}", "fragments" },
		{ "{\"xdp_filter\": {\"drop\": \"none.list\"}}", "none.list" },
		{ "{\"xdp_filter\": {\"drop\": \"bad.list\"}}", "bad.list: line 2: " },
		{ "{\"xdp_filter\": {\"interface\": {\"eth1\": {\"allow\": \"bad.list\"}}}}",
		  "bad.list: line 2: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(load(cases[i].content) < 0);
		assert_non_null(strstr(problem.text, cases[i].text));
		filter_plans_free(&plans);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_file),         TEST(test_missing_file), TEST(test_file),
		TEST(test_without_section), TEST(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
