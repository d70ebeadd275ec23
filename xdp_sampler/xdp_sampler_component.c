// SPDX-License-Identifier: GPL-2.0-only
/* The sampler as one of the host's components. */
#include "xdp_sampler_component.h"

#include "component_verbs.h"
#include "each_interface.h"
#include "sampler_attach.h"
#include "sampler_change.h"
#include "sampler_headline.h"
#include "sampler_metrics.h"
#include "sampler_plan.h"
#include "sampler_reload.h"
#include "sampler_section.h"
#include "sampler_state.h"
#include "sampler_status.h"
#include "xdp_sampler.h"

static int check(const struct config_file *file, const struct config_value *section,
		 struct config_errors *errors, struct problem *problem)
{
	struct sampler_sinks sinks = { 0 };
	int err = sampler_section_check(section, file, &sinks, errors);

	return err ? problem_errno(problem, err, "check the configuration of the sampler") : 0;
}

struct applying {
	FILE *out;
	const char *bpffs;
	struct sampler_plans plans;
};

static int apply_one(void *context, const char *interface, struct problem *problem)
{
	const struct applying *applying = context;
	const struct sampler_plan *plan = sampler_plans_find(&applying->plans, interface);
	char places[SAMPLER_SETTING_TEXT_SIZE];
	int err;

	if (sampler_is_attached(applying->bpffs, interface))
		return sampler_reload(applying->out, applying->bpffs, interface, plan, problem);
	err = sampler_attach(applying->bpffs, interface, &plan->settings, problem);
	if (!err && plan->recorder_count)
		err = sampler_record_plan(applying->bpffs, interface, plan, problem);
	if (!err)
		fprintf(applying->out, "%s: sampler attached at %s, with %zu recorders\n",
			interface,
			sampler_settings_text(&plan->settings, SAMPLER_SETTING_AT, places),
			plan->recorder_count);
	return err;
}

static int apply(FILE *out, const struct component_apply *wish, struct problem *problem)
{
	struct applying applying = { .out = out, .bpffs = wish->bpffs };
	int err =
		sampler_plans_load(&applying.plans, wish->config, false, wish->interfaces, problem);

	if (!err && wish->interfaces->count)
		err = each_interface(wish->interfaces, wish->bpffs, "reload", apply_one, &applying,
				     problem);
	if (!err)
		err = sampler_reload_readers(out, wish->bpffs, wish->interfaces, problem);
	if (!err)
		err = component_tell_unwanted(out, &xdp_sampler_component, wish->bpffs,
					      sampler_is_attached, wish->interfaces, problem);
	sampler_plans_free(&applying.plans);
	return err;
}

static int status(struct report *report, const char *bpffs, unsigned int *ret_sick,
		  struct problem *problem)
{
	const struct interface_list every = { 0 };

	return sampler_status(report, bpffs, &every, SAMPLER_VIEW_CPUS, ret_sick, problem);
}

const struct component xdp_sampler_component = {
	.name = SAMPLER_TOOL,
	.tool = SAMPLER_TOOL,
	.has_slot = true,
	.schema = sampler_section_schema,
	.check = check,
	.apply = apply,
	.status = status,
	.headline = sampler_headline,
	.metrics = sampler_metrics,
};
