/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel side would do with a whole UDP packet without options, for people: the same checks in
 * the same order, from what its maps hold. Reads nothing itself. */
#ifndef BYPASS_DECISION_H
#define BYPASS_DECISION_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/nexthop.h"
#include "bypass_udp.h"

/* Nothing keeps the packet from being sent. */
#define BYPASS_SENT BYPASS_UP_COUNT

struct bypass_question {
	uint64_t now; /* CLOCK_MONOTONIC, nanoseconds */
	struct bypass_settings settings;
	struct bypass_daemon daemon;
	struct bypass_config config; /* of the interface it arrives at */
	struct flow_key key;
	bool has_flow;
	struct flow_value flow;
	struct flow_nexthop nexthop;
	bool has_device; /* the way's is in flow_devices */
	bool is_gone;    /* conntrack does not know the flow */
	/* The packet. */
	bool any_tags;    /* with the tags that are expected; else with `vlan` */
	uint16_t vlan[2]; /* outermost first, 0: no tag */
	uint32_t length;  /* of the IP packet */
	uint8_t hops;     /* TTL or hop limit */
	bool has_checksum;
};

/* enum bypass_up from BYPASS_UP_NO_FLOW onward (not what only the packet in hand can tell:
 * BYPASS_UP_NO_HEADROOM, _NO_MAP), or BYPASS_SENT. */
unsigned int bypass_decision(const struct bypass_question *question);

/* It leaves where it came from, by XDP_TX; else XDP_REDIRECT. */
bool bypass_decision_turns(const struct bypass_question *question);

/* The way in use. */
const struct flow_way *bypass_decision_way(const struct bypass_question *question);

#define BYPASS_DECISION_TEXT_SIZE 256

/* The numbers behind a decision, "no packet for 75s, class dns allows 10s"; "" where there are none.
 * Returns ret_text. */
const char *bypass_decision_numbers(const struct bypass_question *question, unsigned int up,
				    char ret_text[BYPASS_DECISION_TEXT_SIZE]);

/* What would make a packet of this flow go up, one sentence per `number` from 0 on; NULL behind the
 * last. Returns ret_text otherwise. */
const char *bypass_decision_limit(const struct bypass_question *question, unsigned int number,
				  char ret_text[BYPASS_DECISION_TEXT_SIZE]);

#endif
