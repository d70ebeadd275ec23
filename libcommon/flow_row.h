/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow of the tables in words: for lists and explanations. */
#ifndef ECBPF_FLOW_ROW_H
#define ECBPF_FLOW_ROW_H

#include "abi/nexthop.h"
#include "flow_rule.h"
#include "flow_tables.h"

const char *flow_table_name(unsigned int table); /* "static", "learned" */

/* The rule that makes such a flow; `nexthop` is its entry, NULL: it is free. Of a learned flow, the rule
 * of a static one that would do the same. A device that has gone is named by its number, "#7". */
struct flow_rule flow_row_rule(const struct flow_entry *entry, const struct flow_nexthop *nexthop);

/* State (enum flow_way_state) of the way that index's packets take; `nexthop` as above. */
uint32_t flow_row_way_state(uint32_t index, const struct flow_nexthop *nexthop);

#define FLOW_ROW_FLAGS_SIZE 80

/* "conntrack reply", "observed excluded": what flow_row_rule() does not say; "" if nothing. Returns
 * ret_text. */
const char *flow_row_flags(const struct flow_value *value, char ret_text[FLOW_ROW_FLAGS_SIZE]);

#define FLOW_ROW_AGE_SIZE 32

/* "3.4s", "2m05s", "4h10m", "3d04h"; "-": never. `time` is 0 for never. Returns ret_text. */
const char *flow_row_age(uint64_t now, uint64_t time, char ret_text[FLOW_ROW_AGE_SIZE]);

#endif
