/* SPDX-License-Identifier: GPL-2.0-only */
/* The offload's maps but for the tables of flows (tc_offload.h). Kernel side only. */
#ifndef OFFLOAD_MAPS_BPF_H
#define OFFLOAD_MAPS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi/nexthop.h"
#include "bpf/flow_maps.bpf.h"
#include "tc_offload.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FLOW_NEXTHOP_LIMIT);
	__type(key, __u32);
	__type(value, struct flow_nexthop);
} flow_nexthops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct offload_settings);
} offload_setting SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct offload_daemon);
} offload_daemon SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct offload_cpu);
} offload_cpu SEC(".maps");

static const __u32 only_entry = 0;

/* CLOCK_MONOTONIC, nanoseconds, up to a tick old: read once a tick. */
static __always_inline __u64 offload_now(void)
{
	struct offload_cpu *cpu = bpf_map_lookup_elem(&offload_cpu, &only_entry);
	__u64 jiffies = bpf_jiffies64();

	if (!cpu)
		return 0;
	if (cpu->jiffies != jiffies) {
		cpu->jiffies = jiffies;
		cpu->now = bpf_ktime_get_ns();
	}
	return cpu->now;
}

#endif
