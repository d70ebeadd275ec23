/* SPDX-License-Identifier: GPL-2.0-only */
/* Which masks are worth a lookup for a packet (recorder_layout.h). Kernel side only. */
#ifndef XDP_SAMPLER_RECORDER_CANDIDATES_BPF_H
#define XDP_SAMPLER_RECORDER_CANDIDATES_BPF_H

#include "sampler_maps.bpf.h"

static __always_inline const struct recorder_image *recorder_image_now(void)
{
	void *map = bpf_map_lookup_elem(&recorder_search, SAMPLER_ONLY_ENTRY);

	/* Returns early: newer compilers would calculate with the pointer before the check. */
	if (!map)
		return NULL;
	return bpf_map_lookup_elem(map, SAMPLER_ONLY_ENTRY);
}

static __always_inline __u64 recorder_candidates_ipv4(const struct recorder_image *image,
						      const struct recorder_key *key)
{
	__u64 masks = ~0ULL;

#pragma unroll
	for (int i = 0; i < 4; i++)
		masks &= image->ipv4[i][key->source[i]] & image->ipv4[4 + i][key->destination[i]];
	if (!masks)
		return 0;
	return masks & image->ipv4[8][key->source_port & 0xff] &
	       image->ipv4[9][key->source_port >> 8] &
	       image->ipv4[10][key->destination_port & 0xff] &
	       image->ipv4[11][key->destination_port >> 8] & image->ipv4[12][key->protocol];
}

static __always_inline __u64 recorder_candidates_ipv6(const struct recorder_image *image,
						      const struct recorder_key *key)
{
	__u64 masks = ~0ULL;

	masks &= image->ipv6[32][key->source_port & 0xff] & image->ipv6[33][key->source_port >> 8] &
		 image->ipv6[34][key->destination_port & 0xff] &
		 image->ipv6[35][key->destination_port >> 8] & image->ipv6[36][key->protocol];
#pragma unroll
	for (int i = 0; i < 16; i++) {
		if (!(i & 3) && !masks)
			return 0;
		masks &= image->ipv6[i][key->source[i]] & image->ipv6[16 + i][key->destination[i]];
	}
	return masks;
}

/* Masks, as bits, that no byte of the packet rules out. */
static __always_inline __u64 recorder_candidates(const struct recorder_image *image,
						 const struct recorder_key *key)
{
	if (key->family == RECORDER_IPV4)
		return recorder_candidates_ipv4(image, key);
	if (key->family == RECORDER_IPV6)
		return recorder_candidates_ipv6(image, key);
	return image->other;
}

#endif
