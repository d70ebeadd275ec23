// SPDX-License-Identifier: GPL-2.0-only
#include "offload_chance.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "flow_value.h"

#define LONGEST_PAYLOAD 1600
#define PLACES 4 /* ifindexes of flows and places: below */

struct chance chance_start(uint64_t seed)
{
	return (struct chance){
		.state = { (unsigned short)seed, (unsigned short)(seed >> 16),
			   (unsigned short)(seed >> 32) },
	};
}

/* The upper bits are the better ones. */
uint32_t chance_below(struct chance *chance, uint32_t limit)
{
	uint64_t number = (uint64_t)nrand48(chance->state);

	return (uint32_t)(number * limit >> 31);
}

bool chance_one_in(struct chance *chance, uint32_t n)
{
	return !chance_below(chance, n);
}

/* Half of them are at the ends of the range, where sums wrap. */
static uint16_t any_word(struct chance *chance)
{
	uint16_t near = (uint16_t)(chance_below(chance, 5) - 2);

	if (chance_one_in(chance, 2))
		return (uint16_t)chance_below(chance, 65536);
	return chance_one_in(chance, 2) ? near : (uint16_t)(near + 0x8000);
}

static void any_address(struct chance *chance, bool ipv6, __be32 ret_address[4])
{
	uint8_t *bytes = (uint8_t *)ret_address;

	memset(bytes, 0, 16);
	for (int i = 0; i < (ipv6 ? 16 : 4); i += 2) {
		uint16_t word = any_word(chance);

		memcpy(bytes + i, &word, 2);
	}
	if (!chance_one_in(chance, 6))
		return;
	if (ipv6)
		ret_address[0] = ret_address[1] = ret_address[2] = 0, ret_address[3] = htonl(1);
	else
		bytes[0] = 127;
}

static struct flow_key any_key(struct chance *chance, bool ipv6, uint8_t protocol)
{
	struct flow_key key = { .protocol = protocol, .family = ipv6 ? FLOW_IPV6 : FLOW_IPV4 };

	any_address(chance, ipv6, key.source);
	any_address(chance, ipv6, key.destination);
	key.source_port = any_word(chance);
	key.destination_port = any_word(chance);
	return key;
}

/* Without a link header, a test run takes the first bytes of the packet for one: an address is where the
 * ethertype would be. */
static void look_like_ethernet(struct flow_key *key)
{
	uint8_t *source = (uint8_t *)key->source;

	if (key->family == FLOW_IPV4)
		memcpy(source, "\x08\x00", 2);
	else
		memcpy(source + 4, "\x86\xdd", 2);
}

static void any_flow(struct chance *chance, const struct offload_model *model,
		     struct model_flow *ret_flow)
{
	bool ipv6 = chance_one_in(chance, 2);
	uint8_t protocol = chance_one_in(chance, 3) ? IPPROTO_TCP : IPPROTO_UDP;
	struct flow_key key = any_key(chance, ipv6, protocol), out = key;
	struct flow_value *value = &ret_flow->value;

	if (!model->at.link_header)
		look_like_ethernet(&key);
	if (!chance_one_in(chance, 5))
		out = any_key(chance, ipv6, protocol);
	/* Ports alone, or addresses alone. */
	if (chance_one_in(chance, 8))
		out.source_port = key.source_port, out.destination_port = key.destination_port;
	else if (chance_one_in(chance, 8))
		memcpy(out.source, key.source, 32);
	*ret_flow = (struct model_flow){ .key = key };
	ret_flow->table = chance_one_in(chance, 16) ? FLOW_TABLE_LEARNED : FLOW_TABLE_STATIC;
	flow_value_fill(value, &key, &out);
	value->nexthop = chance_below(chance, MODEL_NEXTHOPS + 1);
	if (chance_one_in(chance, 24))
		value->nexthop = FLOW_NEXTHOP_LIMIT + chance_below(chance, 2);
	if (chance_one_in(chance, 3))
		value->flags |= FLOW_KEEP_TTL;
	if (chance_one_in(chance, 16))
		value->flags |= FLOW_DEAD;
	if (chance_one_in(chance, 2))
		value->in_ifindex = model->at.ifindex;
	if (chance_one_in(chance, 16))
		value->in_ifindex = chance_below(chance, PLACES);
	if (chance_one_in(chance, 2))
		value->flags |= FLOW_ANY_TAGS;
	else if (chance_one_in(chance, 8))
		value->in_vlan[chance_below(chance, 2)] = 5;
}

static uint8_t any_state(struct chance *chance)
{
	if (chance_one_in(chance, 8))
		return (uint8_t)chance_below(chance, FLOW_WAY_STATES);
	if (chance_one_in(chance, 3))
		return chance_one_in(chance, 2) ? FLOW_WAY_LOCAL : FLOW_WAY_RESOLVING;
	return FLOW_WAY_USABLE;
}

