/* SPDX-License-Identifier: GPL-2.0-only */
/* One sample as the kernel side puts it into the ring. Host byte order. */
#ifndef XDP_SAMPLER_SAMPLE_H
#define XDP_SAMPLER_SAMPLE_H

#include <linux/types.h>

/* Why a packet was taken; several may be. */
enum sample_chosen {
	SAMPLE_BY_CHANCE = 1,   /* `rate` tells with which chance */
	SAMPLE_BY_RECORDER = 2, /* `recorder` tells which */
	SAMPLE_FOLLOWED = 4,    /* at the verdict: because it was taken at ingress */
};

#define SAMPLE_RECORDERS 8
#define SAMPLE_NO_VERDICT 255 /* `verdict`, `reason` and `row` of an ingress sample */

struct sample {
	__u64 time;     /* CLOCK_MONOTONIC, nanoseconds */
	__u64 sequence; /* per interface and CPU, both places, from 1; lost samples have one, too */
	__u64 join;     /* the same in the ingress and the verdict sample of one packet, unique
			     * per interface; 0: a verdict sample without the other */
	__u64 packets;  /* that this place has seen on this CPU, with this one */
	__u32 cpu;
	__u32 ifindex; /* where the packet came in, in its network namespace */
	__u32 queue;
	__u32 frame_length; /* bytes of the whole frame, all its buffers, from the Ethernet header */
	__u32 captured;     /* bytes of it that follow, from the Ethernet header */
	__u32 rate;         /* 1 in `rate`; 0: not chosen by chance */
	__u8 place;         /* enum sampler_place */
	__u8 verdict;       /* XDP action, ECBPF_ACTION_INVALID, or SAMPLE_NO_VERDICT */
	__u8 reason;        /* of the program in `row` (abi/reasons.h) */
	__u8 row;           /* slot that decided, or ECBPF_ROOT_ROW */
	__u8 chosen;        /* enum sample_chosen, or-ed */
	__u8 recorder_count;
	__u16 unused;
	__u32 recorder[SAMPLE_RECORDERS]; /* ids, `recorder_count` of them */
	__u8 bytes[];
};

_Static_assert(sizeof(struct sample) == 96, "layout of samples is ABI");

#endif
