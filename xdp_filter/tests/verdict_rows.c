// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

static struct packet_builder builder;

static void expect_counters(const struct filter_duel *duel, const char *what,
			    const struct verdict_expectation *expectation)
{
	uint64_t expected[FILTER_COUNTER_LIMIT] = { 0 };

	for (int i = 0; i < VERDICT_MOVES && expectation->moves[i]; i++)
		expected[expectation->moves[i]]++;
	for (int i = 0; i < FILTER_COUNTER_LIMIT; i++) {
		if (duel->model.counter[i] == expected[i])
			continue;
		duel_show(duel, what, builder.bytes, builder.length);
		fail_msg("%s: counter %d moved by %llu, expected is %llu", what, i,
			 (unsigned long long)duel->model.counter[i],
			 (unsigned long long)expected[i]);
	}
	if (duel_counts(duel))
		return;
	duel_show(duel, what, builder.bytes, builder.length);
	fail_msg("%s: the filter counts something else", what);
}

static void expect_once(struct filter_duel *duel, const char *what,
			const struct filter_config *config,
			const struct verdict_expectation *expectation)
{
	duel_configure(duel, config);
	duel_frame(duel, what, builder.bytes, builder.length);
	if (duel->answer.action != expectation->action ||
	    duel->answer.reason != expectation->reason) {
		duel_show(duel, what, builder.bytes, builder.length);
		fail_msg("%s: expected is action %u, reason %u", what, expectation->action,
			 expectation->reason);
	}
	expect_counters(duel, what, expectation);
}

void verdict_expect(struct filter_duel *duel, const char *name, const struct verdict_shape *shape,
		    const struct filter_config *config,
		    const struct verdict_expectation *expectation)
{
	for (int tags = 0; tags < 3; tags++) {
		struct verdict_expectation watching = *expectation;
		struct filter_config monitor = *config;
		char what[160];

		verdict_shape_build(shape, NULL, tags, &builder);
		snprintf(what, sizeof(what), "IPv%u %s, %d tags", shape->family, name, tags);
		expect_once(duel, what, config, expectation);
		watching.action = XDP_PASS;
		watching.reason = 0;
		monitor.monitor = 1;
		expect_once(duel, what, &monitor, &watching);
	}
}

static void set_length(__u32 network, int family, __u32 length)
{
	__u8 *field = builder.bytes + network + (family == 4 ? 2 : 4);

	if (family == 6)
		length -= 40;
	field[0] = (__u8)(length >> 8);
	field[1] = (__u8)length;
}

/* So that the cut is all that is wrong with an IPv4 packet. */
static void set_checksum(__u32 network)
{
	__u8 *header = builder.bytes + network;
	__u16 check;

	memset(header + 10, 0, sizeof(check));
	check = build_checksum(header, 4U * (header[0] & 0xf), 0);
	memcpy(header + 10, &check, sizeof(check));
}

unsigned int verdict_cut(struct filter_duel *duel, const char *name,
			 const struct verdict_shape *shape, const struct filter_config *config)
{
	unsigned int frames = 0;

	duel_configure(duel, config);
	for (int tags = 0; tags < 3; tags++) {
		__u32 network = verdict_shape_network(tags);
		__u32 header_end = network + (shape->family == 4 ? 20 : 40);

		verdict_shape_build(shape, NULL, tags, &builder);
		for (__u32 length = ETH_HLEN; length <= builder.length; length++, frames++)
			duel_frame(duel, name, builder.bytes, length);
		for (__u32 length = header_end; length < builder.length; length++, frames += 2) {
			set_length(network, shape->family, length - network);
			if (shape->family == 4)
				set_checksum(network);
			duel_frame(duel, name, builder.bytes, length);
			duel_frame(duel, name, builder.bytes, builder.length);
		}
	}
	if (!duel_counts(duel))
		fail_msg("%s, cut: the filter counts something else than the model", name);
	return frames;
}
