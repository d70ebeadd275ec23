/* SPDX-License-Identifier: GPL-2.0-only */
/* The header checks: what is wrong with a packet, and what its knob makes of that. Kernel side only.
 * A packet with nothing wrong pays for the looking and for no knob. */
#ifndef XDP_FILTER_HEADER_CHECKS_BPF_H
#define XDP_FILTER_HEADER_CHECKS_BPF_H

#include "bpf/checksum.bpf.h"
#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"
#include "filter_maps.bpf.h"
#include "martian.bpf.h"

#define HEADER_IPV4_OPTIONS_MAX 40
#define HEADER_IPV4_EVIL 0x8000 /* of the fragment field, host byte order */
/* Where a check of IPv4 stands in the set of those that found something. */
#define HEADER_BIT(check) (FILTER_CHECK_##check - FILTER_CHECK_OPTIONS)

/* `check` has found `reason`. */
static __always_inline struct ecbpf_verdict header_found(const struct filter_config *config,
							 __u32 check, __u32 reason)
{
	__u8 knob;

	if (check >= FILTER_CHECK_COUNT_OF)
		return ecbpf_continue();
	knob = config->check[check];
	if (knob == FILTER_KNOB_PASS)
		return ecbpf_continue();
	filter_count(reason);
	return knob == FILTER_KNOB_DROP ? ecbpf_drop(reason) : ecbpf_continue();
}

/* Several checks of a row have found something: bit i of `found` stands for check + i and reason + i.
 * The first whose knob says drop decides. */
static __always_inline struct ecbpf_verdict
header_found_several(const struct filter_config *config, __u32 found, __u32 check, __u32 reason)
{
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 5 && found; i++, found >>= 1) {
		struct ecbpf_verdict verdict;

		if (!(found & 1))
			continue;
		verdict = header_found(config, check + i, reason + i);
		if (verdict.is_final)
			return verdict;
	}
	return ecbpf_continue();
}

/* 1 if two numbers of up to 32 bits differ, else 0, without a branch that the verifier would follow
 * both ways for each check. */
static __always_inline __u64 header_differ(__u64 a, __u64 b)
{
	return ((a ^ b) + 0xffffffff) >> 32;
}

/* 0xffff if the header checksum is right. After packet_read_network(), which found the options
 * readable. */
static __always_inline __u64 header_ipv4_sum(const struct packet *packet)
{
	const __u32 *word = (const __u32 *)packet->ipv4;
	__u64 sum = (__u64)word[0] + word[1] + word[2] + word[3] + word[4];
	__u64 options = (packet->ipv4->ihl - 5) * 4;

	if (options)
		sum = checksum_add(sum, packet->ipv4 + 1, packet->end, options,
				   HEADER_IPV4_OPTIONS_MAX);
	return checksum_fold(sum);
}

static __always_inline int header_ipv6_is_same(const struct in6_addr *a, const struct in6_addr *b)
{
	const __be32 *left = a->in6_u.u6_addr32, *right = b->in6_u.u6_addr32;

	return left[3] == right[3] && left[2] == right[2] && left[1] == right[1] &&
	       left[0] == right[0];
}

/* Can nothing be found? True for nearly every packet, and half the price of finding what it is. */
static __always_inline int header_ipv4_is_plain(const struct filter_config *config,
						const struct packet *packet)
{
	const struct iphdr *header = packet->ipv4;
	const __u32 *word = (const __u32 *)header;
	__u8 first = *(const __u8 *)&header->saddr;

	if (*(const __u8 *)header != 0x45 || header->frag_off & bpf_htons(HEADER_IPV4_EVIL) ||
	    header->saddr == header->daddr)
		return 0;
	if (!first || first == 127 || first >= 224)
		return 0;
	if (!config->check[FILTER_CHECK_CHECKSUM])
		return 1;
	return checksum_fold((__u64)word[0] + word[1] + word[2] + word[3] + word[4]) == 0xffff;
}

static __always_inline struct ecbpf_verdict header_check_ipv4(const struct filter_config *config,
							      const struct packet *packet)
{
	const struct iphdr *header = packet->ipv4;
	__u64 found;

	if (header_ipv4_is_plain(config, packet))
		return ecbpf_continue();
	found = header_differ(header->ihl, 5);
	found |= (__u64)(bpf_ntohs(header->frag_off) >> 15) << HEADER_BIT(EVIL);
	if (config->check[FILTER_CHECK_CHECKSUM])
		found |= header_differ(header_ipv4_sum(packet), 0xffff) << HEADER_BIT(CHECKSUM);
	found |= (1 - header_differ(header->saddr, header->daddr)) << HEADER_BIT(SAME);
	if (header_ipv4_is_martian(header->saddr))
		found |= 1 << HEADER_BIT(MARTIAN);
	return header_found_several(config, found, FILTER_CHECK_OPTIONS, FILTER_REASON_OPTIONS);
}

static __always_inline struct ecbpf_verdict header_check_ipv6(const struct filter_config *config,
							      const struct packet *packet)
{
	const struct ipv6hdr *header = packet->ipv6;
	__u32 found = 0;

	if (header_ipv6_is_same(&header->saddr, &header->daddr))
		found |= 1;
	if (header_ipv6_is_martian(&header->saddr))
		found |= 1 << (FILTER_CHECK_MARTIAN - FILTER_CHECK_SAME);
	if (!found)
		return ecbpf_continue();
	return header_found_several(config, found, FILTER_CHECK_SAME, FILTER_REASON_SAME_IPV6);
}

_Static_assert(FILTER_REASON_MARTIAN_IPV4 - FILTER_REASON_OPTIONS ==
		       FILTER_CHECK_MARTIAN - FILTER_CHECK_OPTIONS,
	       "reasons of IPv4 are in the order of the checks");
_Static_assert(FILTER_REASON_MARTIAN_IPV6 - FILTER_REASON_SAME_IPV6 ==
		       FILTER_CHECK_MARTIAN - FILTER_CHECK_SAME,
	       "reasons of IPv6 are in the order of the checks");

#endif
