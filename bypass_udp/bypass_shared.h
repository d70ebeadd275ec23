/* SPDX-License-Identifier: GPL-2.0-only */
/* What the interfaces of a network namespace share, as an attach brings it about. Under the lock. */
#ifndef BYPASS_SHARED_H
#define BYPASS_SHARED_H

#include <stdbool.h>
#include "bypass_attach.h"
#include "bypass_host.h"

struct bypass_shared {
	struct bypass_host host;
	bool made;                     /* by this attach */
	bool changed;                  /* its settings were, by this attach */
	struct bypass_settings before; /* what they were */
};

#define BYPASS_SHARED_CLOSED ((struct bypass_shared){ .host = BYPASS_HOST_CLOSED })

/* Opens what is there and applies what was said, or makes it as the plan and what was said (together:
 * `request`) want it. -EPROTO: it is gone although bypass_udp is attached; -EBUSY: tables of other sizes
 * are wanted. To be closed also on failure. */
int bypass_shared_open(struct bypass_shared *ret_shared, const char *bpffs,
		       const struct bypass_request *request, const struct bypass_attach_wish *wish,
		       struct problem *problem);
/* The settings are what they were; bypass_host_tidy() does the rest. */
void bypass_shared_undo(const struct bypass_shared *shared);
void bypass_shared_close(struct bypass_shared *shared);

#endif
