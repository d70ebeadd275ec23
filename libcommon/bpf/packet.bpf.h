/* SPDX-License-Identifier: GPL-2.0-only */
/* The one parser of packets. Kernel side only. It reads a frame in stages; a program calls as many
 * as it needs, in this order, and pays for nothing else:
 *
 *	struct packet packet = packet_open(ctx, ecbpf_program.frags);
 *	enum packet_outcome outcome = packet_read_link(&packet);     packet.link
 *
 *	if (!outcome)
 *		outcome = packet_read_network(&packet);              .family .ipv4 .ipv6 .protocol
 *	if (!outcome)
 *		outcome = packet_read_extensions(&packet);           .fragment (IPv6), final .protocol
 *	if (!outcome)
 *		outcome = packet_read_transport(&packet);            .transport
 *	if (outcome)
 *		return ecbpf_drop(packet_reason(outcome));
 *	if (packet.transport.kind == PACKET_PORTS && packet.protocol.number == IPPROTO_UDP &&
 *	    packet.transport.destination == bpf_htons(53))
 *		...
 *
 * packet_read_all() is the four in one. After an outcome other than PACKET_OK what earlier stages
 * told is still valid, what the failed one told is not, and no later stage may be called.
 *
 * Only the linear part of a multi-buffer frame can be read; lengths are checked against all of it.
 * All pointers end with bpf_xdp_adjust_head/tail/meta and any other helper that moves the packet:
 * offsets and values stay. The decisions that RFCs leave open stand at the stage they concern. */
#ifndef ECBPF_PACKET_BPF_H
#define ECBPF_PACKET_BPF_H

#include "packet_struct.bpf.h"
#include "packet_link.bpf.h"
#include "packet_network.bpf.h"
#include "packet_extensions.bpf.h"
#include "packet_transport.bpf.h"

/* Every stage. PACKET_NOT_IP is the outcome for ARP, LLC, MPLS … */
static __always_inline enum packet_outcome packet_read_all(struct packet *packet)
{
	enum packet_outcome outcome = packet_read_link(packet);

	if (!outcome)
		outcome = packet_read_network(packet);
	if (!outcome)
		outcome = packet_read_extensions(packet);
	if (!outcome)
		outcome = packet_read_transport(packet);
	return outcome;
}

#endif
