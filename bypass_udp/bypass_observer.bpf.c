// SPDX-License-Identifier: GPL-2.0-only
/* At tc egress: which flows the kernel itself forwards, and how. Never changes or keeps a packet. */
#include <linux/pkt_cls.h>
#include "bypass_maps.bpf.h"
#include "left_packet.bpf.h"

#define OBSERVER_NEXT (-1) /* TC_ACT_UNSPEC, and TCX_NEXT: whoever else is attached decides */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, BYPASS_AWAITED_LIMIT);
	__type(key, struct flow_key);
	__type(value, __u64);
} bypass_awaited SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, BYPASS_PENDING_LIMIT);
	__type(key, struct flow_key);
	__type(value, struct bypass_pending);
} bypass_pending SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BYPASS_RING_SIZE);
} bypass_events SEC(".maps");

/* Kept by the tools; declared here for their types. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bypass_ledger);
} bypass_ledger SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bypass_excluded);
} bypass_excluded SEC(".maps");

/* 1 if the daemon will read it. */
static __always_inline int tell(struct bypass_event *event, __u32 kind)
{
	event->kind = kind;
	return bpf_ringbuf_output(&bypass_events, event, sizeof(*event), 0) == 0;
}

static __always_inline void look_at_awaited(struct bypass_event *event)
{
	__u64 *seen = bpf_map_lookup_elem(&bypass_awaited, &event->key);

	if (seen && !*seen && tell(event, BYPASS_EVENT_AWAITED))
		*seen = bpf_ktime_get_ns();
}

/* One event until the daemon has removed the entry. */
static __always_inline void tell_pending(struct bypass_event *event, __u32 kind, __u32 after)
{
	struct bypass_pending first = { .packets = 1 }, *pending;

	pending = bpf_map_lookup_elem(&bypass_pending, &event->key);
	if (!pending) {
		first.told = after <= 1 && tell(event, kind);
		bpf_map_update_elem(&bypass_pending, &event->key, &first, BPF_ANY);
		return;
	}
	__sync_fetch_and_add(&pending->packets, 1);
	if (!pending->told && pending->packets >= after && tell(event, kind))
		pending->told = 1;
}

static __always_inline int left_by(const struct bypass_event *event, const struct flow_way *way)
{
	const __u16 *own = (const void *)way->destination_mac;
	const __u16 *seen = (const void *)event->destination_mac;

	if (way->state != FLOW_WAY_USABLE || way->ifindex != event->ifindex ||
	    way->tags != event->tags)
		return 0;
	if (way->tags > 0 && (bpf_ntohs(way->tag[0].tci) & LEFT_VLAN_ID) != event->vlan[0])
		return 0;
	if (way->tags > 1 && (bpf_ntohs(way->tag[1].tci) & LEFT_VLAN_ID) != event->vlan[1])
		return 0;
	return own[0] == seen[0] && own[1] == seen[1] && own[2] == seen[2];
}

static __always_inline void confirm(struct bypass_event *event, struct flow_value *flow)
{
	__u32 index = flow->nexthop;
	const struct flow_nexthop *nexthop = bpf_map_lookup_elem(&flow_nexthops, &index);

	if (nexthop && left_by(event, &nexthop->way[nexthop->current & 1]))
		flow->confirmed = bpf_ktime_get_ns();
	else
		tell_pending(event, BYPASS_EVENT_MOVED, 1);
}

static __always_inline void look_at_marked(struct bypass_event *event)
{
	__u32 only_entry = 0;
	const struct bypass_settings *settings = bpf_map_lookup_elem(&bypass_setting, &only_entry);
	struct flow_value *flow = NULL;

	if (!settings)
		return;
	if (settings->tables & 1U << FLOW_TABLE_LEARNED)
		flow = flow_find(&event->key, FLOW_TABLE_LEARNED, event->key.family);
	if (flow && !(flow->flags & FLOW_DEAD)) {
		if (flow->flags & FLOW_OBSERVED)
			confirm(event, flow);
		return;
	}
	/* What this host made itself never came by XDP. */
	if (settings->mark_mask && (event->mark & settings->mark_mask) == settings->mark &&
	    event->in_ifindex)
		tell_pending(event, BYPASS_EVENT_MARKED, settings->observe_after);
}

SEC("tc") int bypass_observer(struct __sk_buff *skb)
{
	struct bypass_event event = { 0 };

	if (left_packet_read(skb, &event) == 0) {
		look_at_awaited(&event);
		look_at_marked(&event);
	}
	return OBSERVER_NEXT;
}

char LICENSE[] SEC("license") = "GPL";
