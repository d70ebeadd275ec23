// SPDX-License-Identifier: GPL-2.0-only
#include "loaded_filter.h"

#include <errno.h>

#include "interface.h"
#include "log.h"
#include "pin_lock.h"
#include "slot_table.h"

/* A loader that hangs must not keep the status from being read for long. */
#define LOCK_SECONDS 3

static void set_closed(struct loaded_filter *filter, const char *bpffs, const char *interface)
{
	*filter = (struct loaded_filter){ .maps = FILTER_MAPS_CLOSED, .sources = { .list = -1 } };
	chain_init(&filter->chain, bpffs, interface);
}

static int open_parts(struct loaded_filter *filter, unsigned int slot, struct problem *problem)
{
	const struct chain *chain = &filter->chain;
	int err;

	err = filter_slot_find(chain, slot, &filter->place, problem);
	if (!err)
		err = filter_maps_open(&filter->maps, chain, filter->place.number, problem);
	if (!err)
		err = source_maps_open(&filter->sources, chain, filter->place.number,
				       filter->maps.fd[FILTER_SOURCES], problem);
	return err;
}

int loaded_filter_open(struct loaded_filter *filter, const char *bpffs, const char *interface,
		       unsigned int slot, struct problem *problem)
{
	int err;

	set_closed(filter, bpffs, interface);
	err = slot_table_open(&filter->chain, bpffs, interface, &filter->attachment, problem);
	return err ? err : open_parts(filter, slot, problem);
}

int loaded_filter_look(struct loaded_filter *filter, const char *bpffs, const char *interface,
		       unsigned int slot, struct problem *problem)
{
	uint32_t ifindex;
	int err;

	set_closed(filter, bpffs, interface);
	err = chain_open(&filter->chain, problem);
	if (err && err != -ENOENT)
		return err;
	if (err && interface_index(interface, &ifindex) < 0)
		return problem_set(problem, -ENODEV,
				   "%s: no such interface in this network namespace", interface);
	if (err || !chain_has_maps(&filter->chain))
		return problem_set(problem, -ENOENT,
				   "%s: no root array, or one without its pins; run: "
				   "xdp_root_loader --attach --interface %s",
				   interface, interface);
	err = open_parts(filter, slot, problem);
	return err ? err : attachment_read(&filter->chain, &filter->attachment, problem);
}

void loaded_filter_close(struct loaded_filter *filter)
{
	source_maps_close(&filter->sources);
	filter_maps_close(&filter->maps);
	chain_close(&filter->chain);
}

int loaded_filter_lock(const char *bpffs, struct problem *problem)
{
	int lock = pin_lock_take(bpffs, LOCK_SECONDS, problem);

	if (lock == -ETIMEDOUT)
		log_warning("a loader has been changing the pins for more than %d s: looking "
			    "beside it",
			    LOCK_SECONDS);
	return lock;
}

void loaded_filter_unlock(const char *bpffs, int lock)
{
	if (lock >= 0)
		pin_lock_release(bpffs, lock);
}
