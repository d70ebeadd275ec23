// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "filter_file.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct filter_file *parse(const char *content)
{
	struct problem problem = { 0 };
	struct filter_file *file = NULL;
	int err = filter_file_parse("/etc/ecbpf/ecbpf.json", content, strlen(content), &file,
				    &problem);

	assert_string_equal(problem.text, "");
	assert_int_equal(err, 0);
	assert_non_null(file);
	return file;
}

static struct filter_file_wish wish_of(const struct filter_file *file, const char *interface)
{
	struct filter_file_wish wish = { 0 };
	struct problem problem = { 0 };

	assert_int_equal(filter_file_wish(file, interface, &wish, &problem), 0);
	assert_string_equal(problem.text, "");
	return wish;
}

static size_t given(const struct filter_request *request)
{
	size_t count = 0;

	for (int i = 0; i < FILTER_SETTING_COUNT; i++)
		count += request->given[i];
	return count;
}

static void expect_setting(const struct filter_file_wish *wish, enum filter_setting setting,
			   uint32_t value)
{
	assert_true(wish->request.given[setting]);
	assert_int_equal(wish->request.value[setting], value);
}

/* `paths` with a space behind each. */
static void expect_paths(const struct filter_file_paths *paths, const char *expected)
{
	char text[256] = "";

	for (size_t i = 0; i < paths->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", paths->paths[i]);
	assert_string_equal(text, expected);
}

/* What a file may hold without wishing anything. */
static void wishes_nothing(void **state)
{
	static const struct {
		const char *content;
		bool section;
	} rows[] = {
		{ "{}", false },
		{ "{\"xdp_filter\": {}}", true },
		{ "{\"bypass_udp\": {\"drop\": 1.5, \"xdp_filter\": 7}, \"xdp_filte\": null}",
		  false },
		{ "{\"xdp_filter\": {\"interface\": {}, \"interfaces\": [], \"drop\": []}}", true },
		{ "{\"xdp_filter\": {\"interface\": {\"eth1\": {\"monitor\": true}}}}", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct filter_file *file = parse(rows[i].content);
		struct filter_file_wish wish = wish_of(file, "eth0");

		assert_int_equal(filter_file_has_section(file), rows[i].section);
		assert_int_equal(given(&wish.request), 0);
		expect_paths(&wish.drop, "");
		expect_paths(&wish.allow, "");
		filter_file_wish_free(&wish);
		filter_file_close(file);
	}
}

static void reads_the_section(void **state)
{
	struct filter_file *file = parse(
		"{\"xdp_filter\": {\n"
		"\"interfaces\": [\"eth0\", \"eth1\"], // where\n"
		"\"fragments_ipv4\": \"drop-unless-local\",\n"
		"\"fragments_ipv6\": \"drop\",\n"
		"\"ptb_max_pps\": 300,\n"
		"\"monitor\": false, \"slot\": 3,\n"
		"\"ipv4_options\": \"drop\",\n"
		"\"drop\": [\"/srv/drop.list\", \"b.list\"],\n"
		"\"allow\": \"allow.list\",\n"
		"\"interface\": {\n"
		"  \"eth1\": {\"monitor\": true, \"ptb_max_pps\": 0, \"evil_bit\": \"pass\",\n"
		"             \"drop\": \"eth1.list\", \"slot\": 0},\n"
		"  \"eth2\": {\"drop\": [], \"allow\": [\"/x\", \"/y\"]}\n"
		"}}}");
	struct filter_file_wish wish = wish_of(file, "eth0");

	(void)state;
	assert_true(filter_file_has_section(file));
	assert_int_equal(given(&wish.request), 5);
	expect_setting(&wish, FILTER_SETTING_FRAGMENTS_IPV4, FILTER_FRAGMENTS_DROP_UNLESS_LOCAL);
	expect_setting(&wish, FILTER_SETTING_FRAGMENTS_IPV6, FILTER_FRAGMENTS_DROP);
	expect_setting(&wish, FILTER_SETTING_PTB_MAX_PPS, 300);
	expect_setting(&wish, FILTER_SETTING_MONITOR, 0);
	expect_setting(&wish, FILTER_SETTING_CHECK + FILTER_CHECK_OPTIONS, FILTER_KNOB_DROP);
	expect_paths(&wish.drop, "/srv/drop.list /etc/ecbpf/b.list ");
	expect_paths(&wish.allow, "/etc/ecbpf/allow.list ");
	assert_true(wish.slot_given && wish.slot == 3);
	filter_file_wish_free(&wish);

	wish = wish_of(file, "eth1");
	assert_int_equal(given(&wish.request), 6);
	expect_setting(&wish, FILTER_SETTING_FRAGMENTS_IPV6, FILTER_FRAGMENTS_DROP);
	expect_setting(&wish, FILTER_SETTING_PTB_MAX_PPS, 0);
	expect_setting(&wish, FILTER_SETTING_MONITOR, 1);
	expect_setting(&wish, FILTER_SETTING_CHECK + FILTER_CHECK_EVIL, FILTER_KNOB_PASS);
	expect_paths(&wish.drop, "/etc/ecbpf/eth1.list ");
	assert_true(wish.slot_given && wish.slot == 0);
	expect_paths(&wish.allow, "/etc/ecbpf/allow.list ");
	filter_file_wish_free(&wish);

	wish = wish_of(file, "eth2");
	expect_setting(&wish, FILTER_SETTING_MONITOR, 0);
	expect_paths(&wish.drop, "");
	expect_paths(&wish.allow, "/x /y ");
	filter_file_wish_free(&wish);
	filter_file_close(file);
}

/* The order of members does not matter: what differs is said before the rest here. */
static void differences_come_last(void **state)
{
	struct filter_file *file =
		parse("{\"xdp_filter\": {"
		      "\"interface\": {\"a\": {\"drop\": \"/a\", \"monitor\": true}},"
		      "\"drop\": \"/all\", \"monitor\": false,"
		      "\"interfaces\": \"a,b\"}}");
	struct filter_file_wish wish = wish_of(file, "a");

	(void)state;
	expect_setting(&wish, FILTER_SETTING_MONITOR, 1);
	expect_paths(&wish.drop, "/a ");
	filter_file_wish_free(&wish);
	filter_file_close(file);
}

static void takes_every_setting(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		const struct filter_setting_row *row = &filter_settings[i];
		struct filter_file_wish wish;
		struct filter_file *file;
		char value[64];
		char content[128];

		if (i == FILTER_SETTING_MONITOR)
			strcpy(value, "true");
		else if (row->choices)
			snprintf(value, sizeof(value), "\"%s\"", row->choices[1]);
		else
			snprintf(value, sizeof(value), "%u", row->maximum);
		snprintf(content, sizeof(content), "{\"xdp_filter\": {\"%s\": %s}}", row->name,
			 value);
		file = parse(content);
		wish = wish_of(file, "eth0");
		assert_int_equal(given(&wish.request), 1);
		expect_setting(&wish, (enum filter_setting)i, row->choices ? 1 : row->maximum);
		filter_file_wish_free(&wish);
		filter_file_close(file);
	}
}

/* The section, and what is told behind "conf: line ". */
#define NAME_RULE                                                                                  \
	" does not name interfaces: write a name (eth0), a pattern (enp*), bond:NAME or "          \
	"default-route"
#define NO_NUMBER "is not a whole number from 0 to 18446744073709551615"
static const struct {
	const char *section;
	const char *problem;
} mistakes[] = {
	{ "7", "1: xdp_filter: '7' is not an object {...}" },
	{ "null", "1: xdp_filter: 'null' is not an object {...}" },
	{ "{\"fragment\": \"drop\"}", "1: xdp_filter.fragment: no such setting" },
	{ "{\n\n\"fragments_ipv4\":\n \"drp\"}",
	  "3: xdp_filter.fragments_ipv4: 'drp' is none of pass, drop, drop-unless-local" },
	{ "{\"evil_bit\": true}", "1: xdp_filter.evil_bit: 'true' is none of pass, count, drop" },
	{ "{\"evil_bit\": []}", "1: xdp_filter.evil_bit: '[...]' is none of pass, count, drop" },
	{ "{\"evil_bit\": 1}", "1: xdp_filter.evil_bit: takes one of pass, count, drop, not 1" },
	{ "{\"monitor\": \"on\"}", "1: xdp_filter.monitor: 'on' is not true or false" },
	{ "{\"monitor\": 1}", "1: xdp_filter.monitor: '1' is not true or false" },
	{ "{\"ptb_max_pps\": \"7\"}",
	  "1: xdp_filter.ptb_max_pps: takes a number from 0 to 1000000, not '7'" },
	{ "{\"ptb_max_pps\": null}",
	  "1: xdp_filter.ptb_max_pps: takes a number from 0 to 1000000, not 'null'" },
	{ "{\"ptb_max_pps\": 1000001}",
	  "1: xdp_filter.ptb_max_pps: 1000001 is not from 0 to 1000000" },
	{ "{\"ptb_max_pps\": 1.5}", "1: xdp_filter.ptb_max_pps: '1.5' " NO_NUMBER },
	{ "{\"ptb_max_pps\": 1e3}", "1: xdp_filter.ptb_max_pps: '1e3' " NO_NUMBER },
	{ "{\"ptb_max_pps\": -1}", "1: xdp_filter.ptb_max_pps: '-1' " NO_NUMBER },
	{ "{\"ptb_max_pps\": 18446744073709551616}",
	  "1: xdp_filter.ptb_max_pps: '18446744073709551616' " NO_NUMBER },
	{ "{\"ptb_mtu\": 67}", "1: xdp_filter.ptb_mtu: 67 is not an MTU: it is 68 to 65535, "
			       "or 0 for the datagram's own length" },
	{ "{\"drop\": 7}", "1: xdp_filter.drop: '7' is not a text in quotation marks" },
	{ "{\"drop\": {\"a\": \"b\"}}",
	  "1: xdp_filter.drop: '{...}' is not a text in quotation marks" },
	{ "{\"allow\": [\"a\",\n[\"b\"]]}",
	  "2: xdp_filter.allow[1]: '[...]' is not a text in quotation marks" },
	{ "{\"allow\": \"\"}", "1: xdp_filter.allow: the path of a list file is empty" },
	{ "{\"drop\": [\"a\", \"\"]}", "1: xdp_filter.drop[1]: the path of a list file is empty" },
	{ "{\"interfaces\": [\"eth0\", \"eth/0\"]}",
	  "1: xdp_filter.interfaces[1]: 'eth/0'" NAME_RULE },
	{ "{\"interfaces\": [\"eth/0\", \"eth0\"]}",
	  "1: xdp_filter.interfaces[0]: 'eth/0'" NAME_RULE },
	{ "{\"interfaces\": \"\"}", "1: xdp_filter.interfaces: ''" NAME_RULE },
	{ "{\"slot\": 8}", "1: xdp_filter.slot: 8 is not a slot, 0 to 7" },
	{ "{\"slot\": \"2\"}", "1: xdp_filter.slot: '2' is not a number" },
	{ "{\"interfaces\": [0]}",
	  "1: xdp_filter.interfaces[0]: '0' is not a text in quotation marks" },
	{ "{\"interface\": []}", "1: xdp_filter.interface: '[...]' is not an object {...}" },
	{ "{\"interface\": \"eth0\"}", "1: xdp_filter.interface: 'eth0' is not an object {...}" },
	{ "{\"interface\": {\n\"eth:1\": {}}}",
	  "2: xdp_filter.interface.eth:1: 'eth:1' is not an interface name" },
	{ "{\"interface\": {\"eth0,eth1\": {}}}",
	  "1: xdp_filter.interface.eth0,eth1: 'eth0,eth1' is not an interface name" },
	{ "{\"interface\": {\"eth1\": true}}",
	  "1: xdp_filter.interface.eth1: 'true' is not an object {...}" },
	{ "{\"interface\": {\"eth0\": {},\n\"eth1\": {\"evil_bit\": \"x\"}}}",
	  "2: xdp_filter.interface.eth1.evil_bit: 'x' is none of pass, count, drop" },
	{ "{\"interface\": {\"eth1\": {\"drop\": [1]}}}",
	  "1: xdp_filter.interface.eth1.drop[0]: '1' is not a text in quotation marks" },
	{ "{\"interface\": {\"eth1\": {\"interfaces\": \"eth1\"}}}",
	  "1: xdp_filter.interface.eth1.interfaces: no such setting" },
	{ "{\"interface\": {\"eth1\": {\"interface\": {}}}}",
	  "1: xdp_filter.interface.eth1.interface: no such setting" },
	{ "{\"a\": 1, \"interface\": {\"eth1\": {\"b\": 1}, \"eth2\": 1}, \"drop\": [1, 2]}",
	  "1: xdp_filter.a: no such setting (and 4 more)" },
};

static void tells_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		struct problem problem = { 0 };
		struct filter_file *file = NULL;
		char content[256];
		char expected[256];
		int err;

		snprintf(content, sizeof(content), "{\"xdp_filter\": %s}", mistakes[i].section);
		snprintf(expected, sizeof(expected), "conf: line %s", mistakes[i].problem);
		err = filter_file_parse("conf", content, strlen(content), &file, &problem);
		assert_string_equal(problem.text, expected);
		assert_int_equal(err, -EINVAL);
		assert_null(file);
	}
}

