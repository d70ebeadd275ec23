/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a packet, and why. */
#ifndef BYPASS_REASONS_H
#define BYPASS_REASONS_H

#include "abi/nexthop.h"
#include "abi/reasons.h"

/* Reasons of the packets it sends (XDP_TX or XDP_REDIRECT). */
enum bypass_reason {
	BYPASS_REASON_L2 = ECBPF_REASON_OWN,
	BYPASS_REASON_NAT,
};

/* Why a packet goes up the stack, untouched, in the order in which the checks are made. Counted per
 * interface; every packet that reaches the slot is counted here or sent. */
enum bypass_up {
	BYPASS_UP_MALFORMED, /* a header is cut short or contradicts itself */
	BYPASS_UP_GROUP,     /* link destination is broadcast or multicast */
	BYPASS_UP_NOT_IP,
	BYPASS_UP_OTHER_MAC, /* link destination is not this interface's address */
	BYPASS_UP_FRAGMENT,
	BYPASS_UP_OPTIONS,    /* IPv4 */
	BYPASS_UP_EXTENSION,  /* IPv6 extension header */
	BYPASS_UP_ICMP_ERROR, /* ICMP 3, 4, 5, 11, 12; ICMPv6 1 to 4 */
	BYPASS_UP_NOT_UDP,
	BYPASS_UP_NO_FLOW,
	BYPASS_UP_EXCLUDED,
	BYPASS_UP_WRONG_WAY_IN, /* the flow is expected from another interface or with other tags */
	BYPASS_UP_NO_DAEMON,    /* learned, and nobody follows the kernel's decisions */
	BYPASS_UP_REVALIDATE, /* learned, and the rules have changed since the kernel forwarded it */
	BYPASS_UP_GONE,       /* conntrack does not know it any more */
	BYPASS_UP_IDLE,       /* learned, and longer without a packet than its class allows */
	BYPASS_UP_SAMPLED,    /* observed: the kernel is asked again whether it would forward it */
	BYPASS_UP_ZERO_CHECKSUM, /* UDP over IPv6 without a checksum */
	BYPASS_UP_TTL,           /* TTL or hop limit 1 or 0 */
	BYPASS_UP_TOO_BIG,       /* for the way out, which is usable (else: BYPASS_UP_WAY) */
	BYPASS_UP_NO_DEVICE,     /* the way out is not in flow_devices */
	BYPASS_UP_NO_HEADROOM,   /* no room for one more VLAN tag */
	BYPASS_UP_MONITOR,       /* would have been sent */
	BYPASS_UP_NO_MAP,
	BYPASS_UP_WAY, /* + enum flow_way_state of a way that is not usable */
	BYPASS_UP_COUNT = BYPASS_UP_WAY + FLOW_WAY_USABLE,
};

_Static_assert(BYPASS_UP_COUNT <= 64, "one cell per reason");

#endif
