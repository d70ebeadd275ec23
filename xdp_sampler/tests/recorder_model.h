/* SPDX-License-Identifier: GPL-2.0-only */
/* A second, independent search for recorders in plain C: it reads the packet by absolute offsets, goes
 * through all recorders one by one, and knows no tables. It shares no code with the real ones. */
#ifndef XDP_SAMPLER_TESTS_RECORDER_MODEL_H
#define XDP_SAMPLER_TESTS_RECORDER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "recorder_layout.h"
#include "sample.h"

/* A recorder, and where its mask is in the order of masks: by family of packets, 0, 1, 2. */
struct model_recorder {
	struct recorder is; /* packets and bytes move */
	bool has_expired;
	uint32_t best_priority[RECORDER_FAMILY_COUNT]; /* among the recorders of its mask */
	uint32_t mask[RECORDER_FAMILY_COUNT];          /* number of its mask */
};

struct recorder_model {
	struct model_recorder *recorders;
	size_t count;
};

/* What becomes of a packet. */
struct model_taken {
	size_t matching; /* recorders that match and are open, whatever their priority */
	size_t count;    /* those that take it */
	uint32_t ids[SAMPLE_RECORDERS];
	size_t captured; /* bytes */
};

/* Makes a model of `count` recorders that are put at once, in this order, where there were none.
 * `now` is CLOCK_MONOTONIC. free() its recorders. */
struct recorder_model recorder_model_of(const struct recorder *recorders, size_t count,
					uint64_t now);

void recorder_model_meet(struct recorder_model *model, const uint8_t *frame, size_t length,
			 struct model_taken *ret_taken);

#endif
