/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a packet, and why. */
#ifndef OFFLOAD_REASONS_H
#define OFFLOAD_REASONS_H

#include "abi/nexthop.h"

/* How a rewritten packet goes on. */
enum offload_out {
	OFFLOAD_OUT_DEVICE,    /* to a device, link header written here */
	OFFLOAD_OUT_NEIGHBOUR, /* to a device, the kernel asks for the neighbour's address first */
	OFFLOAD_OUT_PEER,      /* into the network namespace behind a veth */
	OFFLOAD_OUT_LOOPBACK,  /* arrives once more, at lo */
	OFFLOAD_OUT_HERE,      /* on its way up (or out of lo), rewritten */
	OFFLOAD_OUT_ICMP,      /* a translated ICMP error, any of these ways */
	OFFLOAD_OUT_LOST,      /* dropped: the kernel refused half way; never seen */
	OFFLOAD_OUT_COUNT,
};

/* Why a packet is left as it is, roughly in the order of the checks. */
enum offload_up {
	OFFLOAD_UP_NOT_IP,     /* or with more VLAN tags than one */
	OFFLOAD_UP_OTHER_HOST, /* link destination is a group, or not this host */
	OFFLOAD_UP_MALFORMED,  /* a header is cut short or contradicts itself */
	OFFLOAD_UP_OPTIONS,    /* IPv4 */
	OFFLOAD_UP_FRAGMENT,
	OFFLOAD_UP_EXTENSION, /* IPv6 extension header */
	OFFLOAD_UP_PROTOCOL,  /* neither UDP nor TCP, nor an ICMP error */
	OFFLOAD_UP_NO_FLOW,
	OFFLOAD_UP_WRONG_WAY_IN, /* the flow is expected from another interface or with other tags */
	OFFLOAD_UP_ICMP_FOREIGN,  /* an ICMP error of no flow */
	OFFLOAD_UP_ICMP_UNSURE,   /* an ICMP error that cannot be translated */
	OFFLOAD_UP_ZERO_CHECKSUM, /* UDP over IPv6 without a checksum */
	OFFLOAD_UP_TTL,           /* TTL or hop limit 1 or 0 */
	OFFLOAD_UP_TOO_BIG,       /* for the way out */
	OFFLOAD_UP_NO_ROOM,       /* no room for a link header, or the tag cannot be changed */
	OFFLOAD_UP_NO_MAP,
	OFFLOAD_UP_WAY, /* + enum flow_way_state */
	OFFLOAD_UP_COUNT = OFFLOAD_UP_WAY + FLOW_WAY_USABLE,
};

_Static_assert(OFFLOAD_UP_COUNT <= 64 && OFFLOAD_OUT_COUNT <= 8, "one cell per reason");

#endif
