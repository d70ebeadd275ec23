// SPDX-License-Identifier: GPL-2.0-only
#include "packet_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "packet_model.h"

#define ETHERNET_LENGTH 14

int packet_exchange_open(struct packet_exchange *exchange, __u32 frags)
{
	int err;

	memset(exchange, 0, sizeof(*exchange));
	err = run_chain_create(&exchange->chain, frags);
	if (!err)
		err = run_open(&exchange->program, &exchange->chain,
			       TEST_OBJECT_DIR "/packet_parse.o", NULL, 0);
	if (!err)
		err = run_load(&exchange->program);
	if (err)
		return err;
	exchange->shared = mmap(NULL, (size_t)getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED,
				run_map(&exchange->program, "exchange"), 0);
	if (exchange->shared == MAP_FAILED) {
		exchange->shared = NULL;
		return -errno;
	}
	return 0;
}

void packet_exchange_close(struct packet_exchange *exchange)
{
	if (exchange->shared)
		munmap(exchange->shared, (size_t)getpagesize());
	run_close(&exchange->program);
	run_chain_close(&exchange->chain);
}

void packet_exchange_ask(struct packet_exchange *exchange, const void *bytes, size_t length,
			 struct parsed_packet *ret_parsed)
{
	unsigned char behind_filler[2 * ETHERNET_LENGTH] = { 0 };
	struct run_frame frame = { .bytes = bytes, .length = (__u32)length };
	struct parse_exchange *shared = exchange->shared;
	struct run_result result;
	__u32 runs = shared->runs;

	shared->skip = 0;
	if (length < ETHERNET_LENGTH) {
		memcpy(behind_filler + ETHERNET_LENGTH, bytes, length);
		frame.bytes = behind_filler;
		frame.length += ETHERNET_LENGTH;
		shared->skip = ETHERNET_LENGTH;
	}
	assert_int_equal(run_repeat(&exchange->program, &frame, 1, &result), 0);
	assert_int_equal(result.action, XDP_PASS);
	assert_int_equal(shared->runs, runs + 1);
	*ret_parsed = shared->parsed;
	exchange->outcomes[ret_parsed->outcome % 16]++;
}

static void show(const char *who, const struct parsed_packet *parsed)
{
	fprintf(stderr,
		"%s: outcome %u in stage %u | link %u bytes, %u tags %04x %04x, type %04x, group %u | "
		"family %u at %u starts %02x%02x%02x%02x, protocol %u, fragment %u at %u more %u, "
		"left %u at %u | transport %u at %u, ports %04x %04x, type %u code %u\n",
		who, parsed->outcome, parsed->stage, parsed->link_length, parsed->tags,
		parsed->tci[0], parsed->tci[1], parsed->ethertype, parsed->to_group, parsed->family,
		parsed->network_offset, parsed->header_start[0], parsed->header_start[1],
		parsed->header_start[2], parsed->header_start[3], parsed->protocol,
		parsed->fragment_kind, parsed->fragment_offset, parsed->fragment_more, parsed->left,
		parsed->at, parsed->transport_kind, parsed->transport_offset, parsed->source,
		parsed->destination, parsed->type, parsed->code);
}

void packet_exchange_compare(const struct parsed_packet *got, const struct parsed_packet *expected,
			     const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;

	if (!memcmp(got, expected, sizeof(*got)))
		return;
	fprintf(stderr, "frame of %zu bytes: ", length);
	for (size_t i = 0; i < length; i++)
		fprintf(stderr, "%02x", byte[i]);
	fprintf(stderr, "\n(numbers in hex are in network byte order)\n");
	show("expected", expected);
	show("parser  ", got);
	fail_msg("the parser tells something else");
}

void packet_exchange_check(struct packet_exchange *exchange, const void *bytes, size_t length)
{
	struct parsed_packet got, expected;
	struct model_frame frame = { .bytes = bytes, .length = length };

	packet_exchange_ask(exchange, bytes, length, &got);
	frame.readable = exchange->shared->readable;
	packet_model(&frame, &expected);
	packet_exchange_compare(&got, &expected, bytes, length);
}

int packet_exchange_quick(void)
{
	return getenv("ECBPF_TEST_QUICK") != NULL;
}
