/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet may meet, as data. */
#ifndef BENCH_SAMPLER_CASE_H
#define BENCH_SAMPLER_CASE_H

#include <stdint.h>
#include "recorder_crowd.h"

/* Programs around the chain. */
enum {
	HAS_INGRESS = 1,
	HAS_VERDICT = 2,
	HAS_HANDS_ON = 4,        /* the hook alone: bpf/hands_on.bpf.c */
	HAS_DEFAULT_WAKEUPS = 8, /* the place verdict: bpf/default_wakeups.bpf.c */
};

enum sampler_reader {
	READ_BETWEEN,   /* the ring is emptied before each measurement */
	READ_ON_TIMER,  /* and by another CPU every millisecond */
	READ_ON_WAKEUP, /* and by another CPU whenever the ring wakes it */
};

struct sampler_case {
	const char *name;
	unsigned int programs;
	uint32_t rate;         /* 1 in N, where a program is; 0: none by chance */
	uint32_t frame_length; /* 0: the usual 64 bytes */
	struct recorder_crowd crowd;
	enum sampler_reader reader;
};

#endif
