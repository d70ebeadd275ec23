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

#define TSHARK "tshark -n -r %s -T fields -E separator=/s "

static const struct sink_operations *const sink = &pcapng_sink_operations;

static void *open_sink(const struct scene *scene, const char *path)
{
	const struct sink_wish wish = wish_of(path);
	struct problem problem = { 0 };
	void *opened;

	if (sink->open(&wish, &scene->host, &opened, &problem))
		fail_msg("%s", problem.text);
	return opened;
}

/* Writes them in one go and closes. */
static void write_all(const struct scene *scene, const char *path, struct sample_view *views,
		      size_t count)
{
	void *opened = open_sink(scene, path);
	bool *delivered = calloc(count, sizeof(delivered[0]));

	assert_non_null(delivered);
	assert_int_equal(sink->write(opened, views, count, delivered, NULL), 0);
	for (size_t i = 0; i < count; i++)
		assert_true(delivered[i]);
	assert_int_equal(sink->tick(opened, 0, NULL), 0);
	assert_int_equal(sink->close(opened, NULL), 0);
	scene_free(views, count);
	free(delivered);
}

static void assert_output(char *output, const char *expected)
{
	assert_string_equal(output, expected);
	free(output);
}

static void tshark_agrees_in_every_field(void **state)
{
	const struct scene *scene = *state;
	const char *path = scene_path(scene, "x.pcapng");
	struct sample_view views[3] = {
		scene_sample(scene, 12, 60),
		scene_sample(scene, 13, 60),
		scene_sample(scene, 14, 60),
	};
	struct sample *sample = scene_change(&views[0]);

	sample->place = SAMPLER_INGRESS;
	sample->verdict = SAMPLE_NO_VERDICT;
	sample->join = 0x1000000000001;
	sample->frame_length = 9014;
	sample->queue = 5;
	views[0].program = "";
	sample = scene_change(&views[1]);
	sample->join = 0x1000000000001;
	sample->frame_length = 9014;
	sample->queue = 5;
	views[2].port = &scene->ports[1];
	views[2].program = "bypass";
	sample = scene_change(&views[2]);
	sample->verdict = 4;
	sample->row = 7;
	sample->reason = 17;
	sample->rate = 0;
	sample->recorder_count = 2;
	sample->recorder[0] = 7;
	sample->recorder[1] = 9;
	write_all(scene, path, views, 3);
	assert_output(scene_run(0,
				TSHARK "-e frame.interface_id -e frame.interface_name "
				       "-e frame.time_epoch -e frame.len -e frame.cap_len "
				       "-e frame.packet_id -e frame.interface_queue "
				       "-e frame.verdict.ebpf_xdp -e frame.packet_flags_direction",
				path),
		      "0 eth0 1800000000.135456789 9014 60 281474976710657 5  0x00000001\n"
		      "1 eth0 1800000000.136456789 9014 60 281474976710657 5 1 0x00000001\n"
		      "2 wan.7 1800000000.137456789 60 60  0 4 0x00000001\n");
	assert_output(scene_run(0, TSHARK "-e frame.interface_description -e frame.comment", path),
		      "ingress: before the chain at=ingress rate=1000 join=281474976710657 seq=12 "
		      "cpu=0\n"
		      "verdict: after the chain at=verdict verdict=XDP_DROP slot=2 "
		      "program=xdp_filter reason=not_ip rate=1000 join=281474976710657 seq=13 "
		      "cpu=0\n"
		      "verdict: after the chain at=verdict verdict=XDP_REDIRECT slot=7 "
		      "program=bypass reason=reason_17 recorders=7,9 seq=14 cpu=0\n");
}

