/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_FILTER_STATUS_H
#define XDP_FILTER_STATUS_H

#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json. */
#define FILTER_STATUS_SCHEMA 1

/* Reports the filter of every interface of the list; of an empty list, of every interface that has
 * it. `slot` may be FILTER_SLOT_ANY. *ret_sick counts the filters that are
 * loaded and that no packet reaches. */
int filter_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  unsigned int slot, unsigned int *ret_sick, struct problem *problem);

#endif
