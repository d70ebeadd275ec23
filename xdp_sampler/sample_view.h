/* SPDX-License-Identifier: GPL-2.0-only */
/* A sample as sinks get it: the kernel's record and what user space knows about it. */
#ifndef XDP_SAMPLER_SAMPLE_VIEW_H
#define XDP_SAMPLER_SAMPLE_VIEW_H

#include <stdint.h>
#include "sample.h"
#include "xdp_sampler.h"

/* An interface that is sampled. Lives as long as the process, also when the interface is gone. */
struct sample_port {
	unsigned int number; /* 0, 1, … in the order they were opened */
	char interface[16];
	uint32_t ifindex;
};

struct sample_view {
	const struct sample_port *port;
	const struct sample *sample; /* 8-byte aligned */
	const uint8_t *bytes;        /* sample->captured of them */
	uint64_t realtime;           /* CLOCK_REALTIME, nanoseconds since 1970 */
	const char *program; /* that decided, "" if unknown or at ingress; lives as long as the
				      * process */
	const char *reason;  /* what that program calls the verdict's reason; NULL: unknown;
				      * lives as long */
};

/* "ingress", "verdict". */
const char *sample_place_name(unsigned int place);
/* "XDP_DROP" …, "XDP_INVALID_ACTION"; "-" for SAMPLE_NO_VERDICT. */
const char *sample_verdict_name(unsigned int verdict);
/* Of the view's verdict: the program's own name if it is known. */
#define SAMPLE_REASON_NAME_SIZE 24
const char *sample_view_reason(const struct sample_view *view,
			       char ret_text[SAMPLE_REASON_NAME_SIZE]);
/* Name of a general reason ("not_ip"), or "reason_17" for a program's own, into ret_text. */
const char *sample_reason_name(unsigned int reason, char ret_text[SAMPLE_REASON_NAME_SIZE]);

#endif
