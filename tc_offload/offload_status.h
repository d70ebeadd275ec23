/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OFFLOAD_STATUS_H
#define OFFLOAD_STATUS_H

#include <stdbool.h>
#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json. */
#define OFFLOAD_STATUS_SCHEMA 1

/* Who does not do what was told. */
struct offload_sick {
	bool is_namespace;
	unsigned int places;
};

/* Reports what the network namespace has, and the places of every interface of the list; of an empty list,
 * or one with "all", every place. -ENOENT: an interface of the list has none. */
int offload_status(struct report *report, const char *bpffs,
		   const struct interface_list *interfaces, struct offload_sick *ret_sick,
		   struct problem *problem);

/* 0 if nobody is sick, else -EUCLEAN, told. */
int offload_sick_check(const struct offload_sick *sick, struct problem *problem);

#endif
