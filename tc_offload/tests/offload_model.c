// SPDX-License-Identifier: GPL-2.0-only
#include "offload_model.h"

#include <string.h>

#include "offload_model_write.h"

#define UDP 17
#define TCP 6
#define ICMP 1
#define ICMPV6 58
#define SEND OFFLOAD_UP_COUNT

static bool is_one_of(uint8_t value, const char *list, size_t count)
{
	return memchr(list, value, count);
}

static void set_key(struct model_reading *reading, size_t network, size_t transport, bool reverse)
{
	size_t size = reading->ipv6 ? 16 : 4;
	const uint8_t *from = reading->bytes + network + (reading->ipv6 ? 8 : 12);
	const uint8_t *ports = reading->bytes + transport;
	struct flow_key *key = &reading->key;

	key->family = reading->ipv6 ? FLOW_IPV6 : FLOW_IPV4;
	memcpy(reverse ? key->destination : key->source, from, size);
	memcpy(reverse ? key->source : key->destination, from + size, size);
	memcpy(reverse ? &key->destination_port : &key->source_port, ports, 2);
	memcpy(reverse ? &key->source_port : &key->destination_port, ports + 2, 2);
}

/* UDP or TCP: header and payload have to be within the IP packet. */
static unsigned int read_transport(struct model_reading *reading)
{
	const uint8_t *header = reading->bytes + reading->transport;
	size_t there = reading->length - reading->transport;
	size_t inside = reading->end - reading->transport;
	size_t size;

	if (reading->protocol == UDP) {
		size_t length = model_word(header + 4);

		if (length < 8 || length > inside)
			return OFFLOAD_UP_MALFORMED;
		reading->payload = reading->transport + 8;
	} else {
		if (there < 20)
			return OFFLOAD_UP_MALFORMED;
		size = (size_t)(header[12] >> 4) * 4;
		if (size < 20 || size > inside)
			return OFFLOAD_UP_MALFORMED;
		reading->payload = reading->transport + size;
	}
	reading->key.protocol = reading->protocol;
	set_key(reading, reading->network, reading->transport, false);
	return SEND;
}

/* The packet in an ICMP error. */
static unsigned int read_error(struct model_reading *reading)
{
	const uint8_t *outer = reading->bytes + reading->network;
	size_t header = reading->ipv6 ? 40 : 20, size = reading->ipv6 ? 16 : 4;
	size_t source = reading->ipv6 ? 8 : 12;
	const uint8_t *ip;

	reading->is_error = true;
	reading->inside = reading->transport + 8;
	reading->inside_transport = reading->inside + header;
	if (reading->inside_transport + 8 > reading->end)
		return OFFLOAD_UP_ICMP_UNSURE;
	ip = reading->bytes + reading->inside;
	if (reading->ipv6 ? ip[0] >> 4 != 6 : ip[0] != 0x45 || model_word(ip + 6) & 0x3fff)
		return OFFLOAD_UP_ICMP_UNSURE;
	/* What was sent by another than the one it is told to. */
	if (memcmp(ip + source, outer + source + size, size) != 0)
		return OFFLOAD_UP_ICMP_UNSURE;
	reading->inside_protocol = ip[reading->ipv6 ? 6 : 9];
	reading->key.protocol = reading->inside_protocol;
	set_key(reading, reading->inside, reading->inside_transport, true);
	return reading->inside_protocol == UDP || reading->inside_protocol == TCP ?
		       SEND :
		       OFFLOAD_UP_ICMP_FOREIGN;
}

static unsigned int read_ipv4(struct model_reading *reading, bool gso)
{
	const uint8_t *ip = reading->bytes + reading->network;
	size_t there = reading->length - reading->network, total;

	if (there < 28 || ip[0] >> 4 != 4 || (ip[0] & 15) < 5)
		return OFFLOAD_UP_MALFORMED;
	if ((ip[0] & 15) != 5)
		return OFFLOAD_UP_OPTIONS;
	if (model_word(ip + 6) & 0x3fff)
		return OFFLOAD_UP_FRAGMENT;
	total = gso ? there : model_word(ip + 2);
	if (total < 20 || total > there)
		return OFFLOAD_UP_MALFORMED;
	reading->transport = reading->network + 20;
	reading->end = reading->network + total;
	reading->protocol = ip[9];
	if (ip[9] == ICMP && is_one_of(ip[20], "\3\13", 2))
		return read_error(reading);
	return ip[9] == UDP || ip[9] == TCP ? read_transport(reading) : OFFLOAD_UP_PROTOCOL;
}

