/* SPDX-License-Identifier: GPL-2.0-only */
/* From an entry, the links and what is known of the neighbour to the way that packets take. */
#ifndef ECBPF_UDP_NEXTHOP_WAY_H
#define ECBPF_UDP_NEXTHOP_WAY_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/nexthop.h"
#include "network_links.h"
#include "network_neighbours.h"

/* What is known of a neighbour. */
struct nexthop_answer {
	uint8_t state; /* FLOW_WAY_USABLE: `mac` is its address; RESOLVING; UNREACHABLE; LOCAL: it is an
			* address of this host */
	uint8_t mac[6];
};

/* What the kernel's entry means; `before` is what was known, so that a neighbour that does not answer
 * and is asked again is still one that does not answer. */
struct nexthop_answer nexthop_answer_of(const struct network_neighbour *neighbour,
					const struct nexthop_answer *before);

/* Fills all of *ret_way; a way that is not usable is filled as far as it is known. */
void nexthop_way_find(const struct network_links *links, const struct flow_nexthop *entry,
		      const struct nexthop_answer *answer, struct flow_way *ret_way);

/* The same for packets that leave from tc: the device that the routes name sends them itself, whatever it is
 * made of. */
void nexthop_way_find_at_tc(const struct network_links *links, const struct flow_nexthop *entry,
			    const struct nexthop_answer *answer, struct flow_way *ret_way);

/* Whether the device, and all it lies on, is there and has carrier. */
bool nexthop_device_running(const struct network_links *links, uint32_t device);

/* The device at the bottom of a chain of VLAN devices: itself, if it is none. NULL: not here. */
struct network_link *nexthop_device_base(const struct network_links *links, uint32_t device);

#endif
