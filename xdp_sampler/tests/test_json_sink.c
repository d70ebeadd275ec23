// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crafted_sample.h"
#include "pcapng_scene.h"
#include "sample_json.h"

static const struct sample_port port = { 0, "eth0", 4 };

/* The sample's line as the sink writes it; to be freed. */
static char *line_of(const struct sample_view *view)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report;

	assert_non_null(stream);
	report = report_new(REPORT_JSON_LINE, stream, SAMPLER_TOOL, SAMPLE_JSON_VERSION);
	sample_json_write(report, view);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	return text;
}

static void check_line(struct crafted_sample *crafted, const char *expected)
{
	char *line = line_of(&crafted->view);

	assert_string_equal(line, expected);
	free(line);
}

static void dropped_udp(void **state)
{
	static struct crafted_sample crafted;

	(void)state;
	crafted_udp(&crafted, &port, "192.0.2.9", 53);
	check_line(&crafted,
		   "{\"tool\":\"xdp_sampler\",\"schema_version\":1,"
		   "\"time\":\"2026-11-21T19:05:00.123456789Z\",\"time_ns\":\"1795287900123456789\","
		   "\"interface\":\"eth0\",\"ifindex\":4,\"queue\":3,\"cpu\":1,\"sequence\":7,"
		   "\"place\":\"verdict\",\"verdict\":\"XDP_DROP\",\"slot\":2,"
		   "\"program\":\"xdp_filter\",\"reason\":\"reason_17\",\"reason_number\":17,"
		   "\"frame_length\":100,\"captured_length\":100,\"chosen\":[\"chance\"],\"rate\":10,"
		   "\"recorders\":[],\"join\":null,\"parsed\":\"complete\","
		   "\"source_mac\":\"02:00:00:00:00:01\",\"destination_mac\":\"02:00:00:00:00:02\","
		   "\"ethertype\":\"0x0800\",\"vlan\":[],\"source\":\"192.0.2.9\","
		   "\"destination\":\"198.51.100.1\",\"protocol\":\"UDP\",\"protocol_number\":17,"
		   "\"fragment\":null,\"source_port\":1234,\"destination_port\":53,"
		   "\"icmp_type\":null,\"icmp_code\":null,\"tcp_flags\":null}\n");
}

static void tagged_tcp_at_ingress(void **state)
{
	static struct crafted_sample crafted;

	(void)state;
	crafted_start(&crafted, &port);
	build_ethernet(&crafted.frame);
	build_vlan(&crafted.frame, ETH_P_8021AD, 0xb001);
	build_vlan(&crafted.frame, ETH_P_8021Q, 0xfff);
	build_ipv6(&crafted.frame, &(struct build_ipv6){ 0 });
	build_ipv6_fragment(&crafted.frame, 0, 1, 5);
	build_tcp(&crafted.frame, 443, 50000, 0x12);
	crafted_finish(&crafted, 96);
	crafted.view.realtime = 1000000005;
	crafted.view.program = "";
	crafted.sample.place = SAMPLER_INGRESS;
	crafted.sample.verdict = crafted.sample.reason = crafted.sample.row = SAMPLE_NO_VERDICT;
	crafted.sample.chosen = SAMPLE_BY_RECORDER;
	crafted.sample.rate = 0;
	crafted.sample.recorder_count = 2;
	crafted.sample.recorder[0] = 12;
	crafted.sample.recorder[1] = UINT32_MAX;
	crafted.sample.join = UINT64_MAX;
	check_line(&crafted,
		   "{\"tool\":\"xdp_sampler\",\"schema_version\":1,"
		   "\"time\":\"1970-01-01T00:00:01.000000005Z\",\"time_ns\":\"1000000005\","
		   "\"interface\":\"eth0\",\"ifindex\":4,\"queue\":3,\"cpu\":1,\"sequence\":7,"
		   "\"place\":\"ingress\",\"verdict\":null,\"slot\":null,\"program\":null,"
		   "\"reason\":null,\"reason_number\":null,"
		   "\"frame_length\":90,\"captured_length\":90,\"chosen\":[\"recorder\"],"
		   "\"rate\":null,\"recorders\":[12,4294967295],\"join\":\"18446744073709551615\","
		   "\"parsed\":\"complete\","
		   "\"source_mac\":\"02:00:00:00:00:01\",\"destination_mac\":\"02:00:00:00:00:02\","
		   "\"ethertype\":\"0x86dd\","
		   "\"vlan\":[{\"type\":\"0x88a8\",\"id\":1,\"priority\":5,\"drop_eligible\":true},"
		   "{\"type\":\"0x8100\",\"id\":4095,\"priority\":0,\"drop_eligible\":false}],"
		   "\"source\":\"2001:db8::1\",\"destination\":\"2001:db8:1::1\","
		   "\"protocol\":\"TCP\",\"protocol_number\":6,"
		   "\"fragment\":{\"offset\":0,\"more\":true},\"source_port\":443,"
		   "\"destination_port\":50000,\"icmp_type\":null,\"icmp_code\":null,"
		   "\"tcp_flags\":[\"SYN\",\"ACK\"]}\n");
}

