// SPDX-License-Identifier: GPL-2.0-only
#include "program_case.h"

#include <linux/bpf.h>

#define OURS(text, ...)                                                                            \
	{                                                                                          \
		.name = (text), .subject = SUBJECT_OURS, __VA_ARGS__                               \
	}
#define PEER(text, which, ...)                                                                     \
	{                                                                                          \
		.name = (text), .subject = (which), __VA_ARGS__                                    \
	}
#define NAT .nat = true
#define IPV6 .ipv6 = true

/* The first ones are what the others contain besides themselves. */
const struct program_case program_cases[] = {
	{ PEER("empty", SUBJECT_LET_BY, 0), XDP_PASS },
	{ PEER("empty", SUBJECT_LET_BY, IPV6), XDP_PASS },
	{ PEER("bare", SUBJECT_BARE, NAT), XDP_REDIRECT },
	{ PEER("bare", SUBJECT_BARE, NAT, IPV6), XDP_REDIRECT },
	{ OURS("nat", NAT), XDP_REDIRECT },
	{ OURS("nat", NAT, IPV6), XDP_REDIRECT },
	{ OURS("l2", 0), XDP_REDIRECT },
	{ OURS("l2", IPV6), XDP_REDIRECT },
	{ OURS("nat_back", NAT, .same_port = true), XDP_TX },
	{ OURS("nat_learned", NAT, .learned = true), XDP_REDIRECT },
	{ OURS("nat_learned", NAT, .learned = true, IPV6), XDP_REDIRECT },
	{ OURS("nat_pop", NAT, .tags_in = 1), XDP_REDIRECT },
	{ OURS("nat_push", NAT, .tags_out = 1), XDP_REDIRECT },
	{ OURS("nat_two_tags", NAT, .tags_in = 2, .tags_out = 2), XDP_REDIRECT },
	{ OURS("monitor", NAT, .monitor = true), XDP_PASS },
	{ OURS("no_flow", .unknown = true), XDP_PASS },
	{ OURS("no_flow", .unknown = true, IPV6), XDP_PASS },
	{ OURS("not_udp", .tcp = true), XDP_PASS },
	{ OURS("not_udp", .tcp = true, IPV6), XDP_PASS },
};
const size_t program_case_count = sizeof(program_cases) / sizeof(*program_cases);
