// SPDX-License-Identifier: GPL-2.0-only
/* The filter: listed sources, malformed packets, fragments. Never looks at ports. What it does not
 * decide continues to the next slot. README.md says what it does with a packet, in this order. */
#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"
#include "filter_maps.bpf.h"
#include "fragments.bpf.h"
#include "header_checks.bpf.h"
#include "packet_too_big.bpf.h"
#include "source_lookup.bpf.h"

static __always_inline struct ecbpf_verdict drop_counted(__u32 reason)
{
	filter_count(reason);
	return ecbpf_drop(reason);
}

/* Is the version in the packet that of the ethertype? The fixed header is readable. */
static __always_inline int is_version_right(const struct packet *packet)
{
	const __u8 *first = packet->family == PACKET_IPV4 ? (const __u8 *)packet->ipv4 :
							    (const __u8 *)packet->ipv6;

	return *first >> 4 == (int)packet->family;
}

static __always_inline struct ecbpf_verdict decide_source(const struct packet *packet)
{
	int is_ipv6 = packet->family == PACKET_IPV6;
	struct source_key key =
		is_ipv6 ? source_key_ipv6(packet->ipv6) : source_key_ipv4(packet->ipv4);

	switch (source_lookup(&key, is_ipv6, packet->frame_length)) {
	case SOURCE_ANSWER_DROP:
		return drop_counted(is_ipv6 ? FILTER_REASON_SOURCE_IPV6 :
					      FILTER_REASON_SOURCE_IPV4);
	case SOURCE_ANSWER_NO_MAP:
		return ecbpf_abort(ECBPF_REASON_NO_MAP);
	default:
		return ecbpf_continue();
	}
}

static __always_inline struct ecbpf_verdict decide_fragment(const struct filter_run *run,
							    const struct packet *packet)
{
	int is_ipv6 = packet->family == PACKET_IPV6;

	fragment_count(packet);
	if (!fragment_is_unwanted(run->config, packet))
		return ecbpf_continue();
	if (packet->fragment.kind == PACKET_FIRST && ptb_answer(run, packet)) {
		__u32 reason = is_ipv6 ? FILTER_REASON_PTB_IPV6 : FILTER_REASON_PTB_IPV4;

		filter_count(reason);
		return ecbpf_transmit(reason);
	}
	return drop_counted(is_ipv6 ? FILTER_REASON_FRAGMENT_IPV6 : FILTER_REASON_FRAGMENT_IPV4);
}

/* The chain of extension headers cannot be followed: a fragment header could hide behind it. */
static __always_inline struct ecbpf_verdict decide_broken_chain(const struct filter_config *config,
								const struct packet *packet,
								enum packet_outcome outcome)
{
	__u32 reason = outcome == PACKET_BAD_IPV6 ? FILTER_REASON_REPEATED_EXTENSION :
						    packet_reason(outcome);
	__u32 check = outcome == PACKET_SHORT_EXTENSION ? FILTER_CHECK_LENGTH :
							  FILTER_CHECK_EXTENSION_CHAIN;
	struct ecbpf_verdict verdict = header_found(config, check, reason);

	if (verdict.is_final || !fragment_is_unwanted(config, packet))
		return verdict;
	if (config->check[check] == FILTER_KNOB_PASS)
		filter_count(reason);
	return ecbpf_drop(reason);
}

static __always_inline struct ecbpf_verdict decide_ipv4(const struct filter_run *run,
							struct packet *packet)
{
	struct ecbpf_verdict verdict = header_check_ipv4(run->config, packet);

	if (verdict.is_final || packet->fragment.kind == PACKET_WHOLE)
		return verdict;
	return decide_fragment(run, packet);
}

static __always_inline struct ecbpf_verdict decide_ipv6(const struct filter_run *run,
							struct packet *packet)
{
	struct ecbpf_verdict verdict = header_check_ipv6(run->config, packet);
	enum packet_outcome outcome;

	if (verdict.is_final)
		return verdict;
	outcome = packet_read_extensions(packet);
	if (outcome)
		return decide_broken_chain(run->config, packet, outcome);
	if (packet->repeats) {
		verdict = header_found(run->config, FILTER_CHECK_EXTENSION_CHAIN,
				       FILTER_REASON_REPEATED_EXTENSION);
		if (verdict.is_final)
			return verdict;
	}
	if (packet->fragment.kind == PACKET_FIRST || packet->fragment.kind == PACKET_LATER)
		return decide_fragment(run, packet);
	return ecbpf_continue();
}

/* From the network header on; `family` is a constant. A listed source is dropped whatever else is wrong with its packet. */
static __always_inline struct ecbpf_verdict
decide_network(const struct filter_run *run, struct packet *packet, enum packet_family family)
{
	struct ecbpf_verdict verdict;
	enum packet_outcome outcome;

	packet->family = family;
	if (!is_version_right(packet))
		return header_found(run->config, FILTER_CHECK_VERSION,
				    packet->family == PACKET_IPV4 ? FILTER_REASON_VERSION_IPV4 :
								    FILTER_REASON_VERSION_IPV6);
	verdict = decide_source(packet);
	if (verdict.is_final)
		return verdict;
	outcome = packet_read_header(packet);
	if (outcome)
		return header_found(run->config, FILTER_CHECK_LENGTH, packet_reason(outcome));
	return packet->family == PACKET_IPV4 ? decide_ipv4(run, packet) : decide_ipv6(run, packet);
}

static __always_inline struct ecbpf_verdict decide(const struct filter_run *run)
{
	struct packet packet = packet_open(run->ctx, ecbpf_program.frags);
	enum packet_outcome outcome = packet_read_link(&packet);

	if (outcome)
		return header_found(run->config, FILTER_CHECK_FRAME, packet_reason(outcome));
	packet_merge_links(&packet, run->ctx);
	outcome = packet_read_fixed(&packet);
	if (outcome == PACKET_NOT_IP)
		return ecbpf_continue();
	if (outcome)
		return header_found(run->config, FILTER_CHECK_LENGTH, packet_reason(outcome));
	/* Two copies, each for a family that the compiler knows: that saves a tenth of the
	 * instructions. */
	return packet.family == PACKET_IPV4 ? decide_network(run, &packet, PACKET_IPV4) :
					      decide_network(run, &packet, PACKET_IPV6);
}

ECBPF_SUBPROGRAM(xdp_filter)
{
	struct filter_run run = { .ctx = ctx };
	struct ecbpf_verdict verdict;

	run.config = bpf_map_lookup_elem(&filter_config, FILTER_ONLY_ENTRY);
	if (!run.config)
		return ecbpf_abort(ECBPF_REASON_NO_MAP);
	run.monitor = run.config->monitor;
	verdict = decide(&run);
	return run.monitor ? ecbpf_continue() : verdict;
}

char LICENSE[] SEC("license") = "GPL";
