/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a packet. The order of the checks is that of enum bypass_up; until all are passed the
 * packet is only read. Kernel side only. */
#ifndef BYPASS_DECIDE_BPF_H
#define BYPASS_DECIDE_BPF_H

#include "bypass_flow.bpf.h"
#include "bypass_packet.bpf.h"
#include "flow_rewrite.bpf.h"

/* Why the packet goes up, or BYPASS_SEND. `family` is a constant. */
static __always_inline __u32 decide(struct bypass_run *run, struct packet *packet,
				    enum packet_family family)
{
	struct flow_key key;
	__u32 up;

	packet->family = family;
	up = family == PACKET_IPV4 ? check_ipv4(run, &key, packet) : check_ipv6(run, &key, packet);
	if (up != BYPASS_SEND)
		return up;
	up = find_flow(run, &key, packet, family == PACKET_IPV4 ? FLOW_IPV4 : FLOW_IPV6);
	if (up != BYPASS_SEND)
		return up;
	if (family == PACKET_IPV6 && run->zero_check)
		return BYPASS_UP_ZERO_CHECKSUM;
	if (run->hops <= 1)
		return BYPASS_UP_TTL;
	return find_way(run);
}

static __always_inline struct ecbpf_verdict go_up(__u32 up)
{
	struct bypass_cpu *cpu = bpf_map_lookup_elem(&bypass_cpu, BYPASS_ONLY_ENTRY);

	if (cpu)
		cpu->up[up & 63]++;
	return ecbpf_continue();
}

static __always_inline struct ecbpf_verdict
send(struct bypass_run *run, const struct packet *packet, enum packet_family family)
{
	__u32 reason = run->flow->flags & FLOW_NAT ? BYPASS_REASON_NAT : BYPASS_REASON_L2;
	int tagged = packet->link.tags || run->way->tags;
	__u64 length = packet->frame_length;
	struct bypass_cpu *cpu;

	if (!run->config->monitor) {
		if (tagged && rewrite_room(run->ctx, run->way, packet->link.length))
			return go_up(BYPASS_UP_NO_HEADROOM);
		if (rewrite_frame(run->ctx, run->flow, run->way, family, tagged))
			return ecbpf_abort(ECBPF_REASON_IMPOSSIBLE);
	}
	cpu = bpf_map_lookup_elem(&bypass_cpu, BYPASS_ONLY_ENTRY);
	if (cpu)
		flow_count(run->flow, 1, length, bypass_now(cpu));
	if (run->config->monitor)
		return go_up(BYPASS_UP_MONITOR);
	return ecbpf_final(run->action, reason);
}

static __always_inline struct ecbpf_verdict
bypass_family(struct bypass_run *run, struct packet *packet, enum packet_family family)
{
	__u32 up = decide(run, packet, family);

	return up == BYPASS_SEND ? send(run, packet, family) : go_up(up);
}

static __always_inline struct ecbpf_verdict bypass(struct bypass_run *run)
{
	struct packet packet = packet_open(run->ctx, ecbpf_program.frags);
	enum packet_outcome outcome = packet_read_link(&packet);

	if (outcome)
		return go_up(BYPASS_UP_MALFORMED);
	if (packet_is_to_group(&packet))
		return go_up(BYPASS_UP_GROUP);
	outcome = packet_read_fixed(&packet);
	if (outcome)
		return go_up(outcome == PACKET_NOT_IP ? BYPASS_UP_NOT_IP : BYPASS_UP_MALFORMED);
	if (!is_for_us(&packet, run->config))
		return go_up(BYPASS_UP_OTHER_MAC);
	/* Two copies, each for a family that the compiler knows. */
	return packet.family == PACKET_IPV4 ? bypass_family(run, &packet, PACKET_IPV4) :
					      bypass_family(run, &packet, PACKET_IPV6);
}

/* The whole program: both objects are made of it. */
ECBPF_SUBPROGRAM(bypass_udp)
{
	struct bypass_run run = { .ctx = ctx };

	run.config = bpf_map_lookup_elem(&bypass_config, BYPASS_ONLY_ENTRY);
	if (!run.config)
		return ecbpf_abort(ECBPF_REASON_NO_MAP);
	return bypass(&run);
}

char LICENSE[] SEC("license") = "GPL";

#endif
