/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of flow_tables share. */
#ifndef ECBPF_FLOW_TABLES_INTERNAL_H
#define ECBPF_FLOW_TABLES_INTERNAL_H

#include <stdbool.h>
#include "flow_tables.h"

/* "static", "learned" */
extern const char *const flow_table_names[FLOW_TABLE_COUNT];

struct flow_family_shape {
	const char *name;   /* "IPv4" */
	const char *tables; /* pins */
	const char *table[FLOW_TABLE_COUNT];
	const char *static_new;
	__u32 key_size; /* in the maps */
};
extern const struct flow_family_shape flow_families[FLOW_FAMILY_COUNT];

enum flow_family flow_family_of(const struct flow_key *key);

/* The map of a table that has this flow, or would have it. */
int flow_map_of(const struct flow_tables *tables, enum flow_table table,
		const struct flow_key *key);

/* As the system calls on the map of a table that has this flow: 0 or a negative errno. */
int flow_map_lookup(int fd, const struct flow_key *key, struct flow_value *ret_value);
int flow_map_insert(int fd, const struct flow_key *key, const struct flow_value *value);
int flow_map_delete(int fd, const struct flow_key *key);

/* Id of the map behind an fd, 0: it cannot be told. */
__u32 flow_map_id(int fd);

/* Id of a family's static table that packets meet. */
int flow_tables_static_id(const struct flow_tables *tables, enum flow_family family, __u32 *ret_id,
			  struct problem *problem);

/* Returns when every program that has begun to run before has ended: no packet holds an element that
 * nobody could find any more before the call. */
int flow_tables_wait(const struct flow_tables *tables, struct problem *problem);

/* All entries of a table's maps (by family; -1: none) whose FLOW_DEAD is as wanted. */
int flow_maps_read(const int maps[FLOW_FAMILY_COUNT], bool dead, struct flow_entry_list *ret_list,
		   struct problem *problem);
int flow_table_read(const struct flow_tables *tables, enum flow_table table, bool dead,
		    struct flow_entry_list *ret_list, struct problem *problem);

#endif
