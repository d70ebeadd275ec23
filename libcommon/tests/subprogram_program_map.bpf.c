// SPDX-License-Identifier: GPL-2.0-only
/* Somebody's program with a map whose name is taken in a slot's directory. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} program SEC(".maps");

SEC("xdp")
int uses_program(struct xdp_md *ctx)
{
	__u32 entry = 0;

	(void)ctx;
	return bpf_map_lookup_elem(&program, &entry) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
