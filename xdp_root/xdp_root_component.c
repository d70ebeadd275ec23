// SPDX-License-Identifier: GPL-2.0-only
#include "xdp_root_component.h"

#include "host_config.h"
#include "root_apply.h"
#include "root_headline.h"
#include "root_metrics.h"
#include "root_plan.h"
#include "root_status.h"

static int check(const struct config_file *file, const struct config_value *section,
		 struct config_errors *errors, struct problem *problem)
{
	(void)file;
	(void)problem;
	root_plan_check(section, errors);
	return 0;
}

static int status(struct report *report, const char *bpffs, unsigned int *ret_sick,
		  struct problem *problem)
{
	const struct interface_list all = { 0 };

	return root_status(report, bpffs, &all, true, ret_sick, problem);
}

const struct component xdp_root_component = {
	.name = HOST_CONFIG_ROOT,
	.tool = "xdp_root_loader",
	.schema = root_plan_schema,
	.check = check,
	.apply = root_apply,
	.status = status,
	.headline = root_headline,
	.metrics = root_metrics,
};
