/* SPDX-License-Identifier: GPL-2.0-only */
/* frame_move.bpf.c in the slot before the filter of a duel. It moves the beginning of frames, so that
 * the filter meets ones that the kernel's test run cannot make. */
#ifndef XDP_FILTER_TESTS_FILTER_MOVER_H
#define XDP_FILTER_TESTS_FILTER_MOVER_H

#include "filter_duel.h"
#include "harness/packet_build.h"

struct filter_mover {
	struct filter_duel *duel;
	struct run_program program;
	int map;
	uint32_t first_buffer; /* bytes of the first buffer of a frame that has several */
};

/* From now on frames enter there. Close with mover_close(), before duel_close(). */
void mover_open(struct filter_mover *mover, struct filter_duel *duel);
void mover_close(struct filter_mover *mover);

/* Frames of which the first buffer holds `linear` bytes; at least 14, and fewer than first_buffer. Only
 * in a duel over multi-buffer frames. */
void mover_split_frame(struct filter_mover *mover, const char *what,
		       const struct packet_builder *frame, uint32_t linear);

/* A frame without room for a header in front. It is longer than FRAME_MOVE_FRONT + 14. */
void mover_cramped_frame(struct filter_mover *mover, const char *what,
			 const struct packet_builder *frame);

#endif
