// SPDX-License-Identifier: GPL-2.0-only
#include "chain_look.h"

#include <errno.h>

#include "log.h"
#include "pin_lock.h"

/* A loader that hangs must not keep the status from being read for long. */
#define LOCK_SECONDS 3

int chain_look_lock(const char *bpffs, struct problem *problem)
{
	int lock = pin_lock_take(bpffs, LOCK_SECONDS, problem);

	if (lock == -ETIMEDOUT)
		log_warning("a loader has been changing the pins for more than %d s: looking "
			    "beside it",
			    LOCK_SECONDS);
	return lock;
}

void chain_look_unlock(const char *bpffs, int lock)
{
	if (lock >= 0)
		pin_lock_release(bpffs, lock);
}

int chain_look(struct chain *chain, const char *bpffs, const char *interface,
	       struct problem *problem)
{
	uint32_t ifindex;
	int err;

	chain_init(chain, bpffs, interface);
	err = chain_open(chain, problem);
	if (err && err != -ENOENT)
		return err;
	if (err && interface_index(interface, &ifindex) < 0)
		return problem_set(problem, -ENODEV,
				   "%s: no such interface in this network namespace", interface);
	if (err || !chain_has_maps(chain))
		return problem_set(problem, -ENOENT,
				   "%s: no root array, or one without its pins; run: "
				   "xdp_root_loader --attach --interface %s",
				   interface, interface);
	return 0;
}

bool chain_look_has(const char *bpffs, const char *interface, chain_look_for holds,
		    const void *context)
{
	struct chain chain;
	int err;

	chain_init(&chain, bpffs, interface);
	err = chain_open(&chain, NULL);
	if (!err && !chain_has_maps(&chain))
		err = -ENOENT;
	if (!err)
		err = holds(&chain, context);
	chain_close(&chain);
	return err != -ENOENT;
}

int chain_look_list(struct interface_list *ret_list, const char *bpffs,
		    const struct interface_list *wanted, chain_look_for holds, const void *context,
		    struct problem *problem)
{
	struct interface_list pinned = { 0 };
	char name[INTERFACE_NAME_SIZE];
	int err = 0;

	for (size_t i = 0; !err && i < wanted->count; i++) {
		interface_real_name(wanted->names[i], name);
		err = interface_list_add(ret_list, name, problem);
	}
	if (!err && !wanted->count)
		err = chain_list(bpffs, &pinned, problem);
	for (size_t i = 0; !err && i < pinned.count; i++) {
		if (chain_look_has(bpffs, pinned.names[i], holds, context))
			err = interface_list_add(ret_list, pinned.names[i], problem);
	}
	interface_list_free(&pinned);
	return err;
}
