// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "pcapng_scene.h"

static void counts(void *context, const struct sample_port *port, enum sampler_place place,
		   struct sink_counts *ret_counts)
{
	const struct scene *scene = context;

	*ret_counts = scene->counts[port->number][place];
}

static size_t ports(void *context, const struct sample_port **ret_ports, size_t size)
{
	const struct scene *scene = context;

	for (size_t i = 0; i < scene->port_count && i < size; i++)
		ret_ports[i] = &scene->ports[i];
	return scene->port_count;
}

static bool stopping(void *context)
{
	struct scene *scene = context;

	scene->asked++;
	return scene->stopping;
}

int scene_begin(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	strcpy(scene->directory, "/tmp/pcapng_scene.XXXXXX");
	assert_non_null(mkdtemp(scene->directory));
	scene->ports[0] = (struct sample_port){ 0, "eth0", 2 };
	scene->ports[1] = (struct sample_port){ 1, "wan.7", 3 };
	scene->port_count = SCENE_PORTS;
	scene->host = (struct sink_host){ scene, counts, ports, stopping };
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	*state = scene;
	return 0;
}

int scene_end(void **state)
{
	struct scene *scene = *state;

	free(scene_run(0, "rm -r %s", scene->directory));
	free(scene);
	return 0;
}

const char *scene_path(const struct scene *scene, const char *file)
{
	static char paths[8][128];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", scene->directory, file);
	return path;
}

struct sample_view scene_sample(const struct scene *scene, uint64_t sequence, uint32_t captured)
{
	struct sample *sample = calloc(1, sizeof(*sample) + captured + 1);
	struct sample_view view = {
		.port = &scene->ports[0],
		.sample = sample,
		.bytes = sample->bytes,
		.realtime = SCENE_TIME + sequence * 1000000,
		.program = "xdp_filter",
	};

	assert_non_null(sample);
	*sample = (struct sample){
		.sequence = sequence,
		.frame_length = captured,
		.captured = captured,
		.rate = 1000,
		.place = SAMPLER_VERDICT,
		.verdict = 1,
		.reason = 5,
		.row = 2,
		.chosen = SAMPLE_BY_CHANCE,
	};
	for (uint32_t i = 0; i < captured; i++)
		sample->bytes[i] = (uint8_t)(sequence + i);
	return view;
}

struct sample *scene_change(struct sample_view *view)
{
	return (struct sample *)(uintptr_t)view->sample;
}

void scene_free(struct sample_view *views, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(scene_change(&views[i]));
}

char *scene_run(int status, const char *format, ...)
{
	char command[2048];
	size_t length = 0;
	size_t size = 0;
	char *text = NULL, *grown;
	va_list arguments;
	FILE *output;
	int ended;

	va_start(arguments, format);
	assert_in_range(vsnprintf(command, sizeof(command), format, arguments), 1,
			sizeof(command) - 1);
	va_end(arguments);
	output = popen(command, "r");
	assert_non_null(output);
	do {
		size += 65536;
		grown = realloc(text, size);
		assert_non_null(grown);
		text = grown;
		length += fread(text + length, 1, size - 1 - length, output);
	} while (length == size - 1);
	text[length] = '\0';
	ended = pclose(output);
	if (!WIFEXITED(ended) || WEXITSTATUS(ended) != status)
		fail_msg("%s: status %#x: %s", command, (unsigned int)ended, text);
	return text;
}

const char *scene_readers_missing(void)
{
	if (system("tshark --version >/dev/null 2>&1 && capinfos --version >/dev/null 2>&1"))
		return "tshark and capinfos are not installed";
	return system("tcpdump --version >/dev/null 2>&1") ? "tcpdump is not installed" : NULL;
}

