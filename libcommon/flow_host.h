/* SPDX-License-Identifier: GPL-2.0-only */
/* What it takes to list and change the flows of one network namespace: tables, next hops, and what is the
 * component's own about its flows. Made by the component of what it has open; owns nothing. */
#ifndef ECBPF_FLOW_HOST_H
#define ECBPF_FLOW_HOST_H

#include <stdbool.h>
#include "flow_rule.h"
#include "flow_tables.h"
#include "problem.h"

struct flow_host_rules {
	const char *tool; /* "bypass_udp" */
	/* Refuses a rule (told), or marks its entry. */
	int (*accept)(void *context, const struct flow_rule *rule, struct flow_entry *entry,
		      struct problem *problem);
	/* Flows are about to be added: packets look into the static table from now on, so that a command that
	 * is killed behind this leaves no flows that nobody looks at. */
	int (*before)(void *context, struct problem *problem);
	/* After every change: the daemon reads the table again; packets do not look into an empty one. */
	int (*after)(void *context, struct problem *problem);
	/* As flow_tables_describe(), with an object that has the static tables. */
	int (*describe)(void *context, struct flow_tables *tables, struct problem *problem);
	/* Of a learned flow; never NULL. */
	const char *(*class_name)(unsigned int class);
};

struct flow_host {
	struct flow_tables *tables;
	int nexthops;     /* map */
	int devices;      /* devmap; -1: packets leave from tc */
	bool is_followed; /* a daemon keeps next hops current */
	const struct flow_host_rules *rules;
	void *context; /* of the functions */
};

#endif
