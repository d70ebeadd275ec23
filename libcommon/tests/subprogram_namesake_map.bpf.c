// SPDX-License-Identifier: GPL-2.0-only
/* Somebody's program whose own map is called like one of the chain's, but is another. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u64[2]);
} xdp_stats SEC(".maps");

SEC("xdp")
int namesake(struct xdp_md *ctx)
{
	__u32 action = XDP_PASS;
	__u64 *counters = bpf_map_lookup_elem(&xdp_stats, &action);

	if (counters)
		counters[1] += ctx->data_end - ctx->data;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
