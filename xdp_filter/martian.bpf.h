/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses that no packet on a wire can have. Kernel side only. */
#ifndef XDP_FILTER_MARTIAN_BPF_H
#define XDP_FILTER_MARTIAN_BPF_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/in6.h>

/* A source that no packet on a wire can have (RFC 1122 3.2.1.3, RFC 6890): this network but for
 * 0.0.0.0, which DHCP needs; loopback, multicast, reserved and broadcast. */
static __always_inline int header_ipv4_is_martian(__be32 source)
{
	__u32 first = bpf_ntohl(source) >> 24;

	return (first == 0 && source) || first == 127 || first >= 224;
}

/* Multicast, ::1, or an IPv4-mapped address (RFC 4291 2.5, 2.7); :: is needed by duplicate address
 * detection. */
static __always_inline int header_ipv6_is_martian(const struct in6_addr *source)
{
	const __be32 *word = source->in6_u.u6_addr32;

	if (source->in6_u.u6_addr8[0] == 0xff)
		return 1;
	if (word[0] | word[1])
		return 0;
	return word[2] == bpf_htonl(0xffff) || (!word[2] && word[3] == bpf_htonl(1));
}

#endif
