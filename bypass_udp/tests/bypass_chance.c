// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_chance.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "flow_value.h"

#define LONGEST_PAYLOAD 1500
#define OUR_DEVICE 1
#define NO_DEVICE 7777

/* xorshift64* */
uint32_t chance_below(uint64_t *chance, uint32_t limit)
{
	*chance ^= *chance >> 12;
	*chance ^= *chance << 25;
	*chance ^= *chance >> 27;
	return (uint32_t)((*chance * 0x2545f4914f6cdd1d) >> 32) % limit;
}

static bool one_in(uint64_t *chance, uint32_t n)
{
	return chance_below(chance, n) == 0;
}

/* All bits by chance, or the ends of the range: sums wrap there. */
static uint16_t chance_word(uint64_t *chance)
{
	static const uint16_t ends[] = { 0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff };

	return one_in(chance, 4) ? ends[chance_below(chance, 6)] :
				   (uint16_t)chance_below(chance, 65536);
}

static void chance_address(uint64_t *chance, uint8_t family, __be32 ret_address[4])
{
	uint16_t words[8] = { 0 };

	for (int i = 0; i < (family == FLOW_IPV4 ? 2 : 8); i++)
		words[i] = chance_word(chance);
	memcpy(ret_address, words, sizeof(words));
}

static struct flow_key chance_key(uint64_t *chance, uint8_t family)
{
	struct flow_key key = { .protocol = IPPROTO_UDP, .family = family };

	chance_address(chance, family, key.source);
	chance_address(chance, family, key.destination);
	key.source_port = chance_word(chance);
	key.destination_port = chance_word(chance);
	return key;
}

static void chance_flow(uint64_t *chance, struct bypass_model *model, struct model_flow *flow)
{
	static const uint16_t flags[] = { FLOW_EXCLUDED, FLOW_DEAD, FLOW_OBSERVED };
	struct flow_key out;

	flow->key = chance_key(chance, one_in(chance, 2) ? FLOW_IPV4 : FLOW_IPV6);
	flow->table = chance_below(chance, FLOW_TABLE_COUNT);
	out = one_in(chance, 3) ? flow->key : chance_key(chance, flow->key.family);
	flow_value_fill(&flow->value, &flow->key, &out);
	flow->value.nexthop = chance_below(chance, MODEL_NEXTHOPS + 2);
	flow->value.class = (uint8_t)chance_below(chance, BYPASS_CLASS_COUNT);
	flow->value.epoch = one_in(chance, 8) ? 2 : 1;
	flow->value.gone = one_in(chance, 16);
	flow->value.in_ifindex = one_in(chance, 8) ? chance_below(chance, 4) : 0;
	if (flow->table == FLOW_TABLE_LEARNED)
		flow->value.flags |= FLOW_LEARNED;
	if (one_in(chance, 8))
		flow->value.flags |= flags[chance_below(chance, 3)];
	if (one_in(chance, 2))
		flow->value.flags |= FLOW_ANY_TAGS;
	else if (one_in(chance, 2))
		flow->value.in_vlan[0] = 5;
	/* Seen half of the way back in time. */
	if (one_in(chance, 4))
		flow->value.home_counts.last = model->now / (1 + chance_below(chance, 3));
	flow->value.confirmed = model->now / (1 + chance_below(chance, 3));
}

static void chance_way(uint64_t *chance, struct flow_way *way)
{
	static const uint32_t devices[] = { 2, 2, 3, OUR_DEVICE, OUR_DEVICE, NO_DEVICE };

	for (size_t i = 0; i < 6; i++) {
		way->destination_mac[i] = (uint8_t)chance_below(chance, 256);
		way->source_mac[i] = (uint8_t)chance_below(chance, 256);
	}
	way->state = one_in(chance, 6) ? (uint8_t)chance_below(chance, FLOW_WAY_STATES) :
					 FLOW_WAY_USABLE;
	way->ifindex = devices[chance_below(chance, 6)];
	way->mtu = one_in(chance, 4) ? chance_below(chance, 1600) : 1500;
	way->tags = (uint8_t)(one_in(chance, 2) ? 0 : chance_below(chance, 3));
	for (int i = 0; i < 2; i++) {
		way->tag[i].type = htons(one_in(chance, 2) ? ETH_P_8021Q : ETH_P_8021AD);
		way->tag[i].tci = chance_word(chance);
	}
}

