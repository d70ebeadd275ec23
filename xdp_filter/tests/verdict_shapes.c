// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_shapes.h"

#include <string.h>

#include "xdp_filter.h"

#define MF 0x2000
#define DF 0x4000
#define RESERVED 0x8000

#define EXTENSION_LIMIT 8 /* extension headers that the parser follows */
#define IPV4_FRAGMENT 0, FILTER_REASON_FRAGMENT_IPV4
#define IPV6_FRAGMENT 0, FILTER_REASON_FRAGMENT_IPV6
#define LONG_CHAIN 0, ECBPF_REASON_LONG_CHAIN
#define ALWAYS_BAD ECBPF_REASON_BAD_IPV6, ECBPF_REASON_BAD_IPV6

enum { UDP = IPPROTO_UDP, NONE = IPPROTO_NONE };

const struct verdict_shape verdict_shapes[] = {
	/* Every protocol is looked at (C1). */
	{ "UDP", 4, 0, 0, "", UDP, 0, 0 },
	{ "TCP", 4, 0, DF, "", IPPROTO_TCP, 0, 0 },
	{ "ICMP", 4, 0, 0, "", IPPROTO_ICMP, 0, 0 },
	{ "GRE", 4, 0, 0, "", IPPROTO_GRE, 0, 0 },
	{ "ESP", 4, 0, 0, "", IPPROTO_ESP, 0, 0 },
	{ "AH in IPv4", 4, 0, 0, "", IPPROTO_AH, 0, 0 },
	{ "SCTP", 4, 0, 0, "", IPPROTO_SCTP, 0, 0 },
	{ "IPIP", 4, 0, 0, "", IPPROTO_IPIP, 0, 0 },
	{ "6in4", 4, 0, 0, "", IPPROTO_IPV6, 0, 0 },
	{ "protocol 44 in IPv4 is no fragment", 4, 0, 0, "", IPPROTO_FRAGMENT, 0, 0 },
	{ "protocol 253", 4, 0, 0, "", 253, 0, 0 },
	{ "one option word", 4, 1, 0, "", UDP, 0, 0 },
	{ "ten option words", 4, 10, 0, "", UDP, 0, 0 },
	{ "DF alone", 4, 0, DF, "", UDP, 0, 0 },
	{ "reserved bit alone", 4, 0, RESERVED, "", UDP, 0, 0 },

	{ "first fragment", 4, 0, MF, "", UDP, IPV4_FRAGMENT },
	{ "first fragment with DF", 4, 0, MF | DF, "", UDP, IPV4_FRAGMENT },
	{ "middle fragment", 4, 0, MF | 185, "", UDP, IPV4_FRAGMENT },
	{ "last fragment", 4, 0, 370, "", UDP, IPV4_FRAGMENT },
	{ "smallest offset", 4, 0, 1, "", UDP, IPV4_FRAGMENT },
	{ "largest offset", 4, 0, 0x1fff, "", UDP, IPV4_FRAGMENT },
	{ "fragment of GRE", 4, 0, MF, "", IPPROTO_GRE, IPV4_FRAGMENT },
	{ "fragment with options", 4, 3, 370, "", IPPROTO_ICMP, IPV4_FRAGMENT },

	{ "UDP", 6, 0, 0, "", UDP, 0, 0 },
	{ "TCP", 6, 0, 0, "", IPPROTO_TCP, 0, 0 },
	{ "ICMPv6", 6, 0, 0, "", IPPROTO_ICMPV6, 0, 0 },
	{ "GRE", 6, 0, 0, "", IPPROTO_GRE, 0, 0 },
	{ "ESP", 6, 0, 0, "", IPPROTO_ESP, 0, 0 },
	{ "SCTP", 6, 0, 0, "", IPPROTO_SCTP, 0, 0 },
	{ "6in6", 6, 0, 0, "", IPPROTO_IPV6, 0, 0 },
	{ "4in6", 6, 0, 0, "", IPPROTO_IPIP, 0, 0 },
	{ "protocol 253", 6, 0, 0, "", 253, 0, 0 },
	{ "no next header", 6, 0, 0, "", NONE, 0, 0 },

	/* Behind every extension header there is still a source, and maybe a fragment (C1, C2). */
	{ "hop-by-hop", 6, 0, 0, "h", UDP, 0, 0 },
	{ "routing", 6, 0, 0, "r", UDP, 0, 0 },
	{ "destination", 6, 0, 0, "d", UDP, 0, 0 },
	{ "AH", 6, 0, 0, "a", UDP, 0, 0 },
	{ "mobility", 6, 0, 0, "m", NONE, 0, 0 },
	{ "HIP", 6, 0, 0, "i", NONE, 0, 0 },
	{ "shim6", 6, 0, 0, "s", UDP, 0, 0 },
	{ "every one of them", 6, 0, 0, "hdradmis", UDP, 0, 0 },
	{ "nine", 6, 0, 0, "hdradmisd", UDP, LONG_CHAIN },
	{ "ten, then a fragment", 6, 0, 0, "hdradmisddF", UDP, LONG_CHAIN },
	{ "the ninth is a fragment header", 6, 0, 0, "hdradmisL", UDP, LONG_CHAIN },

	{ "atomic fragment", 6, 0, 0, "A", UDP, 0, 0 },
	{ "atomic fragment in a chain", 6, 0, 0, "hrAd", IPPROTO_TCP, 0, 0 },
	{ "first fragment", 6, 0, 0, "F", UDP, IPV6_FRAGMENT },
	{ "middle fragment", 6, 0, 0, "M", UDP, IPV6_FRAGMENT },
	{ "last fragment", 6, 0, 0, "L", UDP, IPV6_FRAGMENT },
	{ "fragment of ESP", 6, 0, 0, "F", IPPROTO_ESP, IPV6_FRAGMENT },
	{ "first fragment behind extensions", 6, 0, 0, "hdrF", UDP, IPV6_FRAGMENT },
	{ "first fragment before extensions", 6, 0, 0, "Fd", UDP, IPV6_FRAGMENT },
	{ "last fragment behind extensions", 6, 0, 0, "aL", UDP, IPV6_FRAGMENT },
	{ "what follows a later fragment's header", 6, 0, 0, "Ldddddddddd", UDP, IPV6_FRAGMENT },
	{ "the eighth is a fragment header", 6, 0, 0, "hdradmiF", UDP, IPV6_FRAGMENT },
	{ "two fragment headers", 6, 0, 0, "FF", UDP, ALWAYS_BAD },
	{ "two atomic fragment headers", 6, 0, 0, "AdA", UDP, ALWAYS_BAD },
	{ "atomic, then later", 6, 0, 0, "AL", UDP, ALWAYS_BAD },
};
const size_t verdict_shape_count = sizeof(verdict_shapes) / sizeof(*verdict_shapes);

