/* SPDX-License-Identifier: GPL-2.0-only */
/* flow_nexthops and flow_devices as packets see them. */
#ifndef ECBPF_UDP_NEXTHOP_MAPS_H
#define ECBPF_UDP_NEXTHOP_MAPS_H

#include <stdint.h>
#include "abi/nexthop.h"

/* Release with nexthop_maps_close(). */
struct nexthop_maps {
	int nexthops; /* of the caller, as `devices` */
	int devices;
	int inner, outer; /* a map in a map, see nexthop_maps_wait() */
};

/* 0 or a negative errno. */
int nexthop_maps_open(struct nexthop_maps *ret_maps, int nexthops, int devices);
void nexthop_maps_close(struct nexthop_maps *maps);

/* Entries `first` and following. */
int nexthop_maps_read(const struct nexthop_maps *maps, uint32_t first, uint32_t count,
		      struct flow_nexthop *ret_values);
int nexthop_maps_write(const struct nexthop_maps *maps, uint32_t index,
		       const struct flow_nexthop *value);

/* Puts `way` in the place of the current one of *value and of the map's entry, in two steps. Nobody may
 * still be using the way before the current one: nexthop_maps_wait() since it was current. */
int nexthop_maps_turn(const struct nexthop_maps *maps, uint32_t index, struct flow_nexthop *value,
		      const struct flow_way *way);

/* Waits until no packet uses what it read before. */
int nexthop_maps_wait(const struct nexthop_maps *maps);

/* Lets packets be redirected to this device. */
int nexthop_maps_add_device(const struct nexthop_maps *maps, uint32_t ifindex);

#endif