void chance_setting(uint64_t *chance, struct bypass_model *model)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 2 };
	uint64_t now = model->now;

	*model = (struct bypass_model){ .now = now, .device = OUR_DEVICE };
	memcpy(model->config.mac, mac, 6);
	model->config.ifindex = 2;
	model->config.master = one_in(chance, 2) ? 3 : 0;
	model->config.monitor = one_in(chance, 8);
	model->settings.tables = one_in(chance, 8) ? chance_below(chance, 4) : 3;
	model->settings.sample = one_in(chance, 2) ? now / 2 + now / 8 : UINT64_MAX;
	for (int i = 0; i < BYPASS_CLASS_COUNT; i++)
		model->settings.idle[i] = one_in(chance, 2) ? now / 2 + now / 8 : UINT64_MAX;
	model->daemon.epoch = 1;
	model->daemon.alive_until = one_in(chance, 8) ? now / 2 : UINT64_MAX;
	for (int i = 0; i < MODEL_NEXTHOPS; i++) {
		model->nexthops[i].current = chance_below(chance, 2);
		chance_way(chance, &model->nexthops[i].way[0]);
		chance_way(chance, &model->nexthops[i].way[1]);
	}
	model->flow_count = MODEL_FLOWS;
	for (size_t i = 0; i < MODEL_FLOWS; i++) {
		model->flows[i] = (struct model_flow){ 0 };
		chance_flow(chance, model, &model->flows[i]);
		/* The same key in the other table; the deltas are those of the key. */
		if (i && one_in(chance, 8)) {
			model->flows[i] = model->flows[i - 1];
			model->flows[i].table = !model->flows[i - 1].table;
			model->flows[i].value.flags ^= FLOW_LEARNED;
		}
	}
}

static void build_network(uint64_t *chance, const struct flow_key *key,
			  struct packet_builder *builder)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	int family = key->family == FLOW_IPV4 ? AF_INET : AF_INET6;
	uint8_t ttl = one_in(chance, 8) ? (uint8_t)(1 + chance_below(chance, 3)) : 64;

	inet_ntop(family, key->source, source, sizeof(source));
	inet_ntop(family, key->destination, destination, sizeof(destination));
	if (family == AF_INET) {
		build_ipv4(builder,
			   &(struct build_ipv4){
				   .source = source,
				   .destination = destination,
				   .ttl = ttl,
				   .tos = (uint8_t)chance_below(chance, 256),
				   .id = chance_word(chance),
				   .option_words = one_in(chance, 16) ? 1 : 0,
				   .fragment = one_in(chance, 16) ? chance_word(chance) : 0,
			   });
		return;
	}
	build_ipv6(builder, &(struct build_ipv6){ .source = source,
						  .destination = destination,
						  .hop_limit = ttl });
	if (one_in(chance, 16))
		build_extension(builder, one_in(chance, 2) ? IPPROTO_DSTOPTS : IPPROTO_HOPOPTS, 8);
	else if (one_in(chance, 32))
		build_ipv6_fragment(builder, 0, 1, 1);
}

static void build_transport(uint64_t *chance, const struct flow_key *key,
			    struct packet_builder *builder)
{
	if (!one_in(chance, 8))
		build_udp(builder, ntohs(key->source_port), ntohs(key->destination_port));
	else if (one_in(chance, 2))
		build_tcp(builder, ntohs(key->source_port), ntohs(key->destination_port), 2);
	else if (key->family == FLOW_IPV4)
		build_icmp(builder, (uint8_t)chance_below(chance, 20), 0);
	else
		build_icmpv6(builder, (uint8_t)chance_below(chance, 8), 0);
}

static void damage(uint64_t *chance, struct packet_builder *builder)
{
	uint32_t at = chance_below(chance, builder->length < 70 ? builder->length : 70);

	if (one_in(chance, 3) && at >= ETH_HLEN)
		builder->length = at;
	else
		builder->bytes[at] = (uint8_t)chance_below(chance, 256);
}

void chance_frame(uint64_t *chance, const struct bypass_model *model,
		  struct packet_builder *builder)
{
	struct flow_key key = model->flows[chance_below(chance, MODEL_FLOWS)].key;
	uint32_t tags = one_in(chance, 2) ? 0 : chance_below(chance, 4);
	size_t checksum;

	if (one_in(chance, 8))
		key.source_port ^= htons(1);
	build_start(builder);
	build_ethernet(builder);
	for (uint32_t i = 0; i < tags; i++)
		build_vlan(builder, one_in(chance, 2) ? ETH_P_8021Q : ETH_P_8021AD,
			   one_in(chance, 2) ? 5 : chance_word(chance));
	build_network(chance, &key, builder);
	build_transport(chance, &key, builder);
	build_payload(builder, one_in(chance, 2) ? chance_below(chance, 64) :
						   chance_below(chance, LONGEST_PAYLOAD));
	build_finish(builder);
	if (one_in(chance, 4))
		build_padding(builder, chance_below(chance, 32));
	checksum = ETH_HLEN + 4 * tags + (key.family == FLOW_IPV4 ? 20 : 40) + 6;
	/* No checksum, or one that a sum of zeros comes to. */
	if (one_in(chance, 8) && checksum + 2 <= builder->length)
		memset(builder->bytes + checksum, one_in(chance, 2) ? 0 : 0xff, 2);
	if (one_in(chance, 4))
		damage(chance, builder);
}
