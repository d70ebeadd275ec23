// SPDX-License-Identifier: GPL-2.0-only
#include "offload_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "flow_value.h"

static uint8_t protocol_of(const struct frame_row *row)
{
	return row->protocol ? row->protocol : IPPROTO_UDP;
}

struct flow_key frames_key(const struct frame_row *row, const struct frame_tuple *tuple)
{
	int family = row->ipv6 ? AF_INET6 : AF_INET;
	struct flow_key key = { .family = row->ipv6 ? FLOW_IPV6 : FLOW_IPV4,
				.protocol = protocol_of(row) };

	key.source_port = htons(tuple->source_port);
	key.destination_port = htons(tuple->destination_port);
	assert_int_equal(inet_pton(family, tuple->source, key.source), 1);
	assert_int_equal(inet_pton(family, tuple->destination, key.destination), 1);
	return key;
}

uint8_t *frames_checksum(struct packet_builder *builder, const struct frame_row *row)
{
	return builder->bytes + ETH_HLEN + (row->tag_type ? 4 : 0) + (row->ipv6 ? 40 : 20) +
	       (protocol_of(row) == IPPROTO_TCP ? 16 : 6);
}

void frames_build(struct packet_builder *ret_builder, const struct frame_row *row,
		  const struct frame_tuple *tuple)
{
	build_start(ret_builder);
	build_ethernet(ret_builder);
	if (row->tag_type)
		build_vlan(ret_builder, row->tag_type, row->tci);
	if (row->ipv6)
		build_ipv6(ret_builder, &(struct build_ipv6){ .source = tuple->source,
							      .destination = tuple->destination,
							      .hop_limit = row->ttl });
	else
		build_ipv4(ret_builder, &(struct build_ipv4){ .source = tuple->source,
							      .destination = tuple->destination,
							      .id = row->id,
							      .fragment = 0x4000,
							      .ttl = row->ttl });
	if (protocol_of(row) == IPPROTO_TCP)
		build_tcp(ret_builder, tuple->source_port, tuple->destination_port, 0x10);
	else
		build_udp(ret_builder, tuple->source_port, tuple->destination_port);
	build_payload(ret_builder, row->payload);
	build_finish(ret_builder);
	if (row->zero_checksum)
		memset(frames_checksum(ret_builder, row), 0, 2);
	/* To lo, where a test run has it come to. */
	memset(ret_builder->bytes, 0, ETH_ALEN);
}

void frames_flow(const struct offload_subject *subject, const struct frame_row *row,
		 const struct frame_tuple *in, const struct frame_tuple *out, uint16_t flags)
{
	struct flow_key key = frames_key(row, in), leaves = frames_key(row, out);
	struct flow_value value;

	flow_value_fill(&value, &key, &leaves);
	value.nexthop = FRAMES_NEXTHOP;
	value.flags |= FLOW_ANY_TAGS | flags;
	subject_flow(subject, FLOW_TABLE_STATIC, &key, &value);
}

void frames_way(const struct offload_subject *subject, const struct flow_way *way)
{
	struct flow_nexthop nexthop = { .current = 1, .flags = FLOW_NEXTHOP_MAC };

	nexthop.way[1] = *way;
	subject_nexthop(subject, FRAMES_NEXTHOP, &nexthop);
}
