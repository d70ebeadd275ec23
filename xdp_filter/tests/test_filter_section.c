// SPDX-License-Identifier: GPL-2.0-only
/* The section's keys: those that are declared and those that are read are the same, every option of --attach is among
 * them, and a check finds every error at once, in list files as well. */
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
#include "harness/component_schema.h"
#include "xdp_filter_component.h"

static void test_declared_is_read(void **state)
{
	(void)state;
	component_schema_is_read(&xdp_filter_component, NULL);
}

static void test_read_is_declared(void **state)
{
	static const char *const others[] = { "slot", "drop", "allow" };
	char own[64];

	(void)state;
	assert_true(component_schema_has(&xdp_filter_component, "interfaces"));
	assert_true(component_schema_has(&xdp_filter_component, "interface"));
	assert_false(component_schema_has(&xdp_filter_component, "interface.*.interfaces"));
	for (size_t i = 0; i < FILTER_SETTING_COUNT + 3; i++) {
		const char *name = i < FILTER_SETTING_COUNT ? filter_settings[i].name :
							      others[i - FILTER_SETTING_COUNT];

		snprintf(own, sizeof(own), "interface.*.%s", name);
		assert_true(component_schema_has(&xdp_filter_component, name));
		assert_true(component_schema_has(&xdp_filter_component, own));
	}
}

/* What is no key has a reason: it says where the file is or what to do, or is short for keys. */
static bool is_for_commands(const char *option)
{
	static const char *const names[] = { "interface",  "configured",    "config",
					     "no-config",  "bpffs",         "verbose",
					     "frags-drop", "no-frags-drop", "no-monitor" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(option, names[i]))
			return true;
	}
	return false;
}

static void test_options_are_declared(void **state)
{
	size_t count, keys = 0;
	const struct option_row *rows = filter_option_rows(&count);
	char key[64];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const char *name = rows[i].name;

		if ((rows[i].verbs && !(rows[i].verbs >> FILTER_ATTACH & 1)) ||
		    is_for_commands(name))
			continue;
		snprintf(key, sizeof(key), "%s%s", strncmp(name, "frags", 5) ? "" : "fragments",
			 strncmp(name, "frags", 5) ? name : name + 5);
		for (char *dash; (dash = strchr(key, '-'));)
			*dash = '_';
		if (!component_schema_has(&xdp_filter_component, key))
			fail_msg("--%s is no key of the section", name);
		keys++;
	}
	assert_int_equal(keys, FILTER_SETTING_COUNT + 1); /* and slot */
}

static void put(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

/* What a check logs; to be freed. */
static char *checked(const char *content, size_t *ret_errors)
{
	struct problem problem = { 0 };
	struct config_file *file = NULL;
	struct config_errors errors = { .tell_all = true };
	char *text = NULL;
	size_t size;
	FILE *kept = stderr, *stream = open_memstream(&text, &size);
	int err;

	assert_int_equal(config_file_parse("conf", content, strlen(content), &file, &problem), 0);
	errors.file = file;
	stderr = stream;
	err = xdp_filter_component.check(file,
					 config_value_member(config_file_content(file),
							     "xdp_filter"),
					 &errors, &problem);
	stderr = kept;
	fclose(stream);
	config_file_close(file);
	assert_int_equal(err, 0);
	*ret_errors = errors.count;
	return text;
}

static void assert_says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void test_all_errors(void **state)
{
	char bad[] = "/tmp/test_filter_section.XXXXXX", content[1024], says[256], *text;
	int fd = mkstemp(bad);
	size_t errors;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	put(bad, "192.0.2.0/24\nno address\n10.0.0.1/8\n");
	snprintf(content, sizeof(content),
		 "{\"xdp_filter\": {\n\"slot\": 8,\n\"interfaces\": [\"eth/0\"],\n\"drop\": [\"%s\",\n"
		 "\"/nowhere/x.list\"],\n\"monitr\": true,\n\"interface\": {\"eth1\": {\n\"allow\": \"%s\",\n"
		 "\"evil_bit\": \"yes\",\n\"slot\": \"2\"}}}}",
		 bad, bad);
	text = checked(content, &errors);
	snprintf(says, sizeof(says),
		 "conf: line 4: xdp_filter.drop[0]: %s: line 2: 'no address': ", bad);
	assert_says(text, says);
	assert_says(text, "conf: line 2: xdp_filter.slot: 8 is not a slot, 0 to 7");
	assert_says(text, "conf: line 3: xdp_filter.interfaces[0]: 'eth/0' does not name");
	assert_says(text, "conf: line 5: xdp_filter.drop[1]: /nowhere/x.list: cannot be opened");
	assert_says(text,
		    "conf: line 6: xdp_filter.monitr: no such setting; did you mean 'monitor'?");
	snprintf(says, sizeof(says), "conf: line 8: xdp_filter.interface.eth1.allow: %s: line 2",
		 bad);
	assert_says(text, says);
	assert_says(text, "(and 1 more bad line)");
	assert_says(text, "conf: line 9: xdp_filter.interface.eth1.evil_bit: 'yes' is none of");
	assert_says(text, "conf: line 10: xdp_filter.interface.eth1.slot: '2' is not a number");
	assert_int_equal(errors, 8);
	free(text);
	unlink(bad);
}

static void test_fine(void **state)
{
	size_t errors;
	char *text = checked("{\"xdp_filter\": {\"interfaces\": [\"enp*\", \"bond:bond0\", "
			     "\"default-route\"], \"slot\": 7, \"drop\": \"/dev/null\"}}",
			     &errors);

	(void)state;
	assert_string_equal(text, "");
	assert_int_equal(errors, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_declared_is_read),
		cmocka_unit_test(test_read_is_declared),
		cmocka_unit_test(test_options_are_declared),
		cmocka_unit_test(test_all_errors),
		cmocka_unit_test(test_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
