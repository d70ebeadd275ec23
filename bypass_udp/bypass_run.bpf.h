/* SPDX-License-Identifier: GPL-2.0-only */
/* One packet's way through the bypass: its own maps, and what is known about the packet in hand. Kernel
 * side only. */
#ifndef BYPASS_RUN_BPF_H
#define BYPASS_RUN_BPF_H

#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"
#include "bypass_maps.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bypass_config);
} bypass_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bypass_cpu);
} bypass_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, FLOW_DEVICE_LIMIT);
	__type(key, __u32);
	__type(value, __u32);
} flow_devices SEC(".maps");

#define BYPASS_ONLY_ENTRY ((const void *)&ecbpf_program.only_entry)

/* Nothing keeps the packet from being sent. */
#define BYPASS_SEND BYPASS_UP_COUNT

/* What is known about the packet in hand. Its key is apart from it: what a helper is given the address of
 * stays in memory, with everything else of its struct. */
struct bypass_run {
	struct xdp_md *ctx;
	const struct bypass_config *config;
	struct flow_value *flow;
	const struct flow_way *way;
	__u64 length;     /* of the IP packet */
	__u32 zero_check; /* 1: UDP over IPv6 without checksum */
	__u32 hops;       /* TTL or hop limit */
	__u32 action;     /* XDP_TX or XDP_REDIRECT, once the way is known */
};

#endif
