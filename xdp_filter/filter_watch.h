/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the filters' knowledge of this host's own addresses current, as long as the process runs. */
#ifndef XDP_FILTER_WATCH_H
#define XDP_FILTER_WATCH_H

#include <stdbool.h>
#include "chain.h"
#include "interface.h"
#include "problem.h"

/* Runs until SIGTERM or SIGINT, then returns 0. Brings the tries of the filter on each interface up to
 * date at once, at every change of the local routes, and every few seconds in case the kernel has
 * said nothing or the filter is a new one. A filter that is not there (not yet, or not any more) is
 * told on stderr once and waited for; so is one that cannot be kept current. With no interfaces: the filter
 * of every interface that has one, as they come and go. `slot` may be PROGRAM_SLOT_ANY. Takes no lock of the
 * pins, so it never keeps a loader waiting.
 *
 * Fails at once without a bpffs or CAP_BPF, and gives up every other right. Tells a service manager that it is
 * ready and alive; filter_watch_runs() is how others know. */
int filter_watch(const char *bpffs, const struct interface_list *interfaces, unsigned int slot,
		 struct problem *problem);

/* True while some process keeps the filter of this interface current, and the last time it tried it
 * could. */
bool filter_watch_runs(const struct chain *chain);

#endif
