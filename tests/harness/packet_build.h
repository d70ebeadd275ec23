/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds frames header by header, outermost first:
 *
 *	struct packet_builder builder;
 *
 *	build_start(&builder);
 *	build_ethernet(&builder);
 *	build_vlan(&builder, ETH_P_8021AD, 100);
 *	build_ipv4(&builder, &(struct build_ipv4){ .source = "192.0.2.1" });
 *	build_udp(&builder, 1234, 53);
 *	build_payload(&builder, 32);
 *	build_finish(&builder);        builder.bytes, builder.length
 *
 * Types, protocols, lengths and checksums are filled in by build_finish() from what follows, unless
 * a field was set by hand: zero members of the argument structs mean "the usual value". All numbers
 * are in host byte order, addresses are text. A frame that grows too long or a bad address ends the
 * test program with a message: it is the test that is wrong. */
#ifndef ECBPF_HARNESS_PACKET_BUILD_H
#define ECBPF_HARNESS_PACKET_BUILD_H

#include <linux/if_ether.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stddef.h>

#define BUILD_FRAME_SIZE 16384
#define BUILD_HEADERS 32

/* Filled in by the functions below. */
struct build_header {
	__u16 offset;    /* bytes from the start of the frame */
	__u16 ethertype; /* what a link header before it says */
	__u8 number;     /* what an IP or extension header before it says */
	__u8 kind;
	__u8 keeps_length; /* was set by hand */
	__u8 keeps_next;
};

struct packet_builder {
	/* Puts the IP header, behind 14 bytes of Ethernet, on a multiple of four. */
	__attribute__((aligned(4))) unsigned char unused[2];
	unsigned char bytes[BUILD_FRAME_SIZE];
	__u32 length;
	__u32 count;
	struct build_header headers[BUILD_HEADERS];
};

struct build_ipv4 {
	const char *source;      /* 192.0.2.1 */
	const char *destination; /* 198.51.100.1 */
	__u8 tos;
	__u8 ttl;          /* 64 */
	__u8 protocol;     /* that of the next header, or IPPROTO_RAW without one */
	__u8 option_words; /* 0..10, filled with no-operation options */
	__u16 id;
	__u16 fragment;     /* flags and offset, as in the header */
	__u16 total_length; /* what follows */
};

struct build_ipv6 {
	const char *source;      /* 2001:db8::1 */
	const char *destination; /* 2001:db8:1::1 */
	__u8 hop_limit;          /* 64 */
	__u8 next_header;        /* that of the next header, or IPPROTO_NONE without one */
	__u16 payload_length;    /* what follows */
	__u8 jumbo;              /* 1: payload length stays 0 */
};

void build_start(struct packet_builder *builder);
void build_ethernet(struct packet_builder *builder); /* 02:00:00:00:00:01 to 02:00:00:00:00:02 */
void build_vlan(struct packet_builder *builder, __u16 ethertype, __u16 tci);
void build_ipv4(struct packet_builder *builder, const struct build_ipv4 *fields);
void build_ipv6(struct packet_builder *builder, const struct build_ipv6 *fields);

/* Any IPv6 extension header but the fragment header, `length` bytes (AH: a multiple of 4, others of
 * 8), of padding options. */
void build_extension(struct packet_builder *builder, __u8 number, __u32 length);

/* `offset` in bytes, a multiple of 8. */
void build_ipv6_fragment(struct packet_builder *builder, __u16 offset, int more, __u32 id);

void build_udp(struct packet_builder *builder, __u16 source, __u16 destination);
void build_tcp(struct packet_builder *builder, __u16 source, __u16 destination, __u8 flags);
void build_icmp(struct packet_builder *builder, __u8 type, __u8 code);   /* eight bytes */
void build_icmpv6(struct packet_builder *builder, __u8 type, __u8 code); /* eight bytes */

/* Any other protocol, `length` bytes that begin with the ports where they are not 0. */
void build_protocol(struct packet_builder *builder, __u8 number, __u32 length, __u16 source,
		    __u16 destination);

/* Bytes 0, 1, 2 … inside the IP packet. */
void build_payload(struct packet_builder *builder, __u32 length);

/* Fills in what depends on what follows. Call once, before build_padding(). */
void build_finish(struct packet_builder *builder);

/* Zeros behind the IP packet. */
void build_padding(struct packet_builder *builder, __u32 length);

/* Internet checksum (RFC 1071) of the bytes, folded and inverted, ready to be stored as it is. */
__u16 build_checksum(const void *bytes, size_t length, __u32 start);

#endif
