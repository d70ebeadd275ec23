/* SPDX-License-Identifier: GPL-2.0-only */
/* The bypass's maps but for the tables of flows (bypass_udp.h). Kernel side only. */
#ifndef BYPASS_MAPS_BPF_H
#define BYPASS_MAPS_BPF_H

#include "abi/nexthop.h"
#include "bpf/flow_maps.bpf.h"
#include "bypass_udp.h"

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
	__type(value, struct bypass_settings);
} bypass_setting SEC(".maps");

#endif
