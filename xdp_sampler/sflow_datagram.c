// SPDX-License-Identifier: GPL-2.0-only
#include "sflow_datagram.h"

#include <string.h>
#include <sys/socket.h>

#include "abi/reasons.h"

#define VERSION 5
#define ADDRESS_UNKNOWN 0
#define ADDRESS_IPV4 1
#define ADDRESS_IPV6 2

#define SAMPLE_FLOW 1
#define SAMPLE_COUNTERS 2
#define SAMPLE_FLOW_EXPANDED 3
#define SAMPLE_COUNTERS_EXPANDED 4
#define SAMPLE_DISCARDED 5

#define RECORD_SAMPLED_HEADER 1
#define RECORD_EXTENDED_SWITCH 1001
#define RECORD_EXTENDED_FUNCTION 1038
#define RECORD_INTERFACE_COUNTERS 1

#define SOURCE_CLASS_INTERFACE 0
#define HEADER_ETHERNET 1
#define OUTPUT_FORMAT_SHIFT 30
#define COUNTER_UNKNOWN UINT32_MAX

#define TAG_AT 12 /* of the first VLAN tag in a frame */
#define TAG_END 16
#define TYPE_8021Q 0x8100
#define TYPE_8021AD 0x88a8

/* Everything of a flow sample and a discarded packet but the packet's bytes, where all is longest: the
 * datagram's header with an IPv6 address, the expanded format, a tag, the longest symbol. */
#define FIXED_SIZE                                                                                 \
	(40 + (8 + 44) + (8 + 16) + (8 + 16) + (8 + 32) + (8 + 16) + (8 + 16) +                    \
	 (8 + 4 + SFLOW_SYMBOL_LIMIT))

_Static_assert(SFLOW_DATAGRAM_MINIMUM >= FIXED_SIZE + 2 * 64, "the shortest capture fits");
_Static_assert(SFLOW_SYMBOL_LIMIT % 4 == 0, "the longest symbol needs no padding");

/* What does not fit is left out, but counted: the sample is taken back then. */
static void put_bytes(struct sflow_datagram *datagram, const void *bytes, size_t count)
{
	if (datagram->length <= datagram->limit && count <= datagram->limit - datagram->length)
		memcpy(datagram->bytes + datagram->length, bytes, count);
	datagram->length += count;
}

