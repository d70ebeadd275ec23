/* SPDX-License-Identifier: GPL-2.0-only */
/* The search for the recorders of one packet (recorder_layout.h has the tables and the rule). What it
 * finds is kept in the per-CPU scratch, which the verifier does not track: it need not follow the
 * masks once for each combination of earlier hits. Kernel side only. */
#ifndef XDP_SAMPLER_RECORDER_SEARCH_BPF_H
#define XDP_SAMPLER_RECORDER_SEARCH_BPF_H

#include "bit_position.bpf.h"
#include "recorder_candidates.bpf.h"
#include "recorder_key.bpf.h"
#include "sampler_maps.bpf.h"

/* A recorder that expired or is full is not there. Read without its lock: recorder_take() decides. */
static __always_inline int recorder_is_open(const struct recorder *recorder)
{
	if (!recorder->id || (recorder->limit && recorder->packets >= recorder->limit))
		return 0;
	return !recorder->expires || bpf_ktime_get_ns() < recorder->expires;
}

static __always_inline void recorder_note_hit(struct sampler_scratch *scratch,
					      const struct recorder *recorder, __u32 index)
{
	__u32 count = scratch->hit_count;

	if (recorder->priority > scratch->hit_priority)
		count = 0;
	else if (count && recorder->priority < scratch->hit_priority)
		return;
	scratch->hit_priority = recorder->priority;
	if (count < SAMPLE_RECORDERS)
		scratch->hit[count++] = index;
	scratch->hit_count = count;
}

static __always_inline void recorder_try_mask(struct sampler_scratch *scratch,
					      const struct recorder_mask *mask)
{
	struct recorder_key masked;
	struct recorder *recorder;
	__u32 *index;

	recorder_key_mask(&scratch->key, &mask->bits, &masked);
	index = bpf_map_lookup_elem(&recorder_keys, &masked);
	if (!index)
		return;
	recorder = bpf_map_lookup_elem(&recorders, index);
	if (recorder && recorder_is_open(recorder))
		recorder_note_hit(scratch, recorder, *index);
}

/* Leaves the recorders that match in scratch->hit. */
static __always_inline void recorder_search_packet(struct xdp_md *ctx,
						   struct sampler_scratch *scratch)
{
	struct recorder_key read = { .family = RECORDER_OTHER };
	const struct recorder_key *key = &scratch->key;
	const struct recorder_image *image;
	__u64 masks;

	scratch->hit_count = 0;
	scratch->hit_priority = 0;
	recorder_key_read(ctx, &read);
	scratch->key = read;
	image = recorder_image_now();
	if (!image)
		return;
	masks = recorder_candidates(image, key);
#pragma clang loop unroll(disable)
	for (__u32 tries = 0; tries < RECORDER_MASK_LIMIT; tries++) {
		const struct recorder_mask *mask;
		__u64 lowest = masks & -masks;

		if (!masks)
			return;
		masks ^= lowest;
		mask = &image->mask[key->family < 2 ? key->family : 2]
				   [bit_position(lowest) & (RECORDER_MASK_LIMIT - 1)];
		if (scratch->hit_count && mask->best_priority < scratch->hit_priority)
			return;
		recorder_try_mask(scratch, mask);
	}
}

/* Counts a packet for a recorder; 0 if the recorder had its fill meanwhile. */
static __always_inline int recorder_take(struct recorder *recorder, __u64 frame_length)
{
	int is_taken;

	bpf_spin_lock(&recorder->lock);
	is_taken = !recorder->limit || recorder->packets < recorder->limit;
	if (is_taken) {
		recorder->packets++;
		recorder->bytes += frame_length;
	}
	bpf_spin_unlock(&recorder->lock);
	return is_taken;
}

/* Turns the hits into the ids of those recorders that take the packet. Returns the longest capture
 * length they ask for, 0 if there is none. */
static __always_inline __u32 recorder_take_hits(struct sampler_scratch *scratch)
{
	__u32 length = 0, taken = 0;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SAMPLE_RECORDERS; i++) {
		struct recorder *recorder;

		if (i >= scratch->hit_count)
			break;
		recorder = bpf_map_lookup_elem(&recorders, &scratch->hit[i]);
		if (!recorder || !recorder_take(recorder, scratch->frame_length))
			continue;
		if (recorder->capture_length > length)
			length = recorder->capture_length;
		if (taken < SAMPLE_RECORDERS)
			scratch->hit[taken++] = recorder->id;
	}
	scratch->hit_count = taken;
	return length;
}

#endif
