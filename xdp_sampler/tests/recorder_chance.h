/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorders and frames that chance made, so that they often have to do with each other. */
#ifndef XDP_SAMPLER_TESTS_RECORDER_CHANCE_H
#define XDP_SAMPLER_TESTS_RECORDER_CHANCE_H

#include <stdint.h>
#include "harness/packet_build.h"
#include "recorder_set.h"

/* 0 .. limit - 1; `chance` is never 0. */
uint32_t chance_below(uint64_t *chance, uint32_t limit);

struct chance_recorders {
	uint32_t count;
	uint32_t masks;      /* of each family; any-family filters have some more */
	uint32_t shortest;   /* prefix */
	uint32_t priorities; /* 0 .. */
	bool limits;         /* some have a limit, some have expired, some will not so soon */
	bool any;            /* there are filters for any family, also the one for everything */
};

/* Fills an empty set; asserts. */
void chance_set(uint64_t *chance, const struct chance_recorders *how, struct recorder_set *set);

/* 14 to 1600 bytes. */
void chance_frame(uint64_t *chance, struct packet_builder *builder);

#endif
