// SPDX-License-Identifier: GPL-2.0-only
/* The outside of a configuration file, and the root's section: whatever is in it, errors are noted, or it is right. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_config.h"
#include "interface_selector.h"
#include "root_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *const names[] = { "xdp_root", "xdp_filter", NULL };

static FILE *nowhere; /* for errors, of which there are thousands */

static void expect(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	nowhere = fopen("/dev/null", "w");
	return nowhere ? 0 : -1;
}

/* Each of what is right is a name, a pattern, or one of the words. */
static void check_selectors(const struct config_value *value)
{
	const struct config_value *item =
		value && value->kind == CONFIG_ARRAY ? value->first : value;

	for (; item; item = item->next) {
		char *text = strdup(item->text), *at = text, *selector;

		expect(text != NULL);
		while ((selector = strsep(&at, ",")))
			expect(interface_selector_check(selector, NULL) == 0);
		free(text);
		if (item == value)
			break;
	}
}

static void check_root(const struct config_file *file)
{
	const struct config_value *section =
		config_value_member(config_file_content(file), "xdp_root");
	struct config_errors errors = { .file = file };
	struct root_plan plan = root_plan_of(file, "eth0");

	expect(plan.mode == ECBPF_MODE_NATIVE || plan.mode == ECBPF_MODE_GENERIC);
	if (section)
		root_plan_check(section, &errors);
}

static void check_file(const struct config_file *file)
{
	struct config_errors known = { .file = file }, any = known;

	expect(host_config_check(file, names, &known) == 0);
	expect(host_config_check(file, NULL, &any) == 0);
	expect(any.count <= known.count);
	if (!any.count)
		check_selectors(config_value_member(config_file_content(file), "interfaces"));
	check_root(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem problem = { 0 };
	struct config_file *file = NULL;
	FILE *kept = stderr;

	if (config_file_parse("fuzz", (const char *)data, size, &file, &problem))
		return 0;
	stderr = nowhere;
	check_file(file);
	stderr = kept;
	config_file_close(file);
	return 0;
}
