// SPDX-License-Identifier: GPL-2.0-only
/* What the front door, and the verbs that every tool has, know of tc_offload. */
#include "offload_apply.h"
#include "offload_examine.h"
#include "offload_headline.h"
#include "offload_metrics.h"
#include "offload_plan.h"
#include "offload_state.h"
#include "offload_status.h"
#include "offload_wanted.h"
#include "offload_work.h"

/* Of all places. To be freed also on failure. */
static int read_state(struct offload_state *ret_state, const char *bpffs, struct problem *problem)
{
	return offload_state_read(ret_state, bpffs, &(struct interface_list){ 0 }, problem);
}

static int check(const struct config_file *file, const struct config_value *section,
		 struct config_errors *errors, struct problem *problem)
{
	struct offload_plan plan = { 0 };
	int err = offload_plan_read(&plan, section, errors);

	(void)file;
	offload_plan_free(&plan);
	return err ? problem_errno(problem, err, "read the configuration of tc_offload") : 0;
}

static int status(struct report *report, const char *bpffs, unsigned int *ret_sick,
		  struct problem *problem)
{
	struct offload_state state;
	struct offload_sick sick;
	int err = read_state(&state, bpffs, problem);

	offload_status(report, &state, &sick);
	*ret_sick = sick.places + sick.is_namespace;
	offload_state_free(&state);
	return err;
}

static int headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		    struct problem *problem)
{
	struct offload_state state;
	int err = read_state(&state, bpffs, problem);

	if (!err)
		err = offload_headline(&state, ret_line);
	offload_state_free(&state);
	return err;
}

static int metrics(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	struct offload_state state;
	int err = read_state(&state, bpffs, problem);

	offload_metrics(metrics, &state);
	offload_state_free(&state);
	return err;
}

const struct component tc_offload_component = {
	.name = OFFLOAD_TOOL,
	.tool = OFFLOAD_TOOL,
	.schema = offload_plan_schema,
	.check = check,
	.interfaces = offload_wanted,
	.apply = offload_apply,
	.status = status,
	.headline = headline,
	.metrics = metrics,
	.examine = offload_examine,
};
