/* SPDX-License-Identifier: GPL-2.0-only */
/* What tc_offload does with a packet, once more and independently: in plain C, byte by byte, with
 * checksums summed up anew over all that they cover instead of by prepared deltas. */
#ifndef TC_OFFLOAD_TESTS_OFFLOAD_MODEL_H
#define TC_OFFLOAD_TESTS_OFFLOAD_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tc_offload.h"

#define MODEL_FLOWS 64
#define MODEL_NEXTHOPS 16
#define MODEL_FRAME_SIZE 16384

struct model_flow {
	enum flow_table table;
	struct flow_key key;
	struct flow_value value;
};

struct offload_model {
	struct offload_at at;
	struct offload_settings settings;
	bool daemon_lives;
	struct model_flow flows[MODEL_FLOWS];
	size_t flow_count;
	struct flow_nexthop nexthops[MODEL_NEXTHOPS]; /* all others are zeros */
};

/* A packet as the kernel has it. */
struct model_packet {
	const uint8_t *bytes; /* from the link header on, if the place has one */
	size_t length;
	uint16_t ethertype; /* host byte order */
	bool to_this_host;
	uint16_t vlan; /* id of the tag beside the bytes, 0: none */
	uint32_t gso_size;
};

struct model_answer {
	bool sent;
	unsigned int up;              /* enum offload_up, if it is not sent */
	unsigned int out;             /* enum offload_out: the way it goes */
	bool is_error;                /* an ICMP error, counted as such and not as the flow's */
	bool was_right;               /* its transport checksum was, before */
	size_t flow;                  /* which decided, MODEL_FLOWS: none */
	uint64_t packets, wire_bytes; /* what the flow's counters gain */
	size_t length;
	uint8_t bytes[MODEL_FRAME_SIZE]; /* the packet afterwards; of tags beside it nothing is said */
};

void offload_model_answer(const struct offload_model *model, const struct model_packet *packet,
			  struct model_answer *ret_answer);

#endif
