// SPDX-License-Identifier: GPL-2.0-only
#include "flow_options.h"

#include <stddef.h>

#include "flow_rule.h"

const char *const flow_options_orders[] = { "pps", "bps", "packets", "bytes", NULL };

int flow_options_rules(const struct flow_options *options, struct flow_rule_list *ret_rules,
		       struct problem *problem)
{
	struct flow_rule rule;
	int err = flow_rule_parse(options->add, &rule, problem);

	if (!err) {
		rule.both |= options->both;
		err = flow_rule_list_add(ret_rules, &rule, problem);
	}
	return err ? problem_prefix(problem, err, "--flow-add '%s'", options->add) : 0;
}

int flow_options_wish(const struct flow_options *options, unsigned int tables,
		      struct flow_key *ret_key, struct flow_listing_wish *ret_wish,
		      struct problem *problem)
{
	struct flow_rule rule;
	int err;

	*ret_wish = (struct flow_listing_wish){ .tables = tables,
						.top = (size_t)options->top,
						.by = (enum flow_listing_order)options->by };
	if (!options->flow)
		return 0;
	err = flow_rule_parse_in(options->flow, &rule, problem);
	if (err)
		return problem_prefix(problem, err, "--flow '%s'", options->flow);
	*ret_key = rule.key;
	ret_wish->key = ret_key;
	return 0;
}
