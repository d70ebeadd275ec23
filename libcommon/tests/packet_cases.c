// SPDX-License-Identifier: GPL-2.0-only
#include "packet_cases.h"

#include "abi/reasons.h"

#define IPV4_MORE 0x2000
#define RESERVED_BIT 0x8000

static void start_ipv4(struct packet_builder *builder, __u16 fragment, __u8 option_words)
{
	build_ethernet(builder);
	build_ipv4(builder,
		   &(struct build_ipv4){ .fragment = fragment, .option_words = option_words });
}

static void start_ipv6(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv6(builder, &(struct build_ipv6){ 0 });
}

static void end_udp(struct packet_builder *builder)
{
	build_udp(builder, 1000, 53);
	build_payload(builder, 12);
	build_finish(builder);
}

static void arp(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_payload(builder, 46);
	build_finish(builder);
	builder->bytes[0] = 0xff;
	builder->bytes[12] = 0x08;
	builder->bytes[13] = 0x06;
}

static void udp4(struct packet_builder *builder)
{
	start_ipv4(builder, 0x4000, 0);
	end_udp(builder);
}

static void udp4_padded(struct packet_builder *builder)
{
	udp4(builder);
	build_padding(builder, 6);
}

static void udp4_multicast(struct packet_builder *builder)
{
	udp4(builder);
	builder->bytes[0] = 0x01;
}

static void udp4_options(struct packet_builder *builder)
{
	start_ipv4(builder, RESERVED_BIT, 10);
	end_udp(builder);
}

static void tcp4_one_tag(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_vlan(builder, ETH_P_8021Q, 0x2064);
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_tcp(builder, 1000, 443, 2);
	build_finish(builder);
}

static void udp6_two_tags(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_vlan(builder, ETH_P_8021Q, 7);
	build_vlan(builder, ETH_P_8021AD, 8);
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	end_udp(builder);
}

static void three_tags(struct packet_builder *builder)
{
	build_ethernet(builder);
	for (__u16 tag = 1; tag <= 3; tag++)
		build_vlan(builder, ETH_P_8021Q, tag);
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	end_udp(builder);
}

static void first4(struct packet_builder *builder)
{
	start_ipv4(builder, IPV4_MORE, 0);
	end_udp(builder);
}

static void later4(struct packet_builder *builder)
{
	start_ipv4(builder, IPV4_MORE | 185, 0);
	end_udp(builder);
}

/* Shorter than any transport header: a later fragment has none to be short of. */
static void last4(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 0x1fff, .protocol = IPPROTO_TCP });
	build_payload(builder, 1);
	build_finish(builder);
}

static void tiny_first4(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv4(builder, &(struct build_ipv4){ .fragment = IPV4_MORE, .protocol = IPPROTO_TCP });
	build_payload(builder, 16);
	build_finish(builder);
}

static void icmp4(struct packet_builder *builder)
{
	start_ipv4(builder, 0, 0);
	build_icmp(builder, 3, 4);
	build_finish(builder);
}

static void icmpv6_in_ipv4(struct packet_builder *builder)
{
	start_ipv4(builder, 0, 0);
	build_protocol(builder, IPPROTO_ICMPV6, 8, 0, 0);
	build_finish(builder);
}

static void version5(struct packet_builder *builder)
{
	udp4(builder);
	builder->bytes[14] = 0x55;
}

static void header_of_16(struct packet_builder *builder)
{
	udp4(builder);
	builder->bytes[14] = 0x44;
}

static void total_below_header(struct packet_builder *builder)
{
	udp4_options(builder);
	builder->bytes[16] = 0;
	builder->bytes[17] = 59;
}

static void total_beyond_frame(struct packet_builder *builder)
{
	udp4(builder);
	builder->bytes[17]++;
}

/* The total length leaves 7 bytes for UDP; the eighth is padding. */
static void udp4_ends_early(struct packet_builder *builder)
{
	udp4(builder);
	builder->bytes[17] = 27;
}

static void udp6(struct packet_builder *builder)
{
	start_ipv6(builder);
	end_udp(builder);
}

static void icmp6_behind_chain(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_extension(builder, IPPROTO_HOPOPTS, 16);
	build_extension(builder, IPPROTO_AH, 20);
	build_extension(builder, IPPROTO_ROUTING, 24);
	build_icmpv6(builder, 135, 0);
	build_finish(builder);
}

