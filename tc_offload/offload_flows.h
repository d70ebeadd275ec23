/* SPDX-License-Identifier: GPL-2.0-only */
/* The flows of a network namespace, as flow_host.h wants them, and its host opened for that. */
#ifndef OFFLOAD_FLOWS_H
#define OFFLOAD_FLOWS_H

#include "flow_host.h"
#include "offload_host.h"
#include "problem.h"

/* Valid as long as `host` is open and both are where they are. */
struct offload_flows {
	struct flow_host flows;
	const struct offload_host *host;
};

/* Reads whether the daemon runs. */
int offload_flows_open(struct offload_flows *ret_flows, struct offload_host *host,
		       struct problem *problem);

/* Opens the host for those who only look: the lock is held no longer than that. -ENOENT, told: nothing is
 * attached. To be closed on success only. */
int offload_flows_look(struct offload_host *ret_host, const char *bpffs, struct problem *problem);

/* What the interfaces of this network namespace share, open to be changed. */
struct offload_changed {
	struct offload_host host;
	struct offload_flows flows; /* of it */
	const char *bpffs;
	int lock;
};

/* Checks what every change needs (a bpffs, the rights), takes the lock, opens, and finishes what a killed
 * command has left of the tables. `verb` is what was typed, without dashes. To be closed also on failure.
 * -ENOENT, told: nothing is attached. */
int offload_changed_open(struct offload_changed *ret_changed, const char *bpffs, const char *verb,
			 struct problem *problem);
void offload_changed_close(struct offload_changed *changed);

#endif
