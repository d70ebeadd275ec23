// SPDX-License-Identifier: GPL-2.0-only
#include "explain_maps.h"

#include <bpf/bpf.h>

bool explain_maps_has_device(int devices, uint32_t ifindex)
{
	uint32_t device;

	return bpf_map_lookup_elem(devices, &ifindex, &device) == 0;
}

bool explain_maps_awaits(int awaited, const struct flow_key *leaves, uint64_t *ret_seen)
{
	*ret_seen = 0;
	return bpf_map_lookup_elem(awaited, leaves, ret_seen) == 0;
}

uint32_t explain_maps_pending(int pending, const struct flow_key *leaves)
{
	struct bypass_pending flow = { 0 };

	return bpf_map_lookup_elem(pending, leaves, &flow) == 0 ? flow.packets : 0;
}