static void capinfos_finds_what_was_written(void **state)
{
	struct scene *scene = *state;
	const char *path = scene_path(scene, "x.pcapng");
	struct sample_view views[2] = { scene_sample(scene, 1, 60), scene_sample(scene, 2, 64) };
	char *text;

	scene->counts[0][SAMPLER_VERDICT].sampled = 1; /* before it is opened */
	write_all(scene, path, views, 2);
	text = scene_run(0, "capinfos %s 2>&1", path);
	assert_non_null(strstr(text, "File encapsulation:  Ethernet\n"));
	assert_non_null(strstr(text, "File timestamp precision:  nanoseconds (9)\n"));
	assert_non_null(strstr(text, "Number of packets:   2\n"));
	assert_non_null(strstr(text, "Data size:           124 bytes\n"));
	assert_non_null(strstr(text, "Capture application: ecbpf xdp_sampler\n"));
	assert_non_null(strstr(text, "Capture oper-sys:    Linux "));
	assert_non_null(strstr(text, "Name = eth0\n"));
	assert_non_null(strstr(text, "Number of stat entries = 1\n"));
	assert_null(strstr(text, "cut short"));
	free(text);
}

/* All paddings, jumbo frames and the longest, with every byte where it was. */
static void every_length_comes_back(void **state)
{
	static const uint32_t long_ones[] = { 1514, 9000, 65535, 65536 };
	const struct scene *scene = *state;
	const char *path = scene_path(scene, "x.pcapng");
	FILE *lengths = fopen(scene_path(scene, "lengths"), "w");
	FILE *bytes = fopen(scene_path(scene, "bytes"), "w");
	struct sample_view views[305];

	assert_true(lengths && bytes);
	for (uint32_t i = 0; i < 305; i++) {
		uint32_t captured = i <= 300 ? i : long_ones[i - 301];

		views[i] = scene_sample(scene, i + 1, captured);
		scene_change(&views[i])->frame_length = captured + i;
		fprintf(lengths, "%u %u\n", captured, captured + i);
		assert_int_equal(fwrite(views[i].bytes, 1, captured, bytes), captured);
	}
	assert_int_equal(fclose(lengths) | fclose(bytes), 0);
	write_all(scene, path, views, 305);
	free(scene_run(0, TSHARK "-e frame.cap_len -e frame.len | cmp - %s", path,
		       scene_path(scene, "lengths")));
	/* "0000  01 02 … 10  ........" without anything but the bytes. */
	free(scene_run(0,
		       "tshark -n -r %s -x --hexdump noascii | sed -n 's/^[0-9a-f]*  //p' | "
		       "tr -d ' \\n' >%s.hex && od -An -v -tx1 %s | tr -d ' \\n' | cmp - %s.hex",
		       path, path, scene_path(scene, "bytes"), path));
}

/* In one go: their number is what fills the buffer, or their bytes. */
static void writes_many_at_once(void **state)
{
	static struct sample_view views[10000];
	const struct scene *scene = *state;
	const char *path = scene_path(scene, "x.pcapng");

	for (uint32_t bytes = 0; bytes <= 1000; bytes += 1000) {
		for (uint32_t i = 0; i < 10000; i++)
			views[i] = scene_sample(scene, i + 1, bytes);
		write_all(scene, path, views, 10000);
		assert_int_equal(scene_blocks(path).packets, 10000);
		assert_output(scene_run(0,
					TSHARK "-e frame.comment -Y 'frame.number==10000' | "
					       "grep -o seq=[0-9]*",
					path),
			      "seq=10000\n");
	}
}

static void tcpdump_reads_it(void **state)
{
	const struct scene *scene = *state;
	const char *path = scene_path(scene, "x.pcapng");
	struct sample_view views[50];

	for (uint32_t i = 0; i < 50; i++) {
		views[i] = scene_sample(scene, i + 1, 60 + i);
		views[i].port = &scene->ports[i % 2];
		scene_change(&views[i])->place = i / 2 % 2;
	}
	write_all(scene, path, views, 50);
	assert_output(
		scene_run(0,
			  "tcpdump -n -tt --nano -e -r %s | grep ^1 | sed -n '1p;$p' | cut -c1-20",
			  path),
		"1800000000.124456789\n1800000000.173456789\n");
	assert_output(scene_run(0, "tcpdump -n -e -r %s | grep -c length", path), "50\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(tshark_agrees_in_every_field),
		TEST(capinfos_finds_what_was_written),
		TEST(every_length_comes_back),
		TEST(writes_many_at_once),
		TEST(tcpdump_reads_it),
	};
	const char *missing = scene_readers_missing();

	if (missing) {
		printf("SKIP: %s\n", missing);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
