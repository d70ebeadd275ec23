// SPDX-License-Identifier: GPL-2.0-only
#include "path_case.h"

#define THOUSAND 1000
#define MILLION 1000000

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
#define BACK .same_port = true

/* The same number of flows in both programs, both families. */
#define CURVE(count)                                                                               \
	{ "curve", PEER("bare", SUBJECT_BARE, NAT, .flows = (count)), END_SERVER, "plain", true }, \
		{ "curve", OURS("nat", NAT, .flows = (count)), END_SERVER, "plain", true },        \
		{ "curve", PEER("bare", SUBJECT_BARE, NAT, IPV6, .flows = (count)), END_SERVER,    \
		  "plain", true },                                                                 \
	{                                                                                          \
		"curve", OURS("nat", NAT, IPV6, .flows = (count)), END_SERVER, "plain", true       \
	}

const struct path_case path_cases[] = {
	{ "base", PEER("generator", SUBJECT_GENERATOR, NAT), END_ROUTER, "plain", false },
	{ "base", PEER("hop", SUBJECT_DROP, NAT), END_ROUTER, "plain", false },

	{ "redirect", PEER("bare", SUBJECT_BARE, NAT), END_SERVER, "plain", false },
	{ "redirect", OURS("nat", NAT), END_SERVER, "plain", false },
	{ "redirect", OURS("l2", 0), END_SERVER, "plain", false },
	{ "redirect", OURS("learned nat", NAT, .learned = true), END_SERVER, "plain", false },
	{ "redirect", PEER("fib", SUBJECT_FIB, 0), END_SERVER, "plain", false },
	{ "redirect", PEER("tc", SUBJECT_TC, NAT), END_STACK, "plain", false },
	{ "redirect", PEER("ip_forward", SUBJECT_KERNEL, 0), END_STACK, "plain", false },
	{ "redirect", PEER("nft dnat", SUBJECT_KERNEL, NAT), END_STACK, "nft", false },

	{ "back", PEER("bounce", SUBJECT_BOUNCE, 0), END_CLIENT, "plain", false },
	{ "back", PEER("bare, back", SUBJECT_BARE, NAT, BACK), END_CLIENT, "plain", false },
	{ "back", OURS("nat, back", NAT, BACK), END_CLIENT, "plain", false },
	{ "back", OURS("l2, back", BACK), END_CLIENT, "plain", false },

	{ "many", PEER("generator, million", SUBJECT_GENERATOR, .flows = MILLION), END_ROUTER,
	  "plain", false },
	{ "many", PEER("bare, thousand", SUBJECT_BARE, NAT, .flows = THOUSAND), END_SERVER, "plain",
	  false },
	{ "many", OURS("nat, thousand", NAT, .flows = THOUSAND), END_SERVER, "plain", false },
	{ "many", PEER("bare, million", SUBJECT_BARE, NAT, .flows = MILLION), END_SERVER, "plain",
	  false },
	{ "many", OURS("nat, million", NAT, .flows = MILLION), END_SERVER, "plain", false },

	{ "tags", OURS("nat, one tag to none", NAT, .tags_in = 1), END_SERVER, "plain", false },
	{ "tags", OURS("nat, none to one tag", NAT, .tags_out = 1), END_SERVER, "plain", false },
	{ "tags", OURS("nat, one tag to one", NAT, .tags_in = 1, .tags_out = 1), END_SERVER,
	  "plain", false },
	{ "tags", OURS("nat, two tags to two", NAT, .tags_in = 2, .tags_out = 2), END_SERVER,
	  "plain", false },

	{ "ipv6", PEER("bare, IPv6", SUBJECT_BARE, NAT, IPV6), END_SERVER, "plain", false },
	{ "ipv6", OURS("nat, IPv6", NAT, IPV6), END_SERVER, "plain", false },
	{ "ipv6", OURS("l2, IPv6", IPV6), END_SERVER, "plain", false },
	{ "ipv6", PEER("ip_forward, IPv6", SUBJECT_KERNEL, IPV6), END_STACK, "plain", false },

	{ "up", PEER("let by", SUBJECT_LET_BY, 0), END_STACK, "plain", false },
	{ "up", OURS("no flow", .unknown = true), END_STACK, "plain", false },
	{ "up", OURS("not UDP", .tcp = true), END_STACK, "plain", false },
	{ "up", OURS("monitor", .monitor = true), END_STACK, "plain", false },

	{ "flowtable", PEER("flow table", SUBJECT_KERNEL, NAT), END_STACK, "flowtable", true },

	CURVE(1),
	CURVE(10),
	CURVE(100),
	CURVE(1000),
	CURVE(10000),
	CURVE(100000),
	CURVE(1000000),
	{ "curve", PEER("tc", SUBJECT_TC, NAT), END_STACK, "plain", true },
	{ "curve", PEER("tc", SUBJECT_TC, NAT, IPV6), END_STACK, "plain", true },
	{ "curve", PEER("ip_forward", SUBJECT_KERNEL, 0), END_STACK, "plain", true },
	{ "curve", PEER("ip_forward", SUBJECT_KERNEL, IPV6), END_STACK, "plain", true },
	{ "curve", PEER("nft dnat", SUBJECT_KERNEL, NAT), END_STACK, "nft", true },
};
const size_t path_case_count = sizeof(path_cases) / sizeof(*path_cases);

const struct path_promise path_promises[] = {
	{ "nat", "bare", 1 / 0.9 },
	{ "nat", "nft dnat", 1 / 4.5 },
	{ "nat", "ip_forward", 1 / 3.4 },
	{ "nat", "tc", 1 / 3.0 },
	{ "nat, back", "bounce", 1 / 0.9 },
	{ "nat, back", "bare, back", 1 / 0.9 },
	{ "nat, million", "nat, thousand", 1.5 },
};
const size_t path_promise_count = sizeof(path_promises) / sizeof(*path_promises);
