/* SPDX-License-Identifier: GPL-2.0-only */
/* What a status says is wrong, in a sentence with what to type. Pure: from what was read. */
#ifndef BYPASS_REMARKS_H
#define BYPASS_REMARKS_H

#include "bypass_state.h"

/* Both fill the remarks of what they are given, which were empty, and daemon_state. */
void bypass_remarks_host(struct bypass_host_state *host);
void bypass_remarks_interface(struct bypass_interface_state *interface,
			      const struct bypass_host_state *host);

#endif
