// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_status.h"

#include <errno.h>

#include "chain_look.h"
#include "recorder_status.h"
#include "sampler_report.h"

static int put_interface(struct report *report, const char *bpffs, const char *interface,
			 enum sampler_view view, unsigned int *sick, struct problem *problem)
{
	struct sampler_state state;
	int err = sampler_state_read(&state, bpffs, interface, problem);

	if (!err) {
		if (view == SAMPLER_VIEW_RECORDERS)
			recorder_status(report, &state);
		else
			sampler_report(report, &state, view == SAMPLER_VIEW_CPUS);
		*sick += state.disagreement_count != 0;
	}
	sampler_state_free(&state);
	return err;
}

static int list_locked(struct interface_list *ret_list, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem)
{
	int err, lock = chain_look_lock(bpffs, problem);

	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = sampler_state_list(ret_list, bpffs, wanted, problem);
	chain_look_unlock(bpffs, lock);
	return err;
}

int sampler_status(struct report *report, const char *bpffs,
		   const struct interface_list *interfaces, enum sampler_view view,
		   unsigned int *ret_sick, struct problem *problem)
{
	struct interface_list list = { 0 };
	int err, first_err = 0;

	*ret_sick = 0;
	err = list_locked(&list, bpffs, interfaces, problem);
	report_object_begin(report, "interfaces");
	if (!err && !list.count)
		report_line(report, "xdp_sampler is not attached to any interface.");
	for (size_t i = 0; !err && i < list.count; i++) {
		struct problem one = { 0 };

		/* One interface that cannot be read must not hide the others. */
		if (put_interface(report, bpffs, list.names[i], view, ret_sick, &one) && !first_err)
			first_err = problem_set(problem, -EIO, "%s", one.text);
	}
	report_object_end(report);
	interface_list_free(&list);
	return err ? err : first_err;
}