static const struct extension_kind {
	char letter;
	__u8 number;
	__u8 length;
} extension_kinds[] = {
	{ 'h', IPPROTO_HOPOPTS, 8 },
	{ 'r', IPPROTO_ROUTING, 24 },
	{ 'd', IPPROTO_DSTOPTS, 16 },
	{ 'a', IPPROTO_AH, 12 },
	{ 'm', 135, 8 },
	{ 'i', 139, 40 },
	{ 's', 140, 8 },
	{ 'F', IPPROTO_FRAGMENT, 8 },
	{ 'M', IPPROTO_FRAGMENT, 8 },
	{ 'L', IPPROTO_FRAGMENT, 8 },
	{ 'A', IPPROTO_FRAGMENT, 8 },
};

static const struct extension_kind *kind_of(char letter)
{
	const struct extension_kind *kind = extension_kinds;

	while (kind->letter != letter)
		kind++;
	return kind;
}

static void put_extension(struct packet_builder *builder, char letter)
{
	const struct extension_kind *kind = kind_of(letter);

	if (kind->number == IPPROTO_FRAGMENT)
		build_ipv6_fragment(builder, letter == 'M' || letter == 'L' ? 1448 : 0,
				    letter == 'F' || letter == 'M', 4711);
	else
		build_extension(builder, kind->number, kind->length);
}

static void put_transport(struct packet_builder *builder, __u8 protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
		build_udp(builder, 1234, 53);
		break;
	case IPPROTO_TCP:
		build_tcp(builder, 1234, 80, 2);
		break;
	case IPPROTO_NONE:
		return;
	default:
		build_protocol(builder, protocol, 20, 0, 0);
	}
	build_payload(builder, 12);
}

void verdict_shape_build(const struct verdict_shape *shape, const char *source, int tags,
			 struct packet_builder *builder)
{
	build_start(builder);
	build_ethernet(builder);
	if (tags > 1)
		build_vlan(builder, ETH_P_8021AD, 200);
	if (tags > 0)
		build_vlan(builder, ETH_P_8021Q, 100);
	if (shape->family == 4)
		build_ipv4(builder, &(struct build_ipv4){ .source = source,
							  .option_words = shape->option_words,
							  .fragment = shape->fragment });
	else
		build_ipv6(builder, &(struct build_ipv6){ .source = source });
	for (const char *letter = shape->extensions; *letter; letter++)
		put_extension(builder, *letter);
	put_transport(builder, shape->protocol);
	build_finish(builder);
}

__u32 verdict_shape_network(int tags)
{
	return ETH_HLEN + 4U * (__u32)tags;
}

__u32 verdict_shape_header_end(const struct verdict_shape *shape, int tags)
{
	return verdict_shape_network(tags) +
	       (shape->family == 4 ? 20U + 4U * shape->option_words : 40U);
}

__u32 verdict_shape_chain_end(const struct verdict_shape *shape, int tags)
{
	__u32 end = verdict_shape_header_end(shape, tags);
	int fragments = 0;

	for (int i = 0; i < EXTENSION_LIMIT && shape->extensions[i]; i++) {
		end += kind_of(shape->extensions[i])->length;
		fragments += kind_of(shape->extensions[i])->number == IPPROTO_FRAGMENT;
		if (fragments > 1 || strchr("ML", shape->extensions[i]))
			break;
	}
	return end;
}
