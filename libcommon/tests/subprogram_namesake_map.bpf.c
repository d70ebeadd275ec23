// SPDX-License-Identifier: GPL-2.0-only
/* Somebody's program whose own maps are called like those of the chain, but each is another: in the
 * size of a value, the number of entries, the type. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[2]);
} xdp_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 6);
	__type(key, __u32);
	__type(value, __u32);
} xdpcap_hook SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xdp_exit_hook SEC(".maps");

SEC("xdp")
int namesake(struct xdp_md *ctx)
{
	__u32 only_entry = 0;
	__u32 *action = bpf_map_lookup_elem(&xdp_exit_hook, &only_entry);
	__u64 *counters = bpf_map_lookup_elem(&xdp_stats, &only_entry);

	if (counters)
		counters[1] += ctx->data_end - ctx->data;
	bpf_tail_call(ctx, &xdpcap_hook, XDP_PASS);
	return action ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
