// SPDX-License-Identifier: GPL-2.0-only
#include "offload_up_names.h"

#include <stddef.h>

struct word {
	const char *name;
	const char *explanation;
};

static const struct word ups[OFFLOAD_UP_COUNT] = {
	[OFFLOAD_UP_NOT_IP] = { "not_ip", "neither IPv4 nor IPv6, ARP for one; or with more VLAN "
					  "tags than one" },
	[OFFLOAD_UP_OTHER_HOST] = { "other_host",
				    "sent to a broadcast or multicast link address, or "
				    "to that of another machine" },
	[OFFLOAD_UP_MALFORMED] = { "malformed", "a header is cut short or contradicts itself; the "
						"stack counts and drops it" },
	[OFFLOAD_UP_OPTIONS] = { "options", "has IPv4 options, which the stack has to act on" },
	[OFFLOAD_UP_FRAGMENT] = { "fragment", "a fragment, first or later: only whole packets are "
					      "rewritten" },
	[OFFLOAD_UP_EXTENSION] = { "extension",
				   "has IPv6 extension headers, which the stack has to "
				   "act on" },
	[OFFLOAD_UP_PROTOCOL] = { "protocol", "neither UDP nor TCP, nor an ICMP error" },
	[OFFLOAD_UP_NO_FLOW] = { "no_flow", "no flow for these addresses and ports: add one with "
					    "--flow-add" },
	[OFFLOAD_UP_WRONG_WAY_IN] = { "wrong_way_in",
				      "the flow is expected from another interface, "
				      "or with other VLAN tags" },
	[OFFLOAD_UP_ICMP_FOREIGN] = { "icmp_foreign",
				      "an ICMP error about a packet of no flow that "
				      "is rewritten" },
	[OFFLOAD_UP_ICMP_UNSURE] = { "icmp_unsure",
				     "an ICMP error that cannot be translated: too short, of another "
				     "type, or with options or extension headers; the stack decides" },
	[OFFLOAD_UP_ZERO_CHECKSUM] = { "zero_checksum",
				       "UDP over IPv6 without a checksum: the stack "
				       "decides whether that is allowed" },
	[OFFLOAD_UP_TTL] = { "ttl", "TTL or hop limit 1 or 0: the stack answers with an ICMP error "
				    "(keep-ttl in the rule: it is not counted down)" },
	[OFFLOAD_UP_TOO_BIG] = { "too_big",
				 "larger than the MTU of the way out: the stack fragments, "
				 "or answers with an ICMP error" },
	[OFFLOAD_UP_NO_ROOM] = { "no_room", "no room for a link header, or the VLAN tag cannot be "
					    "changed" },
	[OFFLOAD_UP_NO_MAP] = { "no_map", "a map lookup that cannot fail, failed" },
	[OFFLOAD_UP_WAY + FLOW_WAY_UNRESOLVED] = { "way_unresolved",
						   "nobody has looked yet where its next hop is; "
						   "run: tc_offload --run" },
	[OFFLOAD_UP_WAY +
		FLOW_WAY_NO_ROUTE] = { "way_no_route", "no route to where the flow goes" },
	[OFFLOAD_UP_WAY + FLOW_WAY_FORBIDDEN] = { "way_forbidden",
						  "the route is one that sends nothing: blackhole, "
						  "unreachable, prohibit, broadcast or multicast" },
	[OFFLOAD_UP_WAY + FLOW_WAY_OTHER] = { "way_other",
					      "the kernel sends the flow elsewhere than its routes "
					      "say, so only the kernel can send it" },
	[OFFLOAD_UP_WAY + FLOW_WAY_UNREACHABLE] = { "way_unreachable",
						    "the next hop does not answer (ARP, neighbour "
						    "discovery)" },
	[OFFLOAD_UP_WAY +
		FLOW_WAY_LINK_DOWN] = { "way_link_down",
					"the way out is down, has no carrier or is gone" },
	[OFFLOAD_UP_WAY +
		FLOW_WAY_NO_TRANSMIT] = { "way_no_transmit",
					  "the way out takes no packets of this kind: its "
					  "link header is neither Ethernet nor none" },
};

static const struct word outs[OFFLOAD_OUT_COUNT] = {
	[OFFLOAD_OUT_DEVICE] = { "device", "out of an interface, with a link header written here" },
	[OFFLOAD_OUT_NEIGHBOUR] = { "neighbour", "out of an interface, the kernel asks for the "
						 "neighbour's link address; usual while no daemon "
						 "runs (tc_offload --run)" },
	[OFFLOAD_OUT_PEER] = { "peer", "into the network namespace behind a veth" },
	[OFFLOAD_OUT_LOOPBACK] = { "loopback", "to this host, arriving once more at lo" },
	[OFFLOAD_OUT_HERE] = { "here", "to this host, on their way from here" },
	[OFFLOAD_OUT_ICMP] = { "icmp", "translated ICMP errors, any of these ways" },
	[OFFLOAD_OUT_LOST] = { "lost", "dropped: the kernel refused to write half way" },
};

const char *offload_up_name(unsigned int up)
{
	return up < OFFLOAD_UP_COUNT ? ups[up].name : NULL;
}

const char *offload_up_explanation(unsigned int up)
{
	return up < OFFLOAD_UP_COUNT ? ups[up].explanation : NULL;
}

const char *offload_out_name(unsigned int out)
{
	return out < OFFLOAD_OUT_COUNT ? outs[out].name : NULL;
}

const char *offload_out_explanation(unsigned int out)
{
	return out < OFFLOAD_OUT_COUNT ? outs[out].explanation : NULL;
}
