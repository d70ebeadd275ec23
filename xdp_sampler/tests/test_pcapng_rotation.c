// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output_units.h"
#include "pcapng_writer.h"

/* Over all files of the directory. */
static struct scene_blocks sum_of_files(const struct scene *scene, size_t *ret_files)
{
	struct scene_blocks sum = { 0 };
	char *files = scene_files(scene);
	char *rest = files;
	const char *file;

	*ret_files = 0;
	while ((file = strsep(&rest, " "))) {
		struct scene_blocks blocks = scene_blocks(scene_path(scene, file));

		assert_int_equal(blocks.sections, 1);
		assert_int_equal(blocks.delivered, blocks.packets);
		assert_int_equal(blocks.statistics, blocks.interfaces);
		free(scene_run(0, "capinfos %s", scene_path(scene, file)));
		sum.packets += blocks.packets;
		sum.lost_before += blocks.lost_before;
		sum.received += blocks.received;
		sum.dropped += blocks.dropped;
		sum.dropped_early += blocks.dropped_early;
		sum.accepted += blocks.accepted;
		sum.delivered += blocks.delivered;
		(*ret_files)++;
	}
	free(files);
	return sum;
}

static void rotates_with_every_sum_right(void **state)
{
	struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x.pcapng"));
	struct pcapng_file *file;
	struct scene_blocks sum;
	size_t files;

	wish.rotate_bytes = 20000;
	file = open_file(scene, &wish);
	assert_int_equal(write_samples(scene, file, 1, 1, 0), 1);
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(write_samples(scene, file, 3 + i * 101, 100, 0), 100);
	/* What was lost on the way, and what nobody told before the end. */
	scene->counts[0][SAMPLER_VERDICT].sampled += 10;
	scene->counts[0][SAMPLER_VERDICT].ring_lost += 10;
	close_file(file);
	sum = sum_of_files(scene, &files);
	assert_in_range(files, 12, 30);
	assert_int_equal(sum.packets, 1001);
	assert_int_equal(sum.lost_before, 10);
	assert_int_equal(sum.received, 1011);
	assert_int_equal(sum.dropped, 10);
	assert_int_equal(sum.delivered, 1001);
	free(scene_run(0, "! find %s -size +20000c | grep .", scene->directory));
	free(scene_run(1, "find %s -size +19000c | grep -qv pcapng", scene->directory));
}

static void rotates_by_samples_and_keeps_some(void **state)
{
	struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x.pcapng"));
	struct pcapng_file *file;
	struct scene_blocks sum;
	size_t files;

	wish.rotate_samples = 7;
	wish.keep_files = 3;
	file = open_file(scene, &wish);
	assert_int_equal(write_samples(scene, file, 1, 6000, 0), 6000);
	close_file(file);
	sum = sum_of_files(scene, &files);
	assert_int_equal(files, 3);
	assert_int_equal(sum.packets, 7 + 7 + 6000 % 7);
	free(scene_run(0,
		       "tshark -r %s/x_00858_* -Y 'frame.comment contains \"seq=6000 \"' "
		       "2>/dev/null | grep -c .",
		       scene->directory));
}

struct timed {
	struct pcapng_file *file;
	struct scene *scene;
};

static bool second_file_is_due(void *context)
{
	const struct timed *timed = context;
	char *files;
	bool ended;

	assert_int_equal(pcapng_file_tick(timed->file, NULL), 0);
	files = scene_files(timed->scene);
	ended = scene_blocks(scene_path(timed->scene, files)).statistics == 1;
	free(files);
	return ended;
}

static void ends_a_file_in_time(void **state)
{
	struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x.pcapng"));
	struct timed timed = { .scene = scene };
	struct scene_blocks sum;
	size_t files;

	wish.rotate_seconds = 1;
	timed.file = open_file(scene, &wish);
	assert_int_equal(write_samples(scene, timed.file, 1, 5, 0), 5);
	scene_until(second_file_is_due, &timed);
	/* The next one begins with the next sample. */
	assert_int_equal(pcapng_file_tick(timed.file, NULL), 0);
	(void)sum_of_files(scene, &files);
	assert_int_equal(files, 1);
	assert_int_equal(write_samples(scene, timed.file, 6, 5, 0), 5);
	close_file(timed.file);
	sum = sum_of_files(scene, &files);
	assert_int_equal(files, 2);
	assert_int_equal(sum.received, 10);
	assert_int_equal(sum.delivered, 10);
}

static void nothing_new_makes_no_file(void **state)
{
	struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x.pcapng"));
	struct timed timed = { .scene = scene };
	size_t files;

	wish.rotate_seconds = 1;
	for (size_t lost = 0; lost < 2; lost++) {
		timed.file = open_file(scene, &wish);
		assert_int_equal(write_samples(scene, timed.file, 1, 5, 0), 5);
		scene_until(second_file_is_due, &timed);
		scene->counts[0][SAMPLER_VERDICT].sampled += lost;
		scene->counts[0][SAMPLER_VERDICT].lost += lost;
		close_file(timed.file);
		assert_int_equal(sum_of_files(scene, &files).dropped, lost);
		assert_int_equal(files, 1 + lost);
		free(scene_run(0, "rm %s/*", scene->directory));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(rotates_with_every_sum_right),
		TEST(rotates_by_samples_and_keeps_some),
		TEST(ends_a_file_in_time),
		TEST(nothing_new_makes_no_file),
	};
	const char *missing = scene_readers_missing();

	if (missing) {
		printf("SKIP: %s\n", missing);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
