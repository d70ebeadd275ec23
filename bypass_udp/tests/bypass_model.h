/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bypass does with a frame, once more and independently: in plain C, byte by byte, with
 * checksums worked out word by word (RFC 1624) instead of by prepared deltas. */
#ifndef BYPASS_TESTS_BYPASS_MODEL_H
#define BYPASS_TESTS_BYPASS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bypass_udp.h"

#define MODEL_FLOWS 64
#define MODEL_NEXTHOPS 16
#define MODEL_FRAME_SIZE 4096

struct model_flow {
	enum flow_table table;
	struct flow_key key;
	struct flow_value value;
};

struct bypass_model {
	struct bypass_config config;
	struct bypass_settings settings;
	struct bypass_daemon daemon;
	struct model_flow flows[MODEL_FLOWS];
	size_t flow_count;
	struct flow_nexthop nexthops[MODEL_NEXTHOPS]; /* all others are zeros */
	uint32_t device; /* the only one that frames can be redirected to */
	uint64_t now;    /* of learned flows */
};

struct model_answer {
	bool sent;
	unsigned int up;     /* enum bypass_up, if it is not sent */
	unsigned int action; /* XDP_TX or XDP_REDIRECT */
	unsigned int reason; /* enum bypass_reason */
	size_t flow;         /* which decided, MODEL_FLOWS: none */
	size_t length;
	uint8_t bytes[MODEL_FRAME_SIZE]; /* the frame afterwards */
};

void bypass_model_answer(const struct bypass_model *model, const uint8_t *frame, size_t length,
			 struct model_answer *ret_answer);

#endif
