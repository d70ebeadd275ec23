/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_FLOW_RULE_LIST_H
#define ECBPF_FLOW_RULE_LIST_H

#include <stddef.h>
#include <stdint.h>
#include "flow_rule.h"
#include "problem.h"

#define FLOW_RULES_MAX (1U << 24)

/* Rules in the order they were given, no key twice. Starts as zeros; release with
 * flow_rule_list_free(). */
struct flow_rule_list {
	struct flow_rule *rules;
	size_t count; /* a rule with `both` is one */
	size_t room;
	uint32_t *slots; /* hash table of keys: where in `rules` they are, for flow_rule_list.c */
	size_t slot_count;
	size_t key_count;
};

/* Adds one rule. -EEXIST: its key, or that of its reverse, is there, and the text says in which rule;
 * -ENOSPC: FLOW_RULES_MAX; -ENOMEM. */
int flow_rule_list_add(struct flow_rule_list *list, const struct flow_rule *rule,
		       struct problem *problem);
/* Only the first `count` stay. */
void flow_rule_list_cut(struct flow_rule_list *list, size_t count);
void flow_rule_list_free(struct flow_rule_list *list);

#endif
