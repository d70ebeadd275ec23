/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules, made what the static table holds. */
#ifndef ECBPF_STATIC_ENTRIES_H
#define ECBPF_STATIC_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "flow_file.h"
#include "flow_host.h"
#include "flow_value.h"
#include "nexthops.h"
#include "problem.h"

/* rule[i] is what entry[i] was made of; `both` makes two of one. */
struct static_entries {
	struct flow_entry *entry;
	struct flow_rule *rule;
	struct flow_nexthop *preview; /* of a dry run: where its next hop would be */
	size_t count;
	struct nexthops *nexthops;
	bool dry_run;
	const struct flow_host *host;
};

/* Asks the routes for each next hop, and gives neighbours some time to answer; with `dry_run` nothing is
 * made, and what somebody named is not asked for. -ENODEV: a named interface is not there. To be freed
 * also on failure. */
int static_entries_fill(struct static_entries *ret_entries, const struct flow_host *host,
			const struct flow_rule_list *rules, bool dry_run, struct problem *problem);
void static_entries_free(struct static_entries *entries);

/* Prints "VERB IN => OUT: NEXT HOP" for each; warns if nobody follows next hops. */
void static_entries_tell(const struct static_entries *entries, const char *verb, FILE *stream);
/* Prints those alone that cannot be sent now, the first ones. */
void static_entries_tell_unusable(const struct static_entries *entries, FILE *stream);

/* Frees next hops that neither these entries nor learned flows use, unless a daemon does that. */
int static_entries_sweep(const struct static_entries *entries, const struct flow_host *host,
			 struct problem *problem);

#endif
