/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of flow_tables share. */
#ifndef ECBPF_FLOW_TABLES_INTERNAL_H
#define ECBPF_FLOW_TABLES_INTERNAL_H

#include <stdbool.h>
#include "flow_tables.h"

/* "static", "learned" */
extern const char *const flow_table_names[FLOW_TABLE_COUNT];

/* Id of the map behind an fd, 0: it cannot be told. */
__u32 flow_map_id(int fd);

/* Opens the static table that packets meet: fd, or a negative errno, told. */
int flow_tables_open_static(const struct flow_tables *tables, struct problem *problem);

/* Id of the static table that packets meet. */
int flow_tables_static_id(const struct flow_tables *tables, __u32 *ret_id, struct problem *problem);

/* Returns when every program that has begun to run before has ended: no packet holds an element that
 * nobody could find any more before the call. */
int flow_tables_wait(const struct flow_tables *tables, struct problem *problem);

/* All entries of a table whose FLOW_DEAD is as wanted. */
int flow_map_read(int fd, bool dead, struct flow_entry_list *ret_list, struct problem *problem);

#endif
