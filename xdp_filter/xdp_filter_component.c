// SPDX-License-Identifier: GPL-2.0-only
/* The filter as one of the host's components. */
#include "xdp_filter_component.h"

#include "component_verbs.h"
#include "each_interface.h"
#include "filter_attach.h"
#include "filter_headline.h"
#include "filter_metrics.h"
#include "filter_plan.h"
#include "filter_reload.h"
#include "filter_section.h"
#include "filter_state.h"
#include "filter_status.h"
#include "program_slot.h"

#define STATUS_ENTRIES 1000

static int check(const struct config_file *file, const struct config_value *section,
		 struct config_errors *errors, struct problem *problem)
{
	int err = filter_plan_check(file, section, errors);

	return err ? problem_errno(problem, err, "check the configuration of the filter") : 0;
}

struct applying {
	FILE *out;
	const char *bpffs;
	struct filter_plans plans;
};

static int apply_one(void *context, const char *interface, struct problem *problem)
{
	const struct applying *applying = context;
	const struct filter_plan *plan = filter_plans_find(&applying->plans, interface);
	const struct filter_request nothing = { 0 };
	int err;

	if (filter_is_attached(applying->bpffs, interface))
		return filter_reload(applying->out, applying->bpffs, interface, PROGRAM_SLOT_ANY,
				     plan, problem);
	err = filter_attach(applying->bpffs, interface, PROGRAM_SLOT_ANY, plan, &nothing, problem);
	if (!err)
		fprintf(applying->out, "%s: filter attached, with %zu sources\n", interface,
			plan->sources.count);
	return err;
}

static int apply(FILE *out, const struct component_apply *wish, struct problem *problem)
{
	struct applying applying = { .out = out, .bpffs = wish->bpffs };
	int err =
		filter_plans_load(&applying.plans, wish->config, false, wish->interfaces, problem);

	if (!err && wish->interfaces->count)
		err = each_interface(wish->interfaces, wish->bpffs, "reload", apply_one, &applying,
				     problem);
	if (!err)
		err = component_tell_unwanted(out, &xdp_filter_component, wish->bpffs,
					      filter_is_attached, wish->interfaces, problem);
	filter_plans_free(&applying.plans);
	return err;
}

static int status(struct report *report, const char *bpffs, unsigned int *ret_sick,
		  struct problem *problem)
{
	const struct filter_status_wish wish = { .slot = PROGRAM_SLOT_ANY,
						 .entries = STATUS_ENTRIES };
	const struct interface_list every = { 0 };

	return filter_status(report, bpffs, &every, &wish, ret_sick, problem);
}

const struct component xdp_filter_component = {
	.name = FILTER_PROGRAM,
	.tool = FILTER_PROGRAM,
	.has_slot = true,
	.schema = filter_section_schema,
	.check = check,
	.apply = apply,
	.status = status,
	.headline = filter_headline,
	.metrics = filter_metrics,
};
