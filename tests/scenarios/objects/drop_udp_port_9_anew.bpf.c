// SPDX-License-Identifier: GPL-2.0-only
/* The next version of drop_udp_port_9: another reason, the same name and map. */
#include "udp_port.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} dropped_frames SEC(".maps");

ECBPF_SUBPROGRAM(drop_udp_port_9)
{
	__u32 only_entry = 0;
	__u64 *count;

	if (udp_port(ctx) != 9)
		return ecbpf_continue();
	count = bpf_map_lookup_elem(&dropped_frames, &only_entry);
	if (count)
		__sync_fetch_and_add(count, 1);
	return ecbpf_drop(ECBPF_REASON_OWN + 1);
}

char LICENSE[] SEC("license") = "GPL";
