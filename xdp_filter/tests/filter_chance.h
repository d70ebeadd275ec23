/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames and configurations made by chance, the same for the same seed. */
#ifndef XDP_FILTER_TESTS_FILTER_CHANCE_H
#define XDP_FILTER_TESTS_FILTER_CHANCE_H

#include "filter_model.h"
#include "harness/packet_build.h"

/* A number below `limit`. */
uint32_t chance_below(uint64_t *chance, uint32_t limit);

/* A frame that a network could carry, or one with damage; 14 bytes or more, at most
 * CHANCE_FRAME_SIZE. */
#define CHANCE_FRAME_SIZE 3400
void chance_frame(uint64_t *chance, struct packet_builder *builder);

/* Configuration, sources, local prefixes; their addresses are those of the frames. */
void chance_setting(uint64_t *chance, struct filter_model *model);

/* An address that frames have, as text; one in a few is special. */
const char *chance_address(uint64_t *chance, int family);

#endif
