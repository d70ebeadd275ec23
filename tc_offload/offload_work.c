// SPDX-License-Identifier: GPL-2.0-only
#include "offload_work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpffs.h"
#include "cleanup.h"
#include "component_verbs.h"
#include "interface.h"
#include "offload_attach.h"
#include "offload_change.h"
#include "offload_host.h"
#include "offload_interfaces.h"
#include "offload_plan.h"
#include "offload_sysctls.h"

/* The interfaces of --attach if none were typed. */
static int find_interfaces(struct offload_options *options, const struct offload_plan *plan,
			   unsigned int *ret_missing, struct problem *problem)
{
	int err = 0;

	if (options->configured)
		return component_configured(&tc_offload_component, options->config,
					    &options->interfaces, ret_missing, problem);
	if (!options->interfaces.count && plan->interfaces)
		err = offload_plan_interfaces(plan, &options->interfaces, ret_missing, problem);
	if (!err && *ret_missing)
		err = problem_set(problem, -ENODEV,
				  "--attach takes all interfaces of the configuration or none; with "
				  "--configured it takes those that are there");
	return err;
}

static int attach(struct offload_options *options, const struct offload_plan *plan,
		  struct problem *problem)
{
	struct offload_attach_wish wish;
	unsigned int missing = 0;
	int err = find_interfaces(options, plan, &missing, problem);

	/* What there is to say was said. */
	if (!err && options->configured && !options->interfaces.count)
		return component_missing(0, missing, problem);
	if (!err)
		err = offload_options_attach(options, plan, &wish, problem);
	if (!err)
		err = offload_attach(stdout, options->bpffs, &wish, problem);
	return component_missing(err, missing, problem);
}

int offload_work_attach(struct offload_options *options, struct problem *problem)
{
	struct offload_plan plan = { 0 };
	int err = offload_options_plan(options, true, &plan, problem);

	if (!err)
		err = attach(options, &plan, problem);
	offload_plan_free(&plan);
	return err;
}

/* Told, if it is. */
static bool is_nowhere(const char *bpffs)
{
	char path[BPFFS_PATH_SIZE];

	if (offload_host_path(bpffs, path, NULL) || bpffs_exists(path))
		return false;
	printf("attached nowhere: nothing to do\n");
	return true;
}

static int detach_attached(struct offload_options *options, struct problem *problem)
{
	int err;

	if (options->interfaces.count)
		return problem_set(problem, -EINVAL,
				   "--interface and --attached exclude each other: give one");
	if (is_nowhere(options->bpffs))
		return 0;
	err = interface_list_add(&options->interfaces, OFFLOAD_ALL_INTERFACES, problem);
	if (!err)
		err = offload_detach(stdout, options->bpffs, &options->interfaces,
				     offload_options_detach_at(options), problem);
	/* What was left of it is away now. */
	return err == -ENOENT ? 0 : err;
}

int offload_work_detach(struct offload_options *options, struct problem *problem)
{
	if (options->attached)
		return detach_attached(options, problem);
	if (!options->interfaces.count)
		return problem_set(
			problem, -EINVAL,
			"--detach needs --interface LIST; \"all\" is whatever is attached");
	return offload_detach(stdout, options->bpffs, &options->interfaces,
			      offload_options_detach_at(options), problem);
}

static int reload_plan(FILE *out, const char *bpffs, const struct offload_plan *plan,
		       struct problem *problem)
{
	if (plan->has_flows)
		return offload_change_reload(out, bpffs, &plan->flows, plan->max_flows, problem);
	fprintf(out, "The configuration names no flows: those that are there stay.\n");
	return 0;
}

int offload_work_reload(struct offload_options *options, struct problem *problem)
{
	struct offload_plan plan = { 0 };
	int err = offload_options_plan(options, options->configured, &plan, problem);

	if (!err && options->configured && !plan.is_there)
		printf("%s: no section " OFFLOAD_TOOL ": not wanted on this host\n",
		       options->config ? options->config : CONFIG_FILE_STANDARD);
	else if (!err && !(options->configured && is_nowhere(options->bpffs)))
		err = reload_plan(stdout, options->bpffs, &plan, problem);
	offload_plan_free(&plan);
	return err;
}
