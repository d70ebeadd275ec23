/* SPDX-License-Identifier: GPL-2.0-only */
/* What the interfaces of this network namespace share, open to be changed. */
#ifndef BYPASS_CHANGED_HOST_H
#define BYPASS_CHANGED_HOST_H

#include "bypass_host.h"
#include "host_flows.h"
#include "problem.h"

struct changed_host {
	struct bypass_host host;
	struct host_flows flows; /* of it */
	const char *bpffs;
	int lock;
};

/* Checks what every change needs (a bpffs, the rights), takes the lock, opens, and finishes what a killed
 * command has left of the tables. `verb` is what was typed, without dashes. To be closed also on failure.
 * -ENOENT, told: nothing is attached. */
int changed_host_open(struct changed_host *ret_changed, const char *bpffs, const char *verb,
		      struct problem *problem);
void changed_host_close(struct changed_host *changed);

/* Excludes these prefixes and no others: static flows at once, learned ones by the daemon. Under the
 * lock. */
int changed_host_exclude(const struct bypass_host *host, const struct bypass_excluded *excluded,
			 struct problem *problem);

#endif