static uint32_t number32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static uint64_t number64(const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* Calls `each` for the options between `at` and `end`, which must be in order. */
static void walk_options(const uint8_t *at, const uint8_t *end, struct scene_blocks *blocks,
			 void (*each)(struct scene_blocks *, unsigned int, const uint8_t *, size_t))
{
	for (;;) {
		uint32_t head;
		size_t length;

		assert_true(at + 4 <= end);
		head = number32(at);
		length = head >> 16;
		at += 4;
		if (head == 0)
			break;
		assert_true(at + ((length + 3) & ~3UL) <= end);
		for (size_t i = length; i % 4; i++)
			assert_int_equal(at[i], 0);
		if (each)
			each(blocks, head & 0xffff, at, length);
		at += (length + 3) & ~3UL;
	}
	assert_ptr_equal(at, end);
}

static void see_packet_option(struct scene_blocks *blocks, unsigned int code, const uint8_t *value,
			      size_t length)
{
	if (code == 4) {
		assert_int_equal(length, 8);
		blocks->lost_before += number64(value);
	}
}

static void see_statistic(struct scene_blocks *blocks, unsigned int code, const uint8_t *value,
			  size_t length)
{
	uint64_t *const sums[9] = { [4] = &blocks->received,
				    &blocks->dropped,
				    &blocks->accepted,
				    &blocks->dropped_early,
				    &blocks->delivered };

	assert_int_equal(length, 8);
	assert_in_range(code, 2, 8);
	if (code >= 4 && code < 9)
		*sums[code] += number64(value);
}

static void see_block(struct scene_blocks *blocks, const uint8_t *block, size_t length,
		      size_t *interfaces)
{
	const uint8_t *end = block + length - 4;

	switch (number32(block)) {
	case 0x0a0d0d0a:
		assert_int_equal(number32(block + 8), 0x1a2b3c4d);
		blocks->sections++;
		*interfaces = 0;
		walk_options(block + 24, end, blocks, NULL);
		break;
	case 1:
		blocks->interfaces++;
		(*interfaces)++;
		walk_options(block + 16, end, blocks, NULL);
		break;
	case 5:
		assert_true(number32(block + 8) < *interfaces);
		blocks->statistics++;
		walk_options(block + 20, end, blocks, see_statistic);
		break;
	case 6:
		assert_true(number32(block + 8) < *interfaces);
		blocks->packets++;
		walk_options(block + 28 + ((number32(block + 20) + 3) & ~3U), end, blocks,
			     see_packet_option);
		break;
	default:
		fail_msg("unknown block %u", number32(block));
	}
}

struct scene_blocks scene_blocks_of(const uint8_t *bytes, size_t length)
{
	struct scene_blocks blocks = { 0 };
	size_t interfaces = 0;

	for (size_t at = 0; at < length;) {
		size_t block;

		assert_true(at + 12 <= length);
		block = number32(bytes + at + 4);
		assert_int_equal(block % 4, 0);
		assert_true(block >= 16 && at + block <= length);
		assert_int_equal(number32(bytes + at + block - 4), block);
		assert_true(blocks.sections > 0 || at == 0);
		see_block(&blocks, bytes + at, block, &interfaces);
		at += block;
	}
	return blocks;
}

struct scene_blocks scene_blocks(const char *path)
{
	FILE *file = fopen(path, "r");
	struct scene_blocks blocks;
	uint8_t *bytes;
	long length;

	if (!file)
		fail_msg("%s is not there", path);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	length = ftell(file);
	rewind(file);
	bytes = malloc((size_t)length + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)length, file), length);
	fclose(file);
	blocks = scene_blocks_of(bytes, (size_t)length);
	free(bytes);
	return blocks;
}

char *scene_files(const struct scene *scene)
{
	char *files = scene_run(0, "LC_ALL=C ls %s", scene->directory);

	for (char *at = files; *at; at++) {
		if (*at == '\n')
			*at = at[1] ? ' ' : '\0';
	}
	return files;
}

void scene_until(bool (*step)(void *context), void *context)
{
	const struct timespec interval = { .tv_nsec = 5000000 };

	for (int i = 0; i < 2000; i++) {
		if (step(context))
			return;
		nanosleep(&interval, NULL); /* poll interval */
	}
	fail_msg("not within ten seconds");
}
