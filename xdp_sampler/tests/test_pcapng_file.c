// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output_units.h"
#include "pcapng_block.h"
#include "pcapng_writer.h"

static void a_file_without_samples_is_one(void **state)
{
	struct scene *scene = *state;
	const struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct pcapng_file *file = open_file(scene, &wish);
	struct scene_blocks blocks = scene_blocks(wish.target);

	/* Readable from the beginning. */
	assert_int_equal(blocks.sections, 1);
	assert_int_equal(pcapng_file_tick(file, NULL), 0);
	close_file(file);
	blocks = scene_blocks(wish.target);
	assert_int_equal(blocks.sections, 1);
	assert_int_equal(blocks.interfaces, 0);
	free(scene_run(0, "capinfos %s | grep 'Number of packets' | grep -w 0", wish.target));
	free(scene_run(0, "tshark -r %s", wish.target));
}

/* What was counted before is not this sink's; what was lost of interfaces without packets is told. */
static void statistics_tell_what_was_lost(void **state)
{
	struct scene *scene = *state;
	const struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct sink_counts *counts = &scene->counts[0][SAMPLER_VERDICT];
	struct pcapng_file *file;
	struct scene_blocks blocks;

	*counts = (struct sink_counts){ 5000, 500, 50, 5, 445 };
	scene->port_count = 1;
	file = open_file(scene, &wish);
	counts->sampled += 20;
	counts->ring_lost += 3;
	counts->lost += 2;
	assert_int_equal(write_samples(scene, file, 21, 15, 0), 15);
	counts->sampled -= 15;
	/* A port that is opened later, and has lost everything. */
	scene->port_count = 2;
	scene->counts[1][SAMPLER_INGRESS] = (struct sink_counts){ 100, 10, 4, 6, 0 };
	close_file(file);
	blocks = scene_blocks(wish.target);
	assert_int_equal(blocks.interfaces, 2);
	assert_int_equal(blocks.statistics, 2);
	assert_int_equal(blocks.packets, 15);
	assert_int_equal(blocks.delivered, 15);
	assert_int_equal(blocks.received, 20 + 10);
	assert_int_equal(blocks.dropped, 5 + 10);
	assert_int_equal(blocks.dropped_early, 3 + 4);
	assert_int_equal(blocks.accepted, 30);
	assert_int_equal(blocks.received, blocks.delivered + blocks.dropped);
}

static void statistics_of_a_part_tell_what_it_was_to_get(void **state)
{
	struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct pcapng_file *file;
	struct scene_blocks blocks;

	wish.takes = SINK_TAKES_RECORDERS;
	file = open_file(scene, &wish);
	scene->counts[0][SAMPLER_VERDICT].sampled += 90;
	scene->counts[0][SAMPLER_VERDICT].lost += 2;
	assert_int_equal(write_samples(scene, file, 10, 1, 0), 1);
	assert_int_equal(write_samples(scene, file, 20, 7, 0), 7);
	close_file(file);
	blocks = scene_blocks(wish.target);
	assert_int_equal(blocks.received, 98);
	assert_int_equal(blocks.accepted, 10);
	assert_int_equal(blocks.delivered, 8);
	/* A gap is no loss there. */
	assert_int_equal(blocks.lost_before, 0);
}

