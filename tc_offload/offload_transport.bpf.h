/* SPDX-License-Identifier: GPL-2.0-only */
/* UDP and TCP headers: ports for the key, and where the payload is. Kernel side only. */
#ifndef OFFLOAD_TRANSPORT_BPF_H
#define OFFLOAD_TRANSPORT_BPF_H

#include "offload_packet.bpf.h"

static __always_inline __u32 read_udp(struct offload_packet *packet, const struct udphdr *udp,
				      __u32 length)
{
	__u32 said = bpf_ntohs(udp->len);

	if (said < sizeof(*udp) || said > length)
		return OFFLOAD_UP_MALFORMED;
	packet->payload = packet->transport + sizeof(*udp);
	packet->zero_check = !udp->check;
	return OFFLOAD_SEND;
}

static __always_inline __u32 read_tcp(struct offload_packet *packet, const struct tcphdr *tcp,
				      __u32 length)
{
	__u32 header = tcp->doff * 4;

	if (header < sizeof(*tcp) || header > length)
		return OFFLOAD_UP_MALFORMED;
	packet->payload = packet->transport + header;
	return OFFLOAD_SEND;
}

/* `ports` is the transport header, `length` all that the IP header says follows it. A GSO packet's own lengths are
 * those of the kernel's, not of the wire. */
static __always_inline __u32 read_transport(struct __sk_buff *skb, struct offload_packet *packet,
					    struct flow_key *key, const void *ports, __u32 length)
{
	void *end = packet_end(skb);
	const struct udphdr *udp = ports;
	const struct tcphdr *tcp = ports;

	if ((void *)(udp + 1) > end)
		return OFFLOAD_UP_MALFORMED;
	key->source_port = udp->source;
	key->destination_port = udp->dest;
	key->protocol = packet->protocol;
	if (skb->gso_size)
		length = skb->len - packet->transport;
	if (packet->protocol == IPPROTO_UDP)
		return read_udp(packet, udp, length);
	if ((void *)(tcp + 1) > end)
		return OFFLOAD_UP_MALFORMED;
	return read_tcp(packet, tcp, length);
}

#endif
