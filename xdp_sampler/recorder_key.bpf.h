/* SPDX-License-Identifier: GPL-2.0-only */
/* The fields of a packet that filters look at. Kernel side only. */
#ifndef XDP_SAMPLER_RECORDER_KEY_BPF_H
#define XDP_SAMPLER_RECORDER_KEY_BPF_H

#include "bpf/chain_maps.bpf.h"
#include "bpf/packet.bpf.h"
#include "recorder_layout.h"

/* Fills the fields that filters look at; `key` is zeroed. What cannot be read stays zero. */
static __always_inline void recorder_key_read(struct xdp_md *ctx, struct recorder_key *key)
{
	struct packet packet = packet_open(ctx, ecbpf_program.frags);

	key->family = RECORDER_OTHER;
	if (packet_read_link(&packet))
		return;
	packet_merge_links(&packet, ctx);
	if (packet_read_network(&packet))
		return;
	if (packet.family == PACKET_IPV4) {
		key->family = RECORDER_IPV4;
		__builtin_memcpy(key->source, &packet.ipv4->saddr, 4);
		__builtin_memcpy(key->destination, &packet.ipv4->daddr, 4);
	} else {
		key->family = RECORDER_IPV6;
		__builtin_memcpy(key->source, &packet.ipv6->saddr, 16);
		__builtin_memcpy(key->destination, &packet.ipv6->daddr, 16);
		if (packet_read_extensions(&packet)) {
			key->protocol = packet.protocol.number;
			return;
		}
	}
	key->protocol = packet.protocol.number;
	if (packet_read_transport(&packet) || packet.transport.kind != PACKET_PORTS)
		return;
	key->source_port = packet.transport.source;
	key->destination_port = packet.transport.destination;
}

static __always_inline void recorder_key_mask(const struct recorder_key *key,
					      const struct recorder_key *bits,
					      struct recorder_key *ret_masked)
{
	const __u64 *from = (const void *)key, *mask = (const void *)bits;
	__u64 *to = (void *)ret_masked;

#pragma unroll
	for (unsigned int i = 0; i < sizeof(*key) / sizeof(*to); i++)
		to[i] = from[i] & mask[i];
	ret_masked->mask = bits->mask;
}

#endif
