// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "pcapng_block.h"
#include "pcapng_scene.h"

/* The bytes that a text says, "0a0d 'text' 00"; returns how many. */
static size_t parse_bytes(const char *text, uint8_t *ret_bytes)
{
	size_t length = 0;

	while (*text) {
		if (*text == '\'') {
			for (text++; *text != '\''; text++)
				ret_bytes[length++] = (uint8_t)*text;
			text++;
		} else if (*text == ' ') {
			text++;
		} else {
			const char digits[3] = { text[0], text[1] };

			ret_bytes[length++] = (uint8_t)strtoul(digits, NULL, 16);
			text += 2;
		}
	}
	return length;
}

/* Compares with bytes as a little-endian machine writes them. */
static void assert_bytes(const struct pcapng_buffer *buffer, const char *text)
{
	uint8_t expected[512];
	size_t length;

	if (__BYTE_ORDER != __LITTLE_ENDIAN)
		skip();
	assert_true(strlen(text) <= sizeof(expected));
	length = parse_bytes(text, expected);
	assert_int_equal(buffer->length, length);
	assert_memory_equal(buffer->bytes, expected, length);
}

static void puts_a_section(void **state)
{
	struct pcapng_buffer buffer = { 0 };

	(void)state;
	assert_int_equal(pcapng_put_section(&buffer, "x86_64", "Linux", "ecbpf"), 0);
	assert_bytes(&buffer, "0a0d0d0a 44000000 4d3c2b1a 01000000"
			      " ffffffff ffffffff"
			      " 02000600 'x86_64' 0000"
			      " 03000500 'Linux' 000000"
			      " 04000500 'ecbpf' 000000"
			      " 00000000 44000000");
	pcapng_buffer_free(&buffer);
}

static void puts_an_interface(void **state)
{
	struct pcapng_buffer buffer = { 0 };

	(void)state;
	assert_int_equal(pcapng_put_interface(&buffer, "eth0", "ingress"), 0);
	assert_bytes(&buffer, "01000000 34000000 01000000 00000000"
			      " 02000400 'eth0'"
			      " 03000700 'ingress' 00"
			      " 09000100 09000000"
			      " 00000000 34000000");
	pcapng_buffer_free(&buffer);
}

static void puts_a_packet_with_everything(void **state)
{
	struct sample_view view = scene_sample(*state, 12, 5);
	struct sample *sample = scene_change(&view);
	struct pcapng_buffer buffer = { 0 };

	view.realtime = 0x0102030405060708;
	sample->frame_length = 1500;
	sample->join = 0x1112131415161718;
	sample->queue = 3;
	sample->verdict = 3;
	sample->reason = 0;
	sample->rate = 0;
	view.program = "";
	assert_int_equal(pcapng_put_packet(&buffer, 7, &view, 258), 0);
	assert_bytes(&buffer,
		     "06000000 b0000000 07000000 04030201 08070605 05000000 dc050000"
		     " 0c0d0e0f 10000000"
		     " 01004600 'at=verdict verdict=XDP_TX slot=2 join=1230066625199609624 '"
		     " 'seq=12 cpu=0' 0000"
		     " 02000400 01000000"
		     " 04000800 02010000 00000000"
		     " 05000800 18171615 14131211"
		     " 06000400 03000000"
		     " 07000900 02030000 00000000 00000000"
		     " 00000000 b0000000");
	pcapng_buffer_free(&buffer);
	scene_free(&view, 1);
}

static void leaves_out_what_does_not_apply(void **state)
{
	struct sample_view view = scene_sample(*state, 12, 4);
	struct sample *sample = scene_change(&view);
	struct pcapng_buffer buffer = { 0 };

	view.realtime = 1;
	sample->place = SAMPLER_INGRESS;
	sample->verdict = SAMPLE_NO_VERDICT;
	sample->rate = 0;
	assert_int_equal(pcapng_put_packet(&buffer, 0, &view, 0), 0);
	assert_bytes(&buffer, "06000000 54000000 00000000 00000000 01000000 04000000 04000000"
			      " 0c0d0e0f"
			      " 01001700 'at=ingress seq=12 cpu=0' 00"
			      " 02000400 01000000"
			      " 06000400 00000000"
			      " 00000000 54000000");
	pcapng_buffer_free(&buffer);
	scene_free(&view, 1);
}

static void puts_statistics(void **state)
{
	const struct pcapng_statistics statistics = {
		.begin = 0x0102030405060708,
		.end = 0x0102030405060709,
		.received = 10,
		.dropped = 4,
		.accepted = 9,
		.dropped_early = 3,
		.delivered = 6,
	};
	struct pcapng_buffer buffer = { 0 };

	(void)state;
	assert_int_equal(pcapng_put_statistics(&buffer, 1, &statistics), 0);
	assert_bytes(&buffer, "05000000 70000000 01000000 04030201 09070605"
			      " 02000800 04030201 08070605"
			      " 03000800 04030201 09070605"
			      " 04000800 0a000000 00000000"
			      " 05000800 04000000 00000000"
			      " 06000800 09000000 00000000"
			      " 07000800 03000000 00000000"
			      " 08000800 06000000 00000000"
			      " 00000000 70000000");
	assert_int_equal(buffer.length, PCAPNG_STATISTICS_LENGTH);
	pcapng_buffer_free(&buffer);
}

/* Every padding, many blocks in one buffer, and a long text. */
static void grows_and_pads(void **state)
{
	struct pcapng_buffer buffer = { 0 };
	struct scene_blocks blocks;
	char text[70000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(pcapng_put_section(&buffer, text, "", text), 0);
	assert_int_equal(pcapng_put_interface(&buffer, "", text), 0);
	for (uint32_t captured = 0; captured <= 2000; captured++) {
		struct sample_view view = scene_sample(*state, captured, captured);

		scene_change(&view)->join = captured % 2;
		assert_int_equal(pcapng_put_packet(&buffer, 0, &view, captured % 3), 0);
		scene_free(&view, 1);
	}
	assert_int_equal(pcapng_put_statistics(&buffer, 0, &(struct pcapng_statistics){ 0 }), 0);
	blocks = scene_blocks_of(buffer.bytes, buffer.length);
	assert_int_equal(blocks.sections, 1);
	assert_int_equal(blocks.interfaces, 1);
	assert_int_equal(blocks.packets, 2001);
	assert_int_equal(blocks.statistics, 1);
	assert_int_equal(blocks.lost_before, 2001);
	pcapng_buffer_free(&buffer);
	assert_null(buffer.bytes);
	assert_int_equal(buffer.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_a_section),
		cmocka_unit_test(puts_an_interface),
		cmocka_unit_test(puts_a_packet_with_everything),
		cmocka_unit_test(leaves_out_what_does_not_apply),
		cmocka_unit_test(puts_statistics),
		cmocka_unit_test(grows_and_pads),
	};

	return cmocka_run_group_tests(tests, scene_begin, scene_end);
}