static void first6(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_ipv6_fragment(builder, 0, 1, 1);
	build_extension(builder, IPPROTO_DSTOPTS, 8);
	end_udp(builder);
}

/* Behind the fragment header: the middle of something, not destination options. */
static void later6(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	build_ipv6_fragment(builder, 1448, 0, 1);
	build_extension(builder, IPPROTO_DSTOPTS, 8);
	end_udp(builder);
}

static void atomic6(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_ipv6_fragment(builder, 0, 0, 1);
	end_udp(builder);
}

static void two_fragment_headers(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_ipv6_fragment(builder, 0, 0, 1);
	build_ipv6_fragment(builder, 0, 0, 2);
	end_udp(builder);
}

static void esp6(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_extension(builder, IPPROTO_DSTOPTS, 8);
	build_protocol(builder, IPPROTO_ESP, 8, 0, 0);
	build_extension(builder, IPPROTO_DSTOPTS, 8);
	build_finish(builder);
}

static void no_next_header(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_payload(builder, 4);
	build_finish(builder);
}

static void chain_of(struct packet_builder *builder, unsigned int count)
{
	start_ipv6(builder);
	while (count--)
		build_extension(builder, IPPROTO_DSTOPTS, 8);
	end_udp(builder);
}

static void chain_of_8(struct packet_builder *builder)
{
	chain_of(builder, 8);
}

static void chain_of_9(struct packet_builder *builder)
{
	chain_of(builder, 9);
}

static void extension_beyond_packet(struct packet_builder *builder)
{
	start_ipv6(builder);
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	end_udp(builder);
	builder->bytes[55] = 3; /* 32 of 28 bytes */
}

static void payload_beyond_frame(struct packet_builder *builder)
{
	udp6(builder);
	builder->bytes[19]++;
}

static void payload_0(struct packet_builder *builder)
{
	udp6(builder);
	builder->bytes[19] = 0;
}

static void jumbo(struct packet_builder *builder)
{
	build_ethernet(builder);
	build_ipv6(builder, &(struct build_ipv6){ .jumbo = 1 });
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	end_udp(builder);
}

static void version4_in_ipv6(struct packet_builder *builder)
{
	udp6(builder);
	builder->bytes[14] = 0x45;
}

#define OK .outcome = 0, .stage = PARSED_TRANSPORT
#define FAILS(in_stage, reason) .stage = PARSED_##in_stage, .outcome = ECBPF_REASON_##reason
#define IPV4 .link_length = 14, .ethertype = ETH_P_IP, .family = 4
#define IPV6 .link_length = 14, .ethertype = ETH_P_IPV6, .family = 6
#define LINK_IPV4 .link_length = 14, .ethertype = ETH_P_IP
#define LINK_IPV6 .link_length = 14, .ethertype = ETH_P_IPV6
#define UDP .protocol = 17, .left = 20, .transport_kind = 1, .source = 1000, .destination = 53
#define FIRST .fragment_kind = 1, .fragment_more = 1

