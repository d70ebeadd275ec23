/* SPDX-License-Identifier: GPL-2.0-only */
/* What a status says is wrong, in a sentence with what to type. Pure: from what was read. */
#ifndef OFFLOAD_REMARKS_H
#define OFFLOAD_REMARKS_H

#include "offload_state.h"

/* Both fill the remarks of what they are given, which were empty; the first also daemon_state. */
void offload_remarks_host(struct offload_host_state *host);
void offload_remarks_place(struct offload_place_state *state);

/* How many disagree. */
size_t offload_remarks_disagreements(const struct offload_remarks *remarks);

/* A daemon that has ended in good order leaves no process id behind. */
enum offload_daemon_state offload_daemon_state_of(const struct offload_daemon *daemon,
						  uint64_t now);

#endif