static void store(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static void put(struct sflow_datagram *datagram, uint32_t value)
{
	uint8_t bytes[4];

	store(bytes, value);
	put_bytes(datagram, bytes, sizeof(bytes));
}

static void put_long(struct sflow_datagram *datagram, uint64_t value)
{
	put(datagram, (uint32_t)(value >> 32));
	put(datagram, (uint32_t)value);
}

static void put_opaque(struct sflow_datagram *datagram, const void *bytes, size_t count)
{
	static const uint8_t padding[4];

	put(datagram, (uint32_t)count);
	put_bytes(datagram, bytes, count);
	put_bytes(datagram, padding, -count & 3);
}

/* Begins a sample or a record; what follows is its content until close_block(). */
static size_t open_block(struct sflow_datagram *datagram, uint32_t format)
{
	put(datagram, format);
	put(datagram, 0);
	return datagram->length;
}

static void close_block(struct sflow_datagram *datagram, size_t start)
{
	if (datagram->length <= datagram->limit)
		store(datagram->bytes + start - 4, (uint32_t)(datagram->length - start));
}

/* Counts the sample if it fits into the datagram, takes it back if not. */
static bool settle(struct sflow_datagram *datagram, size_t length_before)
{
	if (datagram->length > datagram->limit) {
		datagram->length = length_before;
		return false;
	}
	datagram->samples++;
	return true;
}

void sflow_datagram_begin(struct sflow_datagram *datagram, const struct sflow_agent *agent)
{
	datagram->length = 0;
	datagram->samples = 0;
	put(datagram, VERSION);
	if (agent->family == AF_INET) {
		put(datagram, ADDRESS_IPV4);
		put_bytes(datagram, agent->address, 4);
	} else if (agent->family == AF_INET6) {
		put(datagram, ADDRESS_IPV6);
		put_bytes(datagram, agent->address, 16);
	} else {
		put(datagram, ADDRESS_UNKNOWN);
	}
	put(datagram, agent->sub_agent);
	datagram->sequence_at = datagram->length;
	put(datagram, 0);
	put(datagram, 0);
	put(datagram, 0);
}

void sflow_datagram_finish(struct sflow_datagram *datagram, uint32_t sequence, uint32_t uptime)
{
	store(datagram->bytes + datagram->sequence_at, sequence);
	store(datagram->bytes + datagram->sequence_at + 4, uptime);
	store(datagram->bytes + datagram->sequence_at + 8, datagram->samples);
}

static bool has_tag(const struct sflow_packet *packet)
{
	uint16_t type;

	if (packet->length < TAG_END)
		return false;
	type = (uint16_t)(packet->bytes[TAG_AT] << 8 | packet->bytes[TAG_AT + 1]);
	return type == TYPE_8021Q || type == TYPE_8021AD;
}

static void put_sampled_header(struct sflow_datagram *datagram, const struct sflow_packet *packet)
{
	size_t record = open_block(datagram, RECORD_SAMPLED_HEADER);

	put(datagram, HEADER_ETHERNET);
	put(datagram, packet->frame_length + SFLOW_FCS_SIZE);
	put(datagram, SFLOW_FCS_SIZE);
	put_opaque(datagram, packet->bytes, packet->length);
	close_block(datagram, record);
}

static void put_extended_switch(struct sflow_datagram *datagram, const struct sflow_packet *packet,
				bool goes_out)
{
	size_t record = open_block(datagram, RECORD_EXTENDED_SWITCH);
	uint16_t tag = (uint16_t)(packet->bytes[TAG_AT + 2] << 8 | packet->bytes[TAG_AT + 3]);
	uint32_t vlan = tag & 0xfff, priority = tag >> 13;

	put(datagram, vlan);
	put(datagram, priority);
	put(datagram, goes_out ? vlan : 0);
	put(datagram, goes_out ? priority : 0);
	close_block(datagram, record);
}

/* The records that every packet has; `more` of others follow. */
static void put_packet(struct sflow_datagram *datagram, const struct sflow_packet *packet,
		       bool goes_out, uint32_t more)
{
	bool tagged = has_tag(packet);

	put(datagram, 1 + tagged + more);
	put_sampled_header(datagram, packet);
	if (tagged)
		put_extended_switch(datagram, packet, goes_out);
}

static void put_source(struct sflow_datagram *datagram, bool expanded, uint32_t ifindex)
{
	if (expanded)
		put(datagram, SOURCE_CLASS_INTERFACE);
	put(datagram, ifindex);
}

bool sflow_add_flow(struct sflow_datagram *datagram, const struct sflow_flow *flow)
{
	size_t before = datagram->length;
	size_t sample = open_block(datagram, flow->expanded ? SAMPLE_FLOW_EXPANDED : SAMPLE_FLOW);

	put(datagram, flow->sequence);
	put_source(datagram, flow->expanded, flow->source);
	put(datagram, flow->rate);
	put(datagram, flow->pool);
	put(datagram, flow->drops);
	if (flow->expanded) {
		put(datagram, SFLOW_OUTPUT_INTERFACE);
		put(datagram, flow->input);
		put(datagram, flow->output_format);
		put(datagram, flow->output);
	} else {
		put(datagram, flow->input);
		put(datagram, (uint32_t)flow->output_format << OUTPUT_FORMAT_SHIFT | flow->output);
	}
	put_packet(datagram, &flow->packet,
		   flow->output_format == SFLOW_OUTPUT_INTERFACE && flow->output, 0);
	close_block(datagram, sample);
	return settle(datagram, before);
}

bool sflow_add_discard(struct sflow_datagram *datagram, const struct sflow_discard *discard)
{
	size_t before = datagram->length;
	size_t sample = open_block(datagram, SAMPLE_DISCARDED);
	size_t record;

	put(datagram, discard->sequence);
	put_source(datagram, true, discard->source);
	put(datagram, discard->drops);
	put(datagram, discard->input);
	put(datagram, 0);
	put(datagram, discard->reason);
	put_packet(datagram, &discard->packet, false, 1);
	record = open_block(datagram, RECORD_EXTENDED_FUNCTION);
	put_opaque(datagram, discard->symbol, strnlen(discard->symbol, SFLOW_SYMBOL_LIMIT));
	close_block(datagram, record);
	close_block(datagram, sample);
	return settle(datagram, before);
}

/* Multicasts are among the packets received. The two are not read at one moment. */
static uint64_t in_unicast(const struct interface_counters *counters)
{
	return counters->in_packets > counters->in_multicast ?
		       counters->in_packets - counters->in_multicast :
		       0;
}

static void put_interface_counters(struct sflow_datagram *datagram,
				   const struct interface_counters *counters)
{
	put(datagram, counters->ifindex);
	put(datagram, counters->type);
	put_long(datagram, counters->speed);
	put(datagram, counters->duplex);
	put(datagram, (uint32_t)counters->admin_up | (uint32_t)counters->oper_up << 1);
	put_long(datagram, counters->in_octets);
	put(datagram, (uint32_t)in_unicast(counters));
	put(datagram, (uint32_t)counters->in_multicast);
	put(datagram, COUNTER_UNKNOWN); /* broadcasts */
	put(datagram, (uint32_t)counters->in_discards);
	put(datagram, (uint32_t)counters->in_errors);
	put(datagram, COUNTER_UNKNOWN); /* unknown protocols */
	put_long(datagram, counters->out_octets);
	put(datagram, (uint32_t)counters->out_packets);
	put(datagram, COUNTER_UNKNOWN); /* multicasts */
	put(datagram, COUNTER_UNKNOWN); /* broadcasts */
	put(datagram, (uint32_t)counters->out_discards);
	put(datagram, (uint32_t)counters->out_errors);
	put(datagram, counters->promiscuous);
}

bool sflow_add_counters(struct sflow_datagram *datagram, bool expanded, uint32_t sequence,
			const struct interface_counters *counters)
{
	size_t before = datagram->length;
	size_t sample = open_block(datagram, expanded ? SAMPLE_COUNTERS_EXPANDED : SAMPLE_COUNTERS);
	size_t record;

	put(datagram, sequence);
	put_source(datagram, expanded, counters->ifindex);
	put(datagram, 1);
	record = open_block(datagram, RECORD_INTERFACE_COUNTERS);
	put_interface_counters(datagram, counters);
	close_block(datagram, record);
	close_block(datagram, sample);
	return settle(datagram, before);
}

size_t sflow_packet_limit(size_t datagram_limit)
{
	return (datagram_limit - FIXED_SIZE) / 2 & ~(size_t)3;
}

enum sflow_drop_reason sflow_drop_reason(unsigned int reason)
{
	switch (reason) {
	case ECBPF_REASON_IMPOSSIBLE:
	case ECBPF_REASON_NO_MAP:
		return SFLOW_DROP_UNKNOWN;
	case ECBPF_REASON_SHORT_ETHERNET:
		return SFLOW_DROP_PKT_TOO_SMALL;
	case ECBPF_REASON_SHORT_IPV4:
	case ECBPF_REASON_SHORT_IPV6:
		return SFLOW_DROP_IP_PARSING;
	case ECBPF_REASON_NOT_IP:
		return SFLOW_DROP_NON_IP;
	case ECBPF_REASON_SHORT_EXTENSION:
	case ECBPF_REASON_LONG_CHAIN:
		return SFLOW_DROP_IPV6_BAD_EXTHDR;
	case ECBPF_REASON_SHORT_TRANSPORT:
		return SFLOW_DROP_UNKNOWN_PARSING;
	case ECBPF_REASON_BAD_IPV4:
	case ECBPF_REASON_BAD_IPV6:
		return SFLOW_DROP_IP_HEADER_CORRUPTED;
	case ECBPF_REASON_MANY_TAGS:
		return SFLOW_DROP_VLAN_PARSING;
	default:
		return SFLOW_DROP_XDP;
	}
}
