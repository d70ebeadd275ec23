/* SPDX-License-Identifier: GPL-2.0-only */
/* The packets that are measured. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include "traffic_layout.h"

enum frame_kind {
	FRAME_UDP,   /* 64 bytes, with padding in IPv4 only */
	FRAME_FIRST, /* first fragment of a UDP datagram, no padding */
	FRAME_LATER, /* later fragment */
};

/* `family` is AF_INET or AF_INET6. From 192.0.2.1 or 2001:db8::1. */
struct frame frame_make(int family, enum frame_kind kind);

/* Gives the frame another source; an IPv4 header's checksum is made right. */
void frame_set_source(struct frame *frame, int family, const struct traffic_source *source);

/* Sum of the IPv4 header without source and checksum, for struct traffic_settings. */
unsigned int frame_checksum_rest(const struct frame *frame);

#endif
