/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of nexthops.h share. */
#ifndef ECBPF_UDP_NEXTHOPS_INTERNAL_H
#define ECBPF_UDP_NEXTHOPS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include "neighbour_keep.h"
#include "network_links.h"
#include "network_socket.h"
#include "network_transmit.h"
#include "network_watch.h"
#include "nexthop_maps.h"
#include "nexthop_table.h"
#include "nexthops.h"

struct nexthops {
	enum nexthops_role role;
	struct nexthop_maps maps;
	struct nexthop_table table;
	struct network_links links;
	struct network_socket socket;
	struct network_transmit transmit;
	struct network_watch watch;
	struct neighbour_keep keep;
	uint32_t turn; /* of waits for packets: an entry turned in this one must wait for the next */
	uint32_t *changed; /* indexes of entries marked so */
	uint32_t changed_count;
	uint64_t used_at; /* when neighbours were last used, see neighbour_keep_use() */
	bool links_changed, routes_changed, lost;
};

/* What an entry has as neighbour. */
struct network_neighbour nexthop_neighbour(const struct flow_nexthop *value);
/* Whether it is an address of this host: the network must not be asked for it, for ever. */
bool nexthop_is_local(struct nexthops *nexthops, const struct flow_nexthop *value);
/* What the kernel knows of it, without asking it for more. */
struct nexthop_answer nexthop_look(struct nexthops *nexthops, const struct flow_nexthop *value);
/* Has the kernel keep the entry's neighbour, if that can be; sets answer and kept. */
void nexthop_ask(struct nexthops *nexthops, struct nexthop_entry *entry);

void nexthop_mark(struct nexthops *nexthops, uint32_t index);
void nexthop_mark_all(struct nexthops *nexthops);
/* Brings the ways of all marked entries up to date. */
int nexthop_settle(struct nexthops *nexthops, bool *ret_ways_changed);

/* The way of an entry: nexthop_way.h, as packets leave. */
void nexthop_find_way(const struct nexthops *nexthops, const struct flow_nexthop *value,
		      const struct nexthop_answer *answer, struct flow_way *ret_way);

/* The index of an entry that leads there, made if there is none; 0: none is free. */
uint32_t nexthop_make(struct nexthops *nexthops, const struct flow_nexthop *value);

#endif
