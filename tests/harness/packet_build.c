// SPDX-License-Identifier: GPL-2.0-only
#include "packet_build.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet_headers.h"

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "packet_build: %s\n", what);
	exit(EXIT_FAILURE);
}

/* Appends `length` zero bytes as a header; the caller fills them in. */
static void *push(struct packet_builder *builder, enum build_kind kind, __u8 number, __u32 length)
{
	void *header = builder->bytes + builder->length;

	must(builder->length + length <= BUILD_FRAME_SIZE, "frame too long");
	must(builder->count < BUILD_HEADERS, "too many headers");
	builder->headers[builder->count++] = (struct build_header){
		.offset = (__u16)builder->length, .kind = kind, .number = number
	};
	memset(header, 0, length);
	builder->length += length;
	return header;
}

/* The header pushed last keeps what was set by hand. */
static void keep(struct packet_builder *builder, int length, int next)
{
	builder->headers[builder->count - 1].keeps_length = length;
	builder->headers[builder->count - 1].keeps_next = next;
}

static void address(int family, const char *text, const char *usual, void *ret_address)
{
	must(inet_pton(family, text ? text : usual, ret_address) == 1, "bad address");
}

void build_start(struct packet_builder *builder)
{
	builder->length = 0;
	builder->count = 0;
}

void build_ethernet(struct packet_builder *builder)
{
	struct ethhdr *header = push(builder, BUILD_ETHERNET, 0, sizeof(*header));

	memcpy(header->h_source, "\2\0\0\0\0\1", ETH_ALEN);
	memcpy(header->h_dest, "\2\0\0\0\0\2", ETH_ALEN);
	header->h_proto = htons(ETH_P_LOOPBACK);
}

void build_vlan(struct packet_builder *builder, __u16 ethertype, __u16 tci)
{
	__be16 *tag = push(builder, BUILD_VLAN, 0, 4);

	builder->headers[builder->count - 1].ethertype = ethertype;
	tag[0] = htons(tci);
	tag[1] = htons(ETH_P_LOOPBACK);
}

void build_ipv4(struct packet_builder *builder, const struct build_ipv4 *fields)
{
	__u32 length = sizeof(struct iphdr) + 4U * fields->option_words;
	struct iphdr *header = push(builder, BUILD_IPV4, IPPROTO_IPIP, length);

	builder->headers[builder->count - 1].ethertype = ETH_P_IP;
	keep(builder, fields->total_length, fields->protocol);
	memset(header + 1, 1, 4U * fields->option_words); /* no operation */
	header->version = 4;
	header->ihl = (length / 4) & 0xf;
	header->tos = fields->tos;
	header->tot_len = htons(fields->total_length);
	header->id = htons(fields->id);
	header->frag_off = htons(fields->fragment);
	header->ttl = fields->ttl ? fields->ttl : 64;
	header->protocol = fields->protocol ? fields->protocol : IPPROTO_RAW;
	address(AF_INET, fields->source, "192.0.2.1", &header->saddr);
	address(AF_INET, fields->destination, "198.51.100.1", &header->daddr);
}

void build_ipv6(struct packet_builder *builder, const struct build_ipv6 *fields)
{
	struct ipv6hdr *header = push(builder, BUILD_IPV6, IPPROTO_IPV6, sizeof(*header));

	builder->headers[builder->count - 1].ethertype = ETH_P_IPV6;
	keep(builder, fields->jumbo || fields->payload_length, fields->next_header);
	header->version = 6;
	header->payload_len = htons(fields->payload_length);
	header->nexthdr = fields->next_header ? fields->next_header : IPPROTO_NONE;
	header->hop_limit = fields->hop_limit ? fields->hop_limit : 64;
	address(AF_INET6, fields->source, "2001:db8::1", &header->saddr);
	address(AF_INET6, fields->destination, "2001:db8:1::1", &header->daddr);
}

void build_extension(struct packet_builder *builder, __u8 number, __u32 length)
{
	unsigned char *header = push(builder, BUILD_EXTENSION, number, length);

	header[0] = IPPROTO_NONE;
	header[1] = (__u8)(number == IPPROTO_AH ? length / 4 - 2 : length / 8 - 1);
}

void build_ipv6_fragment(struct packet_builder *builder, __u16 offset, int more, __u32 id)
{
	unsigned char *header = push(builder, BUILD_EXTENSION, IPPROTO_FRAGMENT, 8);
	__be16 field = htons((__u16)(offset | (more ? 1 : 0)));
	__be32 wire_id = htonl(id);

	header[0] = IPPROTO_NONE;
	memcpy(header + 2, &field, sizeof(field));
	memcpy(header + 4, &wire_id, sizeof(wire_id));
}

void build_udp(struct packet_builder *builder, __u16 source, __u16 destination)
{
	struct udphdr *header = push(builder, BUILD_UDP, IPPROTO_UDP, sizeof(*header));

	header->source = htons(source);
	header->dest = htons(destination);
}

void build_tcp(struct packet_builder *builder, __u16 source, __u16 destination, __u8 flags)
{
	struct tcphdr *header = push(builder, BUILD_TCP, IPPROTO_TCP, sizeof(*header));

	header->source = htons(source);
	header->dest = htons(destination);
	header->doff = sizeof(*header) / 4;
	((unsigned char *)header)[13] = flags;
	header->window = htons(65535);
}

void build_icmp(struct packet_builder *builder, __u8 type, __u8 code)
{
	struct icmphdr *header = push(builder, BUILD_ICMP, IPPROTO_ICMP, sizeof(*header));

	header->type = type;
	header->code = code;
}

void build_icmpv6(struct packet_builder *builder, __u8 type, __u8 code)
{
	struct icmp6hdr *header = push(builder, BUILD_ICMPV6, IPPROTO_ICMPV6, sizeof(*header));

	header->icmp6_type = type;
	header->icmp6_code = code;
}

void build_protocol(struct packet_builder *builder, __u8 number, __u32 length, __u16 source,
		    __u16 destination)
{
	__be16 ports[] = { htons(source), htons(destination) };
	unsigned char *header = push(builder, BUILD_PROTOCOL, number, length);

	if (source || destination) {
		must(length >= sizeof(ports), "no room for ports");
		memcpy(header, ports, sizeof(ports));
	}
}

void build_payload(struct packet_builder *builder, __u32 length)
{
	unsigned char *bytes = push(builder, BUILD_PAYLOAD, 0, length);

	for (__u32 i = 0; i < length; i++)
		bytes[i] = (unsigned char)i;
}

void build_padding(struct packet_builder *builder, __u32 length)
{
	(void)push(builder, BUILD_PAYLOAD, 0, length);
}
