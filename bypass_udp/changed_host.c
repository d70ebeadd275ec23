// SPDX-License-Identifier: GPL-2.0-only
#include "changed_host.h"

#include "capability.h"
#include "pin_lock.h"

#define LOCK_SECONDS 30

int changed_host_open(struct changed_host *ret_changed, const char *bpffs, const char *verb,
		      struct problem *problem)
{
	int err;

	*ret_changed =
		(struct changed_host){ .host = BYPASS_HOST_CLOSED, .bpffs = bpffs, .lock = -1 };
	err = bpffs_check(bpffs, problem);
	if (!err)
		err = capability_require(verb, problem);
	if (err)
		return err;
	ret_changed->lock = pin_lock_take(bpffs, LOCK_SECONDS, problem);
	if (ret_changed->lock < 0)
		return ret_changed->lock;
	err = bypass_host_open(&ret_changed->host, bpffs, problem);
	if (!err)
		err = flow_tables_settle(&ret_changed->host.flows, problem);
	return err ? err : host_flows_open(&ret_changed->flows, &ret_changed->host, problem);
}

void changed_host_close(struct changed_host *changed)
{
	bypass_host_close(&changed->host);
	if (changed->lock >= 0)
		pin_lock_release(changed->bpffs, changed->lock);
	changed->lock = -1;
}

int changed_host_exclude(const struct bypass_host *host, const struct bypass_excluded *excluded,
			 struct problem *problem)
{
	struct bypass_excluded next = *excluded;
	int err;

	next.version++;
	/* First: a command that is killed between the two is finished by the next one. */
	err = bypass_host_write_excluded(host, &next, problem);
	return err ? err : host_flows_exclude(host, &next, problem);
}
