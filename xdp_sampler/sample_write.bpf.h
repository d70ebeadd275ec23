/* SPDX-License-Identifier: GPL-2.0-only */
/* One sample into the ring. Kernel side only. */
#ifndef XDP_SAMPLER_SAMPLE_WRITE_BPF_H
#define XDP_SAMPLER_SAMPLE_WRITE_BPF_H

#include <linux/if_ether.h>

#include "bpf/chain_maps.bpf.h"
#include "sampler_maps.bpf.h"

/* How often a sample looks whether the reader should be woken. Between, it reads on a timer: a wake-up
 * costs twenty times what a sample does. */
#define SAMPLE_WAKE_EACH 64

struct sample_request {
	struct xdp_md *ctx;
	const struct sampler_config *config;
	struct sampler_cpu *cpu;
	struct sampler_place_cpu *place;
	__u32 place_number;
	struct ecbpf_exit_note note;
};

static __always_inline void sample_fill(struct sample *sample, const struct sample_request *request)
{
	const struct sampler_scratch *scratch = &request->cpu->scratch;

	sample->sequence = request->cpu->sequence;
	sample->join = scratch->join;
	sample->packets = request->place->packets - request->place->countdown;
	sample->cpu = bpf_get_smp_processor_id();
	sample->ifindex = request->ctx->ingress_ifindex;
	sample->queue = request->ctx->rx_queue_index;
	sample->frame_length = scratch->frame_length;
	sample->captured = scratch->length;
	sample->rate = scratch->rate;
	sample->place = request->place_number;
	sample->verdict = request->note.action;
	sample->reason = request->note.reason;
	sample->row = request->note.row;
	sample->chosen = scratch->chosen;
	sample->recorder_count = scratch->hit_count;
	sample->unused = 0;
	/* The scratch has old indexes behind the ids; they mean nothing and harm nobody. */
	__builtin_memcpy(sample->recorder, scratch->hit, sizeof(sample->recorder));
}

static __always_inline long sample_copy(const struct sample_request *request, void *bytes,
					__u64 length)
{
	/* Reads all buffers of a frame (5.18); where there is one, the other is there since 5.8. */
	if (ecbpf_program.frags)
		return bpf_xdp_load_bytes(request->ctx, 0, bytes, length);
	return bpf_probe_read_kernel(bytes, length, (void *)(long)request->ctx->data);
}

static __always_inline __u64 sample_wake(const struct sample_request *request)
{
	if (request->cpu->sequence & (SAMPLE_WAKE_EACH - 1))
		return BPF_RB_NO_WAKEUP;
	if (bpf_ringbuf_query(&sampler_ring, BPF_RB_AVAIL_DATA) < request->config->wake_at)
		return BPF_RB_NO_WAKEUP;
	return BPF_RB_FORCE_WAKEUP;
}

/* Room in the ring is reserved in sizes the verifier knows: one of these for each. */
static __always_inline int sample_write_sized(const struct sample_request *request, __u64 room)
{
	struct sample *sample = bpf_ringbuf_reserve(&sampler_ring, sizeof(*sample) + room, 0);
	__u64 length = request->cpu->scratch.length;

	if (!sample)
		return 0;
	sample_fill(sample, request);
	if (length > room)
		length = room;
	/* No frame is shorter. Were it a 0, kernels up to 6.7 would not learn from the comparison. */
	if (length < ETH_HLEN)
		length = ETH_HLEN;
	if (sample_copy(request, sample->bytes, length))
		sample->captured = 0;
	/* Last: before it, the clock's fence would wait for the ring's memory to come. */
	sample->time = bpf_ktime_get_ns();
	bpf_ringbuf_submit(sample, sample_wake(request));
	return 1;
}

/* Counts the sample, and if there is no room for it, its loss. */
static __always_inline void sample_write(const struct sample_request *request)
{
	__u64 length = request->cpu->scratch.length;
	int is_written;

	request->place->sampled++;
	request->cpu->sequence++;
	if (length <= 128)
		is_written = sample_write_sized(request, 128);
	else if (length <= 512)
		is_written = sample_write_sized(request, 512);
	else if (length <= 2048)
		is_written = sample_write_sized(request, 2048);
	else if (length <= 9216)
		is_written = sample_write_sized(request, 9216);
	else
		is_written = sample_write_sized(request, SAMPLER_CAPTURE_LIMIT);
	if (!is_written)
		request->place->lost++;
}

#endif
