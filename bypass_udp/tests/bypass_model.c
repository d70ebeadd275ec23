// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_model.h"

#include <linux/bpf.h>
#include <string.h>

/* Where things are in the frame in hand; offsets in bytes. */
struct reading {
	const uint8_t *frame;
	size_t length;
	size_t network;
	unsigned int tags;
	unsigned int vlan[2];
	bool ipv6;
	size_t udp;
	size_t packet_length; /* of the IP packet */
	struct flow_key key;
};

static unsigned int word(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

static void put_word(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 1624, equation 3: HC' = ~(~HC + ~m + m'). */
static void change_word(uint8_t *checksum, unsigned int from, unsigned int to)
{
	unsigned int sum = (~word(checksum) & 0xffff) + (~from & 0xffff) + to;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put_word(checksum, ~sum & 0xffff);
}

static bool is_tag(unsigned int type)
{
	return type == 0x8100 || type == 0x88a8;
}

static unsigned int read_link(struct reading *reading, unsigned int *ret_type)
{
	size_t at = 12;

	if (reading->length < 14)
		return BYPASS_UP_MALFORMED;
	while (is_tag(word(reading->frame + at))) {
		if (reading->tags == 2 || reading->length < at + 6)
			return BYPASS_UP_MALFORMED;
		reading->vlan[reading->tags++] = word(reading->frame + at + 2) & 0xfff;
		at += 4;
	}
	*ret_type = word(reading->frame + at);
	reading->network = at + 2;
	return BYPASS_UP_COUNT;
}

static unsigned int icmp(const struct reading *reading, size_t at, size_t left)
{
	static const uint8_t errors[] = { 3, 4, 5, 11, 12 }, errors_ipv6[] = { 1, 2, 3, 4 };
	const uint8_t *list = reading->ipv6 ? errors_ipv6 : errors;
	size_t count = reading->ipv6 ? sizeof(errors_ipv6) : sizeof(errors);

	if (left < 8)
		return BYPASS_UP_MALFORMED;
	return memchr(list, reading->frame[at], count) ? BYPASS_UP_ICMP_ERROR : BYPASS_UP_NOT_UDP;
}

static unsigned int read_udp(struct reading *reading, size_t at, size_t left)
{
	if (left < 8)
		return BYPASS_UP_MALFORMED;
	reading->udp = at;
	memcpy(&reading->key.source_port, reading->frame + at, 2);
	memcpy(&reading->key.destination_port, reading->frame + at + 2, 2);
	reading->key.protocol = 17;
	return BYPASS_UP_COUNT;
}

static unsigned int read_ipv4(struct reading *reading)
{
	const uint8_t *ip = reading->frame + reading->network;
	size_t available = reading->length - reading->network, header, total;

	if (available < 20 || ip[0] >> 4 != 4)
		return BYPASS_UP_MALFORMED;
	header = (ip[0] & 15U) * 4;
	total = word(ip + 2);
	if (header < 20 || header > available || total < header || total > available)
		return BYPASS_UP_MALFORMED;
	if (word(ip + 6) & 0x3fff)
		return BYPASS_UP_FRAGMENT;
	if (header > 20)
		return BYPASS_UP_OPTIONS;
	if (ip[9] == 1)
		return icmp(reading, reading->network + 20, total - 20);
	if (ip[9] != 17)
		return BYPASS_UP_NOT_UDP;
	reading->packet_length = total;
	reading->key.family = FLOW_IPV4;
	memcpy(reading->key.source, ip + 12, 4);
	memcpy(reading->key.destination, ip + 16, 4);
	return read_udp(reading, reading->network + 20, total - 20);
}

static unsigned int read_ipv6(struct reading *reading)
{
	static const uint8_t extensions[] = { 0, 43, 51, 60, 135 };
	const uint8_t *ip = reading->frame + reading->network;
	size_t available = reading->length - reading->network, payload;

	if (available < 40 || ip[0] >> 4 != 6)
		return BYPASS_UP_MALFORMED;
	payload = word(ip + 4);
	if (payload > available - 40)
		return BYPASS_UP_MALFORMED;
	if (ip[6] == 44)
		return BYPASS_UP_FRAGMENT;
	if (memchr(extensions, ip[6], sizeof(extensions)))
		return BYPASS_UP_EXTENSION;
	if (ip[6] == 58)
		return icmp(reading, reading->network + 40, payload);
	if (ip[6] != 17)
		return BYPASS_UP_NOT_UDP;
	reading->ipv6 = true;
	reading->packet_length = payload + 40;
	reading->key.family = FLOW_IPV6;
	memcpy(reading->key.source, ip + 8, 16);
	memcpy(reading->key.destination, ip + 24, 16);
	return read_udp(reading, reading->network + 40, payload);
}

static unsigned int read_frame(struct reading *reading, const struct bypass_config *config)
{
	unsigned int type, up = read_link(reading, &type);
	size_t fixed;

	if (up != BYPASS_UP_COUNT)
		return up;
	if (reading->frame[0] & 1)
		return BYPASS_UP_GROUP;
	if (type != 0x0800 && type != 0x86dd)
		return BYPASS_UP_NOT_IP;
	reading->ipv6 = type == 0x86dd;
	fixed = reading->ipv6 ? 40 : 20;
	if (reading->length < reading->network + fixed)
		return BYPASS_UP_MALFORMED;
	if (memcmp(reading->frame, config->mac, 6) != 0)
		return BYPASS_UP_OTHER_MAC;
	return reading->ipv6 ? read_ipv6(reading) : read_ipv4(reading);
}

static size_t find(const struct bypass_model *model, const struct flow_key *key)
{
	for (int table = 0; table < FLOW_TABLE_COUNT; table++) {
		if (!(model->settings.tables >> table & 1))
			continue;
		for (size_t i = 0; i < model->flow_count; i++) {
			if ((int)model->flows[i].table == table &&
			    !memcmp(&model->flows[i].key, key, sizeof(*key)))
				return i;
		}
	}
	return MODEL_FLOWS;
}

static unsigned int check_learned(const struct bypass_model *model, const struct flow_value *flow)
{
	uint64_t last = flow->home_counts.last;

	if (flow->other_counts.last > last)
		last = flow->other_counts.last;
	if (model->daemon.alive_until < model->now)
		return BYPASS_UP_NO_DAEMON;
	if (flow->epoch != model->daemon.epoch)
		return BYPASS_UP_REVALIDATE;
	if (flow->gone)
		return BYPASS_UP_GONE;
	if (last && last < model->now && model->now - last > model->settings.idle[flow->class])
		return BYPASS_UP_IDLE;
	if (flow->flags & FLOW_OBSERVED && flow->confirmed < model->now &&
	    model->now - flow->confirmed > model->settings.sample)
		return BYPASS_UP_SAMPLED;
	return BYPASS_UP_COUNT;
}

static unsigned int check_flow(const struct bypass_model *model, const struct reading *reading,
			       size_t number)
{
	const struct flow_value *flow;

	if (number == MODEL_FLOWS)
		return BYPASS_UP_NO_FLOW;
	flow = &model->flows[number].value;
	if (flow->flags & FLOW_DEAD)
		return BYPASS_UP_NO_FLOW;
	if (flow->flags & FLOW_EXCLUDED)
		return BYPASS_UP_EXCLUDED;
	if (flow->in_ifindex && flow->in_ifindex != model->config.ifindex &&
	    flow->in_ifindex != model->config.master)
		return BYPASS_UP_WRONG_WAY_IN;
	if (!(flow->flags & FLOW_ANY_TAGS) &&
	    (flow->in_vlan[0] != reading->vlan[0] || flow->in_vlan[1] != reading->vlan[1]))
		return BYPASS_UP_WRONG_WAY_IN;
	return flow->flags & FLOW_LEARNED ? check_learned(model, flow) : BYPASS_UP_COUNT;
}

static const struct flow_way *way_of(const struct bypass_model *model,
				     const struct flow_value *flow)
{
	static const struct flow_way nothing;
	const struct flow_nexthop *nexthop = &model->nexthops[flow->nexthop % MODEL_NEXTHOPS];

	return flow->nexthop < MODEL_NEXTHOPS ? &nexthop->way[nexthop->current & 1] : &nothing;
}

static unsigned int check_way(const struct bypass_model *model, const struct reading *reading,
			      const struct flow_way *way, struct model_answer *answer)
{
	const uint8_t *ip = reading->frame + reading->network;
	bool back;

	if (reading->ipv6 && word(reading->frame + reading->udp + 6) == 0)
		return BYPASS_UP_ZERO_CHECKSUM;
	if (ip[reading->ipv6 ? 7 : 8] < 2)
		return BYPASS_UP_TTL;
	back = way->ifindex == model->config.ifindex || way->ifindex == model->config.master;
	if (way->state != FLOW_WAY_USABLE && !(way->state == FLOW_WAY_NO_TRANSMIT && back))
		return BYPASS_UP_WAY + way->state;
	if (reading->packet_length > way->mtu)
		return BYPASS_UP_TOO_BIG;
	answer->action = back ? XDP_TX : XDP_REDIRECT;
	if (answer->action == XDP_REDIRECT && way->ifindex != model->device)
		return BYPASS_UP_NO_DEVICE;
	return model->config.monitor ? BYPASS_UP_MONITOR : BYPASS_UP_COUNT;
}

/* Writes new bytes over old ones; `sums` are the checksums that cover them. */
static void replace(uint8_t *at, const void *bytes, size_t size, uint8_t *sums[2])
{
	for (size_t i = 0; i < size; i += 2) {
		unsigned int from = word(at + i), to = word((const uint8_t *)bytes + i);

		for (int sum = 0; sum < 2; sum++) {
			if (sums[sum])
				change_word(sums[sum], from, to);
		}
		put_word(at + i, to);
	}
}

static void rewrite_nat(uint8_t *ip, bool ipv6, const struct flow_value *flow)
{
	uint8_t *udp = ip + (ipv6 ? 40 : 20), *check = udp + 6;
	uint8_t *of_addresses[2] = { ipv6 ? NULL : ip + 10, word(check) ? check : NULL };
	uint8_t *of_ports[2] = { NULL, of_addresses[1] };

	replace(ip + (ipv6 ? 8 : 12), flow->source, ipv6 ? 16 : 4, of_addresses);
	replace(ip + (ipv6 ? 24 : 16), flow->destination, ipv6 ? 16 : 4, of_addresses);
	replace(udp, &flow->source_port, 2, of_ports);
	replace(udp + 2, &flow->destination_port, 2, of_ports);
	if (of_addresses[1] && !word(check))
		put_word(check, 0xffff);
}

static void rewrite(const struct reading *reading, const struct flow_value *flow,
		    const struct flow_way *way, struct model_answer *answer)
{
	uint8_t *at = answer->bytes, *ip;

	memcpy(at, way->destination_mac, 6);
	memcpy(at + 6, way->source_mac, 6);
	at += 12;
	for (int i = 0; i < way->tags; i++, at += 4) {
		memcpy(at, &way->tag[i].type, 2);
		memcpy(at + 2, &way->tag[i].tci, 2);
	}
	put_word(at, reading->ipv6 ? 0x86dd : 0x0800);
	ip = at + 2;
	memcpy(ip, reading->frame + reading->network, reading->length - reading->network);
	answer->length = (size_t)(ip - answer->bytes) + reading->length - reading->network;
	if (reading->ipv6) {
		ip[7]--;
	} else {
		unsigned int before = word(ip + 8);

		ip[8]--;
		change_word(ip + 10, before, word(ip + 8));
	}
	if (flow->flags & FLOW_NAT)
		rewrite_nat(ip, reading->ipv6, flow);
}

void bypass_model_answer(const struct bypass_model *model, const uint8_t *frame, size_t length,
			 struct model_answer *ret_answer)
{
	struct reading reading = { .frame = frame, .length = length };
	const struct flow_value *flow = NULL;
	const struct flow_way *way;

	*ret_answer = (struct model_answer){ .flow = MODEL_FLOWS, .length = length };
	memcpy(ret_answer->bytes, frame, length);
	ret_answer->up = read_frame(&reading, &model->config);
	if (ret_answer->up != BYPASS_UP_COUNT)
		return;
	ret_answer->flow = find(model, &reading.key);
	ret_answer->up = check_flow(model, &reading, ret_answer->flow);
	if (ret_answer->up != BYPASS_UP_COUNT)
		return;
	flow = &model->flows[ret_answer->flow].value;
	way = way_of(model, flow);
	ret_answer->up = check_way(model, &reading, way, ret_answer);
	if (ret_answer->up != BYPASS_UP_COUNT)
		return;
	ret_answer->sent = true;
	ret_answer->reason = flow->flags & FLOW_NAT ? BYPASS_REASON_NAT : BYPASS_REASON_L2;
	rewrite(&reading, flow, way, ret_answer);
}
