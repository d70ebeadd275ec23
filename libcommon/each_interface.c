// SPDX-License-Identifier: GPL-2.0-only
#include "each_interface.h"

#include <errno.h>

#include "bpffs.h"
#include "capability.h"
#include "log.h"
#include "pin_lock.h"

#define LOCK_SECONDS 30

/* Pins are found by name, so one interface must not be worked on under two. */
static int work_on_one(const char *interface, each_interface_work work, void *context,
		       struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];

	interface_real_name(interface, name);
	return work(context, name, problem);
}

static int work_on_all(const struct interface_list *interfaces, const char *verb,
		       each_interface_work work, void *context, struct problem *problem)
{
	size_t failed = 0;
	int first_err = 0;

	for (size_t i = 0; i < interfaces->count; i++) {
		struct problem one = { 0 };
		int err = work_on_one(interfaces->names[i], work, context, &one);

		if (!err)
			continue;
		/* At once, as the next interface overwrites what libbpf said about this one. */
		log_problem(&one);
		failed++;
		if (!first_err)
			first_err = err;
	}
	if (failed)
		problem_set(problem, first_err, "--%s failed on %zu of %zu interfaces", verb,
			    failed, interfaces->count);
	return first_err;
}

int each_interface(const struct interface_list *interfaces, const char *bpffs, const char *verb,
		   each_interface_work work, void *context, struct problem *problem)
{
	int lock, err;

	if (!interfaces->count)
		return problem_set(problem, -EINVAL, "--%s needs --interface LIST", verb);
	err = bpffs_check(bpffs, problem);
	if (!err)
		err = capability_require(verb, problem);
	if (err)
		return err;
	lock = pin_lock_take(bpffs, LOCK_SECONDS, problem);
	if (lock < 0)
		return lock;
	if (interfaces->count == 1)
		err = work_on_one(interfaces->names[0], work, context, problem);
	else
		err = work_on_all(interfaces, verb, work, context, problem);
	pin_lock_release(bpffs, lock);
	return err;
}