static void cut_in_the_root(void **state)
{
	static struct crafted_sample crafted;

	(void)state;
	crafted_udp(&crafted, &port, "192.0.2.9", 53);
	crafted.sample.captured = 13;
	crafted.sample.row = ECBPF_ROOT_ROW;
	crafted.sample.verdict = XDP_PASS;
	crafted.sample.reason = 0;
	crafted.sample.chosen = SAMPLE_BY_CHANCE | SAMPLE_FOLLOWED;
	crafted.view.program = "";
	check_line(&crafted,
		   "{\"tool\":\"xdp_sampler\",\"schema_version\":1,"
		   "\"time\":\"2026-11-21T19:05:00.123456789Z\",\"time_ns\":\"1795287900123456789\","
		   "\"interface\":\"eth0\",\"ifindex\":4,\"queue\":3,\"cpu\":1,\"sequence\":7,"
		   "\"place\":\"verdict\",\"verdict\":\"XDP_PASS\",\"slot\":null,\"program\":null,"
		   "\"reason\":\"none\",\"reason_number\":0,"
		   "\"frame_length\":100,\"captured_length\":13,\"chosen\":[\"chance\",\"followed\"],"
		   "\"rate\":10,\"recorders\":[],\"join\":null,\"parsed\":\"cut\","
		   "\"source_mac\":null,\"destination_mac\":null,\"ethertype\":null,\"vlan\":[],"
		   "\"source\":null,\"destination\":null,\"protocol\":null,"
		   "\"protocol_number\":null,\"fragment\":null,\"source_port\":null,"
		   "\"destination_port\":null,\"icmp_type\":null,\"icmp_code\":null,"
		   "\"tcp_flags\":null}\n");
}

/* Members in their order, "a,b,c". */
static void member_names(json_object *object, char *ret_names, size_t size)
{
	size_t length = 0;

	json_object_object_foreach(object, key, value) {
		(void)value;
		length += (size_t)snprintf(ret_names + length, size - length, "%s,", key);
	}
	assert_true(length < size);
}

static json_object *parse_line(const char *line)
{
	json_tokener *tokener = json_tokener_new();
	json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, line, (int)strlen(line));
	assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
	/* One value and one line end, the last byte. */
	assert_int_equal(json_tokener_get_parse_end(tokener), strlen(line));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	json_tokener_free(tokener);
	return object;
}

/* Every capture length, and bytes that mean nothing: always one line, always the same members. */
static void one_shape(void **state)
{
	static const char *const programs[] = { "", "xdp_filter", "\x1b[2J\n\"\\\xff" };
	static struct crafted_sample crafted;
	char expected[1024] = "";
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char names[1024];
		json_object *object;
		char *line;

		crafted_udp(&crafted, &port, "192.0.2.9", 53);
		for (int i = 0; i < round % 50; i++)
			crafted.frame.bytes[(unsigned int)rand_r(&seed) % 60] =
				(unsigned char)rand_r(&seed);
		crafted.sample.captured = (unsigned int)round % 101;
		crafted.sample.verdict = (unsigned char)rand_r(&seed);
		crafted.sample.row = (unsigned char)rand_r(&seed);
		crafted.sample.recorder_count = (unsigned char)rand_r(&seed);
		crafted.view.program = programs[round % 3];
		line = line_of(&crafted.view);
		object = parse_line(line);
		member_names(object, names, sizeof(names));
		if (round == 0)
			strcpy(expected, names);
		assert_string_equal(names, expected);
		json_object_put(object);
		free(line);
	}
}

static void *open_sink(const struct scene *scene, struct sink_wish *wish)
{
	struct problem problem = { 0 };
	void *sink;

	wish->kind = SINK_JSON;
	if (json_sink_operations.open(wish, &scene->host, &sink, &problem) < 0)
		fail_msg("%s", problem.text);
	return sink;
}

static char *file_text(const char *path)
{
	return scene_run(0, "cat %s", path);
}

/* `count` samples with sequences from 1 to `sink`; how many were delivered. */
static size_t deliver(const struct scene *scene, void *sink, size_t count, int expected)
{
	struct sample_view *views = calloc(count, sizeof(*views));
	bool *delivered = malloc(count * sizeof(*delivered));
	struct problem problem = { 0 };
	size_t sum = 0;
	int err;

	assert_true(views && delivered);
	for (size_t i = 0; i < count; i++)
		views[i] = scene_sample(scene, i + 1, 64);
	memset(delivered, true, count * sizeof(*delivered));
	err = json_sink_operations.write(sink, views, count, delivered, &problem);
	assert_int_equal(err, expected);
	assert_int_equal(err < 0, problem.text[0] != '\0');
	for (size_t i = 0; i < count; i++) {
		assert_true(i == 0 || delivered[i - 1] || !delivered[i]);
		sum += delivered[i];
	}
	scene_free(views, count);
	free(views);
	free(delivered);
	return sum;
}

