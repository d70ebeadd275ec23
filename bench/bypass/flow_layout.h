/* SPDX-License-Identifier: GPL-2.0-only */
/* What the benchmark's programs of both sides agree on. */
#ifndef BENCH_FLOW_LAYOUT_H
#define BENCH_FLOW_LAYOUT_H

#include <linux/types.h>

#define FLOW_FRAME_SIZE 64 /* without tags; as much is written anew for each packet */
#define FLOW_COUNT_LIMIT (1U << 20)

/* Flows differ in the last 32 bits of the source: 10.16.0.0 + number, fd00:16:: + number. */
#define FLOW_CLIENTS 0x0a100000U
#define FLOW_NEW_CLIENTS 0x0a400000U /* and leave with another */

struct flow_template {
	__u64 word[FLOW_FRAME_SIZE / 8];
};

/* Where a packet of a random flow is to be written, and what its checksums start from. */
struct flow_traffic {
	__u32 is_ipv6;
	__u32 count; /* flows */
	__u32 first; /* the last 32 bits of the source of flow 0 */
	__u32 link;  /* bytes of the link header */
	__u32 length;
	__u32 ip_rest;  /* sum of an IPv4 header without source and checksum */
	__u32 udp_rest; /* sum of pseudo header and datagram without these */
	__u32 ifindex;  /* where a generator sends to; 0: it drops what it has made */
};

/* Peers: the exact tuple and what becomes of it, as small as it goes. */
struct bare_key_ipv4 {
	__be32 source;
	__be32 destination;
	__be16 source_port;
	__be16 destination_port;
};

struct bare_key_ipv6 {
	__be32 source[4];
	__be32 destination[4];
	__be16 source_port;
	__be16 destination_port;
};

struct bare_ports {
	__be16 source;
	__be16 destination;
	__u16 address_delta; /* as in struct flow_value */
	__u16 port_delta;
	__u32 macs[3]; /* destination, source */
};

struct bare_value_ipv4 {
	struct bare_ports ports;
	__be32 source;
	__be32 destination;
};

struct bare_value_ipv6 {
	struct bare_ports ports;
	__be32 source[4];
	__be32 destination[4];
};

struct bare_settings {
	__u32 transmit; /* 1: out of the port it came from */
	__u32 ifindex;  /* where tc sends to */
};

#endif
