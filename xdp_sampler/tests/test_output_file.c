// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output_units.h"

static void empties_what_was_there(void **state)
{
	const struct scene *scene = *state;
	const char *path = scene_path(scene, "x");
	const struct sink_wish wish = wish_of(path);
	struct output_file *file;
	struct stat status;

	umask(0);
	file = open_output(scene, &wish);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(output_file_section(file), 1);
	assert_string_equal(output_file_name(file), path);
	assert_int_equal(append(file, 'a', 3, 0), 3);
	output_file_close(file);
	assert_file(path, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	file = open_output(scene, &wish);
	assert_int_equal(output_file_append_other(file, "header", 6, NULL), 0);
	assert_int_equal(append(file, 'b', 1, 0), 1);
	assert_false(output_file_full(file, 1 << 30, 1 << 30));
	output_file_finish(file);
	assert_int_equal(append(file, 'c', 1, 0), 1);
	output_file_close(file);
	assert_file(path, "headerbbbbbbbbbbcccccccccc");
}

static void refuses_what_cannot_be_written(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "nowhere/x"));
	struct output_file *file = NULL;
	struct problem problem = { 0 };

	assert_int_equal(output_file_open(&wish, &scene->host, &file, &problem), -ENOENT);
	assert_non_null(strstr(problem.text, "nowhere/x: No such file or directory"));
	wish.rotate_bytes = 1;
	assert_int_equal(output_file_open(&wish, &scene->host, &file, &problem), -ENOENT);
	wish = wish_of(scene->directory);
	assert_int_equal(output_file_open(&wish, &scene->host, &file, &problem), -EISDIR);
	assert_null(file);
}

static void cuts_off_half_a_unit_and_goes_on(void **state)
{
	const struct scene *scene = *state;
	const char *path = scene_path(scene, "x");
	const struct sink_wish wish = wish_of(path);
	struct output_file *file = open_output(scene, &wish);
	struct rlimit before = limit_file_size(37);
	struct problem problem = { 0 };

	assert_int_equal(append(file, 'a', 1, 0), 1);
	assert_int_equal(append(file, 'b', 5, -EFBIG), 2);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_file(path, "aaaaaaaaaabbbbbbbbbbbbbbbbbbbb");
	/* Not before a second has passed. */
	assert_int_equal(append(file, 'c', 1, -EFBIG), 0);
	assert_int_equal(output_file_ready(file, &problem), -EFBIG);
	assert_non_null(strstr(problem.text, "x: File too large: samples are lost"));
	scene_until(is_ready, file);
	assert_int_equal(output_file_section(file), 1);
	assert_int_equal(append(file, 'd', 1, 0), 1);
	output_file_close(file);
	assert_file(path, "aaaaaaaaaabbbbbbbbbbbbbbbbbbbbdddddddddd");
}

/* "x_00001_20261121190500": without what differs from run to run. */
static char *numbers(const struct scene *scene)
{
	char *files = scene_files(scene);
	char *to = files;

	for (const char *at = files; *at; at++) {
		if (strspn(at, "0123456789") == 14)
			at += 13;
		else
			*to++ = *at;
	}
	*to = '\0';
	return files;
}

static void assert_numbers(const struct scene *scene, const char *expected)
{
	char *found = numbers(scene);

	assert_string_equal(found, expected);
	free(found);
}

/* What a sink does for each sample. */
static void rotate(struct output_file *file, char letter)
{
	if (output_file_full(file, UNIT, 1)) {
		output_file_finish(file);
		assert_int_equal(output_file_section(file), 0);
	}
	assert_int_equal(output_file_ready(file, NULL), 0);
	assert_int_equal(append(file, letter, 1, 0), 1);
}

static bool cannot_cut(void *context)
{
	return output_file_ready(context, NULL) == -EPERM;
}

