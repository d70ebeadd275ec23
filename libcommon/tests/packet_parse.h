/* SPDX-License-Identifier: GPL-2.0-only */
/* What packet_parse.bpf.c and the model answer about one frame, and how the test talks with the
 * program. Both sides include this. */
#ifndef ECBPF_TESTS_PACKET_PARSE_H
#define ECBPF_TESTS_PACKET_PARSE_H

#include <linux/types.h>

/* Stages, in order. */
enum parsed_stage {
	PARSED_LINK = 1,
	PARSED_NETWORK,
	PARSED_EXTENSIONS,
	PARSED_TRANSPORT,
};

/* All zero but for what the stages that succeeded told. Offsets count bytes from the start of the
 * frame. Numbers stand for the enums of the parser, as their comments there say. */
struct parsed_packet {
	__u32 outcome; /* enum ecbpf_reason of the stage that failed; 0: none did */
	__u32 stage;   /* enum parsed_stage: the failed one, or PARSED_TRANSPORT */
	__u16 link_length;
	__u8 tags;
	__u8 to_group;
	__be16 ethertype;
	__be16 tci[2];
	__u8 family;   /* 0, 4, 6 */
	__u8 protocol; /* as the last stage that succeeded left it */
	__u32 network_offset;
	__u8 fragment_kind; /* 0 whole, 1 first, 2 later, 3 atomic */
	__u8 fragment_more;
	__u16 fragment_offset;
	__u32 left;          /* bytes of the IP packet behind what was read */
	__u32 at;            /* offset of what was not read */
	__u8 transport_kind; /* 0 none, 1 ports, 2 ICMP */
	__u8 type;
	__u8 code;
	__u8 unused;
	__u32 transport_offset;
	__be16 source;
	__be16 destination;
	__u8 header_start[4]; /* of the IP header, read through the typed pointer */
};

/* Value of the map "exchange" (array, one entry, memory-mapped). */
struct parse_exchange {
	/* The frame begins so many bytes into the data, 0..14: the only way to show the parser a
	 * frame that is shorter than the kernel allows. */
	__u32 skip;
	__u32 runs;     /* counted up by the program */
	__u32 readable; /* bytes of the linear part that the frame had */
	struct parsed_packet parsed;
};

_Static_assert(sizeof(struct parsed_packet) == 52, "no hidden padding");

#endif
