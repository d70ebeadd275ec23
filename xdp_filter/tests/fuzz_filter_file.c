// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_file.h"

static FILE *nowhere;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_request(const struct filter_request *request)
{
	struct filter_config config;

	filter_settings_standard(&config);
	filter_settings_apply(request, &config);
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		const struct filter_setting_row *row = &filter_settings[i];
		uint32_t value = filter_settings_value(&config, (enum filter_setting)i);
		uint32_t words = 0;

		expect(value == (request->given[i] ? request->value[i] : row->standard));
		while (row->choices && row->choices[words])
			words++;
		if (row->choices)
			expect(value < words);
		else
			expect(value >= row->minimum && value <= row->maximum);
	}
	expect(config.ptb_mtu == 0 || config.ptb_mtu >= 68);
	expect((config.ptb_interval == 0) == (config.ptb_max_pps == 0));
}

static void check_paths(const struct filter_file_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		expect(paths->paths[i][0] == '/');
}

static void check_interface(const struct filter_file *file, const char *interface)
{
	struct filter_file_wish wish = { 0 };
	struct problem problem = { 0 };

	expect(filter_file_wish(file, interface, &wish, &problem) == 0 && !problem.text[0]);
	check_request(&wish.request);
	check_paths(&wish.drop);
	check_paths(&wish.allow);
	filter_file_wish_free(&wish);
}

/* Errors behind the first are logged, millions of them here. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	nowhere = fopen("/dev/null", "we");
	return nowhere ? 0 : -1;
}

static int parse_silently(const uint8_t *data, size_t size, struct filter_file **ret_file,
			  struct problem *problem)
{
	FILE *kept = stderr;
	int err;

	stderr = nowhere;
	err = filter_file_parse("/fuzz", (const char *)data, size, ret_file, problem);
	stderr = kept;
	return err;
}

/* What is taken can be read for every interface, and is within its limits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem problem = { 0 };
	struct filter_file *file = NULL;
	int err = parse_silently(data, size, &file, &problem);

	if (err) {
		expect(err == -EINVAL && !file && !strncmp(problem.text, "/fuzz: line ", 12));
		return 0;
	}
	expect(!problem.text[0]);
	check_interface(file, "eth0");
	filter_file_close(file);
	return 0;
}
