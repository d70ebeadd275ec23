/* SPDX-License-Identifier: GPL-2.0-only */
/* Is there a flow for the packet, and a way out for the flow? Kernel side only. */
#ifndef BYPASS_FLOW_BPF_H
#define BYPASS_FLOW_BPF_H

#include "bypass_clock.bpf.h"
#include "bypass_run.bpf.h"
#include "learned_checks.bpf.h"

/* Has the packet come as the flow is expected? */
static __always_inline int came_right(const struct bypass_run *run, const struct packet *packet)
{
	const struct flow_value *flow = run->flow;

	if (flow->in_ifindex && flow->in_ifindex != run->config->ifindex &&
	    flow->in_ifindex != run->config->master)
		return 0;
	if (flow->flags & FLOW_ANY_TAGS)
		return 1;
	return (bpf_ntohs(packet->link.tci[0]) & 0xfff) == flow->in_vlan[0] &&
	       (bpf_ntohs(packet->link.tci[1]) & 0xfff) == flow->in_vlan[1];
}

/* Learned flows alone need to know the time here. */
static __always_inline __u32 check_learned(struct bypass_run *run, const struct flow_key *key,
					   const struct bypass_settings *settings)
{
	struct bypass_cpu *cpu = bpf_map_lookup_elem(&bypass_cpu, BYPASS_ONLY_ENTRY);

	if (!cpu)
		return BYPASS_UP_NO_MAP;
	return learned_check(run->ctx, key, run->flow, settings, bypass_now(cpu));
}

static __always_inline __u32 find_flow(struct bypass_run *run, const struct flow_key *key,
				       const struct packet *packet, __u8 family)
{
	const struct bypass_settings *settings =
		bpf_map_lookup_elem(&bypass_setting, BYPASS_ONLY_ENTRY);
	struct flow_value *flow = NULL;
	__u32 tables;

	if (!settings)
		return BYPASS_UP_NO_MAP;
	tables = settings->tables;
	if (tables & 1U << FLOW_TABLE_STATIC)
		flow = flow_find(key, FLOW_TABLE_STATIC, family);
	if (!flow && tables & 1U << FLOW_TABLE_LEARNED)
		flow = flow_find(key, FLOW_TABLE_LEARNED, family);
	if (!flow)
		return BYPASS_UP_NO_FLOW;
	run->flow = flow;
	if (flow->flags & (FLOW_DEAD | FLOW_EXCLUDED))
		return flow->flags & FLOW_DEAD ? BYPASS_UP_NO_FLOW : BYPASS_UP_EXCLUDED;
	if (!came_right(run, packet))
		return BYPASS_UP_WRONG_WAY_IN;
	return flow->flags & FLOW_LEARNED ? check_learned(run, key, settings) : BYPASS_SEND;
}

/* Does the way lead back out of the interface the packet came by? */
static __always_inline int leads_back(const struct bypass_run *run)
{
	return run->way->ifindex == run->config->ifindex ||
	       run->way->ifindex == run->config->master;
}

static __always_inline __u32 find_way(struct bypass_run *run)
{
	__u32 index = run->flow->nexthop, state;
	const struct flow_nexthop *nexthop = bpf_map_lookup_elem(&flow_nexthops, &index);

	if (!nexthop)
		return BYPASS_UP_NO_MAP;
	run->way = &nexthop->way[nexthop->current & 1];
	state = run->way->state;
	/* XDP_TX asks less of a device than redirection. */
	if (state != FLOW_WAY_USABLE && !(state == FLOW_WAY_NO_TRANSMIT && leads_back(run)))
		return BYPASS_UP_WAY + (state & (FLOW_WAY_STATES - 1));
	if (run->length > run->way->mtu)
		return BYPASS_UP_TOO_BIG;
	run->action = XDP_TX;
	if (leads_back(run))
		return BYPASS_SEND;
	/* Asked before the packet is touched; what it notes is used with XDP_REDIRECT only. */
	run->action = bpf_redirect_map(&flow_devices, run->way->ifindex, XDP_PASS);
	return run->action == XDP_REDIRECT ? BYPASS_SEND : BYPASS_UP_NO_DEVICE;
}

#endif
