// SPDX-License-Identifier: GPL-2.0-only
#include "packet_summary.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define ETHERNET_LENGTH 14
#define TAG_LENGTH 4
#define IPV4_LENGTH 20
#define IPV6_LENGTH 40
#define EXTENSION_LENGTH 8 /* of the shortest */
#define PORTS_LENGTH 4
#define ICMP_LENGTH 2
#define TCP_FLAGS_OFFSET 13

#define IPV6_FRAGMENT_OFFSET 0xfff8 /* of the field, in bytes */

#define PROTOCOL_MOBILITY 135
#define PROTOCOL_UDP_LITE 136
#define PROTOCOL_HIP 139
#define PROTOCOL_SHIM6 140

/* What is still to be read: `captured` bytes of `length`, the rest of the frame or packet. */
struct reader {
	const uint8_t *at;
	size_t captured;
	size_t length;
	struct packet_summary *summary;
};

/* Whether `size` more bytes were captured; notes why not. */
static bool has(struct reader *reader, size_t size)
{
	if (reader->captured >= size)
		return true;
	reader->summary->stop = reader->length >= size ? SUMMARY_CUT : SUMMARY_MALFORMED;
	return false;
}

static bool stops(struct reader *reader, enum summary_stop stop)
{
	reader->summary->stop = stop;
	return false;
}

/* After has(). */
static void skip(struct reader *reader, size_t size)
{
	reader->at += size;
	reader->captured -= size;
	reader->length -= size;
}

/* The packet has `length` more bytes: what follows in the frame is padding. */
static void end_after(struct reader *reader, size_t length)
{
	reader->length = length;
	if (reader->captured > length)
		reader->captured = length;
}

static uint16_t read_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool is_tag(uint16_t type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

static bool read_link(struct reader *reader)
{
	struct packet_summary *summary = reader->summary;

	if (!has(reader, ETHERNET_LENGTH))
		return false;
	memcpy(summary->destination_mac, reader->at, ETH_ALEN);
	memcpy(summary->source_mac, reader->at + ETH_ALEN, ETH_ALEN);
	summary->ethertype = read_16(reader->at + 2 * ETH_ALEN);
	summary->reached = SUMMARY_LINK;
	skip(reader, ETHERNET_LENGTH);
	while (is_tag(summary->ethertype)) {
		struct summary_tag *tag = &summary->tag[summary->tag_count];

		if (summary->tag_count == SUMMARY_TAG_LIMIT)
			return stops(reader, SUMMARY_UNREAD);
		if (!has(reader, TAG_LENGTH))
			return false;
		*tag = (struct summary_tag){ summary->ethertype, read_16(reader->at) };
		summary->tag_count++;
		summary->ethertype = read_16(reader->at + 2);
		skip(reader, TAG_LENGTH);
	}
	return true;
}

static void note_fragment(struct packet_summary *summary, uint16_t offset, bool more)
{
	summary->fragment_offset = offset;
	summary->more_fragments = more;
	if (offset)
		summary->fragment = SUMMARY_LATER;
	else
		summary->fragment = more ? SUMMARY_FIRST : SUMMARY_WHOLE;
}

static bool read_ipv4(struct reader *reader)
{
	struct packet_summary *summary = reader->summary;
	const uint8_t *header = reader->at;
	size_t length, total;
	uint16_t field;

	if (!has(reader, IPV4_LENGTH))
		return false;
	length = (header[0] & 0xf) * 4U;
	total = read_16(header + 2);
	if (header[0] >> 4 != 4 || length < IPV4_LENGTH)
		return stops(reader, SUMMARY_MALFORMED);
	summary->family = 4;
	memcpy(summary->source, header + 12, 4);
	memcpy(summary->destination, header + 16, 4);
	summary->reached = SUMMARY_NETWORK;
	if (total < length || total > reader->length)
		return stops(reader, SUMMARY_MALFORMED);
	summary->protocol = header[9];
	field = read_16(header + 6);
	note_fragment(summary, (uint16_t)((field & 0x1fff) << 3), field & 0x2000);
	summary->reached = SUMMARY_PROTOCOL;
	end_after(reader, total);
	if (!has(reader, length))
		return false;
	skip(reader, length);
	return true;
}

static bool is_extension(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
	case PROTOCOL_MOBILITY:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		return true;
	default:
		return false;
	}
}

static size_t extension_length(uint8_t protocol, uint8_t field)
{
	if (protocol == IPPROTO_FRAGMENT)
		return EXTENSION_LENGTH;
	if (protocol == IPPROTO_AH)
		return (field + 2U) * 4;
	return (field + 1U) * 8;
}

/* From the first header's number in `protocol` to the transport's. */
static bool read_extensions(struct reader *reader, uint8_t protocol)
{
	bool fragmented = false;
	uint16_t field = 0;

	for (int count = 0; is_extension(protocol) && !(field & IPV6_FRAGMENT_OFFSET); count++) {
		size_t length;

		if (count == SUMMARY_EXTENSION_LIMIT)
			return stops(reader, SUMMARY_UNREAD);
		if (!has(reader, EXTENSION_LENGTH))
			return false;
		if (protocol == IPPROTO_FRAGMENT) {
			if (fragmented)
				return stops(reader, SUMMARY_MALFORMED);
			fragmented = true;
			field = read_16(reader->at + 2);
		}
		length = extension_length(protocol, reader->at[1]);
		if (!has(reader, length))
			return false;
		protocol = reader->at[0];
		skip(reader, length);
	}
	reader->summary->protocol = protocol;
	note_fragment(reader->summary, field & IPV6_FRAGMENT_OFFSET, field & 1);
	reader->summary->reached = SUMMARY_PROTOCOL;
	return true;
}

