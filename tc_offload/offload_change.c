// SPDX-License-Identifier: GPL-2.0-only
#include "offload_change.h"

#include "offload_flows.h"
#include "static_flows.h"

int offload_change_flow_add(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			    bool dry_run, struct problem *problem)
{
	struct offload_changed changed;
	int err = offload_changed_open(&changed, bpffs, "flow-add", problem);

	if (!err)
		err = static_flows_add(&changed.flows.flows, rules, dry_run, stream, problem);
	offload_changed_close(&changed);
	return err;
}

int offload_change_flow_del(FILE *stream, const char *bpffs, const char *in, bool both,
			    struct problem *problem)
{
	struct offload_changed changed;
	struct flow_rule rule;
	int err = flow_rule_parse_in(in, &rule, problem);

	if (err)
		return problem_prefix(problem, err, "--flow-del '%s'", in);
	err = offload_changed_open(&changed, bpffs, "flow-del", problem);
	if (!err)
		err = static_flows_remove(&changed.flows.flows, &rule.key, both, stream, problem);
	offload_changed_close(&changed);
	return err;
}

static int replace(FILE *stream, const char *bpffs, const char *verb,
		   const struct flow_rule_list *rules, uint32_t max_flows, struct problem *problem)
{
	struct offload_changed changed;
	int err = offload_changed_open(&changed, bpffs, verb, problem);

	if (!err)
		err = static_flows_replace(&changed.flows.flows, rules, max_flows, stream, problem);
	offload_changed_close(&changed);
	return err;
}

int offload_change_flow_file(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			     struct problem *problem)
{
	return replace(stream, bpffs, "flow-file", rules, 0, problem);
}

int offload_change_reload(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			  uint32_t max_flows, struct problem *problem)
{
	return replace(stream, bpffs, "reload", rules, max_flows, problem);
}
