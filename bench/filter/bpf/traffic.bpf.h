/* SPDX-License-Identifier: GPL-2.0-only */
/* Many sources: each packet gets the next address of an array, round and round. */
#ifndef BENCH_TRAFFIC_BPF_H
#define BENCH_TRAFFIC_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bench/measure/traffic_layout.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TRAFFIC_SOURCES);
	__type(key, __u32);
	__type(value, struct traffic_source);
} traffic SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} position SEC(".maps");

const volatile struct traffic_settings settings SEC(".rodata.traffic") = { 0 };

static __always_inline const struct traffic_source *traffic_next(void)
{
	__u32 only_entry = 0, index;
	__u32 *next = bpf_map_lookup_elem(&position, &only_entry);

	if (!next)
		return 0;
	index = (*next)++ & (TRAFFIC_SOURCES - 1);
	return bpf_map_lookup_elem(&traffic, &index);
}

/* Writes the source into the frame, and the checksum of an IPv4 header. */
static __always_inline int traffic_put(struct xdp_md *ctx, const struct traffic_source *source)
{
	unsigned char *frame = (void *)(long)ctx->data;
	__u64 sum;

	if (frame + 60 > (unsigned char *)(long)ctx->data_end)
		return -1;
	if (settings.is_ipv6) {
		__u32 *address = (void *)(frame + TRAFFIC_IPV6_SOURCE);

		address[0] = source->word[0];
		address[1] = source->word[1];
		address[2] = source->word[2];
		address[3] = source->word[3];
		return 0;
	}
	*(__u32 *)(frame + TRAFFIC_IPV4_SOURCE) = source->word[0];
	sum = settings.checksum_rest + (source->word[0] & 0xffff) + (source->word[0] >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	*(__u16 *)(frame + TRAFFIC_IPV4_CHECKSUM) = ~sum;
	return 0;
}

#endif