static bool read_ipv6(struct reader *reader)
{
	struct packet_summary *summary = reader->summary;
	const uint8_t *header = reader->at;
	size_t payload;

	if (!has(reader, IPV6_LENGTH))
		return false;
	if (header[0] >> 4 != 6)
		return stops(reader, SUMMARY_MALFORMED);
	summary->family = 6;
	memcpy(summary->source, header + 8, 16);
	memcpy(summary->destination, header + 24, 16);
	summary->reached = SUMMARY_NETWORK;
	payload = read_16(header + 4);
	skip(reader, IPV6_LENGTH);
	if (payload > reader->length)
		return stops(reader, SUMMARY_MALFORMED);
	/* Length 0 before a hop-by-hop header is a jumbogram's: the frame tells where it ends. */
	if (payload || header[6] != IPPROTO_HOPOPTS)
		end_after(reader, payload);
	return read_extensions(reader, header[6]);
}

static bool read_network(struct reader *reader)
{
	switch (reader->summary->ethertype) {
	case ETH_P_IP:
		return read_ipv4(reader);
	case ETH_P_IPV6:
		return read_ipv6(reader);
	default:
		return stops(reader, SUMMARY_UNREAD);
	}
}

static bool read_icmp(struct reader *reader)
{
	if (!has(reader, ICMP_LENGTH))
		return false;
	reader->summary->transport = SUMMARY_ICMP;
	reader->summary->icmp_type = reader->at[0];
	reader->summary->icmp_code = reader->at[1];
	reader->summary->reached = SUMMARY_TRANSPORT;
	return true;
}

static bool read_ports(struct reader *reader)
{
	if (!has(reader, PORTS_LENGTH))
		return false;
	reader->summary->transport = SUMMARY_PORTS;
	reader->summary->source_port = read_16(reader->at);
	reader->summary->destination_port = read_16(reader->at + 2);
	reader->summary->reached = SUMMARY_TRANSPORT;
	if (reader->summary->protocol != IPPROTO_TCP)
		return true;
	if (!has(reader, TCP_FLAGS_OFFSET + 1))
		return false;
	reader->summary->tcp_flags = reader->at[TCP_FLAGS_OFFSET];
	reader->summary->has_tcp_flags = true;
	return true;
}

static void read_transport(struct reader *reader)
{
	const struct packet_summary *summary = reader->summary;

	if (summary->fragment == SUMMARY_LATER) {
		stops(reader, SUMMARY_UNREAD);
		return;
	}
	switch (summary->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case PROTOCOL_UDP_LITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		read_ports(reader);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (summary->protocol == (summary->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6)) {
			read_icmp(reader);
			break;
		}
		/* fall through */
	default:
		stops(reader, SUMMARY_UNREAD);
	}
}

void packet_summary_read(const uint8_t *bytes, size_t captured, size_t frame_length,
			 struct packet_summary *ret_summary)
{
	struct reader reader = {
		.at = bytes,
		.captured = captured,
		.length = frame_length > captured ? frame_length : captured,
		.summary = ret_summary,
	};

	memset(ret_summary, 0, sizeof(*ret_summary));
	if (read_link(&reader) && read_network(&reader))
		read_transport(&reader);
}

const char *summary_stop_name(enum summary_stop stop)
{
	static const char *const names[] = {
		[SUMMARY_COMPLETE] = "complete",
		[SUMMARY_CUT] = "cut",
		[SUMMARY_UNREAD] = "unread",
		[SUMMARY_MALFORMED] = "malformed",
	};

	return names[stop];
}

const char *summary_protocol_name(uint8_t protocol, char ret_text[SUMMARY_PROTOCOL_SIZE])
{
	static const char *const names[256] = {
		[IPPROTO_ICMP] = "ICMP",
		[IPPROTO_IGMP] = "IGMP",
		[IPPROTO_IPIP] = "IPIP",
		[IPPROTO_TCP] = "TCP",
		[IPPROTO_UDP] = "UDP",
		[IPPROTO_DCCP] = "DCCP",
		[IPPROTO_IPV6] = "IPv6",
		[IPPROTO_GRE] = "GRE",
		[IPPROTO_ESP] = "ESP",
		[IPPROTO_AH] = "AH",
		[IPPROTO_ICMPV6] = "ICMPv6",
		[IPPROTO_NONE] = "none",
		[89] = "OSPF",
		[IPPROTO_PIM] = "PIM",
		[112] = "VRRP",
		[IPPROTO_SCTP] = "SCTP",
		[PROTOCOL_UDP_LITE] = "UDP-Lite",
	};

	if (names[protocol])
		return names[protocol];
	snprintf(ret_text, SUMMARY_PROTOCOL_SIZE, "%u", protocol);
	return ret_text;
}

const char *summary_address_text(unsigned int family, const uint8_t address[16],
				 char ret_text[SUMMARY_ADDRESS_SIZE])
{
	return inet_ntop(family == 4 ? AF_INET : AF_INET6, address, ret_text, SUMMARY_ADDRESS_SIZE);
}
