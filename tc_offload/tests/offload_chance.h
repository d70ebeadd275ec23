/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets, flows and next hops made by chance, the same for the same seed. */
#ifndef TC_OFFLOAD_TESTS_OFFLOAD_CHANCE_H
#define TC_OFFLOAD_TESTS_OFFLOAD_CHANCE_H

#include "harness/packet_build.h"
#include "offload_model.h"

/* The state of nrand48(). */
struct chance {
	unsigned short state[3];
};

struct chance chance_start(uint64_t seed);
uint32_t chance_below(struct chance *chance, uint32_t limit);
bool chance_one_in(struct chance *chance, uint32_t n);

/* Flows and next hops for a place, which the model has already. */
void chance_setting(struct chance *chance, struct offload_model *model);

/* What chance has made: a packet of one of the model's flows, or nearly, or an error about one, or another;
 * sometimes damaged. 14 bytes or more. */
struct chance_packet {
	struct packet_builder builder;
	const uint8_t *bytes;
	uint32_t length;
	uint32_t gso_size;
};

void chance_packet(struct chance *chance, const struct offload_model *model,
		   struct chance_packet *ret_packet);

#endif
