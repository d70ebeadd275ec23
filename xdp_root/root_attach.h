/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the root on an interface and keeps it current. */
#ifndef ECBPF_ROOT_ATTACH_H
#define ECBPF_ROOT_ATTACH_H

#include <stdbool.h>
#include "abi/chain.h"
#include "problem.h"

struct root_options {
	const char *bpffs;
	enum ecbpf_mode mode;
	bool frags;
};

/* Attach, upgrade and repair are one verb: whatever the interface needs to run this build's root
 * with every slot that was filled. Refuses where another program or another interface would be
 * touched; nothing has changed then. Under the lock. */
int root_attach(const char *interface, const struct root_options *options, struct problem *problem);

#endif
