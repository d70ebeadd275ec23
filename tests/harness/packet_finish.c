// SPDX-License-Identifier: GPL-2.0-only
#include "packet_build.h"

#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <string.h>

#include "packet_headers.h"

static __u32 sum(const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;
	__u32 total = 0;

	for (size_t i = 0; i < length; i++)
		total += i & 1 ? byte[i] : (__u32)byte[i] << 8;
	return total;
}

__u16 build_checksum(const void *bytes, size_t length, __u32 start)
{
	__u32 total = start + sum(bytes, length);

	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons((__u16)~total);
}

static void store(unsigned char *at, __u16 value)
{
	__be16 wire = htons(value);

	memcpy(at, &wire, sizeof(wire));
}

/* Sum over addresses, protocol and length of the innermost IP header before `index`. */
static __u32 pseudo_header(const struct packet_builder *builder, __u32 index, __u8 number,
			   __u32 length)
{
	while (index--) {
		const unsigned char *header = builder->bytes + builder->headers[index].offset;

		if (builder->headers[index].kind == BUILD_IPV4)
			return sum(header + offsetof(struct iphdr, saddr), 8) + number + length;
		if (builder->headers[index].kind == BUILD_IPV6)
			return sum(header + offsetof(struct ipv6hdr, saddr), 32) + number + length;
	}
	return 0;
}

static void finish_udp(struct packet_builder *builder, __u32 index, unsigned char *header,
		       __u32 length)
{
	struct udphdr *udp = (struct udphdr *)header;

	udp->len = htons((__u16)length);
	udp->check =
		build_checksum(header, length, pseudo_header(builder, index, IPPROTO_UDP, length));
	if (!udp->check)
		udp->check = 0xffff; /* 0 would say: not computed (RFC 768) */
}

static void finish_ipv4(const struct build_header *which, unsigned char *header, __u32 length)
{
	struct iphdr *ip = (struct iphdr *)header;

	if (!which->keeps_length)
		ip->tot_len = htons((__u16)length);
	ip->check = 0;
	ip->check = build_checksum(header, ip->ihl * 4U, 0);
}

static void finish_ipv6(const struct build_header *which, unsigned char *header, __u32 length)
{
	struct ipv6hdr *ip = (struct ipv6hdr *)header;

	if (!which->keeps_length)
		ip->payload_len = htons((__u16)(length - sizeof(*ip)));
}

/* Lengths and checksums of one header; everything behind it is finished. */
static void finish_header(struct packet_builder *builder, __u32 index)
{
	const struct build_header *which = &builder->headers[index];
	unsigned char *header = builder->bytes + which->offset;
	__u32 length = builder->length - which->offset, pseudo;
	__u16 check;

	pseudo = pseudo_header(builder, index, which->number, length);
	switch (which->kind) {
	case BUILD_IPV4:
		finish_ipv4(which, header, length);
		break;
	case BUILD_IPV6:
		finish_ipv6(which, header, length);
		break;
	case BUILD_UDP:
		finish_udp(builder, index, header, length);
		break;
	case BUILD_TCP:
		check = build_checksum(header, length, pseudo);
		memcpy(header + 16, &check, sizeof(check));
		break;
	case BUILD_ICMP:
		check = build_checksum(header, length, 0);
		memcpy(header + 2, &check, sizeof(check));
		break;
	case BUILD_ICMPV6:
		check = build_checksum(header, length, pseudo);
		memcpy(header + 2, &check, sizeof(check));
		break;
	}
}

/* Tells a header what comes next. */
static void link_header(struct packet_builder *builder, const struct build_header *which,
			const struct build_header *next)
{
	unsigned char *header = builder->bytes + which->offset;

	if (which->keeps_next || next->kind == BUILD_PAYLOAD)
		return;
	switch (which->kind) {
	case BUILD_ETHERNET:
		store(header + offsetof(struct ethhdr, h_proto), next->ethertype);
		break;
	case BUILD_VLAN:
		store(header + 2, next->ethertype);
		break;
	case BUILD_IPV4:
		header[offsetof(struct iphdr, protocol)] = next->number;
		break;
	case BUILD_IPV6:
		header[offsetof(struct ipv6hdr, nexthdr)] = next->number;
		break;
	case BUILD_EXTENSION:
		header[0] = next->number;
		break;
	}
}

void build_finish(struct packet_builder *builder)
{
	for (__u32 i = 0; i + 1 < builder->count; i++)
		link_header(builder, &builder->headers[i], &builder->headers[i + 1]);
	for (__u32 i = builder->count; i--;)
		finish_header(builder, i);
}
