// SPDX-License-Identifier: GPL-2.0-only
/* The section's keys: those that are declared and those that are read are the same, and every option of --attach and
 * of --run is among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "harness/component_schema.h"
#include "recorder_option.h"
#include "sampler_options.h"
#include "xdp_sampler_component.h"

static const struct component *const component = &xdp_sampler_component;

static void test_declared_is_read(void **state)
{
	static const struct component_schema_beside beside[] = {
		{ "sinks[]", "type", "\"pcapng\"" },
		{ "recorders[]", "filter", "\"* * * * *\"" },
		{ "interface.*.recorders[]", "filter", "\"* * * * *\"" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	component_schema_is_read(component, beside);
}

static void assert_declared(const char *before, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s", before, name);
	if (!component_schema_has(component, path))
		fail_msg("%s is read, but not declared", path);
}

static void test_read_is_declared(void **state)
{
	(void)state;
	assert_declared("", "interfaces");
	assert_declared("", "interface");
	assert_declared("", "sinks");
	assert_declared("sinks[].", "type");
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		assert_declared("", sampler_settings[i].name);
		assert_declared("interface.*.", sampler_settings[i].name);
	}
	for (const struct recorder_option_row *row = recorder_options; row->name; row++) {
		assert_declared("recorders[].", row->name);
		assert_declared("interface.*.recorders[].", row->name);
	}
	assert_declared("recorders[].", "filter");
	for (size_t i = 0; sink_word_name(i); i++)
		assert_declared("sinks[].", sink_word_name(i));
	assert_false(component_schema_has(component, "interface.*.sinks"));
	assert_false(component_schema_has(component, "interface.*.interfaces"));
}

/* What the options of sinks are in the section; NULL: the option says where the file is, or what to do. */
static const struct {
	const char *option;
	const char *key;
} others[] = {
	{ "interface", NULL },
	{ "configured", NULL },
	{ "attached", NULL },
	{ "config", NULL },
	{ "no-config", NULL },
	{ "bpffs", NULL },
	{ "verbose", NULL },
	{ "write", "sinks[].file" },
	{ "json-lines", "sinks[].file" },
	{ "sflow", "sinks[].collector" },
	{ "live", "sinks[].type" },
	{ "rotate-size", "sinks[].rotate_size" },
	{ "rotate-seconds", "sinks[].rotate_seconds" },
	{ "rotate-samples", "sinks[].rotate_samples" },
	{ "keep-files", "sinks[].keep_files" },
	{ "sflow-agent", "sinks[].agent" },
};

static void assert_option(const char *option)
{
	char key[64];

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (strcmp(others[i].option, option) != 0)
			continue;
		if (others[i].key)
			assert_declared("", others[i].key);
		return;
	}
	snprintf(key, sizeof(key), "%s", option);
	for (char *dash; (dash = strchr(key, '-'));)
		*dash = '_';
	if (!component_schema_has(component, key))
		fail_msg("--%s is no key of the section", option);
}

static void test_options_are_declared(void **state)
{
	const uint32_t wanted = 1U << SAMPLER_VERB_ATTACH | 1U << SAMPLER_VERB_RUN;
	size_t count;
	const struct option_row *rows = sampler_option_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].verbs || rows[i].verbs & wanted)
			assert_option(rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_declared_is_read),
		cmocka_unit_test(test_read_is_declared),
		cmocka_unit_test(test_options_are_declared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
