/* SPDX-License-Identifier: GPL-2.0-only */
/* --attach and --detach: a list of interfaces, all of it or nothing. */
#ifndef OFFLOAD_ATTACH_H
#define OFFLOAD_ATTACH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "flow_rule_list.h"
#include "interface.h"
#include "problem.h"

/* Of --at. */
enum offload_at_choice {
	OFFLOAD_AT_INGRESS,
	OFFLOAD_AT_EGRESS,
	OFFLOAD_AT_BOTH,
};

struct offload_attach_wish {
	const struct interface_list
		*interfaces; /* "all": physical ones, bonds, wireguard (offload_interfaces.h) */
	enum offload_at_choice at;
	uint32_t max_flows;                 /* of the first --attach; 0: OFFLOAD_FLOWS_DEFAULT */
	bool set_sysctls;                   /* offload_sysctls.h */
	const struct flow_rule_list *flows; /* of the first --attach; NULL: none */
};

/* Checks every interface first; attaches, or upgrades where it is attached already (flows and counters stay, no
 * packet goes by without one of the two programs); if one fails, takes away what this call attached. Tells a line
 * for each place on `stream`. Takes the lock. */
int offload_attach(FILE *stream, const char *bpffs, const struct offload_attach_wish *wish,
		   struct problem *problem);

/* Takes away exactly what offload_attach() has made; the last one takes flows along, and gives sysctls back what they
 * were. "all": whatever is attached in this network namespace. An interface where nothing is attached: -ENOENT,
 * nothing is changed. Takes the lock. */
int offload_detach(FILE *stream, const char *bpffs, const struct interface_list *interfaces,
		   enum offload_at_choice at, struct problem *problem);

#endif
