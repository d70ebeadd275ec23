/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the rules of legacy iptables and ip6tables (not iptables-nft) of this network namespace
 * change. The kernel tells nobody: they have to be looked at again and again. */
#ifndef BYPASS_LEGACY_RULES_H
#define BYPASS_LEGACY_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include "problem.h"

/* Starts as zeros. */
struct legacy_rules {
	uint64_t digest; /* of all rules, without their counters */
};

/* *ret_changed: the rules are others than at the look before; at the first look: there are any. Costs
 * next to nothing where nobody ever used legacy iptables, and else reads all rules. Tables that are
 * not there are not made. */
int legacy_rules_look(struct legacy_rules *rules, bool *ret_changed, struct problem *problem);

#endif
