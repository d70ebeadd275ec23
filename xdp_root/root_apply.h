/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaching and detaching as the configuration file and the command line want it, interface by interface. */
#ifndef XDP_ROOT_APPLY_H
#define XDP_ROOT_APPLY_H

#include <stdbool.h>
#include <stdio.h>
#include "abi/chain.h"
#include "component.h"
#include "config_file.h"
#include "problem.h"

struct root_wish {
	const char *bpffs;
	const struct config_file *file; /* of root_plan_open(), or NULL */
	bool has_mode;                  /* `mode` counts, whatever the file says */
	enum ecbpf_mode mode;
	bool frags; /* true: whatever the file says */
	bool nop;   /* true: whatever the file says */
	bool check; /* what stands in the way of an attach is looked for first (interface_check.h) */
};

/* Works of each_interface(); the context is a struct root_wish. A NOP root that only the file wants is not insisted on
 * where no root runs. */
int root_wish_attach(void *context, const char *interface, struct problem *problem);
int root_wish_detach(void *context, const char *interface, struct problem *problem);

/* As struct component wants it. A root that is there and healthy is left as it is, of whatever version. */
int root_apply(FILE *out, const struct component_apply *wish, struct problem *problem);

#endif
