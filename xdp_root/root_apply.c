// SPDX-License-Identifier: GPL-2.0-only
#include "root_apply.h"

#include <errno.h>

#include "chain_health.h"
#include "component_verbs.h"
#include "each_interface.h"
#include "interface_check.h"
#include "root_attach.h"
#include "root_detach.h"
#include "root_plan.h"
#include "xdp_root_component.h"

int root_wish_attach(void *context, const char *interface, struct problem *problem)
{
	const struct root_wish *wish = context;
	struct root_plan plan = root_plan_of(wish->file, interface);
	const struct root_options options = {
		.bpffs = wish->bpffs,
		.mode = wish->has_mode ? wish->mode : plan.mode,
		.frags = wish->frags || plan.frags,
	};
	const struct interface_wish check = { .mode = options.mode, .frags = options.frags };
	int err = 0;

	if (wish->check)
		err = interface_check(interface, &check, wish->bpffs, problem);
	return err ? err : root_attach(interface, &options, problem);
}

int root_wish_detach(void *context, const char *interface, struct problem *problem)
{
	const struct root_wish *wish = context;
	bool nop = wish->nop || root_plan_of(wish->file, interface).nop;
	int err = root_detach(interface, wish->bpffs, nop, problem);

	if (err == -ENOENT && nop && !wish->nop)
		err = root_detach(interface, wish->bpffs, false, problem);
	return err;
}

struct applying {
	struct root_wish wish;
	FILE *out;
};

/* *ret_done: what the attach will have been; NULL: none is needed. */
static int look(const struct root_wish *wish, const char *interface, const char **ret_done,
		struct problem *problem)
{
	struct root_plan plan = root_plan_of(wish->file, interface);
	struct chain_health health;
	int err = chain_health_read(&health, wish->bpffs, interface, problem);
	const struct attachment *attachment = &health.attachment;

	if (!err && (!attachment->ours || health.is_nop))
		*ret_done = "attached";
	else if (!err && health.disagreement_count)
		*ret_done = "repaired";
	else if (!err && (attachment->running_mode != plan.mode ||
			  (attachment->identity.frags != 0) != plan.frags))
		*ret_done = "changed";
	chain_health_close(&health);
	return err;
}

static int apply_one(void *context, const char *interface, struct problem *problem)
{
	struct applying *applying = context;
	const char *done = NULL;
	int err = look(&applying->wish, interface, &done, problem);

	if (err || !done)
		return err;
	err = root_wish_attach(&applying->wish, interface, problem);
	if (!err)
		fprintf(applying->out, "%s: root %s\n", interface, done);
	return err;
}

int root_apply(FILE *out, const struct component_apply *wish, struct problem *problem)
{
	struct applying applying = { .wish = { .bpffs = wish->bpffs, .check = true }, .out = out };
	struct config_file *file = NULL;
	int err = root_plan_open(wish->config, &file, problem);

	applying.wish.file = file;
	if (!err && wish->interfaces->count)
		err = each_interface(wish->interfaces, wish->bpffs, "attach", apply_one, &applying,
				     problem);
	if (!err)
		err = component_tell_unwanted(out, &xdp_root_component, wish->bpffs, NULL,
					      wish->interfaces, problem);
	config_file_close(file);
	return err;
}