static unsigned int read_ipv6(struct model_reading *reading, bool gso)
{
	const uint8_t *ip = reading->bytes + reading->network;
	size_t there = reading->length - reading->network, payload;

	if (there < 48 || ip[0] >> 4 != 6)
		return OFFLOAD_UP_MALFORMED;
	payload = gso ? there - 40 : model_word(ip + 4);
	if (payload > there - 40)
		return OFFLOAD_UP_MALFORMED;
	reading->transport = reading->network + 40;
	reading->end = reading->transport + payload;
	reading->protocol = ip[6];
	if (ip[6] == 44)
		return OFFLOAD_UP_FRAGMENT;
	if (is_one_of(ip[6], "\0\53\63\74", 4))
		return OFFLOAD_UP_EXTENSION;
	if (ip[6] == ICMPV6 && is_one_of(ip[40], "\1\2\3", 3))
		return read_error(reading);
	return ip[6] == UDP || ip[6] == TCP ? read_transport(reading) : OFFLOAD_UP_PROTOCOL;
}

static unsigned int read_packet(struct model_reading *reading, const struct offload_model *model,
				const struct model_packet *packet)
{
	*reading = (struct model_reading){ .bytes = packet->bytes,
					   .length = packet->length,
					   .network = model->at.link_header,
					   .ipv6 = packet->ethertype == 0x86dd };
	if (model->at.side == OFFLOAD_INGRESS && !packet->to_this_host)
		return OFFLOAD_UP_OTHER_HOST;
	if (packet->ethertype != 0x0800 && !reading->ipv6)
		return OFFLOAD_UP_NOT_IP;
	if (packet->length < reading->network)
		return OFFLOAD_UP_MALFORMED;
	return reading->ipv6 ? read_ipv6(reading, packet->gso_size) :
			       read_ipv4(reading, packet->gso_size);
}

static unsigned int check_flow(const struct offload_model *model, const struct model_packet *packet,
			       const struct model_reading *reading, size_t *ret_flow)
{
	const struct flow_value *flow;
	size_t i = 0;

	*ret_flow = MODEL_FLOWS;
	while (i < model->flow_count &&
	       (model->flows[i].table != FLOW_TABLE_STATIC ||
		memcmp(&model->flows[i].key, &reading->key, sizeof(reading->key)) != 0))
		i++;
	if (i == model->flow_count || !(model->settings.tables & 1))
		return OFFLOAD_UP_NO_FLOW;
	flow = &model->flows[i].value;
	*ret_flow = i;
	if (flow->flags & FLOW_DEAD)
		return OFFLOAD_UP_NO_FLOW;
	if (flow->in_ifindex && flow->in_ifindex != model->at.ifindex)
		return OFFLOAD_UP_WRONG_WAY_IN;
	if (!(flow->flags & FLOW_ANY_TAGS) &&
	    (flow->in_vlan[0] != packet->vlan || flow->in_vlan[1]))
		return OFFLOAD_UP_WRONG_WAY_IN;
	return SEND;
}

static bool is_loopback(const __be32 address[4], bool ipv6)
{
	static const uint8_t one[16] = { [15] = 1 };

	return ipv6 ? !memcmp(address, one, 16) : *(const uint8_t *)address == 127;
}

static unsigned int local_out(const struct offload_model *model, const struct flow_value *flow,
			      bool ipv6)
{
	bool loopback = is_loopback(flow->source, ipv6) || is_loopback(flow->destination, ipv6);

	if (model->at.is_loopback || (model->at.side == OFFLOAD_INGRESS && !loopback))
		return OFFLOAD_OUT_HERE;
	return OFFLOAD_OUT_LOOPBACK;
}

static unsigned int device_out(const struct offload_model *model,
			       const struct flow_nexthop *nexthop, const struct flow_way *way)
{
	bool known = way->state == FLOW_WAY_USABLE &&
		     (model->daemon_lives || nexthop->flags & FLOW_NEXTHOP_MAC);

	if (nexthop->flags & FLOW_NEXTHOP_PEER && model->at.side == OFFLOAD_INGRESS)
		return OFFLOAD_OUT_PEER;
	return known || way->no_link_header ? OFFLOAD_OUT_DEVICE : OFFLOAD_OUT_NEIGHBOUR;
}

/* What decides once the flow is known. */
struct way_out {
	const struct flow_way *way;
	unsigned int out;
	bool one_hop;
};

