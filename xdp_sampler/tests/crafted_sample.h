/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples for tests of what reads them: a record and a frame, as the ring and the reader would give
 * them. */
#ifndef XDP_SAMPLER_TESTS_CRAFTED_SAMPLE_H
#define XDP_SAMPLER_TESTS_CRAFTED_SAMPLE_H

#include "harness/packet_build.h"
#include "sample_view.h"

#define CRAFTED_TIME 1795287900123456789ULL /* 2026-11-21T19:05:00.123456789Z */

struct crafted_sample {
	struct sample_view view;
	struct packet_builder frame;
	struct sample sample; /* last, as it may have bytes behind it */
};

/* Dropped by xdp_filter in slot 2 for reason 17, chosen by chance, 1 in 10. The frame is empty: build
 * it, then call crafted_finish(). */
void crafted_start(struct crafted_sample *crafted, const struct sample_port *port);
/* Takes lengths and bytes from the frame, `captured` of them at most. */
void crafted_finish(struct crafted_sample *crafted, size_t captured);

/* The whole of it: UDP from `source` to port `destination_port`. */
void crafted_udp(struct crafted_sample *crafted, const struct sample_port *port, const char *source,
		 unsigned short destination_port);

#endif
