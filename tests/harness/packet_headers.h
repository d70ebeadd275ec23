/* SPDX-License-Identifier: GPL-2.0-only */
/* Between packet_build.c, which writes headers, and packet_finish.c, which links them. */
#ifndef ECBPF_HARNESS_PACKET_HEADERS_H
#define ECBPF_HARNESS_PACKET_HEADERS_H

enum build_kind {
	BUILD_ETHERNET,
	BUILD_VLAN,
	BUILD_IPV4,
	BUILD_IPV6,
	BUILD_EXTENSION,
	BUILD_UDP,
	BUILD_TCP,
	BUILD_ICMP,
	BUILD_ICMPV6,
	BUILD_PROTOCOL,
	BUILD_PAYLOAD,
};

#endif
