/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parser tells about a packet, and the cursor it reads with. See packet.bpf.h. */
#ifndef ECBPF_PACKET_STRUCT_BPF_H
#define ECBPF_PACKET_STRUCT_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../abi/reasons.h"

#define PACKET_TAG_LIMIT 2       /* VLAN tags */
#define PACKET_EXTENSION_LIMIT 8 /* IPv6 extension headers, fragment header included */

/* Why a stage ended. 0 is success; everything else is a malformed or foreign packet. The numbers
 * are those of the reasons, so that the conversion costs nothing. */
enum packet_outcome {
	PACKET_OK = 0,
	PACKET_SHORT_ETHERNET = ECBPF_REASON_SHORT_ETHERNET,
	PACKET_SHORT_IPV4 = ECBPF_REASON_SHORT_IPV4,
	PACKET_SHORT_IPV6 = ECBPF_REASON_SHORT_IPV6,
	PACKET_NOT_IP = ECBPF_REASON_NOT_IP,
	PACKET_SHORT_EXTENSION = ECBPF_REASON_SHORT_EXTENSION,
	PACKET_SHORT_TRANSPORT = ECBPF_REASON_SHORT_TRANSPORT,
	PACKET_BAD_IPV4 = ECBPF_REASON_BAD_IPV4,
	PACKET_BAD_IPV6 = ECBPF_REASON_BAD_IPV6,
	PACKET_LONG_CHAIN = ECBPF_REASON_LONG_CHAIN,
	PACKET_MANY_TAGS = ECBPF_REASON_MANY_TAGS,
};

/* The reason to count for an outcome. */
static __always_inline enum ecbpf_reason packet_reason(enum packet_outcome outcome)
{
	return (enum ecbpf_reason)outcome;
}

/* Numbers of different spaces are different types: no protocol is ever taken for an ethertype. */
struct packet_ethertype {
	__be16 wire; /* network byte order: compare with bpf_htons(ETH_P_IP) */
};

struct packet_protocol {
	__u8 number; /* IPPROTO_UDP … */
};

enum packet_family {
	PACKET_NO_IP = 0,
	PACKET_IPV4 = 4,
	PACKET_IPV6 = 6,
};

enum packet_fragment_kind {
	PACKET_WHOLE = 0,  /* not a fragment */
	PACKET_FIRST = 1,  /* offset 0, more follow; has a transport header if it is long enough */
	PACKET_LATER = 2,  /* offset above 0; never has a transport header */
	PACKET_ATOMIC = 3, /* IPv6 fragment header, yet the whole packet (RFC 6946) */
};

enum packet_transport_kind {
	PACKET_NO_TRANSPORT = 0, /* later fragment, or a protocol the parser does not read */
	PACKET_PORTS = 1,        /* TCP, UDP, UDP-Lite, SCTP, DCCP */
	PACKET_ICMP = 2,         /* ICMP in IPv4, ICMPv6 in IPv6 */
};

struct packet {
	/* Cursor: where the next stage reads, and the end of the readable part. */
	void *at;
	void *end;
	/* Bytes of the whole frame, all its buffers included, from the Ethernet header on. */
	__u64 frame_length;
	/* From the network stage on: bytes of the IP packet that follow `at`. Padding behind the IP
	 * packet is not part of it. May reach beyond `end` in a multi-buffer frame. */
	__u64 left;

	struct {
		struct ethhdr *header;
		__u16 length; /* 14, 18 or 22 bytes: where the network header starts */
		__u8 tags;    /* 0..2 VLAN tags, 802.1Q and 802.1ad in any order */
		struct packet_ethertype type; /* behind the tags */
		__be16 tci[PACKET_TAG_LIMIT]; /* outermost first, network byte order; 0 without tag */
	} link;

	enum packet_family family;
	union {
		struct iphdr *ipv4;   /* family PACKET_IPV4; 20 bytes are readable */
		struct ipv6hdr *ipv6; /* family PACKET_IPV6; 40 bytes are readable */
	};
	/* IPv4: protocol. IPv6: next header of the last header read, so an extension header's number
	 * until packet_read_extensions(), and in a later fragment possibly after it. */
	struct packet_protocol protocol;

	__u8 repeats; /* 1: an IPv6 extension header comes more often than RFC 8200 4.1 allows */

	struct {
		enum packet_fragment_kind kind;
		__u16 offset; /* bytes, 0..65528 */
		__u8 more;    /* 1: more fragments follow */
	} fragment;

	struct {
		enum packet_transport_kind kind;
		void *header;  /* readable: TCP 20, SCTP and DCCP 12, others 8 bytes */
		__be16 source; /* PACKET_PORTS: network byte order */
		__be16 destination;
		__u8 type; /* PACKET_ICMP */
		__u8 code;
	} transport;
};

/* Starts reading a frame. `frags` is frozen read-only data or a constant: unless it is set, the
 * verifier removes the helper, which kernels before 5.18 do not know. */
static __always_inline struct packet packet_open(struct xdp_md *ctx, __u32 frags)
{
	void *start = (void *)(long)ctx->data;
	struct packet packet = { .at = start, .end = (void *)(long)ctx->data_end };

	if (frags) {
		packet.frame_length = bpf_xdp_get_buff_len(ctx);
	} else {
		/* In assembler, as the verifier refuses the 32-bit subtraction the compiler likes. */
		packet.frame_length = (__u64)packet.end;
		asm("%0 -= %1" : "+r"(packet.frame_length) : "r"(start));
	}
	return packet;
}

#endif