static void packets_tell_of_gaps(void **state)
{
	struct scene *scene = *state;
	const struct sink_wish wish = wish_of(scene_path(scene, "x"));
	struct pcapng_file *file = open_file(scene, &wish);
	static const struct {
		unsigned int port;
		uint32_t cpu;
		uint8_t place;
		uint64_t sequence;
	} rows[] = {
		{ 0, 0, SAMPLER_VERDICT, 5 },  { 0, 0, SAMPLER_INGRESS, 6 },
		{ 0, 3, SAMPLER_VERDICT, 9 },  { 0, 3, SAMPLER_VERDICT, 12 },
		{ 1, 0, SAMPLER_VERDICT, 50 }, { 0, 0, SAMPLER_VERDICT, 10 },
		{ 1, 0, SAMPLER_VERDICT, 51 }, { 0, 0, SAMPLER_VERDICT, 1 }, /* attached again */
		{ 0, 0, SAMPLER_VERDICT, 3 },
	};
	struct sample_view views[sizeof(rows) / sizeof(rows[0])];
	bool delivered[sizeof(rows) / sizeof(rows[0])];
	char *lines;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		views[i] = scene_sample(scene, rows[i].sequence, 60);
		views[i].port = &scene->ports[rows[i].port];
		scene_change(&views[i])->cpu = rows[i].cpu;
		scene_change(&views[i])->place = rows[i].place;
	}
	assert_int_equal(pcapng_file_write(file, views, 9, delivered, NULL), 0);
	close_file(file);
	assert_int_equal(scene_blocks(wish.target).lost_before, 2 + 3 + 1);
	/* An interface of its own for each port and place, and nothing twice. */
	lines = scene_run(0,
			  "tshark -n -r %s -T fields -e frame.interface_id -e frame.drop_count "
			  "2>/dev/null",
			  wish.target);
	assert_string_equal(lines, "0\t\n1\t\n0\t\n0\t2\n2\t\n0\t3\n2\t\n0\t\n0\t1\n");
	free(lines);
	assert_int_equal(scene_blocks(wish.target).interfaces, 3);
	scene_free(views, 9);
}

static void a_full_disk_leaves_whole_blocks(void **state)
{
	struct scene *scene = *state;
	const struct sink_wish wish = wish_of(scene_path(scene, "disk/x.pcapng"));
	const char *filler = scene_path(scene, "disk/filler");
	struct pcapng_file *file;
	struct scene_blocks blocks;
	size_t before, after;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		print_message("no mount namespace: %s\n", strerror(errno));
		skip();
	}
	assert_int_equal(mkdir(scene_path(scene, "disk"), 0700), 0);
	assert_int_equal(mount("none", scene_path(scene, "disk"), "tmpfs", 0, "size=128k"), 0);
	free(scene_run(0, "head -c 64k /dev/zero >%s", filler));
	file = open_file(scene, &wish);
	assert_int_equal(write_samples(scene, file, 1, 2, 0), 2);
	before = write_samples(scene, file, 3, 1000, -ENOSPC);
	assert_in_range(before, 100, 900);
	blocks = scene_blocks(wish.target);
	assert_int_equal(blocks.packets, 2 + before);
	free(scene_run(0, "capinfos %s", wish.target));
	free(scene_run(0, "tshark -r %s", wish.target));
	assert_int_equal(write_samples(scene, file, 1003, 10, -ENOSPC), 0);
	/* Room again: */
	assert_int_equal(unlink(filler), 0);
	scene_until(write_works, file);
	after = write_samples(scene, file, 1013, 30, 0);
	assert_int_equal(after, 30);
	close_file(file);
	blocks = scene_blocks(wish.target);
	assert_int_equal(blocks.sections, 1);
	assert_int_equal(blocks.packets, 2 + before + after);
	assert_int_equal(blocks.delivered, blocks.packets);
	assert_int_equal(blocks.received, 1042);
	assert_int_equal(blocks.dropped, 1042 - blocks.packets);
	assert_int_equal(blocks.lost_before, blocks.dropped);
	free(scene_run(0, "capinfos %s", wish.target));
	assert_int_equal(umount(scene_path(scene, "disk")), 0);
}

