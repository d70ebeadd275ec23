/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scenarios' subprograms decide by. Kernel side only. */
#ifndef ECBPF_SCENARIO_UDP_PORT_BPF_H
#define ECBPF_SCENARIO_UDP_PORT_BPF_H

#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"

/* Destination port of a UDP packet behind whatever headers the parser knows, else 0. */
static __always_inline __u16 udp_port(struct xdp_md *ctx)
{
	struct packet packet = packet_open(ctx, ecbpf_program.frags);

	if (packet_read_all(&packet) || packet.protocol.number != IPPROTO_UDP ||
	    packet.transport.kind != PACKET_PORTS)
		return 0;
	return bpf_ntohs(packet.transport.destination);
}

#endif
