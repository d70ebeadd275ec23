/* SPDX-License-Identifier: GPL-2.0-only */
/* What the settings say about the static table, for packets and for the daemon. Under the lock. */
#ifndef BYPASS_STATIC_NOTES_H
#define BYPASS_STATIC_NOTES_H

#include "bypass_host.h"
#include "problem.h"

/* Before flows are added: packets look into the table from now on, so that a command that is killed
 * behind this leaves no flows that nobody looks at. */
int static_notes_before(const struct bypass_host *host, struct problem *problem);
/* After every change: the daemon reads the table again; packets do not look into an empty one. */
int static_notes_after(const struct bypass_host *host, struct problem *problem);

#endif
