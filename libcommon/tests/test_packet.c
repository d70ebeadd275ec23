// SPDX-License-Identifier: GPL-2.0-only
/* The parser: a table of frames with everything it must tell, every length of every shape of frame,
 * and multi-buffer frames. test_packet_random.c has the random frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "abi/reasons.h"
#include "packet_cases.h"
#include "packet_exchange.h"
#include "packet_frames.h"

static struct packet_builder builder;

static int open_linear(void **state)
{
	static struct packet_exchange exchange;

	*state = &exchange;
	return packet_exchange_open(&exchange, 0);
}

static int open_frags(void **state)
{
	static struct packet_exchange exchange;

	if (!run_frags_supported())
		return 0; /* leaves no state: the test skips */
	*state = &exchange;
	return packet_exchange_open(&exchange, 1);
}

static int close_exchange(void **state)
{
	if (*state)
		packet_exchange_close(*state);
	return 0;
}

/* From the table's form: numbers in host byte order, what follows from others left out. */
static void complete(struct parsed_packet *expected, const unsigned char *bytes)
{
	expected->ethertype = htons(expected->ethertype);
	expected->tci[0] = htons(expected->tci[0]);
	expected->tci[1] = htons(expected->tci[1]);
	expected->source = htons(expected->source);
	expected->destination = htons(expected->destination);
	if (expected->family) {
		expected->network_offset = expected->link_length;
		memcpy(expected->header_start, bytes + expected->network_offset, 4);
	}
	if (expected->transport_kind)
		expected->transport_offset = expected->at;
}

static void test_table(void **state)
{
	for (unsigned int i = 0; i < packet_case_count; i++) {
		struct parsed_packet expected = packet_cases[i].expected, got;

		build_start(&builder);
		packet_cases[i].build(&builder);
		complete(&expected, builder.bytes);
		packet_exchange_ask(*state, builder.bytes, builder.length, &got);
		if (memcmp(&got, &expected, sizeof(got)))
			fprintf(stderr, "case: %s\n", packet_cases[i].name);
		packet_exchange_compare(&got, &expected, builder.bytes, builder.length);
		/* The model is held to the table too. */
		packet_exchange_check(*state, builder.bytes, builder.length);
	}
}

/* The frame cut to every length; the IP packet cut to every length inside the whole frame; both. */
static void check_lengths(struct packet_exchange *exchange, struct packet_builder *frame)
{
	struct parsed_packet whole;
	size_t offset;

	packet_exchange_ask(exchange, frame->bytes, frame->length, &whole);
	for (size_t length = 0; length <= frame->length; length++)
		packet_exchange_check(exchange, frame->bytes, length);
	offset = whole.link_length;
	for (size_t length = offset + (whole.family == 4 ? 20 : 40); length <= frame->length;
	     length++) {
		frame_set_ip_length(frame->bytes, offset, length - offset);
		packet_exchange_check(exchange, frame->bytes, length);
		packet_exchange_check(exchange, frame->bytes, frame->length);
	}
}

static void check_shapes(struct packet_exchange *exchange, unsigned int links)
{
	unsigned int frames = 0;

	for (unsigned int link = 0; link < links; link++) {
		for (unsigned int network = 0; network < frame_networks(); network++) {
			for (unsigned int i = 0; i < frame_transports(); i++) {
				if (!frame_build(&builder, link, network, i))
					continue;
				check_lengths(exchange, &builder);
				frames++;
			}
		}
	}
	printf("%u shapes, %u frames\n", frames, exchange->shared->runs);
}

static void test_every_length(void **state)
{
	static const int reached[] = {
		ECBPF_REASON_NONE,       ECBPF_REASON_SHORT_ETHERNET,  ECBPF_REASON_SHORT_IPV4,
		ECBPF_REASON_SHORT_IPV6, ECBPF_REASON_SHORT_EXTENSION, ECBPF_REASON_SHORT_TRANSPORT,
		ECBPF_REASON_BAD_IPV4,   ECBPF_REASON_BAD_IPV6,
	};
	struct packet_exchange *exchange = *state;

	check_shapes(exchange, packet_exchange_quick() ? 1 : frame_links());
	for (size_t i = 0; i < sizeof(reached) / sizeof(*reached); i++)
		assert_true(exchange->outcomes[reached[i]] > 0);
}

/* Frames longer than one buffer, with the end of the first buffer at every part of the headers. */
static void test_multi_buffer(void **state)
{
	struct packet_exchange *exchange = *state;
	__u64 *outcomes;

	if (!exchange) {
		print_message("SKIP: no multi-buffer frames before kernel 5.18\n");
		skip();
		return;
	}
	check_shapes(exchange, 1);
	outcomes = exchange->outcomes;
	memset(outcomes, 0, sizeof(exchange->outcomes));
	for (__u32 length = 2048; length <= 4096; length += 8) {
		build_start(&builder);
		build_ethernet(&builder);
		build_ipv6(&builder, &(struct build_ipv6){ 0 });
		build_extension(&builder, IPPROTO_DSTOPTS, length / 2 & ~7U);
		build_extension(&builder, IPPROTO_DSTOPTS, (length + 8) / 2 & ~7U);
		build_tcp(&builder, 1, 2, 0);
		build_payload(&builder, 5000);
		build_finish(&builder);
		packet_exchange_check(exchange, builder.bytes, builder.length);
		assert_true(exchange->shared->readable < builder.length);
	}
	assert_true(outcomes[0] && outcomes[ECBPF_REASON_SHORT_TRANSPORT]);
	assert_int_equal(outcomes[ECBPF_REASON_BAD_IPV6], 0);
	/* The length of the whole frame still bounds the packet. */
	frame_set_ip_length(builder.bytes, 14, builder.length - 14 + 1);
	packet_exchange_check(exchange, builder.bytes, builder.length);
	assert_int_equal(outcomes[ECBPF_REASON_BAD_IPV6], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, open_linear, close_exchange),
		cmocka_unit_test_setup_teardown(test_every_length, open_linear, close_exchange),
		cmocka_unit_test_setup_teardown(test_multi_buffer, open_frags, close_exchange),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
