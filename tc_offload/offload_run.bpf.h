/* SPDX-License-Identifier: GPL-2.0-only */
/* All of the program: what becomes of a packet, and how it is counted. Kernel side only. */
#ifndef OFFLOAD_RUN_BPF_H
#define OFFLOAD_RUN_BPF_H

#include <linux/pkt_cls.h>
#include "bpf/flow_count.bpf.h"
#include "offload_icmp.bpf.h"
#include "offload_read.bpf.h"
#include "offload_send.bpf.h"

/* The compiler may move a bound to where the verifier does not see it any more: not beyond a barrier. */
static __always_inline int leave_alone(__u32 up)
{
	struct offload_cpu *cpu = bpf_map_lookup_elem(&offload_cpu, &only_entry);

	asm volatile("" : "+r"(up));
	if (cpu)
		cpu->up[up & 63]++;
	return TC_ACT_UNSPEC;
}

static __always_inline void count_sent(__u32 out)
{
	struct offload_cpu *cpu = bpf_map_lookup_elem(&offload_cpu, &only_entry);

	asm volatile("" : "+r"(out));
	if (cpu)
		cpu->sent[out & 7]++;
}

/* Half rewritten, which nothing that was checked before can come to. */
static __always_inline int give_up(void)
{
	count_sent(OFFLOAD_OUT_LOST);
	return TC_ACT_SHOT;
}

/* What a flow has carried, as it will be on the wire: a GSO packet is as many as it will be cut into, each
 * with its headers. */
struct offload_load {
	__u64 packets, bytes;
};

static __always_inline struct offload_load load_of(const struct __sk_buff *skb,
						   const struct offload_packet *packet)
{
	struct offload_load load = { .packets = 1, .bytes = skb->len };

	/* gso_segs is 0 of what tap and virtio devices bring. */
	if (skb->gso_size && skb->len > packet->payload)
		load.packets = (skb->len - packet->payload + skb->gso_size - 1) / skb->gso_size;
	load.bytes += (load.packets - 1) * packet->payload;
	return load;
}

static __always_inline int offload_flow(struct __sk_buff *skb, struct offload_packet *packet,
					const struct flow_key *key, __u8 family)
{
	struct offload_load load = load_of(skb, packet);
	struct offload_plan plan = { 0 };
	__u32 up = find_flow(packet, key, family, &plan);

	if (up != OFFLOAD_SEND)
		return leave_alone(up);
	if (family == FLOW_IPV6 && packet->zero_check)
		return leave_alone(OFFLOAD_UP_ZERO_CHECKSUM);
	up = find_way(skb, packet, &plan, family);
	if (up != OFFLOAD_SEND)
		return leave_alone(up);
	if (make_ready(skb, packet, plan.out) ||
	    (plan.flow->flags & FLOW_NAT && rewrite_checksum(skb, packet, plan.flow, family)))
		return leave_alone(OFFLOAD_UP_NO_ROOM);
	bpf_set_hash_invalid(skb);
	if (rewrite_network(skb, packet, &plan, family))
		return give_up();
	count_sent(plan.out);
	flow_count(plan.flow, load.packets, load.bytes, offload_now());
	return send(skb, &plan);
}

static __always_inline int offload_error_of(struct __sk_buff *skb, struct offload_packet *packet,
					    __u8 family)
{
	struct offload_error error;
	struct offload_plan plan = { 0 };
	struct flow_key key;
	__u32 up = family == FLOW_IPV4 ? read_inside_ipv4(skb, packet, &error, &key) :
					 read_inside_ipv6(skb, packet, &error, &key);

	if (up != OFFLOAD_SEND)
		return leave_alone(up);
	if (error.protocol != IPPROTO_UDP && error.protocol != IPPROTO_TCP)
		return leave_alone(OFFLOAD_UP_ICMP_FOREIGN);
	up = find_flow(packet, &key, family, &plan);
	/* Without a rewrite the sender knows the packet as it is. */
	if (up != OFFLOAD_SEND || !(plan.flow->flags & FLOW_NAT))
		return leave_alone(OFFLOAD_UP_ICMP_FOREIGN);
	up = find_way(skb, packet, &plan, family);
	if (up != OFFLOAD_SEND)
		return leave_alone(up);
	if (make_ready(skb, packet, plan.out))
		return leave_alone(OFFLOAD_UP_NO_ROOM);
	bpf_set_hash_invalid(skb);
	if (write_error(skb, packet, &error, &plan, family))
		return give_up();
	count_sent(OFFLOAD_OUT_ICMP);
	return send(skb, &plan);
}

/* Its return value. */
static __always_inline int offload_run(struct __sk_buff *skb)
{
	struct offload_packet packet;
	struct flow_key key;
	__u32 up = packet_read(skb, &packet, &key);

	if (up == OFFLOAD_ICMP_ERROR)
		return packet.family == FLOW_IPV4 ? offload_error_of(skb, &packet, FLOW_IPV4) :
						    offload_error_of(skb, &packet, FLOW_IPV6);
	if (up != OFFLOAD_SEND)
		return leave_alone(up);
	return packet.family == FLOW_IPV4 ? offload_flow(skb, &packet, &key, FLOW_IPV4) :
					    offload_flow(skb, &packet, &key, FLOW_IPV6);
}

#endif
