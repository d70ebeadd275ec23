// SPDX-License-Identifier: GPL-2.0-only
/* What an operator types becomes what the filter is asked for. */
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

#include "filter_options.h"
#include "harness/typed_line.h"
#include "source_expiry.h"

static const struct verb_row verbs[FILTER_VERB_COUNT] = {
	[FILTER_ATTACH] = { .name = "attach" },
	[FILTER_DETACH] = { .name = "detach" },
	[FILTER_RELOAD] = { .name = "reload" },
	[FILTER_SET] = { .name = "set" },
	[FILTER_DROP] = { .name = "drop" },
	[FILTER_NO_DROP] = { .name = "no-drop" },
	[FILTER_ALLOW] = { .name = "allow" },
	[FILTER_NO_ALLOW] = { .name = "no-allow" },
	[FILTER_CLEAR] = { .name = "clear" },
	[FILTER_DUMP] = { .name = "dump" },
	[FILTER_STATUS] = { .name = "status" },
	[FILTER_WATCH] = { .name = "watch" },
	[FILTER_CHECK_CONFIG] = { .name = "check-config" },
	[FILTER_METRICS] = { .name = "metrics" },
	[FILTER_WANTED] = { .name = "wanted" },
};

static struct problem problem;
static struct filter_options options;

const struct typed_tool typed_tool = {
	.verbs = verbs,
	.verb_count = FILTER_VERB_COUNT,
	.rows = filter_option_rows,
	.separator = " ",
	.options = &options,
	.options_size = sizeof(options),
	.problem = &problem,
};

static struct filter_request request_of(const char *line)
{
	assert_int_equal(typed_parse(line), 0);
	return filter_options_request(&options);
}

/* "SETTING=VALUE ..." of what was asked for. */
static const char *text_of(struct filter_request request)
{
	static char text[1024];
	size_t length = 0;

	text[0] = '\0';
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		if (request.given[i])
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s=%u",
						   length ? " " : "", filter_settings[i].name,
						   request.value[i]);
	}
	return text;
}

