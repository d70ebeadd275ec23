/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames, flows and next hops made by chance, the same for the same seed. */
#ifndef BYPASS_TESTS_BYPASS_CHANCE_H
#define BYPASS_TESTS_BYPASS_CHANCE_H

#include "bypass_model.h"
#include "harness/packet_build.h"

/* A number below `limit`. */
uint32_t chance_below(uint64_t *chance, uint32_t limit);

/* Configuration, flows and next hops, for frames of chance_frame(). */
void chance_setting(uint64_t *chance, struct bypass_model *model);

/* A frame of one of the model's flows, or nearly, or another; sometimes damaged. 14 bytes or more. */
void chance_frame(uint64_t *chance, const struct bypass_model *model,
		  struct packet_builder *builder);

#endif