/* The file's lines have the sequences from 1 to count. */
static void check_lines(char *text, size_t first, size_t count)
{
	char *rest = text;

	for (size_t i = first; i < first + count; i++) {
		char *end = strchr(rest, '\n');
		char expected[64];
		char *line;
		json_object *object;

		assert_non_null(end);
		line = strndup(rest, (size_t)(end + 1 - rest));
		object = parse_line(line);
		snprintf(expected, sizeof(expected), "\"sequence\":%zu,", i);
		assert_non_null(strstr(line, expected));
		json_object_put(object);
		free(line);
		rest = end + 1;
	}
	assert_string_equal(rest, "");
	free(text);
}

static void delivered_is_in_the_file(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { 0 };
	void *sink;

	strcpy(wish.target, scene_path(scene, "x.json"));
	sink = open_sink(scene, &wish);
	assert_int_equal(deliver(scene, sink, 700, 0), 700);
	check_lines(file_text(wish.target), 1, 700);
	assert_int_equal(deliver(scene, sink, 0, 0), 0);
	assert_int_equal(json_sink_operations.tick(sink, 0, NULL), 0);
	assert_int_equal(json_sink_operations.close(sink, NULL), 0);
	check_lines(file_text(wish.target), 1, 700);
}

static void python_reads_it(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { 0 };
	char *printed;
	void *sink;

	strcpy(wish.target, scene_path(scene, "x.json"));
	sink = open_sink(scene, &wish);
	assert_int_equal(deliver(scene, sink, 10, 0), 10);
	assert_int_equal(json_sink_operations.close(sink, NULL), 0);
	printed = scene_run(
		0,
		"python3 -c 'import json, sys; "
		"print(sum(json.loads(line)[\"sequence\"] for line in open(sys.argv[1])))' %s",
		wish.target);
	assert_string_equal(printed, "55\n");
	free(printed);
}

static void rotated_by_samples(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { .rotate_samples = 300 };
	void *sink;

	strcpy(wish.target, scene_path(scene, "x.json"));
	sink = open_sink(scene, &wish);
	assert_int_equal(deliver(scene, sink, 700, 0), 700);
	check_lines(scene_run(0, "cat %s/x_00001_*", scene->directory), 1, 300);
	check_lines(scene_run(0, "cat %s/x_00002_*", scene->directory), 301, 300);
	check_lines(scene_run(0, "cat %s/x_00003_*", scene->directory), 601, 100);
	assert_int_equal(json_sink_operations.close(sink, NULL), 0);
}

static void rotated_by_size(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { .rotate_bytes = 5000 };
	char *printed;
	void *sink;

	strcpy(wish.target, scene_path(scene, "x.json"));
	sink = open_sink(scene, &wish);
	assert_int_equal(deliver(scene, sink, 60, 0), 60);
	assert_int_equal(json_sink_operations.close(sink, NULL), 0);
	check_lines(scene_run(0, "cat %s/x_*", scene->directory), 1, 60);
	printed = scene_run(0, "find %s -size +5000c", scene->directory);
	assert_string_equal(printed, "");
	free(printed);
}

/* Of the lines that no longer fit none is half there, and none is said to be delivered. */
static void file_that_may_not_grow(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { 0 };
	struct rlimit before, limit;
	size_t delivered;
	void *sink;

	strcpy(wish.target, scene_path(scene, "x.json"));
	sink = open_sink(scene, &wish);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	delivered = deliver(scene, sink, 700, -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_in_range(delivered, 1, 699);
	check_lines(file_text(wish.target), 1, delivered);
	assert_int_equal(json_sink_operations.close(sink, NULL), 0);
}

static void full_device(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { .target = "/dev/full" };
	void *sink = open_sink(scene, &wish);

	assert_int_equal(deliver(scene, sink, 3, -ENOSPC), 0);
	assert_int_equal(deliver(scene, sink, 3, -ENOSPC), 0);
	assert_int_equal(json_sink_operations.close(sink, NULL), 0);
}

static void no_such_directory(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { 0 };
	struct problem problem = { 0 };
	void *sink;

	strcpy(wish.target, scene_path(scene, "nowhere/x.json"));
	assert_int_equal(json_sink_operations.open(&wish, &scene->host, &sink, &problem), -ENOENT);
	assert_non_null(strstr(problem.text, wish.target));
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dropped_udp),        cmocka_unit_test(tagged_tcp_at_ingress),
		cmocka_unit_test(cut_in_the_root),    cmocka_unit_test(one_shape),
		WITH_SCENE(delivered_is_in_the_file), WITH_SCENE(python_reads_it),
		WITH_SCENE(rotated_by_samples),       WITH_SCENE(rotated_by_size),
		WITH_SCENE(file_that_may_not_grow),   WITH_SCENE(full_device),
		WITH_SCENE(no_such_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
