/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a learned flow still what the kernel itself would do? Kernel side only. */
#ifndef BYPASS_LEARNED_CHECKS_BPF_H
#define BYPASS_LEARNED_CHECKS_BPF_H

#include "bypass_maps.bpf.h"
#include "bpf/flow_count.bpf.h"
#ifdef BYPASS_CONNTRACK
#include "conntrack_timer.bpf.h"
#endif

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bypass_daemon);
} bypass_daemon SEC(".maps");

/* BYPASS_UP_COUNT: nothing is in the way. */
static __always_inline __u32 learned_follow_conntrack(struct xdp_md *ctx,
						      const struct flow_key *key,
						      struct flow_value *flow,
						      const struct bypass_daemon *daemon, __u64 now)
{
#ifdef BYPASS_CONNTRACK
	if (!(flow->flags & FLOW_CONNTRACK) || !daemon->conntrack_timeout ||
	    now - flow->confirmed < daemon->conntrack_each)
		return BYPASS_UP_COUNT;
	if (!conntrack_set_timer(ctx, key, daemon->conntrack_timeout)) {
		flow->gone = 1;
		return BYPASS_UP_GONE;
	}
	flow->confirmed = now;
#else
	(void)ctx, (void)key, (void)flow, (void)daemon, (void)now;
#endif
	return BYPASS_UP_COUNT;
}

static __always_inline __u32 learned_check(struct xdp_md *ctx, const struct flow_key *key,
					   struct flow_value *flow,
					   const struct bypass_settings *settings, __u64 now)
{
	__u32 only_entry = 0;
	struct bypass_daemon *daemon = bpf_map_lookup_elem(&bypass_daemon, &only_entry);
	__u64 last = flow_last(flow);

	if (!daemon)
		return BYPASS_UP_NO_MAP;
	if (now > daemon->alive_until)
		return BYPASS_UP_NO_DAEMON;
	if (flow->epoch != daemon->epoch)
		return BYPASS_UP_REVALIDATE;
	if (flow->gone)
		return BYPASS_UP_GONE;
	/* Another CPU's clock may be a tick ahead. */
	if (last && last < now && now - last > settings->idle[flow->class % BYPASS_CLASS_COUNT])
		return BYPASS_UP_IDLE;
	if (flow->flags & FLOW_OBSERVED && flow->confirmed < now &&
	    now - flow->confirmed > settings->sample)
		return BYPASS_UP_SAMPLED;
	return learned_follow_conntrack(ctx, key, flow, daemon, now);
}

#endif
