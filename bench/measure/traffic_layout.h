/* SPDX-License-Identifier: GPL-2.0-only */
/* What the benchmark's programs of both sides agree on. */
#ifndef BENCH_TRAFFIC_LAYOUT_H
#define BENCH_TRAFFIC_LAYOUT_H

#include <linux/types.h>

#define TRAFFIC_SOURCES 65536
#define TRAFFIC_FRAME_SIZE 64

/* Where things are in a frame without VLAN tags. */
#define TRAFFIC_IPV4_CHECKSUM 24
#define TRAFFIC_IPV4_SOURCE 26
#define TRAFFIC_IPV6_SOURCE 22

/* Network byte order; IPv4 in the first word. */
struct traffic_source {
	__u32 word[4];
};

struct traffic_frame {
	__u64 word[TRAFFIC_FRAME_SIZE / 8];
};

#define FRAME_SIZE 1536
#define FRAME_HEAD 96 /* as far as a restored frame may have been changed */

/* Any frame. */
struct frame {
	unsigned char bytes[FRAME_SIZE];
	__u32 length;
};

struct traffic_settings {
	__u32 is_ipv6;
	__u32 checksum_rest; /* sum of an IPv4 header without source and checksum */
	__u32 ifindex;       /* where a generator sends to; 0: it drops what it has made */
};

#endif
