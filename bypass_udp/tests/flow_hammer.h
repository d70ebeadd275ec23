/* SPDX-License-Identifier: GPL-2.0-only */
/* Contract of flow_hammer.bpf.c and of who runs it. */
#ifndef BYPASS_TESTS_FLOW_HAMMER_H
#define BYPASS_TESTS_FLOW_HAMMER_H

#include "abi/flow.h"

#define HAMMER_FLOWS 64    /* keys 0 .. HAMMER_FLOWS - 1, a power of two */
#define HAMMER_HOLD 300000 /* nanoseconds that some packets hold a flow before they count in it */

/* Value of hammer_hits, per CPU and key: what the program has counted in flows. */
struct hammer_hits {
	__u64 packets;
	__u64 bytes;
};

/* The key of a number: of IPv4 if it is even, else of IPv6. */
static inline __attribute__((always_inline)) struct flow_key hammer_key(__u32 number)
{
	return (struct flow_key){
		.source = { number },
		.destination = { 1 },
		.source_port = 1,
		.destination_port = 2,
		.protocol = 17,
		.family = number % 2 ? FLOW_IPV6 : FLOW_IPV4,
	};
}

#endif
