/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_ROOT_STATUS_H
#define ECBPF_ROOT_STATUS_H

#include <stdbool.h>
#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json. */
#define ROOT_STATUS_SCHEMA 1

/* Reports every interface of the list; of an empty list, every interface of this network namespace
 * but loopback, and every one that has pins. *ret_sick counts those whose pins, attachment and
 * intent disagree. With `reasons`, text shows the counters by reason too (JSON always does). */
int root_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		bool reasons, unsigned int *ret_sick, struct problem *problem);

#endif