const struct packet_case packet_cases[] = {
	{ "ARP",
	  arp,
	  { FAILS(NETWORK, NOT_IP), .link_length = 14, .ethertype = 0x0806, .to_group = 1 } },
	{ "UDP", udp4, { OK, IPV4, .at = 34, UDP } },
	{ "padding is not part of the packet", udp4_padded, { OK, IPV4, .at = 34, UDP } },
	{ "group address", udp4_multicast, { OK, IPV4, .to_group = 1, .at = 34, UDP } },
	{ "ten words of options", udp4_options, { OK, IPV4, .at = 74, UDP } },
	{ "one tag",
	  tcp4_one_tag,
	  { OK, .link_length = 18, .tags = 1, .tci = { 0x2064 }, .ethertype = ETH_P_IP, .family = 4,
	    .at = 38, .left = 20, .protocol = 6, .transport_kind = 1, .source = 1000,
	    .destination = 443 } },
	{ "two tags, customer outside",
	  udp6_two_tags,
	  { OK, .link_length = 22, .tags = 2, .tci = { 7, 8 }, .ethertype = ETH_P_IPV6, .family = 6,
	    .at = 62, UDP } },
	{ "three tags", three_tags, { FAILS(LINK, MANY_TAGS) } },
	{ "first fragment", first4, { OK, IPV4, .at = 34, FIRST, UDP } },
	{ "middle fragment",
	  later4,
	  { OK, IPV4, .at = 34, .left = 20, .protocol = 17, .fragment_kind = 2, .fragment_more = 1,
	    .fragment_offset = 1480 } },
	{ "last fragment of one byte",
	  last4,
	  { OK, IPV4, .at = 34, .left = 1, .protocol = 6, .fragment_kind = 2,
	    .fragment_offset = 65528 } },
	{ "first fragment without a whole TCP header",
	  tiny_first4,
	  { FAILS(TRANSPORT, SHORT_TRANSPORT), IPV4, .at = 34, .left = 16, .protocol = 6, FIRST } },
	{ "ICMP",
	  icmp4,
	  { OK, IPV4, .at = 34, .left = 8, .protocol = 1, .transport_kind = 2, .type = 3,
	    .code = 4 } },
	{ "ICMPv6 does not belong into IPv4",
	  icmpv6_in_ipv4,
	  { OK, IPV4, .at = 34, .left = 8, .protocol = 58 } },
	{ "version 5", version5, { FAILS(NETWORK, BAD_IPV4), LINK_IPV4 } },
	{ "header of 16 bytes", header_of_16, { FAILS(NETWORK, BAD_IPV4), LINK_IPV4 } },
	{ "total below header", total_below_header, { FAILS(NETWORK, BAD_IPV4), LINK_IPV4 } },
	{ "total beyond frame", total_beyond_frame, { FAILS(NETWORK, BAD_IPV4), LINK_IPV4 } },
	{ "UDP header reaches into the padding",
	  udp4_ends_early,
	  { FAILS(TRANSPORT, SHORT_TRANSPORT), IPV4, .at = 34, .left = 7, .protocol = 17 } },
	{ "UDP in IPv6", udp6, { OK, IPV6, .at = 54, UDP } },
	{ "ICMPv6 behind a chain",
	  icmp6_behind_chain,
	  { OK, IPV6, .at = 114, .left = 8, .protocol = 58, .transport_kind = 2, .type = 135 } },
	{ "first fragment, IPv6", first6, { OK, IPV6, .at = 70, FIRST, UDP } },
	{ "last fragment, IPv6",
	  later6,
	  { OK, IPV6, .at = 70, .left = 28, .protocol = 60, .fragment_kind = 2,
	    .fragment_offset = 1448 } },
	{ "atomic fragment", atomic6, { OK, IPV6, .at = 62, .fragment_kind = 3, UDP } },
	{ "two fragment headers",
	  two_fragment_headers,
	  { FAILS(EXTENSIONS, BAD_IPV6), IPV6, .at = 54, .left = 36, .protocol = 44 } },
	{ "nothing is followed behind ESP",
	  esp6,
	  { OK, IPV6, .at = 62, .left = 16, .protocol = 50 } },
	{ "no next header", no_next_header, { OK, IPV6, .at = 54, .left = 4, .protocol = 59 } },
	{ "eight extension headers", chain_of_8, { OK, IPV6, .at = 118, UDP } },
	{ "nine extension headers",
	  chain_of_9,
	  { FAILS(EXTENSIONS, LONG_CHAIN), IPV6, .at = 54, .left = 92, .protocol = 60 } },
	{ "extension header longer than the packet",
	  extension_beyond_packet,
	  { FAILS(EXTENSIONS, SHORT_EXTENSION), IPV6, .at = 54, .left = 28, .protocol = 0 } },
	{ "payload beyond frame", payload_beyond_frame, { FAILS(NETWORK, BAD_IPV6), LINK_IPV6 } },
	{ "payload 0",
	  payload_0,
	  { FAILS(TRANSPORT, SHORT_TRANSPORT), IPV6, .at = 54, .protocol = 17 } },
	{ "payload 0 before hop-by-hop is a jumbo payload", jumbo, { OK, IPV6, .at = 62, UDP } },
	{ "version 4 in IPv6", version4_in_ipv6, { FAILS(NETWORK, BAD_IPV6), LINK_IPV6 } },
};

const unsigned int packet_case_count = sizeof(packet_cases) / sizeof(*packet_cases);
