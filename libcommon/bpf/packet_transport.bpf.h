/* SPDX-License-Identifier: GPL-2.0-only */
/* Transport stage of the parser: ports, or ICMP's type and code. See packet.bpf.h. */
#ifndef ECBPF_PACKET_TRANSPORT_BPF_H
#define ECBPF_PACKET_TRANSPORT_BPF_H

#include "packet_struct.bpf.h"

/* Size of what packet_read_transport() wants to see; UDP and UDP-Lite have no longer header. */
#define PACKET_TCP_MINIMUM 20
#define PACKET_SCTP_MINIMUM 12
#define PACKET_DCCP_MINIMUM 12
#define PACKET_UDP_MINIMUM 8
#define PACKET_ICMP_MINIMUM 8

/* Bytes readable at the cursor, inside the IP packet as well as inside the frame? */
static __always_inline int packet_holds(const struct packet *packet, __u64 size)
{
	return packet->at + size <= packet->end && size <= packet->left;
}

static __always_inline enum packet_outcome packet_read_ports(struct packet *packet, __u64 size)
{
	const __be16 *ports = packet->at;

	if (!packet_holds(packet, size))
		return PACKET_SHORT_TRANSPORT;
	packet->transport.kind = PACKET_PORTS;
	packet->transport.header = packet->at;
	packet->transport.source = ports[0];
	packet->transport.destination = ports[1];
	return PACKET_OK;
}

static __always_inline enum packet_outcome packet_read_icmp(struct packet *packet)
{
	const __u8 *bytes = packet->at;

	if (!packet_holds(packet, PACKET_ICMP_MINIMUM))
		return PACKET_SHORT_TRANSPORT;
	packet->transport.kind = PACKET_ICMP;
	packet->transport.header = packet->at;
	packet->transport.type = bytes[0];
	packet->transport.code = bytes[1];
	return PACKET_OK;
}

/* Fills .transport and leaves the cursor at the transport header. Reads nothing in a later fragment
 * and in protocols without ports or ICMP type. Outcomes: OK, SHORT_TRANSPORT (the fixed part of the
 * header is not inside the IP packet or not inside the readable frame). Lengths and offsets that
 * the transport header itself tells are not judged. After packet_read_extensions(), which IPv4
 * alone does not need. */
static __always_inline enum packet_outcome packet_read_transport(struct packet *packet)
{
	if (packet->fragment.kind == PACKET_LATER)
		return PACKET_OK;
	switch (__builtin_expect(packet->protocol.number, IPPROTO_UDP)) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return packet_read_ports(packet, PACKET_UDP_MINIMUM);
	case IPPROTO_TCP:
		return packet_read_ports(packet, PACKET_TCP_MINIMUM);
	case IPPROTO_SCTP:
		return packet_read_ports(packet, PACKET_SCTP_MINIMUM);
	case IPPROTO_DCCP:
		return packet_read_ports(packet, PACKET_DCCP_MINIMUM);
	case IPPROTO_ICMP:
		return packet->family == PACKET_IPV4 ? packet_read_icmp(packet) : PACKET_OK;
	case IPPROTO_ICMPV6:
		return packet->family == PACKET_IPV6 ? packet_read_icmp(packet) : PACKET_OK;
	default:
		return PACKET_OK;
	}
}

#endif