/* Not even its header, and the interface not before its packet. */
static void a_disk_that_is_full_at_once_is_waited_for(void **state)
{
	struct scene *scene = *state;
	const struct sink_wish wish = wish_of(scene_path(scene, "x.pcapng"));
	struct rlimit before = limit_file_size(50);
	struct pcapng_file *file = open_file(scene, &wish);
	struct scene_blocks blocks;

	assert_int_equal(pcapng_file_tick(file, NULL), -EFBIG);
	assert_int_equal(write_samples(scene, file, 1, 5, -EFBIG), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	scene_until(write_works, file);
	blocks = scene_blocks(wish.target);
	assert_int_equal(blocks.sections, 1);
	before = limit_file_size(400);
	assert_int_equal(write_samples(scene, file, 6, 5, -EFBIG), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	scene_until(write_works, file);
	assert_int_equal(write_samples(scene, file, 11, 5, 0), 5);
	close_file(file);
	blocks = scene_blocks(wish.target);
	assert_int_equal(blocks.sections, 1);
	assert_int_equal(blocks.interfaces, 1);
	assert_int_equal(blocks.packets, 5);
	assert_int_equal(blocks.received, blocks.delivered + blocks.dropped);
}

static void each_reader_of_a_fifo_gets_a_section(void **state)
{
	struct scene *scene = *state;
	const struct sink_wish wish = wish_of(scene_path(scene, "fifo"));
	struct problem problem = { 0 };
	struct pcapng_file *file;
	struct scene_blocks blocks;
	uint8_t bytes[65536];
	ssize_t length;
	int fd;

	assert_int_equal(mkfifo(wish.target, 0600), 0);
	file = open_file(scene, &wish);
	assert_int_equal(pcapng_file_tick(file, &problem), -ENXIO);
	assert_non_null(strstr(problem.text, "nobody reads"));
	assert_int_equal(write_samples(scene, file, 1, 10, -ENXIO), 0);
	for (uint64_t reader = 0; reader < 3; reader++) {
		fd = open(wish.target, O_RDONLY | O_NONBLOCK);
		assert_true(fd >= 0);
		scene_until(write_works, file);
		assert_int_equal(write_samples(scene, file, 11 + reader * 15, 10, 0), 10);
		length = read(fd, bytes, sizeof(bytes));
		blocks = scene_blocks_of(bytes, (size_t)length);
		assert_int_equal(blocks.sections, 1);
		assert_int_equal(blocks.interfaces, 1);
		assert_int_equal(blocks.packets, 10);
		assert_int_equal(blocks.lost_before, reader ? 5 : 0);
		if (reader < 2) {
			close(fd);
			assert_int_equal(write_samples(scene, file, 21 + reader * 15, 5, -ENXIO),
					 0);
		}
	}
	close_file(file);
	length = read(fd, bytes, sizeof(bytes));
	close(fd);
	/* Of all that came, to all the readers: isb_ifrecv, isb_ifdrop, isb_usrdeliv. */
	assert_int_equal(length, PCAPNG_STATISTICS_LENGTH);
	assert_int_equal(bytes[48], 50);
	assert_int_equal(bytes[60], 20);
	assert_int_equal(bytes[96], 30);
}

static void is_not_for_terminals(void **state)
{
	struct scene *scene = *state;
	struct sink_wish wish = { 0 };
	struct problem problem = { 0 };
	struct pcapng_file *file;
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);

	assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	assert_int_equal(ptsname_r(terminal, wish.target, sizeof(wish.target)), 0);
	assert_int_equal(pcapng_file_open(&wish, &scene->host, &file, &problem), -EINVAL);
	assert_non_null(strstr(problem.text, "not for terminals"));
	close(terminal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(a_file_without_samples_is_one),
		TEST(statistics_tell_what_was_lost),
		TEST(statistics_of_a_part_tell_what_it_was_to_get),
		TEST(packets_tell_of_gaps),
		TEST(a_full_disk_leaves_whole_blocks),
		TEST(a_disk_that_is_full_at_once_is_waited_for),
		TEST(each_reader_of_a_fifo_gets_a_section),
		TEST(is_not_for_terminals),
	};
	const char *missing = scene_readers_missing();

	if (missing) {
		printf("SKIP: %s\n", missing);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