/* Nothing may follow half a unit, whyever it cannot be cut off. */
static void appends_nothing_to_half_a_unit(void **state)
{
	int memory = memfd_create("sealed", MFD_ALLOW_SEALING);
	struct sink_wish wish = { 0 };
	struct output_file *file;
	struct rlimit before;

	assert_true(memory >= 0);
	assert_int_equal(fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	snprintf(wish.target, sizeof(wish.target), "/proc/self/fd/%d", memory);
	file = open_output(*state, &wish);
	before = limit_file_size(15);
	assert_int_equal(append(file, 'a', 2, -EFBIG), 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	scene_until(cannot_cut, file);
	assert_int_equal(append(file, 'b', 1, -EPERM), 0);
	output_file_close(file);
	assert_file(wish.target, "aaaaaaaaaaaaaaa");
	close(memory);
}

static void rotates_by_bytes_and_samples(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x.y"));
	struct output_file *file;

	wish.rotate_bytes = 30;
	file = open_output(scene, &wish);
	assert_numbers(scene, "x_00001_.y");
	for (int i = 0; i < 7; i++)
		rotate(file, 'a');
	assert_int_equal(output_file_section(file), 3);
	output_file_close(file);
	assert_numbers(scene, "x_00001_.y x_00002_.y x_00003_.y");
	wish.rotate_bytes = 0;
	wish.rotate_samples = 3;
	file = open_output(scene, &wish);
	for (int i = 0; i < 4; i++)
		rotate(file, 'b');
	output_file_close(file);
	assert_numbers(scene, "x_00001_.y x_00002_.y x_00003_.y x_00004_.y x_00005_.y");
	free(scene_run(0,
		       "cd %s && test $(cat x_00001_* | wc -c) = 30 && "
		       "test $(cat x_00003_* | wc -c) = 10 && test $(cat x_00004_* | wc -c) = 30",
		       scene->directory));
	free(scene_run(0, "cd %s && stat -c %%a x_00004_* | grep -qx 600", scene->directory));
}

/* A file of one sample may be larger than wished; none is ended without one. */
static void never_makes_a_file_without_a_sample(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct output_file *file;

	wish.rotate_bytes = 5;
	file = open_output(scene, &wish);
	assert_int_equal(output_file_append_other(file, "header", 6, NULL), 0);
	assert_false(output_file_full(file, UNIT, 1));
	assert_true(output_file_full(file, UNIT, 2));
	rotate(file, 'a');
	assert_true(output_file_full(file, 1, 1));
	output_file_close(file);
	assert_numbers(scene, "x_00001_");
}

static bool is_due(void *context)
{
	return output_file_due(context);
}

static void rotates_by_time(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct output_file *idle;
	struct output_file *file;

	wish.rotate_seconds = 1;
	file = open_output(scene, &wish);
	rotate(file, 'a');
	assert_false(output_file_due(file));
	wish = wish_of(scene_path(scene, "idle"));
	wish.rotate_seconds = 1;
	idle = open_output(scene, &wish);
	scene_until(is_due, file);
	assert_int_equal(output_file_ready(file, NULL), 0);
	assert_true(output_file_full(file, UNIT, 1));
	rotate(file, 'b');
	assert_false(output_file_due(file));
	/* Older, but nothing has come. */
	assert_false(output_file_due(idle));
	assert_false(output_file_full(idle, UNIT, 1));
	output_file_close(file);
	output_file_close(idle);
	assert_numbers(scene, "idle_00001_ x_00001_ x_00002_");
}

static void keeps_the_newest_across_runs(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct output_file *file;

	wish.rotate_samples = 1;
	wish.keep_files = 3;
	free(scene_run(0, "cd %s && touch x x_00007_20250101000000 x_00008_20250101000000",
		       scene->directory));
	file = open_output(scene, &wish);
	assert_numbers(scene, "x x_00007_ x_00008_ x_00009_");
	rotate(file, 'a');
	rotate(file, 'b');
	assert_numbers(scene, "x x_00008_ x_00009_ x_00010_");
	rotate(file, 'c');
	assert_numbers(scene, "x x_00009_ x_00010_ x_00011_");
	output_file_close(file);
}

/* Links are laid where the next file of the minute will be; its number is not 1 then, and if it were,
 * it would not follow them. */
static void follows_no_link_when_it_rotates(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct output_file *file = open_output(scene, &wish);

	output_file_close(file);
	wish.rotate_samples = 1;
	file = open_output(scene, &wish);
	free(scene_run(0,
		       "cd %s && for i in $(seq 0 60); do ln -s secret x_00002_$(date "
		       "-d \"$i seconds\" +%%Y%%m%%d%%H%%M%%S); done",
		       scene->directory));
	assert_int_equal(append(file, 'a', 1, 0), 1);
	assert_true(output_file_full(file, UNIT, 1));
	output_file_finish(file);
	assert_int_equal(output_file_ready(file, NULL), -EEXIST);
	output_file_close(file);
	assert_int_equal(access(scene_path(scene, "secret"), F_OK), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(empties_what_was_there),
		TEST(refuses_what_cannot_be_written),
		TEST(cuts_off_half_a_unit_and_goes_on),
		TEST(appends_nothing_to_half_a_unit),
		TEST(rotates_by_bytes_and_samples),
		TEST(never_makes_a_file_without_a_sample),
		TEST(rotates_by_time),
		TEST(keeps_the_newest_across_runs),
		TEST(follows_no_link_when_it_rotates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
