/* SPDX-License-Identifier: GPL-2.0-only */
/* Between frame_move.bpf.c, a program that runs in a slot before the filter, and the tests: the frame
 * begins elsewhere afterwards. */
#ifndef XDP_FILTER_TESTS_FRAME_MOVE_H
#define XDP_FILTER_TESTS_FRAME_MOVE_H

#include <linux/types.h>

/* So much is put in front of a frame that the kernel, which needs a part of the 256 bytes there for
 * itself, has no room for another header. */
#define FRAME_MOVE_FRONT 208

/* Value of the array frame_move, one entry. */
struct frame_move {
	__u32 take;   /* bytes off the front */
	__u32 put;    /* 1: puts `front` in front */
	__u32 linear; /* bytes of the first buffer before that; written by the program */
	__u32 unused;
	__u8 front[FRAME_MOVE_FRONT];
};

#endif
