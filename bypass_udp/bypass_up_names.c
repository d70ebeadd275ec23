// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_up_names.h"

#include <stdio.h>

struct up_row {
	const char *name;
	const char *explanation;
};

static const struct up_row rows[BYPASS_UP_COUNT] = {
	[BYPASS_UP_MALFORMED] = { "malformed",
				  "a header is cut short or contradicts itself; the stack counts "
				  "and drops it" },
	[BYPASS_UP_GROUP] = { "group", "sent to a broadcast or multicast link address" },
	[BYPASS_UP_NOT_IP] = { "not_ip", "neither IPv4 nor IPv6, ARP for one" },
	[BYPASS_UP_OTHER_MAC] = { "other_mac",
				  "sent to the link address of another machine; a packet socket or "
				  "a bridge may want it" },
	[BYPASS_UP_FRAGMENT] = { "fragment",
				 "a fragment, first or later: only whole datagrams are forwarded" },
	[BYPASS_UP_OPTIONS] = { "options", "has IPv4 options, which the stack has to act on" },
	[BYPASS_UP_EXTENSION] = { "extension",
				  "has IPv6 extension headers, which the stack has to act on" },
	[BYPASS_UP_ICMP_ERROR] = { "icmp_error",
				   "an ICMP error: the stack knows which connection it is about" },
	[BYPASS_UP_NOT_UDP] = { "not_udp", "neither UDP nor an ICMP error" },
	[BYPASS_UP_NO_FLOW] = { "no_flow",
				"no flow for these addresses and ports: add one with --flow-add, "
				"or let the daemon learn it" },
	[BYPASS_UP_EXCLUDED] = { "excluded",
				 "one of the flow's addresses is excluded (--no-exclude ends it)" },
	[BYPASS_UP_WRONG_WAY_IN] = { "wrong_way_in",
				     "the flow is expected from another interface, or with other "
				     "VLAN tags" },
	[BYPASS_UP_NO_DAEMON] = { "no_daemon",
				  "a learned flow, and no daemon follows what the kernel decides; "
				  "run: bypass_udp --run" },
	[BYPASS_UP_REVALIDATE] = { "revalidate",
				   "the firewall's rules have changed since the kernel last "
				   "forwarded the flow; the daemon looks whether it still does" },
	[BYPASS_UP_GONE] = { "gone", "conntrack does not know the learned flow any more" },
	[BYPASS_UP_IDLE] = { "idle",
			     "a learned flow that had no packet for longer than its class allows "
			     "(idle-timeout)" },
	[BYPASS_UP_SAMPLED] = { "sampled",
				"an observed flow has to be seen leaving through the stack again "
				"and again (sample)" },
	[BYPASS_UP_ZERO_CHECKSUM] = { "zero_checksum",
				      "UDP over IPv6 without a checksum: the stack decides whether "
				      "that is allowed" },
	[BYPASS_UP_TTL] = { "ttl", "TTL or hop limit 1 or 0: the stack answers with an ICMP "
				   "error" },
	[BYPASS_UP_TOO_BIG] = { "too_big",
				"larger than the MTU of the way out: the stack fragments, "
				"or answers with an ICMP error" },
	[BYPASS_UP_NO_DEVICE] = { "no_device",
				  "the device of the way out is not in flow_devices; the daemon or "
				  "the next --flow-add puts it there" },
	[BYPASS_UP_NO_HEADROOM] = { "no_headroom",
				    "the driver left no room in front of the packet for one more "
				    "VLAN tag" },
	[BYPASS_UP_MONITOR] = { "monitor", "would have been sent, but for monitor mode "
					   "(--set --monitor off)" },
	[BYPASS_UP_NO_MAP] = { "no_map", "a map lookup that cannot fail, failed" },
	[BYPASS_UP_WAY +
		FLOW_WAY_UNRESOLVED] = { "way_unresolved",
					 "nobody has looked yet where its next hop is; run: "
					 "bypass_udp --run" },
	[BYPASS_UP_WAY + FLOW_WAY_NO_ROUTE] = { "way_no_route", "no route to where the flow goes" },
	[BYPASS_UP_WAY + FLOW_WAY_LOCAL] = { "way_local", "the flow ends at this host itself" },
	[BYPASS_UP_WAY + FLOW_WAY_FORBIDDEN] = { "way_forbidden",
						 "the route is one that sends nothing: blackhole, "
						 "unreachable, prohibit, broadcast or multicast" },
	[BYPASS_UP_WAY + FLOW_WAY_OTHER] = { "way_other",
					     "the kernel sends the flow elsewhere than its routes "
					     "say, so only the kernel can send it" },
	[BYPASS_UP_WAY + FLOW_WAY_RESOLVING] = { "way_resolving",
						 "the next hop has not told its link address yet" },
	[BYPASS_UP_WAY + FLOW_WAY_UNREACHABLE] = { "way_unreachable",
						   "the next hop does not answer (ARP, neighbour "
						   "discovery)" },
	[BYPASS_UP_WAY + FLOW_WAY_LINK_DOWN] = { "way_link_down",
						 "the way out is down, has no carrier or is gone" },
	[BYPASS_UP_WAY + FLOW_WAY_NO_TRANSMIT] = { "way_no_transmit",
						   "the driver of the way out takes no redirected "
						   "frames: a veth does once its other end has an "
						   "XDP program or GRO, other drivers once they "
						   "run an XDP program themselves" },
};

const char *bypass_up_name(unsigned int up)
{
	return up < BYPASS_UP_COUNT ? rows[up].name : NULL;
}

const char *bypass_up_explanation(unsigned int up)
{
	return up < BYPASS_UP_COUNT ? rows[up].explanation : NULL;
}

struct reason_names bypass_reason_names(void)
{
	struct reason_names names = { 0 };

	snprintf(names.name[BYPASS_REASON_L2], REASON_NAME_SIZE, "bypass_l2");
	snprintf(names.name[BYPASS_REASON_NAT], REASON_NAME_SIZE, "bypass_nat");
	return names;
}
