/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel side would do with a whole packet of a flow, without options, for people: the same checks in the
 * same order (offload_way.bpf.h), from what its maps hold. Reads nothing itself. */
#ifndef OFFLOAD_DECISION_H
#define OFFLOAD_DECISION_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/nexthop.h"
#include "tc_offload.h"

/* Nothing keeps the packet from being rewritten and sent on. */
#define OFFLOAD_SENT OFFLOAD_UP_COUNT

struct offload_question {
	uint64_t now; /* CLOCK_MONOTONIC, nanoseconds */
	struct offload_settings settings;
	struct offload_daemon daemon;
	struct offload_at at; /* the place it comes by */
	struct flow_key key;
	bool has_flow; /* it is in the static table */
	struct flow_value flow;
	struct flow_nexthop nexthop; /* of it */
	/* The packet. */
	bool any_tags;    /* with the tags that are expected; else with `vlan` */
	uint16_t vlan[2]; /* outermost first, 0: no tag */
	uint32_t length;  /* of the IP packet, the longest on the wire */
	uint8_t hops;     /* TTL or hop limit */
	bool has_checksum;
};

struct offload_decision {
	unsigned int up;    /* enum offload_up, or OFFLOAD_SENT */
	unsigned int out;   /* of what is sent: enum offload_out */
	bool counts_down;   /* TTL or hop limit loses one */
	bool has_mtu_limit; /* longer packets than the way's mtu are left alone */
};

/* Not what only the packet in hand can tell: OFFLOAD_UP_NO_ROOM, or that a header is malformed. */
struct offload_decision offload_decide(const struct offload_question *question);

/* The way in use. */
const struct flow_way *offload_decision_way(const struct offload_question *question);

#endif
