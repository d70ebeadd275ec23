/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of the flows of this network namespace; whole or not at all, under the lock, which is taken here.
 * What is done is told on `stream`. -ENOENT, told: nothing is attached. */
#ifndef OFFLOAD_CHANGE_H
#define OFFLOAD_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "flow_rule_list.h"
#include "problem.h"

/* With `dry_run` nothing is changed, only told. */
int offload_change_flow_add(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			    bool dry_run, struct problem *problem);
/* `in`: a key as a rule has it. */
int offload_change_flow_del(FILE *stream, const char *bpffs, const char *in, bool both,
			    struct problem *problem);
/* The flows become these and no others. */
int offload_change_flow_file(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			     struct problem *problem);
/* The same, and room for `max_flows` of each family; 0: as many as now. */
int offload_change_reload(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			  uint32_t max_flows, struct problem *problem);

#endif
