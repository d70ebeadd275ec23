// SPDX-License-Identifier: GPL-2.0-only
/* The parser against the model on frames that chance made: shapes with damage, chains of extension
 * headers of any length, noise. ECBPF_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/reasons.h"
#include "packet_exchange.h"
#include "packet_frames.h"

#define FRAMES 1000000
#define FRAMES_QUICK 20000
#define SEED 20240229
#define LINEAR_LENGTH 3000 /* fits into one page with what the kernel keeps around it */

static uint64_t random_state;
static struct packet_builder builder;

/* splitmix64. */
static uint64_t random_bits(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t random_below(uint32_t limit)
{
	return (uint32_t)((random_bits() >> 32) * limit >> 32);
}

/* Values at which the parser decides something. */
static unsigned char telling_byte(void)
{
	static const unsigned char bytes[] = {
		0,    1,    2,    5,    6,    8,    16,   17,   20,   28,   33,   40,
		43,   44,   50,   51,   58,   59,   60,   0x44, 0x45, 0x46, 0x4f, 0x50,
		0x5f, 0x60, 0x6f, 0x81, 0x86, 0x87, 0x88, 0x8b, 0x8c, 0xa8, 0xdd, 0x1f,
		0x20, 0x3f, 0x40, 0x80, 132,  134,  136,  138,  255,
	};

	return bytes[random_below(sizeof(bytes))];
}

/* An IPv6 frame with up to eleven extension headers of any kind and length. */
static void build_chain(void)
{
	static const __u8 numbers[] = { 0, 43, 44, 51, 60, 135, 139, 140, 60, 0 };
	uint32_t count = random_below(12), many = random_below(2) ? 256 : 4;

	build_start(&builder);
	build_ethernet(&builder);
	if (!random_below(4))
		build_vlan(&builder, ETH_P_8021AD, 5);
	build_ipv6(&builder, &(struct build_ipv6){ .jumbo = !random_below(16) });
	while (count--) {
		__u8 number = numbers[random_below(sizeof(numbers))];
		uint32_t units = 1 + random_below(many);

		if (number == 44)
			build_ipv6_fragment(&builder, units % 4 ? 0 : 8, units & 1, 1);
		else if (number == 51)
			build_extension(&builder, number, units * 4 + 4);
		else
			build_extension(&builder, number, units * 8);
		if (builder.length > LINEAR_LENGTH - 2100)
			break;
	}
	if (random_below(2))
		build_udp(&builder, 1, 2);
	else
		build_tcp(&builder, 1, 2, 0);
	build_finish(&builder);
}

static void build_shape(void)
{
	uint32_t link, network, transport;

	/* One by one: the order of arguments is the compiler's, the frames must not be. */
	do {
		link = random_below(frame_links());
		network = random_below(frame_networks());
		transport = random_below(frame_transports());
	} while (!frame_build(&builder, link, network, transport));
}

static void build_noise(void)
{
	build_start(&builder);
	build_ethernet(&builder);
	build_payload(&builder, random_below(100));
	for (__u32 i = 14; i < builder.length; i++)
		builder.bytes[i] = (unsigned char)random_bits();
	builder.bytes[12] = random_below(2) ? 0x86 : 0x08;
	builder.bytes[13] = builder.bytes[12] == 0x86 ? 0xdd : 0;
	if (builder.length > 14)
		builder.bytes[14] = builder.bytes[12] == 0x86 ? 0x60 : 0x45;
}

/* Takes bytes out or puts bytes in, so that all that follows is elsewhere. */
static void shift_bytes(size_t at)
{
	size_t size = 1 + random_below(8), rest = builder.length - at;

	if (random_below(2) && rest > size) {
		memmove(builder.bytes + at, builder.bytes + at + size, rest - size);
		builder.length -= (__u32)size;
	} else {
		memmove(builder.bytes + at + size, builder.bytes + at, rest);
		builder.length += (__u32)size;
	}
}

static void damage(void)
{
	size_t at;

	if (!builder.length)
		return;
	/* Mostly in the headers, where it matters. */
	at = random_below(builder.length < 100 || !random_below(8) ? builder.length : 100);
	switch (random_below(8)) {
	case 0:
		builder.bytes[at] = (unsigned char)random_bits();
		break;
	case 1:
		builder.bytes[at] ^= (unsigned char)(1U << random_below(8));
		break;
	case 2:
	case 3:
		builder.bytes[at] = telling_byte();
		break;
	case 4:
		builder.bytes[at] += random_below(2) ? 1 : -1;
		break;
	case 5:
		builder.length = random_below(builder.length + 1);
		break;
	case 6:
		build_padding(&builder, random_below(20));
		break;
	case 7:
		shift_bytes(at);
		break;
	}
}

static void run_random(struct packet_exchange *exchange, unsigned int frames)
{
	for (unsigned int i = 0; i < frames; i++) {
		uint32_t kind = random_below(16);

		if (kind < 10)
			build_shape();
		else if (kind < 15)
			build_chain();
		else
			build_noise();
		for (uint32_t damages = random_below(5); damages; damages--)
			damage();
		packet_exchange_check(exchange, builder.bytes, builder.length);
	}
	printf("%u frames; by outcome:", frames);
	for (unsigned int i = 0; i < 16; i++)
		printf(" %u:%llu", i, (unsigned long long)exchange->outcomes[i]);
	printf("\n");
	for (unsigned int i = ECBPF_REASON_SHORT_ETHERNET; i <= ECBPF_REASON_MANY_TAGS; i++)
		assert_true(i == ECBPF_REASON_NO_MAP || exchange->outcomes[i] > 0);
}

static void run_mode(__u32 frags)
{
	const char *seed = getenv("ECBPF_TEST_SEED");
	static struct packet_exchange exchange;

	random_state = seed ? strtoull(seed, NULL, 0) : SEED;
	printf("ECBPF_TEST_SEED=%" PRIu64 "\n", random_state);
	assert_int_equal(packet_exchange_open(&exchange, frags), 0);
	run_random(&exchange, packet_exchange_quick() ? FRAMES_QUICK : FRAMES);
	packet_exchange_close(&exchange);
}

static void test_random(void **state)
{
	(void)state;
	run_mode(0);
}

static void test_random_multi_buffer_mode(void **state)
{
	(void)state;
	if (!run_frags_supported()) {
		print_message("SKIP: no multi-buffer frames before kernel 5.18\n");
		skip();
		return;
	}
	run_mode(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_random_multi_buffer_mode),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
