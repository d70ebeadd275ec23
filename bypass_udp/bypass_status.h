/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_STATUS_H
#define BYPASS_STATUS_H

#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json and of the lines of --stats. */
#define BYPASS_STATUS_SCHEMA 1

/* Reports what the network namespace has, and bypass_udp on every interface of the list; of an empty
 * list, on every interface that has it. *ret_sick counts the interfaces that do not do what they
 * were told to, and the network namespace as one more. `slot` may be BYPASS_SLOT_ANY. */
int bypass_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  unsigned int slot, unsigned int *ret_sick, struct problem *problem);

#endif
