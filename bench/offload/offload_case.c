// SPDX-License-Identifier: GPL-2.0-only
#include "offload_case.h"

#define FLOW(text, which, ...)                                                                     \
	{                                                                                          \
		.name = (text), .subject = (which), .nat = true, __VA_ARGS__                       \
	}
#define IPV6 .ipv6 = true
#define TCP .tcp = true
#define DEVICE OFFLOAD_OUT_DEVICE
#define NEIGHBOUR OFFLOAD_OUT_NEIGHBOUR
#define PEER OFFLOAD_OUT_PEER

const struct offload_case offload_cases[] = {
	{ KIND_PATH, FLOW("generator", SUBJECT_GENERATOR), DEVICE, "plain" },
	{ KIND_PATH, FLOW("hop", SUBJECT_DROP), DEVICE, "plain" },
	{ KIND_PATH, FLOW("bare redirect", SUBJECT_TC), DEVICE, "plain" },
	{ KIND_PATH, FLOW("redirect", SUBJECT_OURS), DEVICE, "plain" },
	{ KIND_PATH, FLOW("neighbour", SUBJECT_OURS), NEIGHBOUR, "plain" },
	{ KIND_PATH, FLOW("bare peer", SUBJECT_TC), PEER, "plain" },
	{ KIND_PATH, FLOW("peer", SUBJECT_OURS), PEER, "plain" },
	{ KIND_PATH, FLOW("ip_forward", SUBJECT_KERNEL), DEVICE, "plain" },
	{ KIND_PATH, FLOW("nft dnat", SUBJECT_KERNEL), DEVICE, "nft" },
	{ KIND_PATH, FLOW("no flow, nft dnat", SUBJECT_OURS, .unknown = true), DEVICE, "nft" },

	{ KIND_PATH, FLOW("bare redirect, IPv6", SUBJECT_TC, IPV6), DEVICE, "plain" },
	{ KIND_PATH, FLOW("redirect, IPv6", SUBJECT_OURS, IPV6), DEVICE, "plain" },
	{ KIND_PATH, FLOW("bare peer, IPv6", SUBJECT_TC, IPV6), PEER, "plain" },
	{ KIND_PATH, FLOW("peer, IPv6", SUBJECT_OURS, IPV6), PEER, "plain" },
	{ KIND_PATH, FLOW("nft dnat, IPv6", SUBJECT_KERNEL, IPV6), DEVICE, "nft" },

	{ KIND_RELAY, FLOW("relay offloaded", SUBJECT_OURS), DEVICE, "plain" },
	{ KIND_RELAY, FLOW("socat", SUBJECT_KERNEL), DEVICE, "socat" },

	{ KIND_TCP, FLOW("redirect", SUBJECT_OURS, TCP), DEVICE, "plain" },
	{ KIND_TCP, FLOW("peer", SUBJECT_OURS, TCP), PEER, "plain" },
	{ KIND_TCP, FLOW("nft dnat", SUBJECT_KERNEL, TCP), DEVICE, "nft" },
	{ KIND_TCP, FLOW("redirect, IPv6", SUBJECT_OURS, TCP, IPV6), DEVICE, "plain" },
	{ KIND_TCP, FLOW("nft dnat, IPv6", SUBJECT_KERNEL, TCP, IPV6), DEVICE, "nft" },
};
const size_t offload_case_count = sizeof(offload_cases) / sizeof(*offload_cases);

const struct offload_promise offload_promises[] = {
	{ KIND_PATH, "redirect", "nft dnat", 1.25 },
	{ KIND_PATH, "peer", "nft dnat", 1.6 },
	{ KIND_PATH, "redirect, IPv6", "nft dnat, IPv6", 1.25 },
	{ KIND_PATH, "peer, IPv6", "nft dnat, IPv6", 1.6 },
	{ KIND_PATH, "bare redirect", "nft dnat", 0 },
	{ KIND_PATH, "bare peer", "nft dnat", 0 },
	{ KIND_PATH, "neighbour", "nft dnat", 0 },
	{ KIND_PATH, "redirect", "bare redirect", 0 },
	{ KIND_PATH, "no flow, nft dnat", "nft dnat", 0 },
	{ KIND_RELAY, "relay offloaded", "socat", 8 },
	{ KIND_TCP, "redirect", "nft dnat", 1 },
	{ KIND_TCP, "peer", "nft dnat", 1 },
	{ KIND_TCP, "redirect, IPv6", "nft dnat, IPv6", 1 },
};
const size_t offload_promise_count = sizeof(offload_promises) / sizeof(*offload_promises);
