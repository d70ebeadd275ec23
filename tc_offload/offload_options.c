// SPDX-License-Identifier: GPL-2.0-only
#include "offload_options.h"

#include <errno.h>
#include <stddef.h>

#include "component_verbs.h"
#include "option_rows.h"

#define VERB(verb) (UINT32_C(1) << OFFLOAD_VERB_##verb)
#define MEMBER(name) offsetof(struct offload_options, name)
#define OF_INTERFACES (VERB(ATTACH) | VERB(DETACH) | VERB(EXPLAIN) | VERB(STATUS) | VERB(CHECK))

static const struct option_row rows[] = {
	OPTION_ROW_INTERFACES(struct offload_options,
			      "interfaces, separated by commas; attach: \"all\" means physical ones, "
			      "bonds and wireguard; detach: whatever is attached",
			      OF_INTERFACES),
	{ .name = "at",
	  .kind = OPTION_CHOICE,
	  .offset = MEMBER(at),
	  .given_offset = MEMBER(at_given),
	  .choices = offload_at_words,
	  .value_name = "SIDE",
	  .help = "side of the interfaces (attach: ingress, detach: both)",
	  .verbs = VERB(ATTACH) | VERB(DETACH) },
	{ .name = "max-flows",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(max_flows),
	  .minimum = 1,
	  .maximum = OFFLOAD_FLOWS_LIMIT,
	  .value_name = "N",
	  .help = "room for flows of each family (65536), of the first --attach",
	  .verbs = VERB(ATTACH) },
	{ .name = "set-sysctls",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(set_sysctls),
	  .help = "let lo take addresses of 127.0.0.0/8 that come from elsewhere "
		  "(route_localnet and accept_local of lo); the last --detach gives them back",
	  .verbs = VERB(ATTACH) },
	OPTION_ROW_CONFIGURED(struct offload_options, VERB(ATTACH) | VERB(RELOAD)),
	OPTION_ROW_ATTACHED(struct offload_options, VERB(DETACH)),
	OPTION_ROW_CONFIG(struct offload_options,
			  VERB(ATTACH) | VERB(RELOAD) | VERB(CHECK_CONFIG) | VERB(WANTED)),
	OPTION_ROW_NO_CONFIG(struct offload_options, VERB(ATTACH) | VERB(DETACH)),
	FLOW_OPTION_ROWS(struct offload_options, VERB(FLOW_ADD), VERB(FLOW_DEL), VERB(FLOW_SHOW),
			 VERB(FLOWS)),
	OPTION_ROW_JSON(struct offload_options, "as JSON",
			VERB(STATUS) | VERB(FLOWS) | VERB(FLOW_SHOW) | VERB(EXPLAIN) | VERB(CHECK)),
	OPTION_ROW_BPFFS(struct offload_options),
	OPTION_ROW_VERBOSE(struct offload_options, "say more"),
};

const struct option_row *offload_option_rows(size_t *ret_count)
{
	*ret_count = sizeof(rows) / sizeof(*rows);
	return rows;
}

int offload_options_plan(const struct offload_options *options, bool optional,
			 struct offload_plan *ret_plan, struct problem *problem)
{
	const char *path;
	int err = option_config_path(options->config, options->no_config, &path, problem);

	/* A file that somebody has named has to be there. */
	if (!err)
		err = offload_plan_load(ret_plan, path, optional && !options->config, problem);
	return err;
}

int offload_options_attach(const struct offload_options *options, const struct offload_plan *plan,
			   struct offload_attach_wish *ret_wish, struct problem *problem)
{
	*ret_wish = (struct offload_attach_wish){
		.interfaces = &options->interfaces,
		.at = options->at_given ? (enum offload_at_choice)options->at : plan->at,
		.max_flows = options->max_flows ? (uint32_t)options->max_flows : plan->max_flows,
		.set_sysctls = options->set_sysctls || plan->set_sysctls,
		.flows = plan->has_flows ? &plan->flows : NULL,
	};
	if (!ret_wish->interfaces->count)
		return problem_set(problem, -EINVAL,
				   "--attach needs --interface LIST, or \"interfaces\" in the section "
				   "tc_offload of the configuration file");
	return 0;
}

enum offload_at_choice offload_options_detach_at(const struct offload_options *options)
{
	return options->at_given ? (enum offload_at_choice)options->at : OFFLOAD_AT_BOTH;
}

int offload_options_explain(const struct offload_options *options, const char **ret_interface,
			    struct problem *problem)
{
	const struct interface_list *interfaces = &options->interfaces;

	*ret_interface = interfaces->count ? interfaces->names[0] : NULL;
	if (interfaces->count <= 1)
		return 0;
	return problem_set(problem, -EINVAL,
			   "--explain: a packet arrives at one interface: give one");
}
