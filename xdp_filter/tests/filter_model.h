/* SPDX-License-Identifier: GPL-2.0-only */
/* A second, independent filter in plain C, written from the RFCs: what the real one must do with a
 * frame. It shares no code with the kernel side, and prefers the slow and obvious way. */
#ifndef XDP_FILTER_TESTS_FILTER_MODEL_H
#define XDP_FILTER_TESTS_FILTER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "xdp_filter.h"

#define MODEL_SOURCES 64
#define MODEL_LOCALS 16
#define MODEL_REPLY_SIZE 2048

struct model_prefix {
	int family; /* 4 or 6 */
	unsigned int length;
	uint8_t address[16]; /* IPv4 in the first four */
};

struct model_source {
	struct model_prefix prefix;
	bool allow;
	bool expired;
	uint64_t packets, bytes; /* hits */
};

/* All that a filter knows, and what it has counted. */
struct filter_model {
	struct filter_config config;
	struct model_source sources[MODEL_SOURCES]; /* in any order, each prefix once */
	size_t source_count;
	struct model_prefix locals[MODEL_LOCALS];
	size_t local_count;
	bool token; /* the rate allows a Packet Too Big now */
	bool room;  /* the frame can grow at its beginning */
	uint64_t counter[FILTER_COUNTER_LIMIT];
};

struct filter_frame {
	const uint8_t *bytes;
	size_t length;
	size_t linear; /* bytes in the first buffer; the program can read no others */
};

struct filter_answer {
	uint32_t action; /* XDP_PASS: goes on to the next slot; XDP_DROP; XDP_TX */
	uint32_t reason; /* 0 if it goes on */
	size_t length; /* of the frame afterwards; its bytes are as before unless the action is TX */
	uint8_t reply[MODEL_REPLY_SIZE];
};

/* "192.0.2.0/24"; another text is a mistake of the test, and ends it. */
void model_read_prefix(const char *text, struct model_prefix *ret_prefix);

/* Decides a frame; counters and hits of `model` move. */
void filter_model_decide(struct filter_model *model, const struct filter_frame *frame,
			 struct filter_answer *ret_answer);

#endif
