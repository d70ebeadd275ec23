// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

#include "output_name.h"
#include "pcapng_scene.h"

static void splits(void **state)
{
	static const struct {
		const char *target, *directory, *stem, *suffix;
	} rows[] = {
		{ "x.pcapng", ".", "x", ".pcapng" },
		{ "/x.pcapng", "/", "x", ".pcapng" },
		{ "/var/log/a.b/x", "/var/log/a.b", "x", "" },
		{ "d/x.y.json", "d", "x.y", ".json" },
		{ "d/.hidden", "d", ".hidden", "" },
	};
	struct output_name name;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(output_name_split(rows[i].target, &name), 0);
		assert_string_equal(name.directory, rows[i].directory);
		assert_string_equal(name.stem, rows[i].stem);
		assert_string_equal(name.suffix, rows[i].suffix);
		output_name_free(&name);
	}
	assert_int_equal(output_name_split("", &name), -EINVAL);
	assert_int_equal(output_name_split("d/", &name), -EINVAL);
	assert_int_equal(output_name_split("d/..", &name), -EINVAL);
}

static void makes_names_as_dumpcap_does(void **state)
{
	struct output_name name;
	char *path;

	(void)state;
	assert_int_equal(output_name_split("/d/x.pcapng", &name), 0);
	path = output_name_path(&name, 1, 1795287900);
	assert_string_equal(path, "/d/x_00001_20261121190500.pcapng");
	free(path);
	path = output_name_path(&name, 123456, 0);
	assert_string_equal(path, "/d/x_123456_19700101000000.pcapng");
	free(path);
	output_name_free(&name);
}

static void knows_its_own_only(void **state)
{
	static const char *const strangers[] = {
		"x.pcapng",
		"x_0001_20261121190500.pcapng",
		"x_00001_2026112119050.pcapng",
		"x_00001_202611211905000.pcapng",
		"x_00001_20261121190500.pcapng.gz",
		"x_00001_20261121190500.pcap",
		"xx_00001_20261121190500.pcapng",
		"x_1234567890123456789_20261121190500.pcapng",
		"x_00001a_20261121190500.pcapng",
		"x-00001_20261121190500.pcapng",
		"",
	};
	struct output_name name;
	uint64_t number = 77;

	(void)state;
	assert_int_equal(output_name_split("x.pcapng", &name), 0);
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_false(output_name_matches(&name, strangers[i], &number));
	assert_int_equal(number, 77);
	assert_true(output_name_matches(&name, "x_00042_20261121190500.pcapng", &number));
	assert_int_equal(number, 42);
	assert_true(output_name_matches(&name, "x_123456_20261121190500.pcapng", &number));
	assert_int_equal(number, 123456);
	output_name_free(&name);
}

static void keeps_the_newest(void **state)
{
	const struct scene *scene = *state;
	struct output_name name;
	uint64_t number = 77;
	char *files;

	assert_int_equal(output_name_split(scene_path(scene, "x.pcapng"), &name), 0);
	assert_int_equal(output_name_highest(&name, &number), 0);
	assert_int_equal(number, 0);
	free(scene_run(0,
		       "cd %s && touch x.pcapng other && touch x_00009_20270101000000.pcapng "
		       "x_00010_20260101000000.pcapng x_100000_20250101000000.pcapng "
		       "x_99999_20260101000000.pcapng",
		       scene->directory));
	assert_int_equal(output_name_highest(&name, &number), 0);
	assert_int_equal(number, 100000);
	assert_int_equal(output_name_keep(&name, 4), 0);
	assert_int_equal(output_name_keep(&name, UINT64_MAX), 0);
	files = scene_files(scene);
	assert_string_equal(files, "other x.pcapng x_00009_20270101000000.pcapng "
				   "x_00010_20260101000000.pcapng x_100000_20250101000000.pcapng "
				   "x_99999_20260101000000.pcapng");
	free(files);
	assert_int_equal(output_name_keep(&name, 2), 0);
	files = scene_files(scene);
	assert_string_equal(files, "other x.pcapng x_100000_20250101000000.pcapng "
				   "x_99999_20260101000000.pcapng");
	free(files);
	output_name_free(&name);
}

static void tells_what_cannot_be_removed(void **state)
{
	const struct scene *scene = *state;
	struct output_name name;
	uint64_t number;
	char *files;

	assert_int_equal(output_name_split(scene_path(scene, "x"), &name), 0);
	free(scene_run(0,
		       "cd %s && mkdir x_00001_20260101000000 && touch x_00002_20260101000000 "
		       "x_00003_20260101000000",
		       scene->directory));
	assert_int_equal(output_name_keep(&name, 1), -EISDIR);
	files = scene_files(scene);
	assert_string_equal(files, "x_00001_20260101000000 x_00003_20260101000000");
	free(files);
	output_name_free(&name);
	assert_int_equal(output_name_split(scene_path(scene, "nowhere/x"), &name), 0);
	assert_int_equal(output_name_highest(&name, &number), -ENOENT);
	assert_int_equal(output_name_keep(&name, 1), -ENOENT);
	output_name_free(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(makes_names_as_dumpcap_does),
		cmocka_unit_test(knows_its_own_only),
		cmocka_unit_test_setup_teardown(keeps_the_newest, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(tells_what_cannot_be_removed, scene_begin,
						scene_end),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
