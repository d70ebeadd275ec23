/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_ROOT_LIST_H
#define XDP_ROOT_LIST_H

#include "chain_health.h"

/* What is done with one chain: 0, or a negative errno that ends the walk, told. */
typedef int (*root_list_take)(void *context, const struct chain_health *health,
			      struct problem *problem);

/* Has `take` called for each interface of this network namespace that has pins. */
int root_list_each(const char *bpffs, root_list_take take, void *context, struct problem *problem);

#endif
