/* SPDX-License-Identifier: GPL-2.0-only */
/* The longer way of a packet at a place: is it chosen by chance, does a recorder want it, was it taken
 * at ingress? Kernel side only. */
#ifndef XDP_SAMPLER_SAMPLE_TAKE_BPF_H
#define XDP_SAMPLER_SAMPLE_TAKE_BPF_H

#include "countdown.bpf.h"
#include "recorder_search.bpf.h"
#include "sample_write.bpf.h"

/* Unites what is wanted of the packet; 0: nobody wants it. */
static __always_inline int sample_is_wanted(const struct sample_request *request, __u64 word)
{
	struct sampler_scratch *scratch = &request->cpu->scratch;
	__u64 length = 0;

	scratch->hit_count = 0;
	if (word & 1) {
		recorder_search_packet(request->ctx, scratch);
		length = recorder_take_hits(scratch);
		if (length)
			scratch->chosen |= SAMPLE_BY_RECORDER;
	}
	if (!scratch->chosen)
		return 0;
	if (scratch->chosen != SAMPLE_BY_RECORDER && length < request->config->capture_length)
		length = request->config->capture_length;
	scratch->length = length < scratch->frame_length ? length : scratch->frame_length;
	return 1;
}

/* Begins with a packet: what is known of it before the draw's answer is looked at. */
static __always_inline void sample_begin(const struct sample_request *request, __u64 join,
					 __u32 chosen)
{
	struct sampler_scratch *scratch = &request->cpu->scratch;

	scratch->join = join;
	scratch->chosen = chosen;
	scratch->rate = 0;
	scratch->frame_length = packet_open(request->ctx, ecbpf_program.frags).frame_length;
}

/* 1 if the packet was taken. After sample_begin(). */
static __always_inline int sample_take(const struct sample_request *request, __u64 word,
				       int is_drawn, __u32 verdict)
{
	const struct sampler_config *config = request->config;
	__u32 rate;

	if (verdict >= ECBPF_ACTION_COUNT)
		return 0;
	rate = config->rate[request->place_number][verdict];
	if (is_drawn && countdown_keeps(config->draw[request->place_number].rate, rate)) {
		request->cpu->scratch.chosen |= SAMPLE_BY_CHANCE;
		request->cpu->scratch.rate = rate;
	}
	if (!sample_is_wanted(request, word))
		return 0;
	sample_write(request);
	return 1;
}

#endif
