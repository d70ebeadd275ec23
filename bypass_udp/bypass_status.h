/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_STATUS_H
#define BYPASS_STATUS_H

#include <stdbool.h>
#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json and of the lines of --stats. */
#define BYPASS_STATUS_SCHEMA 1

/* Who does not do what was told. */
struct bypass_sick {
	bool is_namespace;
	unsigned int interfaces;
};

/* Reports what the network namespace has, and bypass_udp on every interface of the list; of an empty
 * list, on every interface that has it. `slot` may be
 * BYPASS_SLOT_ANY. */
int bypass_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  unsigned int slot, struct bypass_sick *ret_sick, struct problem *problem);

/* 0 if nobody is sick, else -EUCLEAN, told. */
int bypass_sick_check(const struct bypass_sick *sick, struct problem *problem);

#endif
