// SPDX-License-Identifier: GPL-2.0-only
/* What the front door, and the verbs that every tool has, know of bypass_udp. */
#include "bypass_headline.h"
#include "bypass_metrics.h"
#include "bypass_plan.h"
#include "bypass_section.h"
#include "bypass_state.h"
#include "bypass_status.h"
#include "bypass_work.h"
#include "findings.h"

/* Of all interfaces that have it. To be freed also on failure. */
static int read_state(struct bypass_state *ret_state, const char *bpffs, struct problem *problem)
{
	return bypass_state_read(ret_state, bpffs, &(struct interface_list){ 0 }, BYPASS_SLOT_ANY,
				 problem);
}

static int check(const struct config_file *file, const struct config_value *section,
		 struct config_errors *errors, struct problem *problem)
{
	struct bypass_plan plan = { 0 };
	int err = bypass_section_read(&plan, section, errors);

	(void)file;
	bypass_plan_free(&plan);
	return err ? problem_errno(problem, err, "read the configuration of bypass_udp") : 0;
}

static int status(struct report *report, const char *bpffs, unsigned int *ret_sick,
		  struct problem *problem)
{
	struct bypass_state state;
	struct bypass_sick sick;
	int err = read_state(&state, bpffs, problem);

	bypass_status(report, &state, &sick);
	*ret_sick = sick.interfaces + sick.is_namespace;
	bypass_state_free(&state);
	return err;
}

static int headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		    struct problem *problem)
{
	struct bypass_state state;
	int err = read_state(&state, bpffs, problem);

	if (!err)
		err = bypass_headline(&state, ret_line);
	bypass_state_free(&state);
	return err;
}

static int metrics(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	struct bypass_state state;
	int err = read_state(&state, bpffs, problem);

	bypass_metrics(metrics, &state);
	bypass_state_free(&state);
	return err;
}

static void add_notes(struct findings *findings, const struct bypass_remarks *remarks,
		      const char *place)
{
	for (size_t i = 0; i < remarks->note_count; i++)
		findings_add(findings, BYPASS_TOOL, FINDING_NOTE, "%s%s%s", place,
			     *place ? ": " : "", remarks->note[i]);
}

/* What disagrees the headline tells. */
static int examine(struct findings *findings, const char *bpffs, struct problem *problem)
{
	struct bypass_state state;
	int err = read_state(&state, bpffs, problem);

	add_notes(findings, &state.host.remarks, "");
	for (size_t i = 0; i < state.interface_count; i++)
		add_notes(findings, &state.interfaces[i].remarks, state.interfaces[i].name);
	bypass_state_free(&state);
	return err;
}

const struct component bypass_udp_component = {
	.name = BYPASS_TOOL,
	.tool = BYPASS_TOOL,
	.has_slot = true,
	.schema = bypass_section_schema,
	.check = check,
	.apply = bypass_work_apply,
	.status = status,
	.headline = headline,
	.metrics = metrics,
	.examine = examine,
};
