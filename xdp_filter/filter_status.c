// SPDX-License-Identifier: GPL-2.0-only
#include "filter_status.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "chain_look.h"
#include "cleanup.h"
#include "filter_report.h"
#include "filter_state.h"
#include "list_file.h"
#include "loaded_filter.h"
#include "source_expiry.h"

static int put_interface(struct report *report, const char *bpffs, const char *interface,
			 const struct filter_status_wish *wish, const struct drop_sample *earlier,
			 unsigned int *sick, struct problem *problem)
{
	struct filter_state state;
	int err;

	err = filter_state_read(&state, bpffs, interface, wish->slot, true, problem);
	if (!err) {
		filter_report(report, &state, earlier, wish->entries);
		*sick += state.disagreement != NULL;
	}
	filter_state_free(&state);
	return err;
}

/* What is there to be told, and the first samples of all of it at about one time. */
static int begin(struct interface_list *ret_list, struct drop_sample **ret_samples,
		 const char *bpffs, const struct interface_list *wanted,
		 const struct filter_status_wish *wish, struct problem *problem)
{
	int err, lock = chain_look_lock(bpffs, problem);

	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = filter_state_list(ret_list, bpffs, wanted, wish->slot, problem);
	*ret_samples = calloc(ret_list->count + 1, sizeof(**ret_samples));
	if (!err && !*ret_samples) {
		problem_errno(problem, -ENOMEM, "cannot read the status");
		err = -ENOMEM;
	}
	for (size_t i = 0; !err && wish->seconds && i < ret_list->count; i++)
		(*ret_samples)[i] = filter_state_sample(bpffs, ret_list->names[i], wish->slot);
	chain_look_unlock(bpffs, lock);
	return err;
}

static void wait_for_packets(unsigned int seconds)
{
	struct timespec left = { .tv_sec = (time_t)seconds };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

int filter_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  const struct filter_status_wish *wish, unsigned int *ret_sick,
		  struct problem *problem)
{
	CLEANUP_FREE struct drop_sample *samples = NULL;
	struct interface_list list = { 0 };
	int err, first_err = 0;

	*ret_sick = 0;
	err = begin(&list, &samples, bpffs, interfaces, wish, problem);
	report_object_begin(report, "interfaces");
	if (!err && !list.count)
		report_line(report, "xdp_filter is not attached to any interface.");
	else if (!err)
		wait_for_packets(wish->seconds);
	for (size_t i = 0; !err && i < list.count; i++) {
		struct problem one = { 0 };

		/* One interface that cannot be read must not hide the others. */
		if (put_interface(report, bpffs, list.names[i], wish, &samples[i], ret_sick,
				  &one) &&
		    !first_err)
			first_err = problem_set(problem, -EIO, "%s", one.text);
	}
	report_object_end(report);
	interface_list_free(&list);
	return err ? err : first_err;
}

int filter_dump(FILE *stream, const char *bpffs, const char *interface, unsigned int slot,
		struct problem *problem)
{
	struct filter_state state;
	char name[INTERFACE_NAME_SIZE];
	int err;

	interface_real_name(interface, name);
	err = filter_state_read(&state, bpffs, name, slot, true, problem);
	if (!err && list_file_write(stream, &state.sources))
		err = problem_errno(problem, -errno, "%s: cannot write the whole list", name);
	filter_state_free(&state);
	return err;
}
