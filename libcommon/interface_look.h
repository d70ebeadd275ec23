/* SPDX-License-Identifier: GPL-2.0-only */
/* Between interface_check.c, which says whether a program may run, and interface_look.c, which says what becomes of
 * packets then. */
#ifndef ECBPF_INTERFACE_LOOK_H
#define ECBPF_INTERFACE_LOOK_H

#include <stdbool.h>
#include "driver_rules.h"
#include "interface_check.h"

struct interface_look {
	const struct interface_facts *facts;
	const struct interface_wish *wish;
	const struct driver_rules *rules;
	struct findings *findings;
};

/* True if the root runs in the mode that is wanted: the driver has agreed already. */
bool interface_look_runs(const struct interface_look *look);

/* Adds what is to be said about merging, VLAN tags, channels, transmitting, redirecting and tc. */
void interface_look_at_switches(const struct interface_look *look);

#endif
