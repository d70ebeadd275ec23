// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_shapes.h"

#define USUAL_PAYLOAD 12

static const struct extension_kind {
	char letter;
	__u8 number;
	__u8 length;
	__u8 more;    /* of a fragment header */
	__u16 offset; /* the same */
} extension_kinds[] = {
	{ 'h', IPPROTO_HOPOPTS, 8, 0, 0 },
	{ 'r', IPPROTO_ROUTING, 24, 0, 0 },
	{ 'd', IPPROTO_DSTOPTS, 16, 0, 0 },
	{ 'a', IPPROTO_AH, 12, 0, 0 },
	{ 'm', 135, 8, 0, 0 },
	{ 'i', 139, 40, 0, 0 },
	{ 's', 140, 8, 0, 0 },
	{ 'F', IPPROTO_FRAGMENT, 8, 1, 0 },
	{ 'M', IPPROTO_FRAGMENT, 8, 1, 1448 },
	{ 'L', IPPROTO_FRAGMENT, 8, 0, 1448 },
	{ 'A', IPPROTO_FRAGMENT, 8, 0, 0 },
	{ 'O', IPPROTO_FRAGMENT, 8, 1, 8 },
	{ 'P', IPPROTO_FRAGMENT, 8, 0, 16 },
	{ 'Q', IPPROTO_FRAGMENT, 8, 1, 24 },
};

static void put_extension(struct packet_builder *builder, char letter)
{
	const struct extension_kind *kind = extension_kinds;

	while (kind->letter != letter)
		kind++;
	if (kind->number == IPPROTO_FRAGMENT)
		build_ipv6_fragment(builder, kind->offset, kind->more, 4711);
	else
		build_extension(builder, kind->number, kind->length);
}

static void put_link(struct packet_builder *builder, const struct verdict_shape *shape, int tags)
{
	build_ethernet(builder);
	builder->bytes[0] |= shape->group == 1;
	builder->bytes[6] |= shape->group == 2;
	if (tags > 2)
		build_vlan(builder, ETH_P_8021Q, 300);
	if (tags > 1)
		build_vlan(builder, ETH_P_8021AD, 200);
	if (tags > 0)
		build_vlan(builder, ETH_P_8021Q, 100);
}

static void put_network(struct packet_builder *builder, const struct verdict_shape *shape,
			const char *source)
{
	const char *letter = shape->extensions;

	if (shape->family == 4) {
		build_ipv4(builder, &(struct build_ipv4){ .source = source,
							  .destination = shape->destination,
							  .option_words = shape->option_words,
							  .fragment = shape->fragment });
		return;
	}
	build_ipv6(builder, &(struct build_ipv6){ .source = source,
						  .destination = shape->destination,
						  .jumbo = shape->jumbo });
	while (letter && *letter)
		put_extension(builder, *letter++);
}

static void put_transport(struct packet_builder *builder, const struct verdict_shape *shape)
{
	__u8 protocol = shape->protocol ? shape->protocol : IPPROTO_UDP;

	if (shape->no_header) {
		build_protocol(builder, protocol, shape->payload, 0, 0);
		return;
	}
	switch (protocol) {
	case IPPROTO_UDP:
		build_udp(builder, 1234, 53);
		break;
	case IPPROTO_TCP:
		build_tcp(builder, 1234, 80, 2);
		break;
	case IPPROTO_ICMP:
		build_icmp(builder, shape->type, 0);
		break;
	case IPPROTO_ICMPV6:
		build_icmpv6(builder, shape->type, 0);
		break;
	default:
		build_protocol(builder, protocol, 20, 0, 0);
	}
	build_payload(builder, shape->payload ? shape->payload : USUAL_PAYLOAD);
}

void verdict_shape_build(const struct verdict_shape *shape, const char *source, int tags,
			 struct packet_builder *builder)
{
	build_start(builder);
	put_link(builder, shape, tags);
	put_network(builder, shape, source ? source : shape->source);
	put_transport(builder, shape);
	build_finish(builder);
	build_padding(builder, shape->padding);
	for (int i = 0; i < VERDICT_PATCHES; i++) {
		const struct verdict_patch *patch = &shape->patch[i];

		if (patch->at || patch->value)
			builder->bytes[verdict_shape_network(tags) + patch->at] = patch->value;
	}
}

__u32 verdict_shape_network(int tags)
{
	return ETH_HLEN + 4U * (__u32)tags;
}
