// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_work.h"

#include <errno.h>

#include "bpffs.h"
#include "bypass_attach.h"
#include "bypass_change.h"
#include "bypass_host.h"
#include "bypass_plan.h"
#include "bypass_reload.h"
#include "bypass_slot.h"
#include "component_verbs.h"
#include "each_interface.h"
#include "pin_lock.h"

#define LOCK_SECONDS 30

/* What a verb does to every interface, all of it read before anything is changed. */
struct work {
	const char *bpffs;
	const struct interface_list *interfaces;
	unsigned int slot;
	struct bypass_plan plan;
	struct bypass_request request;
	FILE *out;
};

static struct work work_of(const struct bypass_options *options)
{
	return (struct work){ .bpffs = options->bpffs,
			      .interfaces = &options->interfaces,
			      .slot = (unsigned int)options->slot,
			      .out = stdout };
}

/* Where the configuration wants it, if that was typed; then `act`. */
static int where_configured(struct bypass_options *options,
			    int (*act)(const struct bypass_options *options,
				       struct problem *problem),
			    struct problem *problem)
{
	unsigned int missing = 0;
	int err = 0;

	if (!options->configured)
		return act(options, problem);
	err = component_configured(&bypass_udp_component, options->config, &options->interfaces,
				   &missing, problem);
	if (!err && options->interfaces.count)
		err = act(options, problem);
	return component_missing(err, missing, problem);
}

static int attach_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;
	struct bypass_attach_wish wish = { .slot = work->slot,
					   .plan = &work->plan,
					   .said = &work->request };

	return bypass_attach(work->bpffs, interface, &wish, problem);
}

static int attach(const struct bypass_options *options, struct problem *problem)
{
	struct work work = work_of(options);
	int err = bypass_options_request(options, &work.request, problem);

	if (!err)
		err = bypass_options_plan(options, true, &work.plan, problem);
	if (!err)
		err = each_interface(work.interfaces, work.bpffs, "attach", attach_one, &work,
				     problem);
	bypass_plan_free(&work.plan);
	return err;
}

int bypass_work_attach(struct bypass_options *options, struct problem *problem)
{
	return where_configured(options, attach, problem);
}

static int detach_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return bypass_detach(work->bpffs, interface, work->slot, problem);
}

/* The root may have been taken away with the program in it. */
static int tidy(const char *bpffs, struct problem *problem)
{
	int err, lock = pin_lock_take(bpffs, LOCK_SECONDS, problem);

	if (lock < 0)
		return lock;
	err = bypass_host_tidy(bpffs, problem);
	pin_lock_release(bpffs, lock);
	return err;
}

static bool is_attached(const char *bpffs, const char *interface)
{
	uint32_t ifindex;

	return bypass_slot_look(bpffs, interface, &ifindex) != -ENOENT;
}

int bypass_work_detach(struct bypass_options *options, struct problem *problem)
{
	struct work work = work_of(options);
	int err;

	if (options->attached) {
		err = component_attached(options->bpffs, is_attached, &options->interfaces,
					 problem);
		if (err || !options->interfaces.count)
			return err ? err : tidy(options->bpffs, problem);
	}
	return each_interface(work.interfaces, work.bpffs, "detach", detach_one, &work, problem);
}

/* The interfaces that were named, or all that have bypass_udp; none is fine. */
static int for_each_attached(struct work *work, const char *verb, each_interface_work do_one,
			     struct problem *problem)
{
	struct interface_list list = { 0 };
	int err = bpffs_check(work->bpffs, problem);

	if (!err)
		err = bypass_slot_interfaces(&list, work->bpffs, work->interfaces, problem);
	if (!err && list.count)
		err = each_interface(&list, work->bpffs, verb, do_one, work, problem);
	interface_list_free(&list);
	return err;
}

static int set_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return bypass_change_interface(work->bpffs, interface, work->slot, &work->request, problem);
}

int bypass_work_set(struct bypass_options *options, struct problem *problem)
{
	struct work work = work_of(options);
	int err = bypass_options_request(options, &work.request, problem);

	if (!err && !bypass_request_any(&work.request))
		err = problem_set(problem, -EINVAL,
				  "--set needs something to set, --idle-timeout for one; see --help");
	/* First: it tells if nothing is attached at all. */
	if (!err)
		err = bypass_change_settings(work.bpffs, &work.request, problem);
	if (!err && work.request.given[BYPASS_SETTING_MONITOR])
		err = for_each_attached(&work, "set", set_one, problem);
	return err;
}

static int reload_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return bypass_reload_interface(work->bpffs, interface, work->slot, &work->plan, problem);
}

static int reload_all(struct work *work, struct problem *problem)
{
	int err = bypass_reload(work->out, work->bpffs, &work->plan, problem);

	return err ? err : for_each_attached(work, "reload", reload_one, problem);
}

static int reload(const struct bypass_options *options, struct problem *problem)
{
	struct work work = work_of(options);
	int err = bypass_options_plan(options, false, &work.plan, problem);

	if (!err)
		err = reload_all(&work, problem);
	bypass_plan_free(&work.plan);
	return err;
}

int bypass_work_reload(struct bypass_options *options, struct problem *problem)
{
	return where_configured(options, reload, problem);
}

static int attach_missing(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;
	int err;

	if (is_attached(work->bpffs, interface))
		return 0;
	err = attach_one(context, interface, problem);
	if (!err)
		fprintf(work->out, "bypass_udp: attached to %s\n", interface);
	return err;
}

static int apply(struct work *work, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	int err = bypass_host_path(work->bpffs, path, problem);
	bool is_first = !err && !bpffs_exists(path);

	if (!err)
		err = each_interface(work->interfaces, work->bpffs, "attach", attach_missing, work,
				     problem);
	/* The first attach makes all as the file says. */
	return err || is_first ? err : reload_all(work, problem);
}

int bypass_work_apply(FILE *out, const struct component_apply *wish, struct problem *problem)
{
	struct work work = { .bpffs = wish->bpffs,
			     .interfaces = wish->interfaces,
			     .slot = BYPASS_SLOT_ANY,
			     .out = out };
	int err = bypass_plan_load(&work.plan, wish->config, true, problem);

	if (!err && wish->interfaces->count)
		err = apply(&work, problem);
	if (!err)
		err = component_tell_unwanted(out, &bypass_udp_component, wish->bpffs, is_attached,
					      wish->interfaces, problem);
	bypass_plan_free(&work.plan);
	return err;
}
