/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a packet was decided. A program counts [reason][action] in its own row, so a number means
 * something only together with the program: 0..15 are general and mean the same everywhere, from
 * ECBPF_REASON_OWN on each program numbers its own (its contract header lists them). */
#ifndef ECBPF_ABI_REASONS_H
#define ECBPF_ABI_REASONS_H

enum ecbpf_reason {
	ECBPF_REASON_NONE = 0,            /* nothing special */
	ECBPF_REASON_IMPOSSIBLE = 1,      /* a path that only the verifier can see */
	ECBPF_REASON_SHORT_ETHERNET = 2,  /* frame ends inside the Ethernet header or a VLAN tag */
	ECBPF_REASON_SHORT_IPV4 = 3,      /* frame ends inside the IPv4 header */
	ECBPF_REASON_SHORT_IPV6 = 4,      /* frame ends inside the IPv6 header */
	ECBPF_REASON_NOT_IP = 5,          /* neither IPv4 nor IPv6 */
	ECBPF_REASON_NO_MAP = 6,          /* a map lookup that cannot fail, failed */
	ECBPF_REASON_SHORT_EXTENSION = 7, /* frame or packet ends inside an IPv6 extension header */
	ECBPF_REASON_SHORT_TRANSPORT = 8, /* frame or packet ends inside the transport header */
	ECBPF_REASON_BAD_IPV4 = 9,        /* version, header length or total length cannot be */
	ECBPF_REASON_BAD_IPV6 = 10,       /* version, length or second fragment header cannot be */
	ECBPF_REASON_LONG_CHAIN = 11,     /* more IPv6 extension headers than the parser follows */
	ECBPF_REASON_MANY_TAGS = 12,      /* more than two VLAN tags */
	ECBPF_REASON_OWN = 16,            /* first reason of the program's own */
};

#endif