static void any_way(struct chance *chance, struct flow_way *ret_way)
{
	for (size_t i = 0; i < 6; i++) {
		ret_way->destination_mac[i] = (uint8_t)chance_below(chance, 256);
		ret_way->source_mac[i] = (uint8_t)chance_below(chance, 256);
	}
	ret_way->ifindex = 1;
	ret_way->state = any_state(chance);
	ret_way->mtu = chance_one_in(chance, 4) ? chance_below(chance, LONGEST_PAYLOAD) : 1500;
	ret_way->no_link_header = chance_one_in(chance, 8);
	ret_way->tags = chance_one_in(chance, 4);
	ret_way->tag[0].type = htons(chance_one_in(chance, 2) ? ETH_P_8021Q : ETH_P_8021AD);
	ret_way->tag[0].tci = any_word(chance);
}

static bool is_double(const struct offload_model *model, size_t number)
{
	const struct model_flow *flow = &model->flows[number];

	while (number--) {
		if (!memcmp(&model->flows[number].key, &flow->key, sizeof(flow->key)))
			return true;
	}
	return false;
}

void chance_setting(struct chance *chance, struct offload_model *model)
{
	*model = (struct offload_model){ .at = model->at, .flow_count = MODEL_FLOWS };
	model->daemon_lives = chance_one_in(chance, 2);
	model->settings.tables = 1U << FLOW_TABLE_STATIC | chance_below(chance, 2)
								   << FLOW_TABLE_LEARNED;
	if (chance_one_in(chance, 16))
		model->settings.tables &= ~(1U << FLOW_TABLE_STATIC);
	for (size_t i = 0; i < MODEL_NEXTHOPS; i++) {
		struct flow_nexthop *nexthop = &model->nexthops[i];

		nexthop->current = chance_below(chance, 2);
		any_way(chance, &nexthop->way[0]);
		any_way(chance, &nexthop->way[1]);
		nexthop->family = chance_one_in(chance, 2) ? FLOW_IPV4 : FLOW_IPV6;
		nexthop->flags = chance_one_in(chance, 4) ? FLOW_NEXTHOP_MAC : 0;
		if (chance_one_in(chance, 4))
			nexthop->flags |= FLOW_NEXTHOP_PEER;
	}
	for (size_t i = 0; i < MODEL_FLOWS; i++) {
		do
			any_flow(chance, model, &model->flows[i]);
		while (is_double(model, i));
	}
}

static void build_network(struct chance *chance, const struct flow_key *key,
			  struct packet_builder *builder)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	int family = key->family == FLOW_IPV4 ? AF_INET : AF_INET6;
	uint8_t ttl = chance_one_in(chance, 8) ? (uint8_t)(1 + chance_below(chance, 3)) : 64;

	inet_ntop(family, key->source, source, sizeof(source));
	inet_ntop(family, key->destination, destination, sizeof(destination));
	if (family == AF_INET) {
		build_ipv4(builder,
			   &(struct build_ipv4){
				   .source = source,
				   .destination = destination,
				   .ttl = ttl,
				   .tos = (uint8_t)chance_below(chance, 256),
				   .id = any_word(chance),
				   .option_words = chance_one_in(chance, 24),
				   .fragment =
					   chance_one_in(chance, 16) ? any_word(chance) : 0x4000,
			   });
		return;
	}
	build_ipv6(builder, &(struct build_ipv6){ .source = source,
						  .destination = destination,
						  .hop_limit = ttl });
	if (chance_one_in(chance, 24))
		build_extension(builder, (uint8_t[]){ 0, 43, 60, 51 }[chance_below(chance, 4)], 8);
	else if (chance_one_in(chance, 32))
		build_ipv6_fragment(builder, 0, 1, 1);
}

static void build_transport(struct chance *chance, const struct flow_key *key,
			    struct packet_builder *builder)
{
	uint16_t source = ntohs(key->source_port), destination = ntohs(key->destination_port);

	if (chance_one_in(chance, 24))
		build_protocol(builder, (uint8_t)chance_below(chance, 256), 16, source,
			       destination);
	else if (key->protocol == IPPROTO_TCP)
		build_tcp(builder, source, destination, 0x10);
	else
		build_udp(builder, source, destination);
}