static void opens_files(void **state)
{
	char directory[] = "/tmp/filter_file_XXXXXX";
	struct problem problem = { 0 };
	struct filter_file *file = NULL;
	struct filter_file_wish wish;
	char path[64];
	char text[128];
	FILE *stream;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/ecbpf.json", directory);
	assert_int_equal(filter_file_open(path, &file, &problem), -ENOENT);
	assert_string_equal(problem.text, "");
	assert_null(file);

	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_true(fputs("{\"xdp_filter\": {\"drop\": \"x\"}", stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(filter_file_open(path, &file, &problem), -EINVAL);
	snprintf(text, sizeof(text), "%s: line 1: ',' or '}' expected, not the end of the file",
		 path);
	assert_string_equal(problem.text, text);
	assert_null(file);

	stream = fopen(path, "a");
	assert_non_null(stream);
	assert_true(fputs("}", stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(filter_file_open(path, &file, &problem), 0);
	wish = wish_of(file, "eth0");
	snprintf(text, sizeof(text), "%s/x ", directory);
	expect_paths(&wish.drop, text);
	filter_file_wish_free(&wish);
	filter_file_close(file);
	filter_file_close(NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes_nothing),        cmocka_unit_test(reads_the_section),
		cmocka_unit_test(differences_come_last), cmocka_unit_test(takes_every_setting),
		cmocka_unit_test(tells_errors),          cmocka_unit_test(opens_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
