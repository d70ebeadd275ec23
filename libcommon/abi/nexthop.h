/* SPDX-License-Identifier: GPL-2.0-only */
/* Next hops of flows (abi/flow.h): where packets leave, with which link header. MAC addresses, tags and
 * neighbours are in network byte order, all else in host byte order. */
#ifndef ECBPF_ABI_NEXTHOP_H
#define ECBPF_ABI_NEXTHOP_H

#include <linux/types.h>

/* Why packets cannot be sent on a way. The numbers below FLOW_WAY_FIXED are indexes as well: these
 * entries of flow_nexthops always have that state. */
enum flow_way_state {
	FLOW_WAY_UNRESOLVED = 0, /* nobody has looked yet */
	FLOW_WAY_NO_ROUTE = 1,
	FLOW_WAY_LOCAL = 2,     /* the destination is this host */
	FLOW_WAY_FORBIDDEN = 3, /* blackhole, unreachable, prohibit, broadcast or multicast route */
	FLOW_WAY_OTHER = 4,     /* the kernel sends the flow elsewhere than its routes say */
	FLOW_WAY_FIXED = 8,
	FLOW_WAY_RESOLVING = 8,    /* the neighbour has not answered yet */
	FLOW_WAY_UNREACHABLE = 9,  /* the neighbour does not answer */
	FLOW_WAY_LINK_DOWN = 10,   /* the device is down, has no carrier or is gone */
	FLOW_WAY_NO_TRANSMIT = 11, /* the device takes no redirected frames, or FLOW_DEVICE_LIMIT */
	FLOW_WAY_USABLE = 15,
	FLOW_WAY_STATES = 16,
};

/* Everything about a way out that a packet needs. */
struct flow_way {
	__u32 ifindex;       /* the device that sends, never a VLAN device; key of flow_devices */
	__u32 mtu;           /* of IP packets */
	__u8 state;          /* enum flow_way_state */
	__u8 tags;           /* VLAN tags to leave with, 0..2 */
	__u8 no_link_header; /* 1: the device takes bare IP packets; only at tc */
	__u8 unused;
	struct {
		__be16 type; /* ETH_P_8021Q or ETH_P_8021AD */
		__be16 tci;
	} tag[2]; /* outermost first */
	__u8 destination_mac[6];
	__u8 source_mac[6];
};

/* Value of flow_nexthops (array). Written in two steps, so that packets see one way or the other: the
 * way that is not current, then `current`. */
struct flow_nexthop {
	__u32 current; /* 0 or 1: which way is used */
	__u32 device; /* ifindex of the device that the routes name (may be a VLAN device); 0: the entry
			* is free */
	struct flow_way way[2];
	__be32 neighbour[4]; /* whose MAC address it is; zeros with FLOW_NEXTHOP_MAC */
	__u8 family;         /* FLOW_IPV4 or FLOW_IPV6, of the neighbour */
	__u8 flags;          /* FLOW_NEXTHOP_x */
	__u8 mac[6];         /* FLOW_NEXTHOP_MAC */
	__u16 vlan[2];       /* FLOW_NEXTHOP_TAGS: VLAN ids, outermost first, 0: no tag */
	__u32 mtu;           /* of the route, 0: that of the device */
};

#define FLOW_NEXTHOP_MAC (1u << 0)  /* the MAC address was named: no neighbour is asked */
#define FLOW_NEXTHOP_TAGS (1u << 1) /* the tags were named: not those of the device */

#define FLOW_NEXTHOP_PEER (1u << 2) /* into the network namespace behind the veth; only at tc */

#define FLOW_NEXTHOP_LIMIT 65536 /* entries of flow_nexthops */
/* Entries of flow_devices (devmap: ifindex -> ifindex). A device whose ifindex is not below it takes no
 * redirected frames. The hash among the devmaps would know no limit, and cost a packet 2 ns more. */
#define FLOW_DEVICE_LIMIT 131072

_Static_assert(sizeof(struct flow_way) == 32, "layout of flow_nexthops is ABI");
_Static_assert(sizeof(struct flow_nexthop) == 104, "layout of flow_nexthops is ABI");

#endif