static void test_settings(void **state)
{
	static const struct {
		const char *words, *expected;
	} cases[] = {
		{ "--set", "" },
		{ "--attach --frags-drop", "fragments_ipv4=1 fragments_ipv6=1" },
		{ "--set --no-frags-drop", "fragments_ipv4=0 fragments_ipv6=0" },
		{ "--set --frags-drop --frags-ipv6 drop-unless-local",
		  "fragments_ipv4=1 fragments_ipv6=2" },
		{ "--set --frags-ipv4=pass --no-frags-drop", "fragments_ipv4=0 fragments_ipv6=0" },
		{ "--set --monitor", "monitor=1" },
		{ "--set --no-monitor", "monitor=0" },
		{ "--set --ptb-max-pps 0 --ptb-mtu 1400 --ptb-ttl 1 --ptb-dscp 63",
		  "ptb_max_pps=0 ptb_mtu=1400 ptb_ttl=1 ptb_dscp=63" },
		{ "--set --bad-frame pass --bad-length count --bad-version drop",
		  "bad_frame=0 bad_length=1 bad_version=2" },
		{ "--set --ipv4-options drop --evil-bit drop --bad-checksum count",
		  "ipv4_options=2 evil_bit=2 bad_checksum=1" },
		{ "--set --source-is-destination drop --martian-source drop --extension-chain pass",
		  "source_is_destination=2 martian_source=2 extension_chain=0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(text_of(request_of(cases[i].words)), cases[i].expected);
}

static void test_refused(void **state)
{
	static const char *const lines[] = {
		"--set --frags-ipv4 maybe",
		"--set --ptb-ttl 0",
		"--set --ptb-ttl 256",
		"--set --ptb-dscp 64",
		"--set --monitor --no-monitor",
		"--drop --evil-bit drop",
		"--set --ips 192.0.2.1",
		"--no-drop --expires 1h",
		"--allow --no-config",
		"--status --replace",
		"--dump --json",
		"--set --check-frame drop",
		"--set --fragments-ipv4=drop",
		"--set --configured",
		"--detach --configured",
		"--attach --attached",
		"--metrics --config x",
		"--check-config --no-config",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_int_equal(typed_parse(lines[i]), -EINVAL);
}

static void test_plans(void **state)
{
	struct filter_plans plans;

	(void)state;
	typed_take("--attach --no-config --config x");
	assert_int_equal(filter_options_plans(&options, true, &plans, &problem), -EINVAL);
	typed_says("--config and --no-config contradict each other");
	filter_plans_free(&plans);
	typed_take("--attach --config /nowhere.json -i no0");
	assert_int_equal(filter_options_plans(&options, true, &plans, &problem), -ENOENT);
	typed_says("/nowhere.json: no such configuration file");
	filter_plans_free(&plans);
	typed_take("--attach --no-config -i no0");
	assert_int_equal(filter_options_plans(&options, true, &plans, &problem), 0);
	assert_int_equal(plans.count, 1);
	filter_plans_free(&plans);
}

static int sources_of(const char *line, struct source_list *list)
{
	assert_int_equal(typed_parse(line), 0);
	*list = (struct source_list){ 0 };
	return filter_options_sources(&options, "drop", SOURCE_DROP, list, &problem);
}

static void test_words(void **state)
{
	struct source_list list;

	(void)state;
	assert_int_equal(sources_of("--drop --ips ::1,192.0.2.1 --tags six,four --expires 2h",
				    &list),
			 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.tags + list.sources[0].tag, "four");
	assert_string_equal(list.tags + list.sources[1].tag, "six");
	for (int i = 0; i < 2; i++) {
		uint64_t left = list.sources[i].expires - source_expiry_now();

		assert_true(left > 7100000000000 && left <= 7200000000000);
		assert_true(list.sources[i].load_time && list.sources[i].action == SOURCE_DROP);
		assert_int_equal(list.sources[i].origin, SOURCE_FROM_COMMAND);
	}
	source_list_free(&list);
}

static void test_file(void **state)
{
	char path[] = "/tmp/test-filter-options.XXXXXX", line[256];
	int fd = mkstemp(path);
	struct source_list list;

	(void)state;
	assert_true(fd >= 0);
	assert_true(write(fd, "192.0.2.1 ; own\n10.0.0.0/8\n::/0 allow\n", 38) == 38);
	close(fd);
	snprintf(line, sizeof(line), "--drop --file %s --tags a,_b", path);
	assert_int_equal(sources_of(line, &list), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.tags + list.sources[0].tag, "a, b");
	assert_string_equal(list.tags + list.sources[1].tag, "own");
	assert_int_equal(list.sources[1].action, SOURCE_DROP);
	assert_int_equal(list.sources[2].action, SOURCE_ALLOW);
	source_list_free(&list);
	unlink(path);
}

static void test_bad_sources(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{ "--drop", "--drop needs --ips LIST or --file FILE" },
		{ "--drop --ips ::1 --file x", "--drop needs --ips LIST or --file FILE, not both" },
		{ "--drop --ips ::1 --expires soon", "--expires: 'soon' is not a duration" },
		{ "--drop --ips ::1,::1/64", "--ips: " },
		{ "--drop --ips ::1 --tags a,b", "--tags: " },
		{ "--drop --file /nowhere/list", "/nowhere/list" },
		{ "--drop --file /dev/null --tags "
		  "0123456789012345678901234567890123456789012345678901234567890123",
		  "--tags: a tag has at most 63 bytes" },
		{ "--drop --file /dev/null --tags a\tb", "--tags: no control characters" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct source_list list;

		assert_true(sources_of(cases[i].line, &list) < 0);
		assert_non_null(strstr(problem.text, cases[i].text));
		source_list_free(&list);
	}
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} cases[] = {
		{ "1s", 1 },
		{ "90s", 90 },
		{ "15m", 900 },
		{ "2h", 7200 },
		{ "7d", 604800 },
		{ "3650d", 315360000 },
		{ "0s", 0 },
		{ "3651d", 0 },
		{ "", 0 },
		{ "s", 0 },
		{ "5", 0 },
		{ "-5s", 0 },
		{ "5 s", 0 },
		{ "5w", 0 },
		{ "1h30m", 0 },
		{ "99999999999999999s", 0 },
		{ "000000000000000000001s", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t expires = 5, before = source_expiry_now();
		int err = source_expiry_parse(cases[i].text, &expires, &problem);

		assert_int_equal(err, cases[i].seconds ? 0 : -EINVAL);
		if (err) {
			assert_int_equal(expires, 5);
			continue;
		}
		assert_true(expires >= before + cases[i].seconds * 1000000000);
		assert_true(expires <= source_expiry_now() + cases[i].seconds * 1000000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_plans),     cmocka_unit_test(test_words),
		cmocka_unit_test(test_file),      cmocka_unit_test(test_bad_sources),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, typed_teardown);
}
