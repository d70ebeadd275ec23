/* SPDX-License-Identifier: GPL-2.0-only */
/* The entries of flow_nexthops in memory, found by what they lead to. Knows nothing of the kernel. */
#ifndef ECBPF_UDP_NEXTHOP_TABLE_H
#define ECBPF_UDP_NEXTHOP_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/nexthop.h"
#include "nexthop_way.h"
#include "nexthops.h"

struct nexthop_entry {
	struct flow_nexthop value; /* as in the map; device 0: free */
	struct nexthop_answer answer;
	uint32_t next;   /* of its bucket, 0: none */
	uint32_t turned; /* when it last got another way: nexthops.turn then */
	bool unwritten;  /* not in the map yet */
	bool kept;       /* the kernel keeps the neighbour resolved, or somebody else does */
	bool changed;    /* the way may be another */
};

/* A half of the indexes: the daemon's or the tools'. */
struct nexthop_half {
	uint32_t first, end; /* beyond the last */
	uint32_t from;       /* nothing is free before it */
	uint32_t top;        /* nothing is used from it on */
};

/* Release with nexthop_table_free(). */
struct nexthop_table {
	struct nexthop_entry *entries; /* FLOW_NEXTHOP_LIMIT of them */
	uint32_t *buckets;
	struct nexthop_half half[2]; /* by enum nexthops_role */
};

/* 0 or -ENOMEM. */
int nexthop_table_make(struct nexthop_table *ret_table);
void nexthop_table_free(struct nexthop_table *table);

/* Puts an entry at a free index: its identity and way from *value. */
struct nexthop_entry *nexthop_table_put(struct nexthop_table *table, uint32_t index,
					const struct flow_nexthop *value);
void nexthop_table_remove(struct nexthop_table *table, uint32_t index);

/* The next used index after this one, beginning with 0, of both halves; 0 at the end. */
uint32_t nexthop_table_next(const struct nexthop_table *table, uint32_t after);
/* A free index of a half, or 0. */
uint32_t nexthop_table_free_index(struct nexthop_table *table, enum nexthops_role half);

/* Whether both lead to the same: all but the ways. */
bool nexthop_same(const struct flow_nexthop *a, const struct flow_nexthop *b);
/* The next entry with this identity, as above. */
uint32_t nexthop_table_find(const struct nexthop_table *table, const struct flow_nexthop *value,
			    uint32_t after);
/* The next entry with this neighbour on this device, 0: on any. */
uint32_t nexthop_table_neighbour(const struct nexthop_table *table, uint32_t device, uint8_t family,
				 const __be32 address[4], uint32_t after);

#endif