/* The checksum that is zero once the flow's addresses and ports are in the packet. */
static uint16_t turns_zero(const struct flow_value *flow)
{
	uint32_t sum = (uint32_t)flow->address_delta + flow->port_delta;

	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* The checksum of a plain packet: none, or one of a sum of zeros, now or afterwards. */
static void special_checksum(struct chance *chance, const struct flow_value *flow, uint8_t *ip,
			     size_t length)
{
	bool ipv4 = ip[0] >> 4 == 4, is_tcp = ip[ipv4 ? 9 : 6] == IPPROTO_TCP;
	size_t at = (ipv4 ? 20 : 40) + (is_tcp ? 16 : 6);
	const uint16_t values[] = { turns_zero(flow), 0, 0xffff };

	if (at + 2 <= length)
		memcpy(ip + at, &values[is_tcp ? 0 : chance_below(chance, 3)], 2);
}

static uint32_t any_payload(struct chance *chance)
{
	return chance_below(chance, chance_one_in(chance, 2) ? 64 : LONGEST_PAYLOAD);
}

static void build_packet(struct chance *chance, const struct flow_key *key,
			 const struct flow_value *flow, struct packet_builder *builder)
{
	build_start(builder);
	build_ethernet(builder);
	build_network(chance, key, builder);
	build_transport(chance, key, builder);
	build_payload(builder, any_payload(chance));
	build_finish(builder);
	if (chance_one_in(chance, 8))
		special_checksum(chance, flow, builder->bytes + ETH_HLEN,
				 builder->length - ETH_HLEN);
}

/* An error about a packet that left as the answers to it come: of the flow the other way round. */
static void build_error(struct chance *chance, const struct flow_key *key,
			const struct flow_value *flow, struct packet_builder *builder)
{
	static struct packet_builder inside;
	struct flow_key outer = any_key(chance, key->family == FLOW_IPV6, key->protocol);
	struct flow_key left = *key;
	uint32_t length;

	memcpy(left.source, key->destination, 16);
	memcpy(left.destination, key->source, 16);
	left.source_port = key->destination_port;
	left.destination_port = key->source_port;
	build_packet(chance, &left, flow, &inside);
	length = inside.length - ETH_HLEN;
	if (chance_one_in(chance, 2))
		length = chance_below(chance, length < 80 ? length : 80);
	if (!chance_one_in(chance, 16))
		memcpy(outer.destination, key->destination, 16);
	if (chance_one_in(chance, 2))
		memcpy(outer.source, key->source, 16);
	build_start(builder);
	build_ethernet(builder);
	build_network(chance, &outer, builder);
	if (key->family == FLOW_IPV4)
		build_icmp(builder, (uint8_t[]){ 3, 11, 3, 11, 12, 0 }[chance_below(chance, 6)],
			   (uint8_t)chance_below(chance, 5));
	else
		build_icmpv6(builder, (uint8_t[]){ 1, 2, 3, 1, 4, 128 }[chance_below(chance, 6)],
			     (uint8_t)chance_below(chance, 5));
	build_payload(builder, length);
	memcpy(builder->bytes + builder->length - length, inside.bytes + ETH_HLEN, length);
	build_finish(builder);
}

/* A packet in segments keeps its protocol; but TCP's header may say that it is longer than all there is. */
static void strange_header(struct chance *chance, struct packet_builder *builder)
{
	uint32_t at = ETH_HLEN + (builder->bytes[ETH_HLEN] >> 4 == 4 ? 20 : 40) + 12;

	if (at < builder->length && chance_one_in(chance, 8))
		builder->bytes[at] = (uint8_t)chance_below(chance, 256);
}

static void damage(struct chance *chance, struct packet_builder *builder)
{
	uint32_t at = chance_below(chance, builder->length < 120 ? builder->length : 120);

	if (chance_one_in(chance, 3) && at >= 2 * ETH_HLEN)
		builder->length = at;
	else if (chance_one_in(chance, 2))
		builder->bytes[at] = (uint8_t)chance_below(chance, 256);
	else
		builder->bytes[at] ^= (uint8_t)(1U << chance_below(chance, 8));
}

void chance_packet(struct chance *chance, const struct offload_model *model,
		   struct chance_packet *ret_packet)
{
	const struct model_flow *flow = &model->flows[chance_below(chance, MODEL_FLOWS)];
	struct flow_key key = flow->key;
	struct packet_builder *builder = &ret_packet->builder;
	bool is_error = chance_one_in(chance, 4);

	ret_packet->gso_size = 0;
	if (chance_one_in(chance, 16))
		key.source_port ^= htons(1);
	if (is_error)
		build_error(chance, &key, &flow->value, builder);
	else
		build_packet(chance, &key, &flow->value, builder);
	if (!is_error && chance_one_in(chance, 6)) {
		ret_packet->gso_size = 1 + chance_below(chance, LONGEST_PAYLOAD);
		strange_header(chance, builder);
	}
	if (chance_one_in(chance, 4))
		build_padding(builder, chance_below(chance, 32));
	/* To lo, where a test run has them come to. */
	if (!chance_one_in(chance, 32))
		memset(builder->bytes, 0, 6);
	if (!ret_packet->gso_size && chance_one_in(chance, 4))
		damage(chance, builder);
	ret_packet->bytes = builder->bytes + (model->at.link_header ? 0 : ETH_HLEN);
	ret_packet->length = builder->length - (model->at.link_header ? 0 : ETH_HLEN);
}