static unsigned int check_way(const struct offload_model *model, const struct model_packet *packet,
			      const struct model_reading *reading, const struct flow_value *flow,
			      struct way_out *ret_out)
{
	static const struct flow_nexthop nothing;
	const struct flow_nexthop *nexthop =
		flow->nexthop < MODEL_NEXTHOPS ? &model->nexthops[flow->nexthop] : &nothing;
	const struct flow_way *way = &nexthop->way[nexthop->current % 2];
	const uint8_t *ip = reading->bytes + reading->network;
	size_t longest;

	*ret_out = (struct way_out){ .way = way };
	if (flow->nexthop >= FLOW_NEXTHOP_LIMIT)
		return OFFLOAD_UP_NO_MAP;
	if (way->state == FLOW_WAY_LOCAL) {
		ret_out->out = local_out(model, flow, reading->ipv6);
		return SEND;
	}
	if (way->state != FLOW_WAY_USABLE && way->state != FLOW_WAY_RESOLVING)
		return OFFLOAD_UP_WAY + way->state;
	ret_out->one_hop = model->at.side == OFFLOAD_INGRESS && !model->at.is_loopback &&
			   !(flow->flags & FLOW_KEEP_TTL);
	if (ret_out->one_hop && ip[reading->ipv6 ? 7 : 8] < 2)
		return OFFLOAD_UP_TTL;
	longest = packet->gso_size ? reading->payload - reading->network + packet->gso_size :
				     packet->length - reading->network;
	if (longest > way->mtu)
		return OFFLOAD_UP_TOO_BIG;
	ret_out->out = device_out(model, nexthop, way);
	return SEND;
}

/* Every segment has the headers, and as much of the payload as fits. */
static void count(const struct model_packet *packet, const struct model_reading *reading,
		  struct model_answer *answer)
{
	size_t payload = packet->length - reading->payload;

	answer->packets = 1;
	while (packet->gso_size && payload > answer->packets * packet->gso_size)
		answer->packets++;
	answer->wire_bytes = payload + answer->packets * reading->payload;
}

static void send(const struct offload_model *model, const struct model_packet *packet,
		 const struct model_reading *reading, const struct way_out *out,
		 struct model_answer *answer)
{
	const struct flow_value *flow = &model->flows[answer->flow].value;
	uint8_t *link = answer->bytes;

	answer->sent = true;
	answer->out = out->out;
	answer->is_error = reading->is_error;
	answer->was_right = model_is_right(reading);
	if (reading->is_error)
		model_rewrite_error(reading, flow, out->one_hop, answer->bytes);
	else
		model_rewrite(reading, flow, out->one_hop, answer->bytes);
	if (out->out == OFFLOAD_OUT_HERE)
		return;
	if (!reading->network) {
		memmove(answer->bytes + 14, answer->bytes, answer->length);
		answer->length += 14;
	}
	memset(link, 0, 12);
	if (out->out != OFFLOAD_OUT_LOOPBACK) {
		memcpy(link, out->way->destination_mac, 6);
		memcpy(link + 6, out->way->source_mac, 6);
	}
	link[12] = (uint8_t)(packet->ethertype >> 8);
	link[13] = (uint8_t)packet->ethertype;
}

static unsigned int decide(const struct offload_model *model, const struct model_packet *packet,
			   struct model_answer *answer)
{
	struct model_reading reading;
	const struct flow_value *flow;
	struct way_out out;
	unsigned int up = read_packet(&reading, model, packet);

	if (up != SEND)
		return up;
	up = check_flow(model, packet, &reading, &answer->flow);
	flow = &model->flows[answer->flow % MODEL_FLOWS].value;
	if (reading.is_error && (up != SEND || !(flow->flags & FLOW_NAT)))
		return OFFLOAD_UP_ICMP_FOREIGN;
	if (up != SEND)
		return up;
	if (reading.ipv6 && reading.protocol == UDP &&
	    !model_word(packet->bytes + reading.transport + 6))
		return OFFLOAD_UP_ZERO_CHECKSUM;
	up = check_way(model, packet, &reading, flow, &out);
	if (up != SEND)
		return up;
	if (!reading.is_error)
		count(packet, &reading, answer);
	send(model, packet, &reading, &out, answer);
	return SEND;
}

void offload_model_answer(const struct offload_model *model, const struct model_packet *packet,
			  struct model_answer *ret_answer)
{
	*ret_answer = (struct model_answer){ .flow = MODEL_FLOWS, .length = packet->length };
	memcpy(ret_answer->bytes, packet->bytes, packet->length);
	ret_answer->up = decide(model, packet, ret_answer);
}
