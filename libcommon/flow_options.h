/* SPDX-License-Identifier: GPL-2.0-only */
/* What is typed about flows, the same for every tool that has them. */
#ifndef ECBPF_FLOW_OPTIONS_H
#define ECBPF_FLOW_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include "command_line.h"
#include "flow_listing.h"
#include "flow_rule_list.h"
#include "problem.h"

/* A member `flows` of the tool's options. */
struct flow_options {
	const char *add; /* of --flow-add */
	const char *flow;
	bool both;
	bool dry_run;
	uint64_t top;
	int by; /* enum flow_listing_order */
};

extern const char *const flow_options_orders[]; /* words of enum flow_listing_order */

/* The rows of `type`, the tool's options; `add_` to `flows_` are the bits of these verbs. */
#define FLOW_OPTION_ROWS(type, add_, del_, show_, flows_)                                          \
	{ .name = "both",                                                                          \
	  .kind = OPTION_FLAG,                                                                     \
	  .offset = offsetof(type, flows.both),                                                    \
	  .help = "the flow of the answers as well",                                               \
	  .verbs = (add_) | (del_) },                                                              \
		{ .name = "dry-run",                                                               \
		  .kind = OPTION_FLAG,                                                             \
		  .offset = offsetof(type, flows.dry_run),                                         \
		  .help = "only tell what would be done",                                          \
		  .verbs = (add_) },                                                               \
		{ .name = "flow",                                                                  \
		  .kind = OPTION_TEXT,                                                             \
		  .offset = offsetof(type, flows.flow),                                            \
		  .value_name = "IN",                                                              \
		  .help = "only this flow, and that of its answers: \"10.0.0.1:5000 > "            \
			  "10.0.0.2:53\"",                                                         \
		  .verbs = (show_) | (flows_) },                                                   \
		{ .name = "top",                                                                   \
		  .kind = OPTION_NUMBER,                                                           \
		  .offset = offsetof(type, flows.top),                                             \
		  .minimum = 1,                                                                    \
		  .maximum = UINT32_MAX,                                                           \
		  .value_name = "N",                                                               \
		  .help = "only the N largest, the largest first",                                 \
		  .verbs = (flows_) },                                                             \
	{                                                                                          \
		.name = "by", .kind = OPTION_CHOICE, .offset = offsetof(type, flows.by),           \
		.choices = flow_options_orders, .value_name = "WORD",                              \
		.help = "what is large: rates are measured for a second", .verbs = (flows_)        \
	}

/* Adds the rule of --flow-add, which wants its answers' flow too with --both. */
int flow_options_rules(const struct flow_options *options, struct flow_rule_list *ret_rules,
		       struct problem *problem);

/* What is to be listed of these tables (1 << enum flow_table, 0: of all); *ret_key is what the wish points to. */
int flow_options_wish(const struct flow_options *options, unsigned int tables,
		      struct flow_key *ret_key, struct flow_listing_wish *ret_wish,
		      struct problem *problem);

#endif
