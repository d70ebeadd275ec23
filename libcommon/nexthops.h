/* SPDX-License-Identifier: GPL-2.0-only */
/* The next hops of flows: finds out where the kernel would send a flow, keeps the entry of flow_nexthops
 * (abi/nexthop.h) for it, and follows links, neighbours and routes of this network namespace, so that
 * every entry's way is what the kernel would do now. An entry is named by its index. */
#ifndef ECBPF_UDP_NEXTHOPS_H
#define ECBPF_UDP_NEXTHOPS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/flow.h"
#include "abi/nexthop.h"
#include "interface.h"
#include "problem.h"

/* Who allocates where: the tools (under the lock) from NEXTHOPS_TOOL_FIRST up, the daemon below. */
#define NEXTHOPS_DAEMON_FIRST FLOW_WAY_FIXED
#define NEXTHOPS_TOOL_FIRST 32768u
#define NEXTHOPS_WAIT 300      /* milliseconds a tool gives a neighbour to answer */
#define NEXTHOPS_TEXT_SIZE 192 /* with the NUL */

enum nexthops_role {
	NEXTHOPS_TOOL,   /* resolves once; its caller holds the lock if it allocates */
	NEXTHOPS_DAEMON, /* follows the entries of both halves */
};

struct nexthops;

/* Reads links, and what is in the map. Neither fd is taken over; both stay open as long as *ret.
 * 0 or a negative errno. */
int nexthops_open(struct nexthops **ret, int nexthops_map, int devices_map, enum nexthops_role role,
		  struct problem *problem);
/* NULL is fine. Entries and neighbours stay as they are. */
void nexthops_close(struct nexthops *nexthops);

/* Becomes readable when nexthops_follow() has something to do. */
int nexthops_fd(const struct nexthops *nexthops);

struct nexthops_news {
	bool routes_changed; /* a flow that goes by the routes may have to be asked for again */
	bool ways_changed;   /* a way was written */
};

/* Takes what the kernel has told, without waiting, and brings ways up to date; neighbours that
 * vanished are asked for again. Of a flood of news a part at a time. */
int nexthops_follow(struct nexthops *nexthops, struct nexthops_news *ret_news,
		    struct problem *problem);

/* To be called about once a second, with CLOCK_MONOTONIC in nanoseconds: refreshes neighbours where
 * the kernel does not by itself, tries again what failed, and (daemon) takes in the tools' new
 * entries, as nexthops_reread() does. */
int nexthops_tick(struct nexthops *nexthops, uint64_t now, struct problem *problem);

/* Takes in what the tools have changed in their half. */
int nexthops_reread(struct nexthops *nexthops, struct problem *problem);

/* For tools, which must call it once: after the next hops of all flows are known, before the flows are
 * put into a table. Waits until every neighbour has answered, for so many milliseconds at most, then
 * writes the new entries. *ret_silent: neighbours without an answer; the daemon goes on asking. */
int nexthops_wait(struct nexthops *nexthops, unsigned int milliseconds, unsigned int *ret_silent,
		  struct problem *problem);

struct nexthop_question {
	struct flow_key leaves;  /* the flow as it leaves: destination and ports are routed by */
	struct flow_key arrives; /* as it arrives: source is routed by; family 0: that of `leaves` */
	uint32_t mark;
	uint32_t in_ifindex; /* what the routes call the device it arrives at (a VLAN device, a bond),
			      * see nexthops_input_device(); 0: not known */
	bool has_vlan;       /* leaves with these tags, not those of the device */
	uint16_t vlan[2];    /* ids, outermost first, 0: no tag */
};

/* The next hop that the routes say: index of an entry that is there already or is made now; below
 * FLOW_WAY_FIXED where there is none. FLOW_WAY_UNRESOLVED: no entry is free, or the kernel did not
 * answer. An entry stays until nexthops_keep() is told that it is unused. */
uint32_t nexthops_of_route(struct nexthops *nexthops, const struct nexthop_question *question);

/* The same without making anything: a fixed index, or FLOW_WAY_FIXED with *ret as the entry is or
 * would be; its ways are both set. */
uint32_t nexthops_preview(struct nexthops *nexthops, const struct nexthop_question *question,
			  struct flow_nexthop *ret);

/* A next hop that somebody named: what is not named comes from the routes. */
struct nexthop_wish {
	char device[INTERFACE_NAME_SIZE]; /* empty: what the routes say */
	bool has_via;
	uint8_t via_family; /* FLOW_IPV4 or FLOW_IPV6 */
	__be32 via[4];
	bool has_mac; /* needs a device */
	uint8_t mac[6];
	bool has_vlan;
	uint16_t vlan[2];
	bool peer; /* into the network namespace behind the device, a veth */
};

/* 0, or a negative errno with the reason: no such device, not a neighbour, an address of this host. */
int nexthops_named(struct nexthops *nexthops, const struct nexthop_wish *wish,
		   const struct flow_key *leaves, uint32_t *ret_index, struct problem *problem);

/* The next hop of packets that were seen leaving through `ifindex` to this MAC address, with `tags` VLAN
 * tags of these ids. As nexthops_of_route(). */
uint32_t nexthops_of_link(struct nexthops *nexthops, uint32_t ifindex, uint8_t tags,
			  const uint16_t vlan[2], const uint8_t mac[6]);

/* Whether that way is the entry's: what leaves through a slave leaves through its bond. */
bool nexthops_leaves_by(const struct nexthops *nexthops, uint32_t index, uint32_t ifindex,
			uint8_t tags, const uint16_t vlan[2], const uint8_t mac[6]);

/* What the routes call the device at which packets arrive through `ifindex` with these tags: the VLAN
 * device, bond or bridge above it, else `ifindex` itself. */
uint32_t nexthops_input_device(const struct nexthops *nexthops, uint32_t ifindex,
			       const uint16_t vlan[2]);

/* What packets from such a device come by, whichever of its slaves carries them: the device at the bottom of a
 * chain of VLAN devices, a bond among them. 0: it is not here. */
uint32_t nexthops_base_device(const struct nexthops *nexthops, uint32_t device);

/* The entry, as in the map; NULL: it is free, or the index too large. Fixed ones have device 0. Valid
 * until the next call that changes something. */
const struct flow_nexthop *nexthops_get(const struct nexthops *nexthops, uint32_t index);

/* "via 10.0.0.1 dev eth1.5 lladdr 02:00:00:00:00:01", "unresolved" for fixed ones; returns `ret_text`. */
const char *nexthops_text(const struct nexthops *nexthops, uint32_t index,
			  char ret_text[NEXTHOPS_TEXT_SIZE]);

/* Frees the entries whose used[index] is false: of the daemon's half (the daemon), and of the tools'
 * half if `tools` (under the lock). `used` has FLOW_NEXTHOP_LIMIT places, and must be true for what was
 * given out and is not in a table yet. Neighbours of ours that no entry needs any more are left to
 * themselves. Waits until no packet uses what was freed. */
void nexthops_keep(struct nexthops *nexthops, const bool *used, bool tools);

/* Leaves all neighbours of this network namespace that we keep to themselves: when nothing is attached
 * any more. */
int nexthops_release_neighbours(struct problem *problem);

/* "usable", "no-route", "link-down"; never NULL. */
const char *flow_way_state_name(uint32_t state);

#endif
